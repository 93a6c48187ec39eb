#include "plan/restore.h"

#include "knowledge/driver_holds.h"
#include "knowledge/driver_packages.h"
#include "knowledge/torch_builds.h"

#define FOLDER "torch-restored"

struct restoring {
    struct arena *arena;
    const struct facts *facts;
    struct restore *restore;
};

/* A command under construction. */
struct words {
    struct str *items;
    size_t count, room;
};

static struct str known(const struct fact_str *fact)
{
    return fact->state == FACT_KNOWN ? fact->value : (struct str){ NULL, 0 };
}

static void lacks(struct restoring *it, enum restore_gap gap)
{
    it->restore->gaps |= 1u << gap;
}

static void add(struct restoring *it, struct words *words, struct str word)
{
    *LIST_ADD(it->arena, words) = word;
}

/* Words with blanks between them. */
static void add_line(struct restoring *it, struct words *words, struct str line)
{
    struct str word;

    while (str_next_word(&line, &word))
        add(it, words, word);
}

static void finish(struct restoring *it, struct words *words, struct restore_step *step)
{
    *LIST_ADD(it->arena, &step->commands) =
        (struct command){ .words = words->items, .count = words->count };
    *words = (struct words){ 0 };
}

/* Good until the next one. */
static struct restore_step *add_step(struct restoring *it, enum restore_id id, unsigned needs)
{
    struct restore_step *step = LIST_ADD(it->arena, &it->restore->steps);

    *step = (struct restore_step){ .id = id, .needs = needs };
    return step;
}

/* --- the image ----------------------------------------------------------------------------- */

/* Without a tag, which a digest makes superfluous, and without another digest. */
static struct str repository_of(struct str name)
{
    struct str before, after;
    size_t slash, colon;

    if (str_cut(name, '@', &before, &after))
        name = before;
    slash = str_rfind_char(name, '/');
    colon = str_rfind_char(name, ':');
    return colon != STR_NONE && (slash == STR_NONE || colon > slash) ? str_slice(name, 0, colon)
                                                                     : name;
}

static void restore_image(struct restoring *it)
{
    const struct container_facts *container = &it->facts->container;
    struct str name = known(&container->image_name), digest = known(&container->image_digest);
    struct words words = { 0 };

    if (!name.len)
        return;
    if (fact_true(&container->inside))
        lacks(it, GAP_CHANGES);
    if (!digest.len || !fact_is(&container->image_digest_of, STR("manifest"))) {
        lacks(it, GAP_DIGEST);
        return;
    }
    add(it, &words, fact_is(&container->engine, STR("podman")) ? STR("podman") : STR("docker"));
    add(it, &words, STR("pull"));
    add(it, &words,
        arena_printf(it->arena, "%.*s@%.*s", STR_ARG(repository_of(name)), STR_ARG(digest)));
    finish(it, &words, add_step(it, RESTORE_IMAGE, NEEDS_SAFE));
}

/* --- the driver ---------------------------------------------------------------------------- */

/* A template's {names} filled from pairs. */
static struct str filled(struct restoring *it, struct str text, const char *name, struct str value)
{
    struct str mark = arena_printf(it->arena, "{%s}", name);
    size_t at;

    while ((at = str_find(text, mark)) != STR_NONE)
        text = arena_printf(it->arena, "%.*s%.*s%.*s", (int) at, text.data, STR_ARG(value),
                            STR_ARG(str_from(text, at + mark.len)));
    return text;
}

static bool is_os(const struct facts *facts, struct str os)
{
    return fact_is(&facts->machine.os, os) || fact_is(&facts->machine.os_family, os);
}

/* The driver's package in that flavour; empty where the tables do not know it. */
static struct str package_of(struct restoring *it, struct str flavour, struct str branch,
                             struct str os)
{
    struct driver_package row;

    for (size_t at = 0; driver_package_at(at, &row); at++)
        if (str_eq(row.os, os) && str_eq(row.flavour, flavour) &&
            (!row.branch.len || str_eq(row.branch, branch)))
            return filled(it, row.package, "branch", branch);
    return (struct str){ NULL, 0 };
}

static void install_driver(struct restoring *it, const struct driver_hold *hold, struct str package,
                           struct str version)
{
    struct restore_step *step = add_step(it, RESTORE_DRIVER, NEEDS_ROOT | NEEDS_REBOOT);
    struct str templates[] = { hold->install, hold->hold };
    struct words words = { 0 };

    for (size_t i = 0; i < 2; i++) {
        add_line(it, &words,
                 filled(it, filled(it, templates[i], "package", package), "version", version));
        finish(it, &words, step);
    }
}

static void restore_driver(struct restoring *it)
{
    const struct facts *facts = it->facts;
    struct str version = known(&facts->driver.version), branch, rest, package;
    struct str flavour = known(&facts->driver.module_flavour);
    struct driver_hold hold;

    it->restore->driver = version;
    it->restore->os = known(&facts->machine.os_title);
    if (!it->restore->os.len)
        it->restore->os = known(&facts->machine.os);
    if (!version.len) {
        lacks(it, GAP_DRIVER);
        return;
    }
    if (known(&facts->container.image_name).len || fact_true(&facts->container.inside)) {
        lacks(it, GAP_HOST);
        return;
    }
    if (!flavour.len) {
        lacks(it, GAP_FLAVOUR);
        return;
    }
    (void) str_cut(version, '.', &branch, &rest);
    for (size_t at = 0; driver_hold_at(at, &hold); at++) {
        package = package_of(it, flavour, branch, hold.os);
        if (is_os(facts, hold.os) && package.len) {
            install_driver(it, &hold, package, version);
            return;
        }
    }
    lacks(it, GAP_PACKAGE);
}

/* --- Python -------------------------------------------------------------------------------- */

static bool has_local(struct str version)
{
    return str_find_char(version, '+') != STR_NONE;
}

/*
 * The version that names this very build, and the index that has it; no index: PyPI. What was
 * installed from PyPI has no local version in its metadata; where these are not recorded, what the
 * tables say of PyPI decides.
 */
static bool torch_wanted(struct restoring *it, struct str *ret_version, struct str *ret_tag)
{
    const struct torch_facts *torch = &it->facts->torch;
    struct str full = known(&torch->version), said = known(&torch->metadata_version);
    struct str platform = fact_is(&it->facts->machine.architecture, STR("aarch64"))
                              ? STR("linux_aarch64")
                              : STR("linux_x86_64");
    struct str release, local;
    struct torch_build build;

    if (!full.len)
        return false;
    *ret_version = full;
    *ret_tag = (struct str){ NULL, 0 };
    (void) str_cut(full, '+', &release, &local);
    if (!local.len || (said.len && !has_local(said))) {
        *ret_version = release;
        return true;
    }
    if (!torch_build_find(NULL, release, local, platform, &build))
        return false;
    if (!said.len && build.pypi_default == ANSWER_YES)
        *ret_version = release;
    else
        *ret_tag = build.tag;
    return true;
}

static void begin_install(struct restoring *it, struct words *words, bool uv)
{
    add_line(it, words,
             uv ? STR("uv pip install --python " FOLDER "/bin/python")
                : STR(FOLDER "/bin/python -m pip install"));
}

static size_t add_packages(struct restoring *it, struct words *words, bool local)
{
    const struct fact_list *packages = &it->facts->torch.packages;
    size_t count = 0;

    for (size_t i = 0; i < packages->count; i++) {
        const struct package_facts *package = &LIST_OF(package, packages)[i];

        if (package->name.state != FACT_KNOWN || package->version.state != FACT_KNOWN ||
            has_local(package->version.value) != local)
            continue;
        add(it, words,
            arena_printf(it->arena, "%.*s==%.*s", STR_ARG(package->name.value),
                         STR_ARG(package->version.value)));
        count++;
    }
    return count;
}

static void make_environment(struct restoring *it, bool uv, struct restore_step *step)
{
    struct str version = known(&it->facts->torch.python_version);
    bool free_threaded = str_ends(known(&it->facts->torch.python_abi), STR("t"));
    struct words words = { 0 };

    if (uv) {
        add_line(it, &words, STR("uv venv"));
        if (version.len) {
            add(it, &words, STR("--python"));
            add(it, &words,
                arena_printf(it->arena, "%.*s%s", STR_ARG(version), free_threaded ? "t" : ""));
        }
    } else {
        add(it, &words,
            version.len ? arena_printf(it->arena, "python%.*s%s", STR_ARG(version),
                                       free_threaded ? "t" : "")
                        : STR("python3"));
        add_line(it, &words, STR("-m venv"));
    }
    add(it, &words, STR(FOLDER));
    finish(it, &words, step);
}

/* torch with what it needs, from its index; then every other package in the version that was there,
 * also where torch asks for another. */
static void install_packages(struct restoring *it, bool uv, struct str version, struct str tag,
                             struct restore_step *step)
{
    struct words words = { 0 };

    begin_install(it, &words, uv);
    add(it, &words, arena_printf(it->arena, "torch==%.*s", STR_ARG(version)));
    if (tag.len) {
        const struct torch_build build = { .tag = tag };

        (void) add_packages(it, &words, true);
        add(it, &words, STR("--index-url"));
        add(it, &words, install_index(it->arena, &build));
    }
    finish(it, &words, step);
    begin_install(it, &words, uv);
    add(it, &words, STR("--no-deps"));
    if (add_packages(it, &words, false))
        finish(it, &words, step);
}

/* conda-forge's names, as install.c has them. */
static void restore_conda(struct restoring *it)
{
    const struct torch_facts *torch = &it->facts->torch;
    struct str cuda = known(&torch->cuda), python = known(&torch->python_version);
    struct words words = { 0 };

    lacks(it, GAP_CHANNEL);
    add_line(it, &words, STR("conda create --name " FOLDER " -c conda-forge"));
    if (python.len)
        add(it, &words, arena_printf(it->arena, "python=%.*s", STR_ARG(python)));
    add(it, &words,
        arena_printf(it->arena, cuda.len ? "pytorch-gpu=%.*s" : "pytorch-cpu=%.*s",
                     STR_ARG(known(&torch->release))));
    if (cuda.len)
        add(it, &words, arena_printf(it->arena, "cuda-version=%.*s", STR_ARG(cuda)));
    finish(it, &words, add_step(it, RESTORE_PYTHON, NEEDS_SAFE));
}

static void restore_python(struct restoring *it)
{
    enum install_tool tool = install_suggested(it->facts);
    struct restore_step *step;
    struct str version, tag;

    it->restore->torch = known(&it->facts->torch.version);
    if (!torch_wanted(it, &version, &tag)) {
        lacks(it, GAP_TORCH);
        return;
    }
    lacks(it, GAP_OTHERS);
    if (tool == INSTALL_CONDA && it->facts->torch.release.state == FACT_KNOWN) {
        restore_conda(it);
        return;
    }
    lacks(it, GAP_WHEELS);
    if (!known(&it->facts->torch.python_version).len)
        lacks(it, GAP_PYTHON);
    step = add_step(it, RESTORE_PYTHON, NEEDS_SAFE);
    make_environment(it, tool == INSTALL_UV, step);
    install_packages(it, tool == INSTALL_UV, version, tag, step);
}

static void restore_check(struct restoring *it, struct str lock)
{
    struct words words = { 0 };

    add_line(it, &words,
             lock.len ? STR("gpuvet lock --env " FOLDER " --thorough --verify")
                      : STR("gpuvet --env " FOLDER));
    if (lock.len)
        add(it, &words, lock);
    finish(it, &words, add_step(it, RESTORE_CHECK, NEEDS_SAFE));
}

void restore_plan(struct arena *arena, const struct facts *facts, struct str lock,
                  struct restore *ret)
{
    struct restoring it = { .arena = arena, .facts = facts, .restore = ret };
    size_t before;

    *ret = (struct restore){ 0 };
    restore_image(&it);
    restore_driver(&it);
    before = ret->steps.count;
    if (!before || ret->steps.items[0].id != RESTORE_IMAGE) /* an image holds its own */
        restore_python(&it);
    if (ret->steps.count > before)
        restore_check(&it, lock);
}

const char *restore_name(enum restore_id id)
{
    static const char *const names[RESTORE_IDS] = { "image", "driver", "python", "check" };

    return names[id];
}

const char *restore_gap_name(enum restore_gap gap)
{
    static const char *const names[RESTORE_GAPS] = { "digest",  "changes", "driver", "host",
                                                     "package", "flavour", "python", "torch",
                                                     "wheels",  "channel", "others" };

    return names[gap];
}
