/* image new: writes a small image for the machine that is meant, from the plan for it. */
#include "base/text.h"
#include "cli/image.h"
#include "cli/plan_question.h"
#include "image/write.h"
#include "knowledge/cuda.h"
#include "plan/install.h"
#include "report/report.h"

#include <errno.h>

#define FILE_LIMIT (64u * 1024u)
#define PROGRAM_LIMIT (256u << 20) /* bytes of this program */

static int refuse(struct arena *arena, const struct options *options, enum text_id id,
                  struct str word)
{
    struct buf shown = buf_new(arena, 4096);

    text_escape(&shown, word);
    complain(report_fill(arena, text_of(id, options->lang), "word", buf_str(&shown), NULL));
    return EXIT_WRONG_USAGE;
}

/* "12.8" of "12.8.1": what the driver's minimum depends on. */
static struct str driver_for(struct str cuda)
{
    struct str major, minor, rest;
    uint64_t numbers[2] = { 0, 0 };
    struct cuda_requirement needed;

    (void) str_cut(cuda, '.', &major, &rest);
    (void) str_cut(rest, '.', &minor, &rest);
    if (str_u64(major, 10, &numbers[0]) < 0 || str_u64(minor, 10, &numbers[1]) < 0 ||
        !cuda_driver_needed(NULL, (unsigned) numbers[0], (unsigned) numbers[1], &needed))
        return STR("unknown");
    return needed.driver;
}

/* The problem's Python; else 3.12, for which most packages have wheels, where the build has it;
 * else the last that it has. */
static struct str python_for(const struct plan_question *question)
{
    struct str pythons = question->plan.build.pythons, word, last = STR("3.12");

    if (question->problem.python.len)
        return question->problem.python;
    while (str_next_word(&pythons, &word)) {
        if (str_eqz(word, "3.12"))
            return word;
        if (!str_ends(word, STR("t")) && !str_ends(word, STR("+")))
            last = word;
    }
    return last;
}

/* The build by its local version, so that no other one can take its place; the companions by
 * theirs. */
static struct str packages_for(struct arena *arena, const struct plan *plan)
{
    const struct torch_build *build = &plan->build;
    struct buf out = buf_new(arena, FILE_LIMIT);

    buf_addf(&out, "torch==%.*s", STR_ARG(build->version));
    if (build->local.len)
        buf_addf(&out, "+%.*s", STR_ARG(build->local));
    for (size_t i = 0; i < plan->pinned.count; i++)
        if (plan->pinned.items[i].version.len)
            buf_addf(&out, " %.*s==%.*s", STR_ARG(plan->pinned.items[i].wanted->name),
                     STR_ARG(plan->pinned.items[i].version));
    return buf_str(&out);
}

static struct new_image image_for(struct arena *arena, const struct options *options,
                                  const struct plan_question *question)
{
    const struct torch_build *build = &question->plan.build;

    return (struct new_image){
        .torch = build->version,
        .tag = build->tag,
        .cuda = build->cuda,
        .driver = driver_for(build->cuda),
        .python = python_for(question),
        .index = install_index(arena, build),
        .packages = packages_for(arena, &question->plan),
        .jupyter = options->jupyter,
        .ssh = options->ssh,
    };
}

/* What is written into the folder, and its mode. */
struct new_file {
    struct str name, bytes;
    unsigned mode;
};
struct new_files {
    struct new_file *items;
    size_t count, room;
};

static void add_file(struct arena *arena, const struct new_image *image, enum template_id id,
                     unsigned mode, struct new_files *to)
{
    struct buf bytes = buf_new(arena, FILE_LIMIT);

    image_write(&bytes, image, id);
    *LIST_ADD(arena, to) = (struct new_file){ template_of(id)->name, buf_str(&bytes), mode };
}

/* Nothing is written where one of them is there already. */
static int write_files(struct arena *arena, const struct options *options, struct str folder,
                       const struct new_files *files)
{
    for (size_t i = 0; i < files->count && !options->force; i++)
        if (given_exists(arena, arena_join(arena, folder, files->items[i].name)))
            return refuse(arena, options, TEXT_IMAGE_NEW_THERE,
                          arena_join(arena, folder, files->items[i].name));
    for (size_t i = 0; i < files->count; i++) {
        const struct new_file *file = &files->items[i];
        int r = given_write(arena, folder, file->name, file->bytes, file->mode, options->force);

        if (r < 0) {
            complain(report_fill(arena, text_of(TEXT_CLI_CANNOT_WRITE, options->lang), "why",
                                 error_text(r), NULL));
            return EXIT_NO_OUTPUT;
        }
    }
    return EXIT_GOOD;
}

static int write_folder(struct arena *arena, const struct options *options, struct str folder,
                        struct new_image *image)
{
    struct new_files files = { 0 };
    struct str program;
    int code;

    image->verify = root_read_given(arena, STR("/proc/self/exe"), PROGRAM_LIMIT, &program) == 0;
    add_file(arena, image, TEMPLATE_DOCKERFILE, 0644, &files);
    if (options->compose)
        add_file(arena, image, TEMPLATE_COMPOSE, 0644, &files);
    if (options->ssh)
        add_file(arena, image, TEMPLATE_START, 0755, &files);
    if (image->verify)
        *LIST_ADD(arena, &files) = (struct new_file){ STR("gpuvet"), program, 0755 };
    code = write_files(arena, options, folder, &files);
    if (code != EXIT_GOOD || options->quiet)
        return code;
    for (size_t i = 0; i < files.count && code == EXIT_GOOD; i++) {
        struct buf line = buf_new(arena, FILE_LIMIT);

        text_escape(&line, arena_join(arena, folder, files.items[i].name));
        buf_add_char(&line, '\n');
        code = print(arena, options->lang, buf_str(&line));
    }
    return code;
}

int image_new(struct arena *arena, const struct options *options, struct str folder)
{
    struct plan_question *question = ARENA_NEW(arena, struct plan_question);
    struct buf text = buf_new(arena, FILE_LIMIT);
    struct word_list none = { 0 };
    struct new_image image;
    int code;

    if (str_eqz(folder, "-") && (options->ssh || options->compose))
        return refuse(arena, options, TEXT_IMAGE_NEW_ONE_FILE,
                      options->ssh ? STR("--ssh") : STR("--compose"));
    code = plan_ask(arena, options, &none, question);
    if (code != EXIT_GOOD)
        return code;
    if (question->plan.state != PLAN_FOUND) {
        (void) refuse(arena, options, TEXT_IMAGE_NEW_NO_PLAN, folder);
        return question->plan.state == PLAN_NONE ? EXIT_CAUSE : EXIT_UNDECIDED;
    }
    image = image_for(arena, options, question);
    if (!str_eqz(folder, "-"))
        return write_folder(arena, options, folder, &image);
    image_write(&text, &image, TEMPLATE_DOCKERFILE);
    return print(arena, options->lang, buf_str(&text));
}
