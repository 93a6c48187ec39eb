#include "fuzz.h"

#include "format/demangle.h"
#include "format/elf_exports.h"
#include "format/fatbin_places.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA *arena = arena_new(fuzz_no_memory);
    struct str bytes = fuzz_bytes(data, size), id;
    struct window window = window_of(&bytes);
    struct elf elf;
    struct elf_abi_tag tag;
    struct elf_section *sections;
    struct elf_dynamic dynamic;
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    struct elf_exports exports;
    struct elf_relocated relocated;
    struct fatbin_places places;
    size_t count;

    if (elf_open(&window, arena, &elf))
        return 0;
    (void) elf_build_id(&elf, &id);
    (void) elf_abi_tag(&elf, &tag);
    if (elf_sections(&elf, &sections, &count) == 0)
        (void) fatbin_places(&elf, sections, count, &places);
    if (elf_dynamic(&elf, &dynamic))
        return 0;
    if (elf_exports(&elf, &dynamic, &exports) == 0)
        (void) elf_exports_has(&exports, elf_symbol_hash(STR("main")));
    if (elf_relocated(&elf, &dynamic, &relocated) == 0)
        (void) elf_is_relocated(&relocated, 1);
    if (elf_symbols(&elf, &dynamic, &symbols))
        return 0;
    while (elf_symbol_next(&symbols, &symbol) > 0)
        (void) demangle(arena, symbol.name, DEMANGLE_PARAMETERS);
    (void) elf_symbol_find(&elf, &dynamic, STR("cudnn_graph_version"), &symbol);
    return 0;
}
