#include "format/modinfo.h"

#include "base/bytes.h"

#include <errno.h>

static const struct str signature_mark = STR_INIT("~Module signature appended~\n");

bool modinfo_next(struct str *rest, struct str *ret_key, struct str *ret_value)
{
    struct str text;

    while (rest->len) {
        (void) str_cut(*rest, '\0', &text, rest);
        if (str_cut(text, '=', ret_key, ret_value))
            return true;
    }
    return false;
}

struct modinfo modinfo_parse(struct str section)
{
    struct modinfo modinfo = { 0 };
    const struct {
        struct str key;
        struct str *value;
    } rows[] = {
        { STR("name"), &modinfo.name },
        { STR("version"), &modinfo.version },
        { STR("license"), &modinfo.license },
        { STR("vermagic"), &modinfo.vermagic },
        { STR("srcversion"), &modinfo.source_version },
        { STR("depends"), &modinfo.depends },
    };
    struct str key, value, magic;

    while (modinfo_next(&section, &key, &value))
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            if (str_eq(key, rows[i].key))
                *rows[i].value = value;
    magic = modinfo.vermagic;
    (void) str_next_word(&magic, &modinfo.kernel);
    return modinfo;
}

int modinfo_signature(struct str tail, struct module_signature *ret)
{
    struct module_signature signature;
    struct cursor cursor;
    size_t before;

    if (!str_ends(tail, signature_mark))
        return -ENOENT;
    before = tail.len - signature_mark.len;
    if (before < 12)
        return -ENODATA;
    cursor = cursor_in(tail, before - 12, 12);
    cursor_skip(&cursor, 2); /* algorithms: of PKCS#7 they stand in the signature */
    signature.kind = (unsigned) cursor_le(&cursor, 1);
    cursor_skip(&cursor, 5); /* lengths of signer and key id, padding */
    signature.size = (uint32_t) cursor_be(&cursor, 4);
    *ret = signature;
    return 0;
}
