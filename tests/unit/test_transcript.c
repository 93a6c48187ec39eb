/* What is read out of pasted text. */
#include "base/arena.h"
#include "diagnosis/diagnosis.h"
#include "knowledge/patterns.h"
#include "probe/probe.h"
#include "transcript/clean.h"
#include "transcript/scan.h"
#include "transcript/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void out_of_memory(void)
{
    abort();
}

/* The value of a fact as text; empty where it is not known. */
static struct str value_of(struct arena *arena, const struct facts *facts, struct str name)
{
    struct fact_ref ref;

    if (facts_find(facts, name, &ref) < 0 || fact_ref_state(&ref) != FACT_KNOWN)
        return STR("");
    return fact_ref_text(arena, &ref);
}

/* An item that is promised may be any of its list. */
static bool is_kept(struct arena *arena, const struct facts *facts,
                    const struct pattern_setting *promise)
{
    struct str list, member;
    size_t zero = str_find(promise->fact, STR(".0."));

    if (zero == STR_NONE)
        return str_eq(value_of(arena, facts, promise->fact), promise->value);
    list = str_slice(promise->fact, 0, zero);
    member = str_from(promise->fact, zero + 3);
    for (unsigned i = 0; i < 8; i++)
        if (str_eq(value_of(arena, facts,
                            arena_printf(arena, "%.*s.%u.%.*s", STR_ARG(list), i, STR_ARG(member))),
                   promise->value))
            return true;
    return false;
}

static void test_patterns__give_what_their_examples_promise(void **state)
{
    size_t failed = 0;

    (void) state;
    for (size_t i = 0; i < pattern_count; i++) {
        struct range promises = pattern_promise(i);

        for (unsigned k = 0; k < promises.count; k++) {
            AUTO_ARENA *arena = arena_new(out_of_memory);
            const struct pattern_setting *promise = &pattern_promises[promises.start + k];
            struct facts facts = { 0 };

            transcript_read_text(arena, pattern_at(i)->example, &facts);
            if (is_kept(arena, &facts, promise))
                continue;
            print_error("%.*s: %.*s is not %.*s\n", STR_ARG(pattern_at(i)->name),
                        STR_ARG(promise->fact), STR_ARG(promise->value));
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

static bool reads_as(struct str raw, const char *clean)
{
    struct cleaned text;

    clean_text(raw, &text);
    mask_secrets(&text);
    return str_eqz(cleaned_str(&text), clean);
}

static void test_clean__gives_what_the_program_printed(void **state)
{
    static const struct {
        struct str raw;
        const char *clean;
    } rows[] = {
        { STR_INIT("\x1b[1;31mError\x1b[0m: x"), "Error: x" },
        { STR_INIT("\x1b]0;title\aok"), "ok" },
        { STR_INIT("> > quoted\n> next"), "quoted\nnext" },
        { STR_INIT("a\r\nb"), "a\nb" },
        { STR_INIT("&quot;libcuda.so&quot; &lt;x&gt; &amp; couldn&#39;t"),
          "\"libcuda.so\" <x> & couldn't" },
        { STR_INIT("couldn\xe2\x80\x99t \xe2\x80\x9cx\xe2\x80\x9d"), "couldn't \"x\"" },
        { STR_INIT("Driver Version\xef\xbc\x9a 535.1"), "Driver Version: 535.1" },
        { STR_INIT("\xff\xfe is no UTF-8"), "\xff\xfe is no UTF-8" },
        { STR_INIT("\x1b"), "" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_true(reads_as(rows[i].raw, rows[i].clean));
}

static void test_clean__masks_secrets(void **state)
{
    static const struct {
        struct str raw;
        const char *clean;
    } rows[] = {
        { STR_INIT("login hf_abcdefghijklmnopqrstuv now"), "login *** now" },
        { STR_INIT("https://user:s3cret@host/x"), "https://user:***@host/x" },
        { STR_INIT("https://ghtoken@host/x"), "https://***@host/x" },
        { STR_INIT("Authorization: Bearer abc.def"), "Authorization: Bearer ***" },
        { STR_INIT("-e PASSWORD=hunter22 -p 1"), "-e PASSWORD=*** -p 1" },
        { STR_INIT("http://h:8888/?token=0123abcd&x=1"), "http://h:8888/?token=***&x=1" },
        { STR_INIT("\"api_key\": \"k-123\","), "\"api_key\": \"***\"," },
        { STR_INIT("ghp_0123456789abcdefghijABCDEFGHIJ012345"), "***" },
        { STR_INIT("key github_pat_11AAAAAAA0abcdefghijkl_x1 set"), "key *** set" },
        { STR_INIT("AKIAIOSFODNN7EXAMPLE1 in the log"), "*** in the log" },
        { STR_INIT("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG"),
          "aws_secret_access_key = ***" },
        { STR_INIT("xoxb-123456789012-abcdefghijkl"), "***" },
        { STR_INIT("sk-proj-abcdefghijklmnopqrstuv"), "***" },
        { STR_INIT("WANDB_API_KEY=0123456789abcdef0123456789abcdef01234567"), "WANDB_API_KEY=***" },
        { STR_INIT("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln bye"), "*** bye" },
        { STR_INIT("redis://:pa55w0rd@cache:6379/0"), "redis://:***@cache:6379/0" },
        { STR_INIT("http://127.0.0.1:8888/lab?token=0a1b2c3d4e5f"),
          "http://127.0.0.1:8888/lab?token=***" },
        { STR_INIT("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAA\nAAAA\n"
                   "-----END OPENSSH PRIVATE KEY-----\nnext"),
          "***\nnext" },
        { STR_INIT("AIzaSyA0123456789abcdefghijk"), "***" },
        { STR_INIT("x --password hunter22 y"), "x --password *** y" },
        { STR_INIT("--hf-token abc --port 1"), "--hf-token *** --port 1" },
        { STR_INIT("password='two words' x"), "password='***' x" },
        { STR_INIT("docker login -u ada -p hunter22 nvcr.io"),
          "docker login -u ada -p *** nvcr.io" },
        { STR_INIT("docker run -p 8888:8888 x"), "docker run -p 8888:8888 x" },
        { STR_INIT("curl -u ada:hunter22 https://x"), "curl -u *** https://x" },
        { STR_INIT("docker run -u 1000:1000 x"), "docker run -u 1000:1000 x" },
        { STR_INIT("https://a/b?se=1&sig=ab%2Bc&sv=2"), "https://a/b?se=1&sig=***&sv=2" },
        { STR_INIT("AccountName=a;AccountKey=abc/d+e==;x"), "AccountName=a;AccountKey=***;x" },
        { STR_INIT("sk-learn and skip-torch-cuda-test"), "sk-learn and skip-torch-cuda-test" },
        { STR_INIT("File http://h:80/a.py"), "File http://h:80/a.py" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_true(reads_as(rows[i].raw, rows[i].clean));
}

static void test_scan__finds_words_in_any_case_and_wrapped(void **state)
{
    static const struct str words[] = { STR_INIT("he"), STR_INIT("she"), STR_INIT("hers"),
                                        STR_INIT("a b") };
    static const struct {
        struct str text;
        const char *found; /* words by number, in order */
    } rows[] = {
        { STR_INIT("uSHErs"), "102" }, { STR_INIT("a \t\n  b"), "3" },
        { STR_INIT("a b a b"), "33" }, { STR_INIT("ab hhe"), "0" },
        { STR_INIT(""), "" },
    };
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct scan *scan = scan_new(arena, words, COUNT(words));

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scan_pass pass = { 0 };
        struct scan_hit hit;
        struct buf found = buf_new(arena, 16);

        while (scan_next(scan, &pass, rows[i].text, &hit)) {
            buf_addf(&found, "%u", hit.word);
            assert_true(scan_hit_begin(scan, &hit, rows[i].text) < hit.end);
        }
        assert_true(str_eqz(buf_str(&found), rows[i].found));
    }
}

static const struct str old_driver = STR_INIT("The NVIDIA driver on your system is too old "
                                              "(found version 11040).");

static struct str symptom_from(const struct facts *facts, const char *name)
{
    const struct fact_list *items = &facts->symptom.items;

    for (size_t i = 0; i < items->count; i++)
        if (str_eqz(LIST_OF(symptom_item, items)[i].name.value, name))
            return LIST_OF(symptom_item, items)[i].name.from;
    return STR("");
}

static void test_transcript__finds_a_message_however_it_was_pasted(void **state)
{
    static const struct {
        struct str text;
        const char *from;
    } rows[] = {
        { STR_INIT("x\n  The NVIDIA driver on your system is too old (found version 11040)"),
          "2:7" },
        { STR_INIT("> The NVIDIA driver on your\r\n> system is too old (found\r\n> version 11040)"),
          "1:7" },
        { STR_INIT("\x1b[31mThe NVIDIA \x1b[1mdriver\x1b[0m on your system is too old"), "1:10" },
        { STR_INIT("[12:00:01] ERROR  RuntimeError: The NVIDIA\n    driver on your system\n    is "
                   "too old"),
          "1:37" },
        { STR_INIT("\xff\x00\xfe\n\nThe NVIDIA driver on your system is too old"), "3:5" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO_ARENA *arena = arena_new(out_of_memory);
        struct facts facts = { 0 };

        transcript_read_text(arena, rows[i].text, &facts);
        assert_true(str_eqz(symptom_from(&facts, "driver-too-old"), rows[i].from));
    }
}

/* A text of `size` bytes with the message at `at`, between lines of `line` bytes. */
static struct str long_text(struct arena *arena, size_t size, size_t at, size_t line)
{
    char *bytes = arena_alloc(arena, size);

    for (size_t i = 0; i < size; i++)
        bytes[i] = line && i % line == line - 1 ? '\n' : (char) ('a' + i % 7);
    memcpy(bytes + at, old_driver.data, old_driver.len);
    return (struct str){ bytes, size };
}

static void test_transcript__misses_nothing_between_blocks(void **state)
{
    static const size_t block = 256 * 1024;

    (void) state;
    for (size_t shift = 0; shift < 6000; shift += 37) {
        AUTO_ARENA *arena = arena_new(out_of_memory);
        struct facts facts = { 0 };

        transcript_read_text(arena, long_text(arena, 2 * block, block - 5500 + shift, 90), &facts);
        assert_true(symptom_from(&facts, "driver-too-old").len > 0);
        assert_true(str_eqz(facts.driver.max_cuda.value, "11.4"));
    }
}

static void test_transcript__reads_endless_lines(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct facts facts = { 0 };

    (void) state;
    transcript_read_text(arena, long_text(arena, 3000000, 2000000, 0), &facts);
    assert_true(str_eqz(symptom_from(&facts, "driver-too-old"), "1:2000005"));
}

static void test_transcript__bounds_what_a_hostile_text_costs(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct buf bomb = buf_new(arena, 1 << 20);
    struct facts facts = { 0 };

    (void) state;
    for (unsigned i = 0; i < 2000; i++)
        buf_addf(&bomb,
                 "torch==%u CUDA_VISIBLE_DEVICES=%u undefined symbol: %0200u GPU %u: RTX 4090\n", i,
                 i, i, i);
    buf_repeat(&bomb, '(', 20000);
    transcript_read_text(arena, buf_str(&bomb), &facts);
    assert_true(facts.symptom.items.count <= 64);
    assert_true(arena_used(arena) < 16u << 20);
}

/* A text that no memory has to hold: `size` bytes that `make` writes. */
struct stream {
    size_t size, at;
    char (*make)(size_t at);
};

static int read_stream(void *context, char *buffer, size_t room, size_t *ret_count)
{
    struct stream *stream = context;
    size_t count = stream->size - stream->at < room ? stream->size - stream->at : room;

    for (size_t i = 0; i < count; i++)
        buffer[i] = stream->make(stream->at + i);
    stream->at += count;
    *ret_count = count;
    return 0;
}

/* One line, with words that are looked for once in a megabyte. */
static char endless(size_t at)
{
    static const char words[] = "NVIDIA-SMI torch== CUDA_VISIBLE_DEVICES Xid GPU 0: ";

    return at % (1u << 20) < sizeof(words) - 1 ? words[at % (1u << 20)] : 'x';
}

/* Bytes of all values, in an order that repeats seldom. */
static char junk(size_t at)
{
    uint32_t mixed = (uint32_t) at * 2654435761u;

    return (char) (mixed >> 24 ^ mixed >> 13);
}

/* Overlong forms, halves of surrogates, cut sequences, with messages between. */
static char invalid(size_t at)
{
    static const char text[] = "\xc0\xaf\xed\xa0\x80\xf5\xff CUDA out of memory \xe4\xbd\n\xf0\x9f";

    return text[at % (sizeof(text) - 1)];
}

/* What makes expressions with several repetitions go back and forth. */
static char bomb(size_t at)
{
    static const char text[] =
        "site-packages/torchvision/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  LD_LIBRARY_PATH"
        " nvidia-smi host host host NVIDIA_DRIVER_CAPABILITIES works lsmod\n";

    return text[at % (sizeof(text) - 1)];
}

static void test_transcript__needs_no_more_memory_for_a_longer_text(void **state)
{
    static const struct {
        size_t size;
        char (*make)(size_t at);
    } rows[] = {
        { 64u << 20, endless },
        { 128u << 10, junk },
        { 4u << 20, invalid },
        { 64u << 10, bomb },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        AUTO_ARENA *arena = arena_new(out_of_memory);
        struct stream stream = { .size = rows[i].size, .make = rows[i].make };
        struct transcript_source source = { read_stream, &stream };
        struct facts facts = { 0 };
        struct quotes quotes = { 0 };

        assert_int_equal(transcript_read(arena, &source, &facts, &quotes), 0);
        assert_int_equal(stream.at, rows[i].size);
        assert_true(facts.symptom.items.count <= 64);
        assert_true(quotes.lines.count <= 4096);
        assert_true(arena_used(arena) < 24u << 20);
    }
}

static void test_transcript__keeps_no_secret(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct facts facts = { 0 };
    struct buf json_text = buf_new(arena, 1 << 20);
    struct json json = json_to(&json_text);

    (void) state;
    transcript_read_text(
        arena,
        STR("$ docker run -e HF_TOKEN=hf_abcdefghijklmnopqrstuvwx -it pytorch/pytorch "
            "--index-url https://me:pa55@host/simple CUDA_VISIBLE_DEVICES=0\n"),
        &facts);
    json_open(&json, NULL, '{');
    facts_write(&json, "facts", &facts);
    json_close(&json, '}');
    assert_true(str_has(buf_str(&json_text), STR("docker run")));
    assert_false(str_has(buf_str(&json_text), STR("hf_abc")));
    assert_false(str_has(buf_str(&json_text), STR("pa55")));
}

static void test_transcript__lets_the_rules_judge_what_no_message_says(void **state)
{
    AUTO_ARENA *arena = arena_new(out_of_memory);
    struct facts facts = { 0 };
    struct probe_ctx ctx = { .arena = arena, .facts = &facts };
    struct judgement judgement;
    struct verdict verdict;

    (void) state;
    transcript_read_text(
        arena,
        STR("| NVIDIA-SMI 470.57.02  Driver Version: 470.57.02  CUDA Version: 11.4 |\n"
            "torch              2.4.1+cu121\n"),
        &facts);
    probe_all(&ctx, COST_NOTHING);
    rules_judge(arena, &facts, &judgement);
    diagnose(arena, &facts, &judgement, &verdict);
    assert_true(str_eqz(verdict.cause, "driver/too-old"));
    assert_int_equal(verdict.certainty, CERTAINTY_LIKELY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns__give_what_their_examples_promise),
        cmocka_unit_test(test_clean__gives_what_the_program_printed),
        cmocka_unit_test(test_clean__masks_secrets),
        cmocka_unit_test(test_scan__finds_words_in_any_case_and_wrapped),
        cmocka_unit_test(test_transcript__finds_a_message_however_it_was_pasted),
        cmocka_unit_test(test_transcript__misses_nothing_between_blocks),
        cmocka_unit_test(test_transcript__reads_endless_lines),
        cmocka_unit_test(test_transcript__bounds_what_a_hostile_text_costs),
        cmocka_unit_test(test_transcript__needs_no_more_memory_for_a_longer_text),
        cmocka_unit_test(test_transcript__keeps_no_secret),
        cmocka_unit_test(test_transcript__lets_the_rules_judge_what_no_message_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
