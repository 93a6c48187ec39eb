/*
 * verdicts FILE…: what each text makes of itself, one line a file, fields separated by tabs:
 * state, cause or "-", certainty, the candidates where it is undecided, the facts that were read.
 * tools/accuracy.py counts them.
 */
#include "diagnosis/diagnosis.h"
#include "probe/probe.h"
#include "transcript/transcript.h"

#include <errno.h>
#include <fcntl.h>

#define CANDIDATES 5

static int read_fd(void *context, char *buffer, size_t room, size_t *ret_count)
{
    ssize_t count = read(*(const int *) context, buffer, room);

    if (count < 0)
        return -errno;
    *ret_count = (size_t) count;
    return 0;
}

static void out_of_memory(void)
{
    abort();
}

static void print_verdict(struct arena *arena, struct facts *facts)
{
    struct eyes eyes = { 0 };
    struct wishes wishes = { 0 };
    struct probe_ctx ctx = {
        .arena = arena,
        .eyes = &eyes,
        .wishes = &wishes,
        .facts = facts,
    };
    struct judgement judgement;
    struct verdict verdict;
    const struct fact_list *symptoms = &facts->symptom.items;

    probe_all(&ctx, COST_NOTHING);
    rules_judge(arena, facts, &judgement);
    diagnose(arena, facts, &judgement, &verdict);
    printf("%s\t%.*s\t%s\t", verdict_state_name(verdict.state),
           STR_ARG(verdict.cause.len ? verdict.cause : STR("-")),
           certainty_name(verdict.certainty));
    for (size_t i = 0; i < verdict.undecided.count && i < CANDIDATES; i++)
        printf("%s%.*s", i ? " " : "", STR_ARG(verdict.undecided.items[i]->rule->slug));
    printf("\t");
    for (size_t i = 0; i < symptoms->count; i++)
        printf("%s%.*s", i ? " " : "", STR_ARG(LIST_OF(symptom_item, symptoms)[i].name.value));
    printf("\t");
    for (size_t i = 0; i < verdict.findings.count; i++)
        printf("%s%.*s(%s)", i ? " " : "", STR_ARG(verdict.findings.items[i].finding->rule->slug),
               certainty_name(verdict.findings.items[i].certainty));
    printf("\n");
}

int main(int argc, char *argv[])
{
    for (int i = 1; i < argc; i++) {
        AUTO_ARENA *arena = arena_new(out_of_memory);
        struct facts facts = { 0 };
        int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        struct transcript_source source = { read_fd, &fd };

        if (fd < 0 || transcript_read(arena, &source, &facts, NULL) < 0)
            return EXIT_FAILURE;
        (void) close(fd);
        print_verdict(arena, &facts);
    }
    return EXIT_SUCCESS;
}
