/* run_image: the engine that starts the container, and the image in its store. */
#include "cli/run.h"

#include "knowledge/cuda.h"
#include "knowledge/dotted.h"
#include "knowledge/image_names.h"

#define ASK_US 20000000

bool run_engine_failed(struct run *run, struct str complaint, struct str from)
{
    if (str_has_nocase(complaint, STR("no such")) || str_has_nocase(complaint, STR("not known")))
        return false;
    fact_str(&run->subject->facts.start.engine_error, complaint, from);
    return true;
}

/* Whether `engine` has it; where it does not, or does not answer, the facts say so. */
static bool has_image(struct run *run, const struct engine *engine)
{
    struct start_facts *facts = &run->subject->facts.start;
    struct str from = arena_printf(run->arena, "%s image inspect", engine->name);
    const char *words[] = { engine->name, "image", "inspect",
                            arena_copy(run->arena, run->start.image).data, NULL };
    const struct child_result *result = engine_run(&run->user, words, run->user.environ, ASK_US);

    facts->engine_error = (struct fact_str){ .state = FACT_ABSENT, .from = from };
    facts->stored = (struct fact_str){ .state = FACT_UNKNOWN, .from = from };
    if (!result)
        return false;
    if (result->end == CHILD_OK &&
        image_inspect_read(run->arena, result->answers, &run->image) == 0) {
        fact_str(&facts->stored, run->image.id.len ? run->image.id : STR("?"), from);
        return true;
    }
    if (result->end == CHILD_OK)
        fact_str(&facts->engine_error, STR("?"), from);
    else if (!run_engine_failed(run, engine_complaint(run->arena, result), from))
        facts->stored.state = FACT_ABSENT;
    return false;
}

static bool is_candidate(const struct run *run, const struct engine *engine)
{
    return (!run->user.only || run->user.only == engine) && start_form_of(engine) &&
           engine_program(&run->user, engine->name);
}

static bool find_engine(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start, first = *facts;
    const struct engine *engine;
    bool found = false;

    for (size_t i = 0; !found && (engine = engine_at(i)) != NULL; i++) {
        if (!is_candidate(run, engine))
            continue;
        found = has_image(run, engine);
        if (found || !run->engine) {
            run->engine = engine;
            first = *facts;
        }
    }
    *facts = first;
    if (!run->engine) {
        facts->engine = (struct fact_str){ .state = FACT_ABSENT, .from = STR("PATH") };
        return false;
    }
    run->start.form = start_form_of(run->engine);
    fact_str(&facts->engine, str_of(run->engine->name), STR("PATH"));
    return found;
}

/* --- what the image says -------------------------------------------------------------------- */

static bool has_word(const struct oci_strings *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (str_has(words->items[i], str_of(word)))
            return true;
    return false;
}

static bool starts(const struct run *run, const char *word)
{
    return has_word(&run->image.entry_point, word) || has_word(&run->image.command, word);
}

static bool read_name(struct run *run, struct image_name *ret)
{
    struct image_reference reference;

    if (image_reference_parse(run->arena, run->start.image, &reference) < 0)
        return false;
    image_name_read(&reference, ret);
    return ret->tag != NULL;
}

void run_find_server(struct run *run, bool ssh, struct fact_bool *fact)
{
    struct image_name name = { .tag = NULL };
    enum answer answer;

    if (starts(run, ssh ? "sshd" : "jupyter") || starts(run, ssh ? "sshd" : "notebook")) {
        fact_bool(fact, true, STR("image inspect"));
        return;
    }
    if (!read_name(run, &name))
        return;
    answer = ssh ? name.tag->ssh : name.tag->jupyter;
    if (answer != ANSWER_UNKNOWN)
        fact_bool(fact, answer == ANSWER_YES, STR("the image's name"));
}

/* "11.7" of "2.0.1-cuda11.7-cudnn8-runtime". Only of images with PyTorch's own wheels: others may
 * bring NVIDIA's libraries that make older drivers do. */
static void read_cuda(struct run *run)
{
    struct start_facts *facts = &run->subject->facts.start;
    struct image_name name = { .tag = NULL };
    struct cuda_requirement needed;
    struct str cuda, major_text, minor_text;
    unsigned major, minor;

    if (!read_name(run, &name) || !str_eqz(name.publisher->name, "docker.io/pytorch/pytorch"))
        return;
    cuda = image_name_field(&name, "cuda");
    if (!str_cut(cuda, '.', &major_text, &minor_text) || dotted_first(major_text, &major) < 0 ||
        dotted_first(minor_text, &minor) < 0 || !cuda_driver_needed(NULL, major, minor, &needed))
        return;
    fact_str(&facts->cuda, arena_copy(run->arena, cuda), STR("the image's name"));
    fact_str(&facts->cuda_driver, needed.driver, STR("the image's name"));
}

static void tell_variable(struct run *run, const char *name, struct fact_str *fact)
{
    struct str value;

    if (inspect_variable(&run->image.env, name, &value))
        fact_str(fact, value, STR("image inspect"));
}

static void tell_image(struct run *run)
{
    struct facts *facts = &run->subject->facts;
    struct container_facts *to = &facts->container;
    struct str from = STR("image inspect");
#if defined(__aarch64__)
    static const struct str own = STR_INIT("arm64");
#else
    static const struct str own = STR_INIT("amd64");
#endif

    if (run->image.architecture.len) {
        fact_bool(&facts->start.fits_architecture, str_eq(run->image.architecture, own), from);
        fact_str(&to->image_architecture, run->image.architecture, from);
    }
    fact_bool(&facts->start.own, run->image.driver.len > 0, from);
    if (run->image.driver.len)
        fact_str(&facts->start.driver, run->image.driver, from);
    else
        read_cuda(run);
    tell_variable(run, "NVIDIA_REQUIRE_CUDA", &to->image_require);
    tell_variable(run, "NVIDIA_DRIVER_CAPABILITIES", &to->image_capabilities);
    tell_variable(run, "NVIDIA_VISIBLE_DEVICES", &to->image_visible);
}

void run_find_image(struct run *run)
{
    if (find_engine(run))
        tell_image(run);
}
