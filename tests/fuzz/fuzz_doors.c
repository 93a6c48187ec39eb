/* What SSH clients and HTTP servers say: each reader gets the whole input. */
#include "fuzz.h"

#include "access/access.h"
#include "format/http.h"
#include "format/jupyter.h"
#include "format/ssh_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str text = fuzz_bytes(data, size), first;
    struct jupyter_target jupyter;
    struct http_answer answer;
    struct ssh_target ssh;
    size_t count;

    if (http_parse(text, true, arena, &answer) == 0)
        (void) http_header(&answer, "Server");
    (void) http_parse(text, false, arena, &answer);
    (void) jupyter_version(arena, text);
    (void) jupyter_kernels(arena, text, &count, &first);
    (void) jupyter_kernel(arena, text, &first);
    (void) ssh_log_parse(text);
    (void) ssh_config_value(text, "hostname");
    (void) ssh_target_parse(text, &ssh);
    (void) jupyter_target_parse(arena, text, &jupyter);
    return 0;
}
