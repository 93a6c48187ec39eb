/* draft: a first policy, of what a stack is now. */
#include "policy/parts.h"

#include "base/text.h"

struct draft {
    struct buf *buf;
    struct arena *arena;
    const struct policy_subject *subject;
    enum lang lang;
};

static void comment(const struct draft *draft, const char *start, enum text_id id)
{
    buf_addz(draft->buf, start);
    buf_add(draft->buf, text_of(id, draft->lang));
    buf_add_char(draft->buf, '\n');
}

static const struct policy_key *key_named(const char *name)
{
    const struct policy_key *key;
    size_t i = 0;

    while ((key = policy_key_at(i)) != NULL && !str_eqz(key->name, name))
        i++;
    return key;
}

/* Whether the subject keeps a rule of this one item: neither broken nor open. */
static bool is_kept(const struct draft *draft, const char *key, struct str item)
{
    struct policy_rule rule = { .key = key_named(key) };
    struct policy_results results = { 0 };
    struct policy policy = { 0 };

    *LIST_ADD(draft->arena, &rule.items) = item;
    *LIST_ADD(draft->arena, &policy.rules) = rule;
    policy_judge(draft->arena, &policy, draft->subject, 0, &results);
    return results.count == 0;
}

/* In single quotes, in which a quote is written twice. */
static void quoted(struct buf *buf, struct str text)
{
    buf_add_char(buf, '\'');
    for (size_t i = 0; i < text.len; i++) {
        buf_add_char(buf, text.data[i]);
        if (text.data[i] == '\'')
            buf_add_char(buf, '\'');
    }
    buf_add_char(buf, '\'');
}

/* A rule, or, where it is not kept, the same as a comment. */
static void rule(const struct draft *draft, bool kept, struct str name, const char *key,
                 const struct policy_words *items, enum text_id reason)
{
    const char *start = kept ? "  " : "  # ";

    buf_addf(draft->buf, "%s- name: %.*s\n%s  %s: [", start, STR_ARG(name), start, key);
    for (size_t i = 0; i < items->count; i++) {
        if (i)
            buf_addz(draft->buf, ", ");
        quoted(draft->buf, items->items[i]);
    }
    buf_addf(draft->buf, "]\n%s  reason: ", start);
    quoted(draft->buf, text_of(reason, draft->lang));
    buf_addz(draft->buf, "\n\n");
}

/* --- what is allowed ----------------------------------------------------------------------- */

/* The text of a fact that may stand in a line of the file. */
static bool plain(const struct draft *draft, const char *fact, struct str *ret)
{
    struct buf shown = buf_new(draft->arena, 4096);
    struct fact_ref ref;
    struct str text;

    if (facts_find(draft->subject->facts, str_of(fact), &ref) < 0 ||
        fact_ref_state(&ref) != FACT_KNOWN)
        return false;
    text = fact_ref_text(draft->arena, &ref);
    text_escape(&shown, text);
    if (text.len == 0 || !str_eq(buf_str(&shown), text))
        return false;
    *ret = text;
    return true;
}

/* "2.4.1" as "==2.4.*". */
static struct str minor_series(struct arena *arena, struct str version)
{
    struct str major, minor, rest;

    (void) str_cut(version, '.', &major, &rest);
    (void) str_cut(rest, '.', &minor, &rest);
    return arena_printf(arena, "==%.*s.%.*s.*", STR_ARG(major), STR_ARG(minor));
}

static void allow(const struct draft *draft)
{
    static const struct {
        const char *key, *fact;
        bool is_version;
        const char *example; /* where the fact is not known */
    } rows[] = {
        { "cuda-tags", "torch.tag", false, "cu126" },
        { "torch", "torch.release", true, ">=2.6,<3" },
        { "python", "torch.python_version", true, ">=3.10,<3.14" },
        { "driver-branches", "driver.branch", false, "580" },
        { "base-images", "container.image_name", false, "pytorch/pytorch:2.*-cuda12.*-runtime" },
    };

    comment(draft, "  # ", TEXT_POLICY_DRAFT_ALLOW);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policy_words items = { 0 };
        struct str value;
        bool known = plain(draft, rows[i].fact, &value);

        if (known && rows[i].is_version)
            value = minor_series(draft->arena, value);
        *LIST_ADD(draft->arena, &items) = known ? value : str_of(rows[i].example);
        rule(draft, known && is_kept(draft, rows[i].key, value), str_of(rows[i].key), rows[i].key,
             &items, TEXT_POLICY_WHY_AS_HERE);
    }
}

/* --- what must work, and what must not be --------------------------------------------------- */

static void checks(const struct draft *draft)
{
    static const char *const layers[] = { "hardware/*", "driver/*",  "runtime/*", "cudnn/*",
                                          "torch/*",    "process/*", "wsl/*" };
    struct policy_words kept = { 0 }, others = { 0 };

    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
        *LIST_ADD(draft->arena, is_kept(draft, "checks", str_of(layers[i])) ? &kept : &others) =
            str_of(layers[i]);
    comment(draft, "  # ", TEXT_POLICY_DRAFT_CHECKS);
    if (kept.count)
        rule(draft, true, STR("must-work"), "checks", &kept, TEXT_POLICY_WHY_CHECKS);
    if (others.count)
        rule(draft, false, STR("must-work-too"), "checks", &others, TEXT_POLICY_WHY_CHECKS);
}

static void forbid(const struct draft *draft)
{
    static const struct {
        const char *state;
        enum text_id why;
    } rows[] = {
        { "system-cudnn", TEXT_POLICY_WHY_SYSTEM_CUDNN },
        { "cuda-visible-devices", TEXT_POLICY_WHY_VISIBLE_DEVICES },
        { "root-ssh", TEXT_POLICY_WHY_ROOT_SSH },
        { "public-ports", TEXT_POLICY_WHY_PUBLIC_PORTS },
        { "unpinned-base", TEXT_POLICY_WHY_UNPINNED_BASE },
    };

    comment(draft, "  # ", TEXT_POLICY_DRAFT_FORBID);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policy_words items = { 0 };
        struct str state = str_of(rows[i].state);

        *LIST_ADD(draft->arena, &items) = state;
        rule(draft, is_kept(draft, "forbid", state), state, "forbid", &items, rows[i].why);
    }
}

void policy_draft(struct buf *buf, const struct policy_subject *subject, enum lang lang)
{
    const struct draft draft = { buf, buf->arena, subject, lang };

    comment(&draft, "# ", TEXT_POLICY_DRAFT_HEAD);
    comment(&draft, "# ", TEXT_POLICY_DRAFT_COMMENTED);
    buf_addz(buf, "gpuvet-policy: " POLICY_VERSION "\n\n");
    comment(&draft, "# ", TEXT_POLICY_DRAFT_GROUPS);
    buf_addz(buf, "groups:\n  all: ['*']\n\nrules:\n");
    allow(&draft);
    checks(&draft);
    forbid(&draft);
    comment(&draft, "# ", TEXT_POLICY_DRAFT_EXCEPTIONS);
    buf_addz(buf, "# exceptions:\n#   - rule: torch\n#     hosts: ['gpu-07']\n"
                  "#     until: 2027-01-31\n#     reason: '…'\n");
}
