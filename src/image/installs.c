/* What a command installs: pip, uv, conda and its kin, and the system's package managers. */
#include "format/requirement.h"
#include "image/place.h"
#include "knowledge/torch_builds.h"

static const struct str nothing = { NULL, 0 };

enum tool_kind { TOOL_PIP, TOOL_CONDA, TOOL_SYSTEM };

static const char *const tool_names[] = { "pip", "conda", "system" };

/* Options that take the next word; the word is no package then. */
static const char *const pip_values[] = {
    "-r",
    "--requirement",
    "-c",
    "--constraint",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-t",
    "--target",
    "--prefix",
    "--root",
    "--cache-dir",
    "--trusted-host",
    "--platform",
    "--python-version",
    "--python",
    "-p",
    "--index",
    "--default-index",
    "-e",
    "--editable",
    "--timeout",
    "--retries",
    "--progress-bar",
    "--proxy",
    "--torch-backend",
    "--index-strategy",
    "--config-settings",
    "--global-option",
    "--build-option",
    "--src",
};
static const char *const other_values[] = {
    "-c",       "--channel",    "-n", "--name",   "-p", "--prefix", "-t", "--target-release", "-o",
    "--option", "--repository", "-X", "--solver", "-f", "--file"
};

struct install {
    struct place *place;
    const struct place_lines *lines;
    enum tool_kind tool;
    struct str index;   /* that decides; empty: none is named */
    bool forced;        /* what is there already is replaced */
    bool has_arch_list; /* TORCH_CUDA_ARCH_LIST=… stands before the command */
};

static bool is_one_of(struct str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eqz(word, words[i]))
            return true;
    return false;
}

static bool tool_of(struct str word, enum tool_kind *ret)
{
    static const char *const conda[] = { "conda", "mamba", "micromamba" };
    static const char *const managers[] = { "apt-get", "apt",      "aptitude", "yum",
                                            "dnf",     "microdnf", "apk",      "zypper" };
    struct str name = path_base(word);

    if (str_eqz(name, "uv") || str_starts(name, STR("pip")))
        *ret = TOOL_PIP;
    else if (is_one_of(name, conda, sizeof(conda) / sizeof(conda[0])))
        *ret = TOOL_CONDA;
    else if (is_one_of(name, managers, sizeof(managers) / sizeof(managers[0])))
        *ret = TOOL_SYSTEM;
    else
        return false;
    return true;
}

/* The position of "install", behind the tool's name; 0: the command installs nothing. */
static size_t find_verb(const struct shell_command *command, enum tool_kind *ret)
{
    bool has_tool = false;

    for (size_t i = 0; i < command->count; i++) {
        struct str word = command->items[i].text;

        if (has_tool &&
            (str_eqz(word, "install") || str_eqz(word, "add") || str_eqz(word, "create")))
            return i;
        has_tool |= tool_of(word, ret);
    }
    return 0;
}

/* --- which build --------------------------------------------------------------------------- */

/* "cu121" of "https://download.pytorch.org/whl/cu121", also of its nightly builds. */
static struct str tag_of_index(struct str url)
{
    static const char *const words[] = { "/whl/nightly/", "/whl/test/", "/whl/" };
    struct str tag, rest;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t at = str_find(url, str_of(words[i]));

        if (at == STR_NONE)
            continue;
        (void) str_cut(str_from(url, at + strlen(words[i])), '/', &tag, &rest);
        return tag;
    }
    return nothing;
}

static struct str platform_of(const struct place *place)
{
    return str_eqz(place->platform, "linux/arm64") ? STR("linux_aarch64") : STR("linux_x86_64");
}

/* The build that PyPI gives: of this version, or of the newest. Empty: not known. */
static struct str default_tag(struct str version, struct str platform)
{
    struct torch_build build;
    struct str tag = nothing;

    for (size_t i = 0; torch_build_at(NULL, i, &build); i++)
        if (str_eq(build.platform, platform) && build.pypi_default == ANSWER_YES &&
            (version.len == 0 || str_eq(build.version, version)))
            tag = build.tag;
    return tag;
}

/* True only where the table knows the release on this platform, and not with this tag. */
static bool lacks_build(struct str version, struct str tag, struct str platform)
{
    struct torch_build build;
    bool has_release = false;

    for (size_t i = 0; torch_build_at(NULL, i, &build); i++) {
        if (!str_eq(build.platform, platform) || (version.len && !str_eq(build.version, version)))
            continue;
        has_release = true;
        if (str_eq(build.tag, tag))
            return false;
    }
    return has_release;
}

static bool is_variable(struct str text)
{
    return str_find_char(text, '$') != STR_NONE;
}

/* "12" of "cu121", "9" of "cu92". */
static struct str major_of(struct str tag)
{
    return str_starts(tag, STR("cu")) && tag.len > 3 ? str_slice(tag, 2, tag.len - 1) : nothing;
}

/* --- statements ---------------------------------------------------------------------------- */

static void describe_torch(const struct install *install, struct recipe_facts *facts,
                           struct str version, struct str tag)
{
    struct place *place = install->place;
    bool other;

    if (version.len)
        place_str(facts, &facts->version, version);
    if (tag.len)
        place_str(facts, &facts->tag, tag);
    if (tag.len && install->tool == TOOL_PIP)
        place_bool(facts, &facts->has_build, !lacks_build(version, tag, platform_of(place)));
    other = tag.len && place->torch_tag.len && !str_eq(tag, place->torch_tag);
    if (place->torch_tool.len)
        place_bool(
            facts, &facts->replaces,
            other && (install->forced || (version.len && !str_eq(version, place->torch_version))));
    if (place->torch_tool.len && other && !facts->replaces.value)
        place_bool(facts, &facts->idle, true);
    if (!facts->idle.value) {
        place->torch_tool = str_of(tool_names[install->tool]);
        place->torch_tag = tag;
        place->torch_version = version;
    }
}

static struct recipe_facts *add(const struct install *install, const struct shell_word *word,
                                struct str name)
{
    struct place *place = install->place;
    struct recipe_facts *facts =
        place_add(place, place_line(install->lines, word->offset), "install", name, word->text);

    place_str(facts, &facts->tool, str_of(tool_names[install->tool]));
    place_bool(facts, &facts->forced, install->forced);
    if (install->index.len)
        place_str(facts, &facts->index, install->index);
    return facts;
}

/* Projects whose setup compiles code for GPUs, and that have no wheel at the address that is named
 * (each one's own installation page). */
static bool is_compiled(struct str address)
{
    static const char *const names[] = { "detectron2",    "pytorch3d",
                                         "NVIDIA/apex",   "nvdiffrast",
                                         "gsplat",        "diff-gaussian-rasterization",
                                         "simple-knn",    "MinkowskiEngine",
                                         "causal-conv1d", "pytorch_scatter" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (str_has(address, str_of(names[i])))
            return true;
    return false;
}

static bool is_address(struct str word)
{
    return str_has(word, STR("git+")) || str_has(word, STR("://"));
}

static void add_compiled(const struct install *install, const struct shell_word *word)
{
    struct recipe_facts *facts = add(install, word, path_base(word->text));
    struct place *place = install->place;
    struct str cuda = image_name_field(&place->name, "cuda"), major, rest;

    place_bool(facts, &facts->compiles, true);
    place_bool(facts, &facts->arch_list,
               install->has_arch_list ||
                   docker_scope_find(&place->scope, STR("TORCH_CUDA_ARCH_LIST")) != NULL);
    (void) str_cut(cuda, '.', &major, &rest);
    if (major.len && major_of(place->torch_tag).len)
        place_bool(facts, &facts->other_major, !str_eq(major, major_of(place->torch_tag)));
}

/* "torch==2.4.1+cu121": the version and the tag that its local segment is. */
static void split_version(struct str specifiers, struct str *ret_version, struct str *ret_tag)
{
    struct str rest;

    *ret_version = *ret_tag = nothing;
    if (!str_starts(specifiers, STR("==")) || str_find_char(specifiers, ',') != STR_NONE)
        return;
    (void) str_cut(str_trim(str_from(specifiers, 2)), '+', ret_version, ret_tag);
    if (str_cut(*ret_version, '*', &rest, &rest))
        *ret_version = nothing;
}

static void add_pip(const struct install *install, const struct shell_word *word)
{
    struct requirement requirement;
    struct recipe_facts *facts;
    struct str version, tag;

    if (is_address(word->text)) {
        if (is_compiled(word->text))
            add_compiled(install, word);
        return;
    }
    if (requirement_parse(word->text, &requirement) < 0) {
        if (!word->known && str_starts(word->text, STR("torch=")))
            facts = add(install, word, STR("torch"));
        return;
    }
    facts = add(install, word, requirement.name);
    if (!package_eq(requirement.name, STR("torch")))
        return;
    split_version(requirement.specifiers, &version, &tag);
    if (tag.len == 0 && install->index.len)
        tag = tag_of_index(install->index);
    else if (tag.len == 0 && (requirement.specifiers.len == 0 || version.len))
        tag = default_tag(version, platform_of(install->place));
    if (is_variable(tag) || (install->index.len && is_variable(install->index)))
        tag = nothing;
    describe_torch(install, facts, version, tag);
}

/* conda's "pytorch=2.1" with "pytorch-cuda=12.1" or "cpuonly" beside it. */
static struct str conda_tag(struct arena *arena, const struct shell_command *command)
{
    for (size_t i = 0; i < command->count; i++) {
        struct str word = command->items[i].text, name, version, minor, rest;

        if (str_eqz(word, "cpuonly"))
            return STR("cpu");
        if (!str_cut(word, '=', &name, &version) || !str_eqz(name, "pytorch-cuda"))
            continue;
        (void) str_cut(version, '.', &version, &rest);
        (void) str_cut(rest, '.', &minor, &rest);
        return arena_printf(arena, "cu%.*s%.*s", STR_ARG(version), STR_ARG(minor));
    }
    return nothing;
}

static void add_conda(const struct install *install, const struct shell_command *command,
                      const struct shell_word *word)
{
    struct str name = word->text, version, channel;
    struct recipe_facts *facts;
    size_t at = str_find(name, STR("::"));

    if (at != STR_NONE)
        name = str_from(name, at + 2);
    (void) str_cut(name, '=', &name, &version);
    (void) str_cut(version, '=', &version, &channel);
    if (str_eqz(name, "pytorch"))
        name = STR("torch");
    facts = add(install, word, name);
    if (str_eqz(name, "torch"))
        describe_torch(install, facts, version, conda_tag(install->place->arena, command));
}

/* Debian's openssh-server makes host keys when it is installed; its postinst is the source. */
static void add_system(const struct install *install, const struct shell_word *word)
{
    struct str name = word->text, rest;
    const struct docker_instruction *instruction = install->lines->instruction;
    bool removed = instruction && str_has(instruction->text, STR("/etc/ssh/ssh_host_"));

    (void) str_cut(name, '=', &name, &rest);
    (void) str_cut(name, ':', &name, &rest);
    (void) add(install, word, name);
    if (str_eqz(name, "openssh-server") && !removed)
        (void) place_add(install->place, place_line(install->lines, word->offset), "sshd",
                         STR("ssh-keygen"), name);
}

static void read_index(struct install *install, struct str value)
{
    if (install->index.len == 0 || tag_of_index(value).len)
        install->index = value;
}

/* An option; true where the next word belongs to it. */
static bool read_option(struct install *install, const struct shell_command *command, size_t at)
{
    static const char *const indexes[] = { "-i",          "--index-url",     "--extra-index-url",
                                           "--index",     "--default-index", "-f",
                                           "--find-links" };
    static const char *const forcing[] = { "-U", "--upgrade", "--force-reinstall", "--reinstall" };
    struct str word = command->items[at].text, key, value;
    bool joined = str_cut(word, '=', &key, &value);
    const char *const *values = install->tool == TOOL_PIP ? pip_values : other_values;
    size_t count = install->tool == TOOL_PIP ? sizeof(pip_values) / sizeof(pip_values[0])
                                             : sizeof(other_values) / sizeof(other_values[0]);

    if (!joined && at + 1 < command->count)
        value = command->items[at + 1].text;
    if (install->tool == TOOL_PIP && is_one_of(key, indexes, sizeof(indexes) / sizeof(indexes[0])))
        read_index(install, value);
    if (str_eqz(key, "--torch-backend"))
        install->index = arena_printf(install->place->arena, "/whl/%.*s", STR_ARG(value));
    if (install->tool == TOOL_PIP && is_one_of(key, forcing, sizeof(forcing) / sizeof(forcing[0])))
        install->forced = true;
    return !joined && is_one_of(key, values, count);
}

static void add_word(const struct install *install, const struct shell_command *command,
                     const struct shell_word *word)
{
    switch (install->tool) {
    case TOOL_PIP:
        add_pip(install, word);
        break;
    case TOOL_CONDA:
        add_conda(install, command, word);
        break;
    case TOOL_SYSTEM:
        add_system(install, word);
        break;
    }
}

/* Indexes that the environment names for every pip
 * (https://pip.pypa.io/en/stable/topics/configuration/) and uv. */
static void read_environment(struct install *install, const struct shell_command *command)
{
    static const char *const names[] = { "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL",
                                         "UV_INDEX_URL",  "UV_EXTRA_INDEX_URL",
                                         "UV_INDEX",      "UV_DEFAULT_INDEX" };
    struct str name, value;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct docker_variable *variable =
            docker_scope_find(&install->place->scope, str_of(names[i]));

        if (variable && variable->known && install->tool == TOOL_PIP)
            read_index(install, variable->value);
    }
    for (size_t i = 0; i < command->count; i++)
        if (str_cut(command->items[i].text, '=', &name, &value))
            install->has_arch_list |= str_eqz(name, "TORCH_CUDA_ARCH_LIST");
}

bool place_install(struct place *place, const struct place_lines *lines,
                   const struct shell_command *command)
{
    struct install install = { .place = place, .lines = lines };
    size_t verb = find_verb(command, &install.tool);

    if (verb == 0)
        return false;
    read_environment(&install, command);
    for (size_t i = verb + 1; i < command->count; i++)
        if (str_starts(command->items[i].text, STR("-")) && read_option(&install, command, i))
            i++;
    for (size_t i = verb + 1; i < command->count; i++) {
        if (str_starts(command->items[i].text, STR("-")))
            i += read_option(&install, command, i);
        else
            add_word(&install, command, &command->items[i]);
    }
    return true;
}
