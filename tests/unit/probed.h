/*
 * probed: a machine in memory for the tests of probes: its files, whose eyes look, what was found.
 *
 *     struct machine m = machine_new();
 *     machine_file(&m, "usr/bin/python3.11", "\177ELF");
 *     machine_run(&m, COST_FILES);
 *     expect(&m, "torch.python_version", "3.11");
 *     machine_free(&m);
 */
#ifndef GPUVET_TEST_PROBED_H
#define GPUVET_TEST_PROBED_H

#include "probe/probe.h"
#include "root/tree.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct machine {
    struct arena *arena;
    struct tree *tree;
    struct root *root; /* of the tree, or one that fails in between */
    struct eyes eyes;
    struct str variables[16];
    struct wishes wishes;
    struct facts facts;
};

static void machine_no_memory(void)
{
    fail_msg("out of memory");
}

__attribute__((unused)) static struct machine machine_new(void)
{
    struct machine m = { .arena = arena_new(machine_no_memory) };

    m.tree = tree_new(m.arena);
    m.root = tree_root(m.tree);
    return m;
}

__attribute__((unused)) static void machine_free(struct machine *m)
{
    arena_free(m->arena);
}

__attribute__((unused)) static void machine_file(struct machine *m, const char *path,
                                                 const char *text)
{
    tree_add(m->tree, str_of(path), (struct node){ .kind = NODE_FILE, .mode = 0755 }, str_of(text));
}

__attribute__((unused)) static void machine_link(struct machine *m, const char *path,
                                                 const char *target)
{
    tree_add(m->tree, str_of(path), (struct node){ .kind = NODE_LINK, .mode = 0777 },
             str_of(target));
}

__attribute__((unused)) static void machine_folder(struct machine *m, const char *path)
{
    tree_add(m->tree, str_of(path), (struct node){ .kind = NODE_DIRECTORY, .mode = 0755 }, STR(""));
}

/* A variable of the process whose eyes look: "PATH=/usr/bin". */
__attribute__((unused)) static void machine_variable(struct machine *m, const char *text)
{
    assert_true(m->eyes.variable_count < 16);
    m->variables[m->eyes.variable_count++] = str_of(text);
    m->eyes.known = true;
}

__attribute__((unused)) static void machine_run(struct machine *m, enum probe_cost cost)
{
    struct probe_ctx ctx = {
        .arena = m->arena,
        .root = m->root,
        .eyes = &m->eyes,
        .wishes = &m->wishes,
        .facts = &m->facts,
    };

    m->eyes.variables = m->variables;
    probe_all(&ctx, cost);
}

/* The fact as text; "absent", "denied" and "unknown" in angle brackets. */
__attribute__((unused)) static struct str shown(struct machine *m, const char *name)
{
    struct fact_ref ref;

    if (facts_find(&m->facts, str_of(name), &ref) < 0)
        return STR("<no such fact>");
    if (fact_ref_state(&ref) == FACT_KNOWN)
        return fact_ref_text(m->arena, &ref);
    return arena_printf(m->arena, "<%s>", fact_state_name(fact_ref_state(&ref)));
}

__attribute__((unused)) static void expect(struct machine *m, const char *name, const char *want)
{
    struct str have = shown(m, name);

    if (!str_eqz(have, want))
        fail_msg("%s is %.*s, not %s", name, STR_ARG(have), want);
}

/* Where the fact was read, or looked for. */
__attribute__((unused)) static void expect_from(struct machine *m, const char *name,
                                                const char *want)
{
    struct fact_ref ref;

    assert_int_equal(facts_find(&m->facts, str_of(name), &ref), 0);
    if (!str_eqz(fact_ref_from(&ref), want))
        fail_msg("%s is from %.*s, not %s", name, STR_ARG(fact_ref_from(&ref)), want);
}

#endif
