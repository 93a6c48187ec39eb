/* What the helper's process prints: a vendor's library writes there, too. */
#include "fuzz.h"

#include "driver/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    const struct child_result child = { .answers = fuzz_bytes(data, size) };
    struct nvml_answer nvml;
    struct cuda_answer cuda;

    nvml_answer_read(arena, &child, &nvml);
    cuda_answer_read(arena, &child, &cuda);
    return 0;
}
