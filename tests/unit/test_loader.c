/* The dynamic loader's search, and what `import torch` maps, on libraries made here. */
#include "elf_maker.h"
#include "format/torch_init.h"
#include "loader/torch_import.h"
#include "loader/why.h"
#include "root/tree.h"

#include <errno.h>
#include <setjmp.h>

#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct tree *tree;
    struct search_wish wish;
    struct link_map map;
};

static void no_memory(void)
{
    fail_msg("out of memory");
}

static struct bench bench_new(void)
{
    struct bench bench = { .arena = arena_new(no_memory) };

    bench.tree = tree_new(bench.arena);
    return bench;
}

static void add_bytes(struct bench *bench, const char *path, struct str bytes)
{
    tree_add(bench->tree, str_of(path),
             (struct node){ .kind = NODE_FILE, .mode = 0755, .size = bytes.len }, bytes);
}

static void add_elf(struct bench *bench, const char *path, struct elf_recipe recipe)
{
    add_bytes(bench, path, make_elf(bench->arena, &recipe));
}

static void add_link(struct bench *bench, const char *path, const char *target)
{
    tree_add(bench->tree, str_of(path), (struct node){ .kind = NODE_LINK, .mode = 0777 },
             str_of(target));
}

static int start(struct bench *bench, const char *preload)
{
    return link_map_start(tree_root(bench->tree), bench->arena, &bench->wish, STR("/bin/program"),
                          str_of(preload), &bench->map);
}

/* What the map holds, program left out, as "path(rule) …". */
static const char *shown(const struct bench *bench)
{
    struct buf buf = buf_new(bench->arena, 4096);

    for (size_t i = 1; i < bench->map.all.count; i++)
        buf_addf(&buf, "%s%.*s(%.*s)", i > 1 ? " " : "", STR_ARG(bench->map.all.items[i]->path),
                 STR_ARG(search_rule_name(bench->map.all.items[i]->rule)));
    return arena_copy(bench->arena, buf_str(&buf)).data;
}

/* One program that needs libb.so.1, in several worlds. */
static void test_search__goes_through_the_folders_in_the_loaders_order(void **state)
{
    static const struct {
        const char *rpath, *runpath, *library_path, *there, *result;
        bool musl;
    } rows[] = {
        { "/r", NULL, "/l", "r l usr/lib", "r/libb.so.1(rpath)", false },
        { "/r", NULL, "/l", "l usr/lib", "l/libb.so.1(LD_LIBRARY_PATH)", false },
        { NULL, "/r", "/l", "r l usr/lib", "l/libb.so.1(LD_LIBRARY_PATH)", false },
        { NULL, "/r", "/l", "r usr/lib", "r/libb.so.1(runpath)", false },
        { "/r", "/n", NULL, "r usr/lib", "usr/lib/libb.so.1(default)", false },
        { "$ORIGIN/../r", NULL, NULL, "r", "bin/../r/libb.so.1(rpath)", false },
        { "${ORIGIN}/../r/$LIB", NULL, NULL, "r/lib64", "bin/../r/lib64/libb.so.1(rpath)", false },
        { "/r/$PLATFORM", NULL, NULL, "r/x86_64", "r/x86_64/libb.so.1(rpath)", false },
        { NULL, NULL, "/x:;/l", "l work", "work/libb.so.1(LD_LIBRARY_PATH)", false },
        { NULL, NULL, "l/", "work/l", "work/l/libb.so.1(LD_LIBRARY_PATH)", false },
        { NULL, NULL, NULL, "lib usr/lib lib64", "lib64/libb.so.1(default)", false },
        { "/r", NULL, "/l", "r l", "l/libb.so.1(LD_LIBRARY_PATH)", true },
        { NULL, "/r", NULL, "r lib", "r/libb.so.1(runpath)", true },
        { NULL, NULL, NULL, "usr/local/lib usr/lib", "usr/local/lib/libb.so.1(default)", true },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench bench = bench_new();
        struct str there = str_of(rows[i].there), folder;

        add_elf(&bench, "bin/program",
                (struct elf_recipe){
                    .needs = "libb.so.1", .rpath = rows[i].rpath, .runpath = rows[i].runpath });
        while (str_next_word(&there, &folder))
            add_elf(&bench, arena_printf(bench.arena, "%.*s/libb.so.1", STR_ARG(folder)).data,
                    (struct elf_recipe){ .soname = "libb.so.1" });
        bench.wish = (struct search_wish){ .library_path = str_of(rows[i].library_path),
                                           .working_directory = STR("/work"),
                                           .musl = rows[i].musl };
        assert_int_equal(start(&bench, NULL), 0);
        assert_string_equal(shown(&bench), rows[i].result);
        arena_free(bench.arena);
    }
}

static void test_search__inherits_rpath_and_not_runpath(void **state)
{
    static const struct {
        struct elf_recipe program, middle;
        const char *result;
    } rows[] = {
        { { .rpath = "/r" }, { .rpath = NULL }, "r/libb.so.1(rpath) r/libc.so.1(rpath)" },
        { { .runpath = "/r" }, { .rpath = NULL }, "r/libb.so.1(runpath)" },
        { { .rpath = "/r" }, { .runpath = "/n" }, "r/libb.so.1(rpath)" },
        { { .rpath = "/r" }, { .rpath = "/q" }, "r/libb.so.1(rpath) q/libc.so.1(rpath)" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench bench = bench_new();
        struct elf_recipe program = rows[i].program, middle = rows[i].middle;
        bool found = str_has(str_of(rows[i].result), STR("libc"));

        program.needs = "libb.so.1";
        middle.needs = "libc.so.1";
        add_elf(&bench, "bin/program", program);
        add_elf(&bench, "r/libb.so.1", middle);
        add_elf(&bench, "r/libc.so.1", (struct elf_recipe){ .soname = "libc.so.1" });
        add_elf(&bench, "q/libc.so.1", (struct elf_recipe){ .soname = "libc.so.1" });
        assert_int_equal(start(&bench, NULL), found ? 0 : -ENOENT);
        assert_string_equal(shown(&bench), rows[i].result);
        arena_free(bench.arena);
    }
}

static void test_search__passes_over_other_machines_and_stops_at_what_is_broken(void **state)
{
    struct bench bench = bench_new();
    struct elf_recipe foreign = { .machine = 183 };

    (void) state;
    add_elf(&bench, "bin/program",
            (struct elf_recipe){ .needs = "libb.so.1", .rpath = "/a:/b:/c" });
    add_elf(&bench, "a/libb.so.1", foreign);
    add_elf(&bench, "b/libb.so.1", (struct elf_recipe){ .machine = 0 });
    assert_int_equal(start(&bench, NULL), 0);
    assert_string_equal(shown(&bench), "b/libb.so.1(rpath)");
    assert_int_equal(bench.map.all.items[1]->tries.items[0].result, -ENOEXEC);

    add_bytes(&bench, "a/libb.so.1", STR("no library"));
    assert_true(start(&bench, NULL) < 0);
    assert_true(str_eqz(bench.map.failure.path, "a/libb.so.1"));
    arena_free(bench.arena);
}

static void test_search__takes_the_level_of_the_processor(void **state)
{
    static const struct {
        int level;
        const char *result;
    } rows[] = {
        { 0, "l/libb.so.1(LD_LIBRARY_PATH)" },
        { 2, "l/glibc-hwcaps/x86-64-v2/libb.so.1(LD_LIBRARY_PATH)" },
        { 3, "l/glibc-hwcaps/x86-64-v3/libb.so.1(LD_LIBRARY_PATH)" },
        { 4, "l/glibc-hwcaps/x86-64-v3/libb.so.1(LD_LIBRARY_PATH)" },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench bench = bench_new();

        add_elf(&bench, "bin/program", (struct elf_recipe){ .needs = "libb.so.1" });
        add_elf(&bench, "l/libb.so.1", (struct elf_recipe){ .machine = 0 });
        add_elf(&bench, "l/glibc-hwcaps/x86-64-v2/libb.so.1", (struct elf_recipe){ .machine = 0 });
        add_elf(&bench, "l/glibc-hwcaps/x86-64-v3/libb.so.1", (struct elf_recipe){ .machine = 0 });
        bench.wish.library_path = STR("/l");
        bench.wish.cpu_level = rows[i].level;
        assert_int_equal(start(&bench, NULL), 0);
        assert_string_equal(shown(&bench), rows[i].result);
        arena_free(bench.arena);
    }
}

static void test_link_map__loads_breadth_first_and_each_library_once(void **state)
{
    struct bench bench = bench_new();

    (void) state;
    add_elf(&bench, "bin/program",
            (struct elf_recipe){ .needs = "libb.so.1 libc.so.1", .rpath = "/r" });
    add_elf(&bench, "r/libb.so.1",
            (struct elf_recipe){ .needs = "libd.so.1 libx.so", .rpath = "/q" });
    add_elf(&bench, "r/libc.so.1", (struct elf_recipe){ .soname = "libx.so" });
    add_elf(&bench, "q/libd.so.1", (struct elf_recipe){ .needs = "libe.so" });
    add_elf(&bench, "q/libx.so", (struct elf_recipe){ .soname = "libx.so" });
    add_link(&bench, "q/libe.so", "libd.so.1"); /* the same file under another name */
    assert_int_equal(start(&bench, NULL), 0);
    assert_string_equal(shown(&bench), "r/libb.so.1(rpath) r/libc.so.1(rpath) q/libd.so.1(rpath)");
    assert_ptr_equal(link_map_find(&bench.map, STR("libx.so")), bench.map.all.items[2]);
    assert_ptr_equal(link_map_find(&bench.map, STR("libe.so")), bench.map.all.items[3]);
    arena_free(bench.arena);
}

static void test_link_map__preloads_what_it_can(void **state)
{
    struct bench bench = bench_new();

    (void) state;
    add_elf(&bench, "bin/program", (struct elf_recipe){ .needs = "libb.so.1" });
    add_elf(&bench, "p/mine.so", (struct elf_recipe){ .soname = "libb.so.1" });
    add_elf(&bench, "usr/lib/libb.so.1", (struct elf_recipe){ .soname = "libb.so.1" });
    assert_int_equal(start(&bench, "/nowhere.so /p/mine.so"), 0);
    assert_string_equal(shown(&bench), "p/mine.so(LD_PRELOAD)");
    bench.wish.secure = true;
    assert_int_equal(start(&bench, "/p/mine.so"), 0);
    assert_string_equal(shown(&bench), "usr/lib/libb.so.1(default)");
    arena_free(bench.arena);
}

static void test_link_map__preloads_what_the_system_asks_for(void **state)
{
    struct bench bench = bench_new();

    (void) state;
    add_elf(&bench, "bin/program", (struct elf_recipe){ .needs = "libb.so.1" });
    add_elf(&bench, "p/mine.so", (struct elf_recipe){ .soname = "libb.so.1" });
    add_elf(&bench, "p/other.so", (struct elf_recipe){ .soname = "libother.so" });
    add_elf(&bench, "usr/lib/libb.so.1", (struct elf_recipe){ .soname = "libb.so.1" });
    add_bytes(&bench, "etc/ld.so.preload", STR("# /p/other.so\n/nowhere.so:/p/mine.so # all\n"));
    assert_int_equal(start(&bench, NULL), 0);
    assert_string_equal(shown(&bench), "p/mine.so(ld.so.preload)");
    bench.wish.secure = true; /* nobody but root can have written it */
    assert_int_equal(start(&bench, NULL), 0);
    assert_string_equal(shown(&bench), "p/mine.so(ld.so.preload)");
    arena_free(bench.arena);
}

static void test_link_map__keeps_nothing_of_what_cannot_be_opened(void **state)
{
    struct bench bench = bench_new();
    struct library *library;

    (void) state;
    add_elf(&bench, "bin/program", (struct elf_recipe){ .machine = 0 });
    add_elf(&bench, "o/liba.so",
            (struct elf_recipe){ .needs = "libb.so.1 libmissing.so.9", .runpath = "$ORIGIN" });
    add_elf(&bench, "o/libb.so.1", (struct elf_recipe){ .machine = 0 });
    assert_int_equal(start(&bench, NULL), 0);
    assert_int_equal(link_map_open(&bench.map, bench.map.all.items[0], STR("/o/liba.so"), &library),
                     -ENOENT);
    assert_int_equal(bench.map.all.count, 1);
    assert_true(str_eqz(bench.map.failure.name, "libmissing.so.9"));
    assert_true(str_eqz(bench.map.failure.asker->path, "o/liba.so"));
    assert_int_equal(bench.map.doubt, 0);
    arena_free(bench.arena);
}

static void test_link_map__remembers_a_look_that_failed(void **state)
{
    struct bench bench = bench_new();

    (void) state;
    add_elf(&bench, "bin/program", (struct elf_recipe){ .needs = "libb.so.1", .rpath = "/r:/s" });
    add_elf(&bench, "r/libb.so.1", (struct elf_recipe){ .machine = 0 });
    add_elf(&bench, "s/libb.so.1", (struct elf_recipe){ .machine = 0 });
    tree_refuse(bench.tree, STR("r/libb.so.1"), -EIO);
    assert_int_equal(start(&bench, NULL), 0);
    assert_string_equal(shown(&bench), "s/libb.so.1(rpath)");
    assert_int_equal(bench.map.doubt, -EIO);
    assert_true(str_eqz(bench.map.doubt_from, "r/libb.so.1"));
    arena_free(bench.arena);
}

/* --- torch --------------------------------------------------------------------------------- */

static const char forms_2_1[] =
    "    for path in sys.path:\n        nvidia_path = os.path.join(path, 'nvidia')\n"
    "        if not os.path.exists(nvidia_path):\n"
    "        cuda_libs: Dict[str, str] = {\n            'cublas': 'libcublas.so.*[0-9]',\n"
    "            'nvtx': 'libnvToolsExt.so.*[0-9]',\n        }\n"
    "            _preload_cuda_deps(lib_folder, lib_name)\n";
static const char forms_2_8[] =
    "    lib_paths = glob.glob(os.path.join(path, lib_folder, \"lib\", lib_name))\n"
    "            if \"nvidia/cuda_runtime/lib/libcudart.so\" not in _maps:\n"
    "            _preload_cuda_deps(\"cuda_nvrtc\", \"libnvrtc.so.*[0-9]\")\n"
    "            \"cublas\": \"libcublas.so.*[0-9]\",\n"
    "                cuda_libs[\"cufile\"] = \"libcufile.so.*[0-9]\"\n";
static const char forms_2_15[] =
    "            os.path.join(path, \"nvidia\", f\"cu{maj_cuda_version}\", \"lib\", lib_name)\n"
    "        (\"cublas\", \"libcublasLt.so.*[0-9]\"),\n"
    "        (\"cublas\", \"libcublas.so.*[0-9]\"),\n"
    "    _preload_cuda_lib(\"nvtx\", \"libnvToolsExt.so.*[0-9]\", required=False)\n"
    "            if \"libcudart.so\" not in _maps:\n"
    "            _preload_cuda_deps(required=False)\n        _preload_cuda_deps(err)\n";

static void test_torch_init__reads_the_forms_of_each_release(void **state)
{
    struct torch_init init;

    (void) state;
    torch_init_parse(str_of(forms_2_1), &init);
    assert_int_equal(init.fallback_count, 2);
    assert_int_equal(init.always_count, 0);
    assert_true(init.only_with_nvidia && !init.beside && !init.by_major);
    assert_true(str_eqz(init.fallback[1].pattern, "libnvToolsExt.so.*[0-9]"));

    torch_init_parse(str_of(forms_2_8), &init);
    assert_int_equal(init.fallback_count, 2);
    assert_true(init.fallback[1].from_cuda_12 && !init.fallback[0].from_cuda_12);
    assert_int_equal(init.always_count, 1);
    assert_true(init.always[0].required && init.beside);
    assert_true(str_eqz(init.condition, "nvidia/cuda_runtime/lib/libcudart.so"));

    torch_init_parse(str_of(forms_2_15), &init);
    assert_int_equal(init.fallback_count, 3);
    assert_true(init.fallback[0].required && !init.fallback[2].required);
    assert_int_equal(init.always_count, 3);
    assert_true(!init.always[0].required && init.by_major);

    torch_init_parse(STR(""), &init);
    assert_int_equal(init.fallback_count, 0);
}

static void test_torch_init__patterns_end_in_a_digit(void **state)
{
    static const struct {
        const char *name;
        bool fits;
    } rows[] = {
        { "libcublas.so.12", true },  { "libcublas.so.12.1", true },  { "libcublas.so", false },
        { "libcublas.so.1a", false }, { "libcublasLt.so.12", false }, { "libcublas.so.", false },
    };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(torch_preload_fits(STR("libcublas.so.*[0-9]"), str_of(rows[i].name)),
                         rows[i].fits);
}

/* A small torch; its CUDA packages lie in site/nvidia. */
static void add_torch(struct bench *bench, const char *rpath, const char *init)
{
    add_elf(bench, "bin/program", (struct elf_recipe){ .machine = 0 });
    add_bytes(bench, "site/torch/__init__.py", str_of(init));
    add_elf(bench, "site/torch/_C.cpython-311-x86_64-linux-gnu.so",
            (struct elf_recipe){ .needs = "libtorch_cpu.so", .rpath = "$ORIGIN/lib" });
    add_elf(bench, "site/torch/lib/libtorch_cpu.so",
            (struct elf_recipe){ .needs = "libcublas.so.12", .rpath = rpath });
    add_elf(bench, "site/torch/lib/libtorch_cuda_linalg.so", (struct elf_recipe){ .machine = 0 });
    add_elf(bench, "site/torch/lib/libtorch_global_deps.so",
            (struct elf_recipe){ .needs = "libcublas.so.12", .rpath = rpath });
    add_elf(bench, "site/nvidia/cublas/lib/libcublas.so.12",
            (struct elf_recipe){ .soname = "libcublas.so.12" });
    add_elf(bench, "site/nvidia/nvtx/lib/libnvToolsExt.so.1", (struct elf_recipe){ .machine = 0 });
}

static struct torch_import predict(struct bench *bench)
{
    struct str site = STR("site");
    struct torch_import_wish wish = { .search = bench->wish,
                                      .program = STR("bin/program"),
                                      .torch = STR("site/torch"),
                                      .python_tag = STR("cpython-311"),
                                      .cuda_major = 12,
                                      .search_path = { &site, 1 } };
    struct torch_import import;

    assert_int_equal(torch_import_predict(tree_root(bench->tree), bench->arena, &wish, &import), 0);
    bench->map = import.map;
    return import;
}

static void test_torch_import__falls_back_to_preloading(void **state)
{
    struct bench bench = bench_new();
    struct torch_import import;

    (void) state;
    add_torch(&bench, "$ORIGIN/../../nvidia/cublas/lib", forms_2_1);
    import = predict(&bench);
    assert_true(import.loaded && !import.preloaded);
    assert_null(link_map_find(&import.map, STR("libnvToolsExt.so.1")));
    assert_int_equal(link_map_find(&import.map, STR("libtorch_cuda_linalg.so"))->stage, STAGE_USE);

    add_torch(&bench, "$ORIGIN", forms_2_1);
    import = predict(&bench);
    assert_true(import.loaded && import.preloaded);
    assert_int_equal(link_map_find(&import.map, STR("libcublas.so.12"))->rule, SEARCH_PATH);

    tree_remove(bench.tree, STR("site/nvidia/nvtx"));
    import = predict(&bench);
    assert_false(import.loaded);
    assert_true(str_eqz(import.failure.name, "libnvToolsExt.so.*[0-9]"));
    arena_free(bench.arena);
}

/* Both open the driver in their constructors; the one that others need runs first, wherever it was
 * mapped. */
static void test_torch_import__runs_constructors_of_dependencies_first(void **state)
{
    struct bench bench = bench_new();
    struct torch_import import;

    (void) state;
    add_torch(&bench, "$ORIGIN", forms_2_1);
    add_elf(&bench, "site/torch/lib/libtorch_global_deps.so", (struct elf_recipe){ .machine = 0 });
    add_elf(
        &bench, "site/torch/lib/libtorch_cpu.so",
        (struct elf_recipe){ .needs = "libcusparseLt.so.0 libcublas.so.12", .rpath = "$ORIGIN" });
    add_elf(&bench, "site/torch/lib/libcusparseLt.so.0",
            (struct elf_recipe){ .soname = "libcusparseLt.so.0" });
    add_elf(&bench, "site/torch/lib/libcublas.so.12",
            (struct elf_recipe){ .needs = "libcublasLt.so.12", .soname = "libcublas.so.12" });
    add_elf(&bench, "site/torch/lib/libcublasLt.so.12",
            (struct elf_recipe){ .soname = "libcublasLt.so.12" });
    add_elf(&bench, "usr/lib/libcuda.so.1", (struct elf_recipe){ .soname = "libcuda.so.1" });
    import = predict(&bench);
    assert_true(import.loaded);
    assert_true(str_eqz(link_map_find(&import.map, STR("libcuda.so.1"))->asker->soname,
                        "libcublasLt.so.12"));
    arena_free(bench.arena);
}

static void test_why__shows_each_path_up_to_the_winner(void **state)
{
    struct bench bench = bench_new();
    struct torch_import import;
    struct why why;

    (void) state;
    add_torch(&bench, "/nowhere:$ORIGIN/../../nvidia/cublas/lib", forms_2_1);
    import = predict(&bench);
    why = why_library(&import, STR("cublas"));
    assert_true(str_eqz(why.name, "libcublas.so.12"));
    assert_true(str_eqz(why.winner, "site/nvidia/cublas/lib/libcublas.so.12"));
    assert_int_equal(why.rule, SEARCH_RPATH);
    assert_int_equal(why.tries.count, 2);
    assert_int_equal(why.tries.items[0].result, -ENOENT);
    assert_true(str_eqz(why.tries.items[0].path, "nowhere/libcublas.so.12"));

    tree_remove(bench.tree, STR("site/nvidia/cublas"));
    import = predict(&bench);
    assert_false(import.loaded);
    why = why_library(&import, STR("libcublas"));
    assert_int_equal(why.winner.len, 0);
    arena_free(bench.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search__goes_through_the_folders_in_the_loaders_order),
        cmocka_unit_test(test_search__inherits_rpath_and_not_runpath),
        cmocka_unit_test(test_search__passes_over_other_machines_and_stops_at_what_is_broken),
        cmocka_unit_test(test_search__takes_the_level_of_the_processor),
        cmocka_unit_test(test_link_map__loads_breadth_first_and_each_library_once),
        cmocka_unit_test(test_link_map__preloads_what_it_can),
        cmocka_unit_test(test_link_map__preloads_what_the_system_asks_for),
        cmocka_unit_test(test_link_map__keeps_nothing_of_what_cannot_be_opened),
        cmocka_unit_test(test_link_map__remembers_a_look_that_failed),
        cmocka_unit_test(test_torch_init__reads_the_forms_of_each_release),
        cmocka_unit_test(test_torch_init__patterns_end_in_a_digit),
        cmocka_unit_test(test_torch_import__falls_back_to_preloading),
        cmocka_unit_test(test_torch_import__runs_constructors_of_dependencies_first),
        cmocka_unit_test(test_why__shows_each_path_up_to_the_winner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
