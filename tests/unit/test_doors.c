/* Doors of a container: who listens, and what sshd's configuration says. */
#include "format/sockets.h"
#include "format/sshd_config.h"

#include <setjmp.h>
#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define AFTER " 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 700 1 0"

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void expect(struct str got, const char *want)
{
    if (!str_eqz(got, want))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got), want);
}

static void test_sockets__reads_addresses_as_the_kernel_writes_them(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    static const struct {
        const char *hex, *address;
        uint16_t port;
        bool loopback, any;
    } rows[] = {
        { "00000000:0016", "0.0.0.0", 22, false, true },
        { "0100007F:22B8", "127.0.0.1", 8888, true, false },
        { "0202017F:0050", "127.1.2.2", 80, true, false },
        { "020011AC:0016", "172.17.0.2", 22, false, false },
        { "00000000000000000000000000000000:0016", "::", 22, false, true },
        { "00000000000000000000000001000000:0016", "::1", 22, true, false },
        { "0000000000000000FFFF00000100007F:0016", "::ffff:127.0.0.1", 22, true, false },
        { "B80D0120000000000000000001000000:0016", "2001:db8::1", 22, false, false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str text = arena_printf(arena, " 0: %s" AFTER "\n", rows[i].hex);
        struct listener one = { 0 };

        assert_true(listeners_next(&text, arena, &one));
        expect(one.address, rows[i].address);
        assert_int_equal(one.port, rows[i].port);
        assert_int_equal(one.loopback, rows[i].loopback);
        assert_int_equal(one.any, rows[i].any);
        assert_int_equal(one.inode, 700);
    }
}

static void test_sockets__passes_over_what_does_not_listen_or_cannot_be_read(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    static const char *const lines[] = {
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt uid timeout",
        " 0: 0100007F:0016 0100007F:8000 01 00000000:00000000 00:00000000 00000000 0 0 700 1 0",
        " 0: 0100007F:10016" AFTER,
        " 0: 0100007:0016" AFTER,
        " 0: 0100007G:0016" AFTER,
        " 0: 0100007F" AFTER,
        " 0: 0100007F:0016 00000000:0000 0A",
        " 0: 0100007F:0016 00000000:0000 0A 0 0 0 0 0 x",
        "",
    };
    struct str text = STR("");
    struct listener one = { 0 };

    (void) state;
    for (size_t i = 0; i < COUNT(lines); i++)
        text = arena_printf(arena, "%.*s%s\n", STR_ARG(text), lines[i]);
    text = arena_printf(arena, "%.*s 0: 00000000:0017" AFTER, STR_ARG(text));
    assert_true(listeners_next(&text, arena, &one));
    assert_int_equal(one.port, 23);
    assert_false(listeners_next(&text, arena, &one));
}

static void test_sockets__knows_a_socket_by_its_link(void **state)
{
    static const struct {
        const char *link;
        bool is;
    } rows[] = {
        { "socket:[700]", true }, { "socket:[]", false },   { "socket:[7x]", false },
        { "pipe:[700]", false },  { "socket:[700", false }, { "/dev/null", false },
        { "socket:[-1]", false },
    };
    uint64_t inode = 0;

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (socket_inode(str_of(rows[i].link), &inode) != rows[i].is)
            fail_msg("%s", rows[i].link);
    assert_int_equal(inode, 700);
}

static void test_sshd_config__takes_lines_as_sshd_does(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    static const struct {
        const char *line, *keyword, *words; /* with a bar between them */
    } rows[] = {
        { "Port 22", "Port", "22" },
        { "  Port=22", "Port", "22" },
        { "Port = 22", "Port", "22" },
        { "Port\t22 # usual", "Port", "22" },
        { "SetEnv \"A=b c\" D=e", "SetEnv", "A=b c|D=e" },
        { "SetEnv A='b \"c'", "SetEnv", "A=b \"c" },
        { "AllowUsers ada eve", "AllowUsers", "ada|eve" },
        { "UsePAM", "UsePAM", "" },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str text = arena_printf(arena, "# first\n\n%s\r\n", rows[i].line);
        struct str words = STR("");
        struct sshd_line line;

        assert_true(sshd_next(&text, arena, &line));
        expect(line.keyword, rows[i].keyword);
        for (size_t k = 0; k < line.count; k++)
            words = arena_printf(arena, "%.*s%s%.*s", STR_ARG(words), k ? "|" : "",
                                 STR_ARG(line.words[k]));
        expect(words, rows[i].words);
        assert_false(sshd_next(&text, arena, &line));
    }
}

static void test_sshd_config__matches_patterns(void **state)
{
    static const struct {
        const char *text, *list;
        bool matches;
    } rows[] = {
        { "ada", "ada", true },
        { "ada", "eve", false },
        { "ada", "a*", true },
        { "ada", "*", true },
        { "ada", "a?a", true },
        { "ada", "a?", false },
        { "ada", "eve,ada", true },
        { "ada", "*,!ada", false },
        { "eve", "*,!ada", true },
        { "ada", "!eve", false },
        { "ada", "", false },
        { "adada", "a*da", true },
        { "aaaaaaaaab", "*a*a*c", false },
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (sshd_list_matches(str_of(rows[i].text), str_of(rows[i].list)) != rows[i].matches)
            fail_msg("%s, %s", rows[i].text, rows[i].list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sockets__reads_addresses_as_the_kernel_writes_them),
        cmocka_unit_test(test_sockets__passes_over_what_does_not_listen_or_cannot_be_read),
        cmocka_unit_test(test_sockets__knows_a_socket_by_its_link),
        cmocka_unit_test(test_sshd_config__takes_lines_as_sshd_does),
        cmocka_unit_test(test_sshd_config__matches_patterns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
