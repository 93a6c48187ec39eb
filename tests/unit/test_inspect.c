/* What engines, images, pods and CDI specs say is read as it was meant. */
#include "format/cdi.h"
#include "format/pod.h"
#include "format/require.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void no_memory(void)
{
    fail_msg("out of memory");
}

static void test_require__spaces_are_or_and_commas_are_and(void **state)
{
    static const struct {
        const char *text;
        enum require_answer answer;
    } rows[] = {
        { "", REQUIRE_MET },
        { "cuda>=12.2", REQUIRE_MET },
        { "cuda>=12.4", REQUIRE_UNMET },
        { "cuda>=12.10", REQUIRE_UNMET }, /* a number, no text */
        { "cuda=12.2", REQUIRE_MET },
        { "cuda!=12.2", REQUIRE_UNMET },
        { "cuda<12.2", REQUIRE_UNMET },
        { "cuda>=12.4 driver>=535", REQUIRE_MET },
        { "cuda>=12.0,driver>=550", REQUIRE_UNMET },
        { "cuda>=12.4 driver>=470,driver<471 driver>=535,driver<536", REQUIRE_MET },
        { "brand=tesla,driver>=535,driver<536", REQUIRE_UNMET }, /* a GeForce is no Tesla */
        { "brand=geforce,driver>=535,driver<536", REQUIRE_UNKNOWN },
        { "brand=geforce,driver>=550", REQUIRE_UNMET },
        { "arch>=8.0", REQUIRE_MET },
        { "arch>=9.0", REQUIRE_UNMET },
        { "moon>=1", REQUIRE_UNKNOWN },
        { "moon>=1,cuda>=12.4", REQUIRE_UNMET },
        { "cuda", REQUIRE_UNKNOWN },
        { "cuda>=", REQUIRE_UNKNOWN },
        { ">=12", REQUIRE_UNKNOWN },
        { "cuda=>12", REQUIRE_UNKNOWN },
    };
    const struct require_host host = { STR("12.2"), STR("535.161.08"), STR("8.6"), STR("geforce") };
    const struct require_host nothing = { .cuda = { NULL, 0 } };

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(require_holds(str_of(rows[i].text), &host), rows[i].answer);
    assert_int_equal(require_holds(STR("cuda>=12.4"), &nothing), REQUIRE_UNKNOWN);
}

static void assert_members(const char *text, const char *const *expected)
{
    struct str rest = str_of(text), value;
    enum cdi_member member;

    while (cdi_next(&rest, &member, &value)) {
        assert_non_null(*expected);
        assert_true(str_eqz(value, *expected++));
    }
    assert_null(*expected);
}

static void test_cdi__yaml_and_json_say_the_same(void **state)
{
    static const char *const expected[] = { "/dev/nvidia-uvm", "/usr/lib/libcuda.so.535.1",
                                            "nvidia.com/gpu", NULL };

    (void) state;
    assert_members("containerEdits:\n  deviceNodes:\n  - path: /dev/nvidia-uvm\n  mounts:\n"
                   "  - containerPath: /x\n    hostPath: '/usr/lib/libcuda.so.535.1'\n"
                   "kind: nvidia.com/gpu\n",
                   expected);
    assert_members("{\"deviceNodes\":[{\"path\":\"/dev/nvidia-uvm\"}],\"mounts\":[{"
                   "\"containerPath\":\"/x\",\"hostPath\" : \"/usr/lib/libcuda.so.535.1\"}],"
                   "\"kind\":\"nvidia.com/gpu\"}",
                   expected);
}

static void test_daemon__runtimes_and_features_are_found(void **state)
{
    static const struct {
        const char *text, *runtime;
        int error;
        bool nvidia, cdi;
    } rows[] = {
        { "{}", "", 0, false, false },
        { "", "", -EBADMSG, false, false },
        { "[]", "", -EBADMSG, false, false },
        { "{\"default-runtime\": \"nvidia\", \"runtimes\": {\"nvidia\": {\"path\": \"x\"}}}",
          "nvidia", 0, true, false },
        { "{\"runtimes\": {\"gpu\": {\"path\": \"/usr/bin/nvidia-container-runtime\"}}}", "", 0,
          true, false },
        { "{\"runtimes\": {\"runsc\": {\"path\": \"runsc\"}}, \"features\": {\"cdi\": true}}", "",
          0, false, true },
    };
    AUTO_ARENA *arena = arena_new(no_memory);

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct daemon_config config = { .nvidia = false };

        assert_int_equal(daemon_config(arena, str_of(rows[i].text), &config), rows[i].error);
        assert_int_equal(config.nvidia, rows[i].nvidia);
        assert_int_equal(config.cdi, rows[i].cdi);
        assert_true(str_eqz(config.default_runtime, rows[i].runtime));
    }
}

static void test_inspect__an_answer_of_another_form_is_refused(void **state)
{
    static const struct {
        const char *text;
        enum inspect_form form;
        int error;
    } rows[] = {
        { "", INSPECT_DOCKER, -EBADMSG },
        { "[]", INSPECT_DOCKER, -ENOENT },
        { "{}", INSPECT_DOCKER, -ENOENT },
        { "[{}]", INSPECT_CRI, -ENOENT },
        { "[{\"name\": \"other\"}]", INSPECT_INCUS, -ENOENT }, /* the client's names are prefixes */
        { "[{\"name\": \"trainer\"}]", INSPECT_INCUS, 0 },
        { "{\"instances\": []}", INSPECT_APPTAINER, -ENOENT },
        { "{\"instances\": [{\"instance\": \"trainer\"}]}", INSPECT_APPTAINER, 0 },
    };
    AUTO_ARENA *arena = arena_new(no_memory);
    struct inspect said;

    (void) state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(
            inspect_read(arena, str_of(rows[i].text), rows[i].form, STR("trainer"), &said),
            rows[i].error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_require__spaces_are_or_and_commas_are_and),
        cmocka_unit_test(test_cdi__yaml_and_json_say_the_same),
        cmocka_unit_test(test_daemon__runtimes_and_features_are_found),
        cmocka_unit_test(test_inspect__an_answer_of_another_form_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
