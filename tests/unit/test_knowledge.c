#include "base/str.h"
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>
int main(void) { return 0; }
