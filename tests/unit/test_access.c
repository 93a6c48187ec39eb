/* Targets as people type them, and what clients and servers say of a door. */
#include "access/access.h"
#include "format/http.h"
#include "format/jupyter.h"
#include "format/ssh_log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void no_memory(void)
{
    abort();
}

static void assert_str(struct str got, const char *wanted)
{
    if (!str_eqz(got, wanted))
        fail_msg("%.*s is not %s", STR_ARG(got), wanted);
}

static void test_ssh_target__reads_what_people_type(void **state)
{
    static const struct {
        const char *text, *user, *host;
        uint16_t port;
    } rows[] = {
        { "gpu1", "", "gpu1", 0 },
        { "gpu1:2222", "", "gpu1", 2222 },
        { "root@10.0.0.5:22", "root", "10.0.0.5", 22 },
        { "ssh://me@gpu1:2222", "me", "gpu1", 2222 },
        { "fe80::1", "", "fe80::1", 0 },
        { "[::1]:2222", "", "::1", 2222 },
        { "a@b@gpu1", "a@b", "gpu1", 0 }, /* ssh takes the last, too */
    };

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ssh_target target;

        assert_int_equal(ssh_target_parse(str_of(rows[i].text), &target), 0);
        assert_str(target.user, rows[i].user);
        assert_str(target.host, rows[i].host);
        assert_int_equal(target.port, rows[i].port);
    }
}

static void test_ssh_target__refuses_what_ssh_would_take_for_an_option(void **state)
{
    static const char *const rows[] = { "",
                                        "-oProxyCommand=x",
                                        "a@-oProxyCommand=x",
                                        "-l@gpu",
                                        "gpu1:0",
                                        "gpu1:65536",
                                        "gpu1:x",
                                        "gpu 1",
                                        "[::1]22" };
    struct ssh_target target;

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(ssh_target_parse(str_of(rows[i]), &target), -EINVAL);
}

static void test_jupyter_target__parts_the_address_from_its_secrets(void **state)
{
    static const struct {
        const char *text, *host, *path, *token;
        bool tls;
        uint16_t port;
    } rows[] = {
        { "http://127.0.0.1:8888/lab?token=abc", "127.0.0.1", "", "abc", false, 8888 },
        { "localhost", "localhost", "", "", false, 8888 },
        { "http://hub.example/", "hub.example", "", "", false, 80 },
        { "https://hub.example/user/me/lab/tree/a.ipynb?x=1&token=t#c", "hub.example", "/user/me",
          "t", true, 443 },
        { "http://me:secret@gpu1:9000/tree", "gpu1", "", "", false, 9000 },
        { "http://[::1]:8888/label", "::1", "/label", "", false, 8888 },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct jupyter_target target;

        assert_int_equal(jupyter_target_parse(arena, str_of(rows[i].text), &target), 0);
        assert_str(target.host, rows[i].host);
        assert_str(target.path, rows[i].path);
        assert_str(target.token, rows[i].token);
        assert_int_equal(target.tls, rows[i].tls);
        assert_int_equal(target.port, rows[i].port);
    }
}

static void test_jupyter_target__refuses_what_could_end_a_request(void **state)
{
    static const char *const rows[] = { "ftp://gpu1/",     "http://",          "http://gpu1:0/",
                                        "http://gpu1/a b", "http://g\r\nX: 1", "http://gpu1/\"" };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct jupyter_target target;

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(jupyter_target_parse(arena, str_of(rows[i]), &target), -EINVAL);
}

static void test_ssh_log__tells_a_changed_key_from_an_unknown_one(void **state)
{
    struct ssh_log log = ssh_log_parse(
        STR("debug1: Server host key: ssh-ed25519 SHA256:new\r\n"
            "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
            "Offending ED25519 key in /home/me/known hosts:7\r\n"
            "Host key for [10.0.0.5]:2222 has changed and you have requested strict checking.\r\n"
            "Host key verification failed.\r\n"));

    (void) state;
    assert_int_equal(log.host_key, SSH_HOST_KEY_CHANGED);
    assert_str(log.fingerprint, "SHA256:new");
    assert_str(log.known_hosts, "/home/me/known hosts");
    assert_int_equal(log.known_line, 7);
    assert_str(log.known_name, "[10.0.0.5]:2222");
    log = ssh_log_parse(STR("No ED25519 host key is known for [10.0.0.5]:2222 and you have "
                            "requested strict checking.\r\nHost key verification failed.\r\n"));
    assert_int_equal(log.host_key, SSH_HOST_KEY_UNKNOWN);
    assert_int_equal(log.known_line, 0);
}

static void test_ssh_log__counts_keys_and_keeps_the_deciding_words(void **state)
{
    struct ssh_log log =
        ssh_log_parse(STR("debug1: Host 'gpu1' is known and matches the ED25519 host key.\n"
                          "debug1: Authentications that can continue: publickey,password\n"
                          "debug1: Offering public key: /home/me/.ssh/a ED25519 SHA256:x agent\n"
                          "debug1: Offering public key: /home/me/.ssh/b RSA SHA256:y\n"
                          "debug1: Server accepts key: /home/me/.ssh/b RSA SHA256:y\n"
                          "Load key \"/home/me/.ssh/b\": bad permissions\n"
                          "me@gpu1: Permission denied (publickey).\n"));

    (void) state;
    assert_int_equal(log.host_key, SSH_HOST_KEY_KNOWN);
    assert_int_equal(log.keys, 2);
    assert_true(log.denied);
    assert_false(log.authenticated);
    assert_str(log.methods, "publickey");
    assert_str(log.taken_key, "/home/me/.ssh/b");
    assert_str(log.bad_key, "/home/me/.ssh/b");
    assert_str(log.message, "me@gpu1: Permission denied (publickey).");
}

static void test_http__reads_whole_chunked_and_unbounded_bodies(void **state)
{
    static const struct {
        const char *bytes;
        bool ended;
        int r;
        const char *body;
    } rows[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", false, 0, "{}" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", false, -EAGAIN, "" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", true, -EBADMSG, "" },
        { "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n",
          false, 0, "{}" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff0\r\n{", true,
          -EBADMSG, "" },
        { "HTTP/1.0 200 OK\r\n\r\n{}", true, 0, "{}" },
        { "HTTP/1.0 200 OK\r\n\r\n{}", false, -EAGAIN, "" },
        { "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", false, 0, "" },
        { "SSH-2.0-OpenSSH_9.2\r\n", false, -EBADMSG, "" },
        { "HTTP/1.1 20 OK\r\n\r\n", true, -EBADMSG, "" },
        { "", true, -EBADMSG, "" },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_answer answer = { 0 };

        assert_int_equal(http_parse(str_of(rows[i].bytes), rows[i].ended, arena, &answer),
                         rows[i].r);
        assert_str(answer.body, rows[i].body);
    }
}

static void test_jupyter__takes_no_identifier_that_could_change_a_path(void **state)
{
    AUTO_ARENA *arena = arena_new(no_memory);
    struct str id = { NULL, 0 };
    size_t count = 7;

    (void) state;
    assert_int_equal(jupyter_kernels(arena, STR("[{\"id\": \"ab-1\"}, {}]"), &count, &id), 0);
    assert_int_equal(count, 2);
    assert_str(id, "ab-1");
    assert_int_equal(jupyter_kernels(arena, STR("[{\"id\": \"../x\"}]"), &count, &id), 0);
    assert_str(id, "");
    assert_int_equal(jupyter_kernels(arena, STR("{}"), &count, &id), -EBADMSG);
    assert_int_equal(jupyter_kernel(arena, STR("{\"id\": \"a b\"}"), &id), -EBADMSG);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ssh_target__reads_what_people_type),
        cmocka_unit_test(test_ssh_target__refuses_what_ssh_would_take_for_an_option),
        cmocka_unit_test(test_jupyter_target__parts_the_address_from_its_secrets),
        cmocka_unit_test(test_jupyter_target__refuses_what_could_end_a_request),
        cmocka_unit_test(test_ssh_log__tells_a_changed_key_from_an_unknown_one),
        cmocka_unit_test(test_ssh_log__counts_keys_and_keeps_the_deciding_words),
        cmocka_unit_test(test_http__reads_whole_chunked_and_unbounded_bodies),
        cmocka_unit_test(test_jupyter__takes_no_identifier_that_could_change_a_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
