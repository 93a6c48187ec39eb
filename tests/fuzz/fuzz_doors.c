/* What SSH clients, HTTP servers and engines say, and what doors are described by: each reader gets
 * the whole input. */
#include "fuzz.h"

#include "access/access.h"
#include "format/http.h"
#include "format/image_inspect.h"
#include "format/jupyter.h"
#include "format/sockets.h"
#include "format/ssh_log.h"
#include "format/sshd_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str text = fuzz_bytes(data, size), first, rest;
    struct jupyter_target jupyter;
    struct http_answer answer;
    struct ssh_target ssh;
    struct image_inspect image;
    struct listener listener;
    struct sshd_line line;
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
    (void) image_inspect_read(arena, text, &image);
    for (rest = text; listeners_next(&rest, arena, &listener);)
        ;
    for (rest = text; sshd_next(&rest, arena, &line);)
        (void) sshd_list_matches(line.keyword, line.count ? line.words[0] : text);
    return 0;
}
