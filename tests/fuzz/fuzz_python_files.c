/* Every small file of an environment: each reader gets the whole input. */
#include "fuzz.h"

#include "format/python_files.h"
#include "format/torch_init.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str text = fuzz_bytes(data, size), rest = text;
    struct pyvenv pyvenv;
    struct pth_line line;
    struct torch_version torch;
    struct direct_url url;
    struct shebang shebang;
    struct torch_init init;

    (void) pyvenv_parse(text, &pyvenv);
    while (pth_next(&rest, &line))
        continue;
    (void) torch_version_parse(text, &torch);
    (void) direct_url_parse(text, arena, &url);
    (void) shebang_parse(text, &shebang);
    torch_init_parse(text, &init);
    return 0;
}
