/*
 * What an unpacked wheel says and holds, as JSON, read with the program's own decoders:
 *     read_wheel FOLDER PYTHON SYSTEM MACHINE [LIBRARY …]
 * FOLDER: the unpacked wheel, or those of its files that count. PYTHON ("3.11"), SYSTEM ("Linux")
 * and MACHINE ("x86_64") are those for which markers are evaluated; LIBRARY: paths in FOLDER. Ends
 * with 1, and says so on stderr, where something cannot be read. tools/measure_wheels calls it.
 */
#include "base/json.h"
#include "format/metadata.h"
#include "format/python_files.h"
#include "format/requirement.h"
#include "knowledge/dotted.h"
#include "loader/gpu_code.h"
#include "loader/object.h"

#include <errno.h>
#include <stdio.h>

#define TEXT_LIMIT (4u << 20)
#define JSON_LIMIT (4u << 20)
#define NAMES_LIMIT 100000

/* c10::Error(SourceLocation, std::string), which every libc10 from 1.11 on exports: how its last
 * argument is mangled says which std::string the build uses.
 * https://gcc.gnu.org/onlinedocs/libstdc++/manual/using_dual_abi.html */
#define ERROR_CTOR "_ZN3c105ErrorC1ENS_14SourceLocationE"

struct reading {
    struct root *root;
    struct arena *arena;
    struct json json;
    struct marker_env env;
    int faults;
};

static void fault(struct reading *reading, struct str what, int error)
{
    (void) fprintf(stderr, "%.*s: %s\n", STR_ARG(what), strerror(-error));
    reading->faults++;
}

static bool read_text(struct reading *reading, struct str path, struct str *ret)
{
    int r = root_read(reading->root, path, TEXT_LIMIT, ret);

    if (r < 0)
        fault(reading, path, r);
    return r == 0;
}

static void put_requirement(struct reading *reading, struct str text)
{
    struct json *json = &reading->json;
    enum marker_value value = MARKER_UNKNOWN;
    struct requirement requirement;
    int r = requirement_parse(text, &requirement);

    if (r == 0)
        r = marker_evaluate(requirement.marker, &reading->env, &value);
    if (r < 0) {
        fault(reading, text, r);
        return;
    }
    json_open(json, NULL, '{');
    json_put_str(json, "name", package_normalise(reading->arena, requirement.name));
    json_put_str(json, "extras", requirement.extras);
    json_put_str(json, "specifiers", requirement.specifiers);
    json_put_str(json, "marker", requirement.marker);
    if (value == MARKER_UNKNOWN)
        json_put_null(json, "applies");
    else
        json_put_bool(json, "applies", value == MARKER_TRUE);
    json_close(json, '}');
}

static void put_metadata(struct reading *reading, struct str folder)
{
    struct json *json = &reading->json;
    struct str path = arena_join(reading->arena, folder, STR("METADATA"));
    struct str text, requirement;
    struct metadata metadata;
    int r;

    if (!read_text(reading, path, &text))
        return;
    r = metadata_parse(text, false, &metadata);
    if (r < 0) {
        fault(reading, path, r);
        return;
    }
    json_put_str(json, "name", package_normalise(reading->arena, metadata.name));
    json_put_str(json, "version", metadata.version);
    json_put_str(json, "requires_python", metadata.requires_python);
    json_open(json, "requires", '[');
    while (metadata_requires(&metadata.headers, &requirement))
        put_requirement(reading, requirement);
    json_close(json, ']');
}

static void put_tags(struct reading *reading, struct str folder)
{
    struct str path = arena_join(reading->arena, folder, STR("WHEEL"));
    struct wheel_tag tag;
    struct str text;

    if (!read_text(reading, path, &text))
        return;
    json_open(&reading->json, "tags", '[');
    while (wheel_tag_next(&text, &tag))
        json_put_str(&reading->json, NULL,
                     arena_printf(reading->arena, "%.*s-%.*s-%.*s", STR_ARG(tag.python),
                                  STR_ARG(tag.abi), STR_ARG(tag.platform)));
    json_close(&reading->json, ']');
}

static void put_dist_info(struct reading *reading)
{
    struct names names;
    int r = root_list(reading->root, STR(""), NAMES_LIMIT, &names);

    if (r < 0) {
        fault(reading, STR("the folder"), r);
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        if (!str_ends(names.items[i], STR(".dist-info")))
            continue;
        put_metadata(reading, names.items[i]);
        put_tags(reading, names.items[i]);
        return;
    }
    fault(reading, STR(".dist-info"), -ENOENT);
}

/* version.py of torch and of its companions has the same form. */
static void put_version_py(struct reading *reading, const char *path)
{
    struct torch_version version;
    struct str text;
    int r = root_read(reading->root, str_of(path), TEXT_LIMIT, &text);

    if (r == -ENOENT || r == -ENOTDIR)
        return;
    if (r == 0)
        r = torch_version_parse(text, &version);
    if (r < 0) {
        fault(reading, str_of(path), r);
        return;
    }
    json_put_str(&reading->json, "build", version.version.text);
    json_put_str(&reading->json, "cuda", version.cuda.text);
}

static void later_of(struct str *latest, struct str name, struct str prefix)
{
    struct str version = str_from(name, prefix.len);

    if (str_starts(name, prefix) && dotted_compare(version, *latest) > 0)
        *latest = version;
}

/* The newest versions of the C and C++ libraries that it cannot do without. */
static int put_floors(struct reading *reading, const struct elf *elf,
                      const struct elf_dynamic *dynamic)
{
    struct str glibc = STR(""), glibcxx = STR(""), cxxabi = STR("");
    struct elf_version *needs;
    size_t count;
    int r = elf_version_needs(elf, dynamic, &needs, &count);

    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        if (needs[i].weak)
            continue;
        later_of(&glibc, needs[i].name, STR("GLIBC_"));
        later_of(&glibcxx, needs[i].name, STR("GLIBCXX_"));
        later_of(&cxxabi, needs[i].name, STR("CXXABI_"));
    }
    json_put_str(&reading->json, "glibc", glibc);
    json_put_str(&reading->json, "glibcxx", glibcxx);
    json_put_str(&reading->json, "cxxabi", cxxabi);
    return 0;
}

static int put_cxx11_abi(struct reading *reading, const struct elf *elf,
                         const struct elf_dynamic *dynamic)
{
    struct elf_symbols symbols;
    struct elf_symbol symbol;
    int r = elf_symbols(elf, dynamic, &symbols);

    while (r >= 0 && (r = elf_symbol_next(&symbols, &symbol)) == 1) {
        struct str rest = str_from(symbol.name, sizeof(ERROR_CTOR) - 1);

        if (!symbol.defined || !str_starts(symbol.name, STR(ERROR_CTOR)))
            continue;
        json_put_bool(&reading->json, "cxx11_abi", str_starts(rest, STR("NSt7__cxx11")));
        return 0;
    }
    return r;
}

static int put_dynamic(struct reading *reading, struct str path)
{
    struct elf_dynamic dynamic;
    struct object object;
    int r = object_open(reading->root, path, reading->arena, &object);

    if (r < 0)
        return r;
    r = elf_dynamic(&object.elf, &dynamic);
    if (r == 0)
        r = put_floors(reading, &object.elf, &dynamic);
    if (r == 0 && str_eqz(path_base(path), "libc10.so"))
        r = put_cxx11_abi(reading, &object.elf, &dynamic);
    object_close(&object);
    return r;
}

static void put_target(struct reading *reading, const struct gpu_code *code,
                       const struct gpu_target *target)
{
    struct json *json = &reading->json;

    json_open(json, NULL, '{');
    json_put_str(json, "target",
                 arena_printf(reading->arena, "%s_%u%.1s", target->ptx ? "compute" : "sm",
                              target->capability, &target->suffix));
    json_put_int(json, "entries", target->entries);
    json_put_bool(json, "counts", gpu_target_counts(code, target));
    if (target->ptx)
        json_put_str(json, "ptx",
                     arena_printf(reading->arena, "%u.%u", target->ptx_version / 10,
                                  target->ptx_version % 10));
    json_close(json, '}');
}

static int put_code(struct reading *reading, struct str path)
{
    struct gpu_code code;
    int r = gpu_code_read(reading->root, reading->arena, path, GPU_CODE_EXACT, &code);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    json_put_str(&reading->json, "archs", gpu_code_text(reading->arena, &code));
    json_open(&reading->json, "code", '[');
    for (size_t i = 0; i < code.count; i++)
        put_target(reading, &code, &code.targets[i]);
    json_close(&reading->json, ']');
    return 0;
}

static void put_library(struct reading *reading, struct str path)
{
    int r;

    json_open(&reading->json, NULL, '{');
    json_put_str(&reading->json, "path", path);
    r = put_dynamic(reading, path);
    if (r == 0)
        r = put_code(reading, path);
    if (r < 0)
        fault(reading, path, r);
    json_close(&reading->json, '}');
}

/* https://docs.python.org/3/library/sys.html#sys.platform */
static struct str sys_platform(struct str os)
{
    if (str_eqz(os, "Windows"))
        return STR("win32");
    return str_eqz(os, "Darwin") ? STR("darwin") : STR("linux");
}

static void no_memory(void)
{
    abort();
}

int main(int argc, char **argv)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct buf buf = buf_new(arena, JSON_LIMIT);
    struct reading reading = { .arena = arena, .json = json_to(&buf) };
    struct str os = str_of(argc > 2 ? argv[2] : "");
    const struct marker_variable variables[] = {
        { STR_INIT("implementation_name"), STR_INIT("cpython") },
        { STR_INIT("platform_python_implementation"), STR_INIT("CPython") },
        { STR_INIT("platform_system"), os },
        { STR_INIT("sys_platform"), sys_platform(os) },
        { STR_INIT("platform_machine"), str_of(argc > 3 ? argv[3] : "") },
        { STR_INIT("extra"), STR_INIT("") },
    };

    if (argc < 4 || root_directory(arena, str_of(argv[1]), &reading.root) < 0) {
        (void) fprintf(stderr, "read_wheel FOLDER SYSTEM MACHINE [LIBRARY …]\n");
        return 64;
    }
    reading.env = (struct marker_env){ variables, sizeof(variables) / sizeof(variables[0]) };
    json_open(&reading.json, NULL, '{');
    put_dist_info(&reading);
    put_version_py(&reading, "torch/version.py");
    put_version_py(&reading, "torchvision/version.py");
    put_version_py(&reading, "torchaudio/version.py");
    json_open(&reading.json, "libraries", '[');
    for (int i = 4; i < argc; i++)
        put_library(&reading, str_of(argv[i]));
    json_close(&reading.json, ']');
    json_close(&reading.json, '}');
    printf("%.*s\n", (int) buf.len, buf.data);
    return reading.faults ? 1 : 0;
}
