/* subject_image: an image from a file, an engine's store or a registry; alone, or on a host. */
#include "cli/subject.h"

#include "driver/facts.h"
#include "facts/beneath.h"
#include "image/image.h"

#include <errno.h>

/* The process that it would start: its variables, its user, its folder. */
static struct eyes eyes_of_image(const struct image *image)
{
    const struct image_config *config = &image->config;
    struct str user = config->user, group;
    uint64_t uid = 0;

    (void) str_cut(user, ':', &user, &group);
    if (user.len && str_u64(user, 10, &uid) < 0)
        uid = str_eqz(user, "root") ? 0 : 1000;
    return (struct eyes){
        .known = true,
        .variables = config->env.items,
        .variable_count = config->env.count,
        .uid = (uint32_t) uid,
        .working_directory = config->directory,
    };
}

/* Docker's names for what uname(2) calls x86_64 and aarch64. */
static struct str own_architecture(void)
{
#if defined(__aarch64__)
    return STR("arm64");
#else
    return STR("amd64");
#endif
}

/* --- where it comes from ------------------------------------------------------------------- */

static int open_file(struct arena *arena, const struct options *options, struct image *image,
                     struct str *ret_why)
{
    struct given_file given; /* stays open: files are read in place */
    struct str why = { NULL, 0 };
    int r = given_open(arena, options->image, &given);

    if (r < 0)
        return r;
    r = given_is_folder(&given) ? image_of_folder(arena, given.fd, own_architecture(), image, &why)
                                : image_of_fd(arena, given.fd, own_architecture(), image, &why);
    if (r < 0)
        *ret_why = arena_printf(arena, "%.*s: %.*s", STR_ARG(why), STR_ARG(error_text(r)));
    return r;
}

/* What one command writes. *ret_why is the command's own complaint, where it has one. */
static int open_stream(const struct engine_user *user, const char *const *words, struct str name,
                       struct image *image, struct str *ret_why)
{
    struct child *child = engine_stream(user, words, name);
    struct str why = { NULL, 0 }, complaint;
    int r;

    if (!child)
        return -ENOENT;
    r = image_of_fd(user->arena, child_output(child), own_architecture(), image, &why);
    complaint = engine_stream_end(user->arena, child, r == 0);
    if (complaint.len)
        r = r == 0 ? -EIO : r;
    if (r < 0)
        *ret_why = arena_printf(user->arena, "%s: %.*s", words[0],
                                STR_ARG(complaint.len ? complaint : error_text(r)));
    return r;
}

static int open_stored(const struct engine_user *user, struct str name, struct image *image,
                       struct str *ret_why)
{
    const struct engine *engine;
    int r = -ENOENT;

    for (size_t i = 0; r < 0 && (engine = engine_at(i)) != NULL; i++)
        if (!user->only || user->only == engine) {
            int one = open_stream(user, engine->save, name, image, ret_why);

            r = one == -ENOENT ? r : one;
        }
    return r;
}

static int open_image(struct arena *arena, const struct options *options, struct image *image,
                      struct str *ret_why)
{
    struct engine_user user = engine_user(arena, options);

    if (str_starts(options->image, STR("docker://")))
        return open_stream(&user, engine_pull, options->image, image, ret_why);
    if (str_eqz(options->image, "-") || given_exists(arena, options->image) ||
        str_starts(options->image, STR("/")) || str_starts(options->image, STR(".")))
        return open_file(arena, options, image, ret_why);
    return open_stored(&user, options->image, image, ret_why);
}

/* --- as facts ------------------------------------------------------------------------------ */

static void tell(struct fact_str *fact, struct str value, struct str from)
{
    fact->state = FACT_ABSENT;
    fact->from = from;
    if (value.len)
        fact_str(fact, value, from);
}

static struct str first_word(const struct image_config *config)
{
    const struct names *words = config->entry_point.count ? &config->entry_point : &config->command;

    return words->count ? words->items[0] : (struct str){ NULL, 0 };
}

static void tell_variable(const struct eyes *eyes, const char *name, struct fact_str *ret,
                          struct str from)
{
    struct str value = { NULL, 0 };

    (void) eyes_variable(eyes, name, &value);
    tell(ret, value, from);
}

static void tell_image(const struct image *image, const struct eyes *eyes, struct facts *facts)
{
    static const struct str from = STR_INIT("image");
    struct container_facts *to = &facts->container;

    fact_bool(&to->asked, true, from);
    to->pid = (struct fact_int){ .state = FACT_ABSENT, .from = from };
    tell(&to->image_name, image->name, from);
    tell(&to->image_digest, image->digest, from);
    tell(&to->image_digest_of, image->digest_of, from);
    tell(&to->image_architecture, image->config.architecture, from);
    tell(&to->image_user, image->config.user, from);
    tell(&to->image_entry_point, first_word(&image->config), from);
    tell_variable(eyes, "NVIDIA_REQUIRE_CUDA", &to->image_require, from);
    tell_variable(eyes, "NVIDIA_DRIVER_CAPABILITIES", &to->image_capabilities, from);
    tell_variable(eyes, "NVIDIA_VISIBLE_DEVICES", &to->image_visible, from);
    tell_variable(eyes, "LD_LIBRARY_PATH", &to->image_library_path, from);
    if (fact_is(&facts->driver.library_origin, STR("native")))
        to->image_driver = facts->driver.library_version;
    else
        to->image_driver = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    fact_bool(&to->image_partial, image->partial, from);
    fact_bool(&to->image_full, image->full, from);
    fact_int(&to->image_refused, (int64_t) image->refused, from);
}

/* As the host would run it, started with its GPU. */
static void put_on_host(const struct facts *host, struct facts *facts)
{
    facts_beneath(facts, host, true);
    fact_bool(&facts->container.inside, false, STR("--image"));
    facts->container.engine = (struct fact_str){ .state = FACT_ABSENT, .from = STR("--image") };
    facts->container.gpu_injected =
        (struct fact_bool){ .state = FACT_ABSENT, .from = STR("--image") };
}

int examine_image(struct arena *arena, const struct options *options, struct subject *ret)
{
    struct looking *looking = &ret->looking;
    struct image *image = ARENA_NEW(arena, struct image);
    struct subject *host = ARENA_NEW(arena, struct subject);
    bool on_host = options->with_machine || options->host.len;
    const struct facts *seen;
    struct str why = { NULL, 0 };
    int r = open_image(arena, options, image, &why);

    if (r < 0)
        return engine_refused(arena, options, options->image, r, why);
    looking->eyes = eyes_of_image(image);
    looking->wishes = (struct wishes){ .python = options->python,
                                       .environment = options->environment,
                                       .settings = options->command->bit == OF_POLICY };
    looking->ctx = (struct probe_ctx){ .arena = arena,
                                       .root = image->root,
                                       .eyes = &looking->eyes,
                                       .wishes = &looking->wishes,
                                       .facts = &ret->facts };
    if (on_host && (r = examine_host(arena, options, true, host)) != EXIT_GOOD)
        return r;
    keep_looks(ret);
    ask_nobody(ret, FACT_UNKNOWN, STR("--image"));
    probe_before_driver(&looking->ctx);
    probe_beside_driver(&looking->ctx);
    seen = before_telling(arena, ret);
    tell_image(image, &looking->eyes, &ret->facts);
    if (on_host)
        put_on_host(&host->facts, &ret->facts);
    keep_told(arena, ret, seen);
    probe_all(&looking->ctx, COST_NOTHING);
    ret->kind = STR("image");
    ret->name = image->name.len ? image->name : options->image;
    return EXIT_GOOD;
}
