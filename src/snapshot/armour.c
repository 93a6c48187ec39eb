/* armour: bytes as text that survives an issue, a chat or a mail. */
#include "snapshot/snapshot.h"

#include <errno.h>
#include <nettle/base64.h>

#define LINE_BYTES 57 /* 76 characters: RFC 2045, section 6.8 */

struct str armour_write(struct arena *arena, struct str file)
{
    struct buf text = buf_new(arena, SNAPSHOT_FILE_MAX * 2);

    buf_addz(&text, ARMOUR_BEGIN "\n");
    for (size_t at = 0; at < file.len; at += LINE_BYTES) {
        struct str part = str_slice(file, at, at + LINE_BYTES);
        char line[BASE64_ENCODE_RAW_LENGTH(LINE_BYTES)];

        nettle_base64_encode_raw(line, part.len, (const uint8_t *) part.data);
        buf_add(&text, (struct str){ line, BASE64_ENCODE_RAW_LENGTH(part.len) });
        buf_add_char(&text, '\n');
    }
    buf_addz(&text, ARMOUR_END "\n");
    return buf_str(&text);
}

bool armour_is(struct str text)
{
    return str_has(text, STR(ARMOUR_BEGIN));
}

static int decode(struct arena *arena, struct str text, struct str *ret)
{
    struct buf file = buf_new(arena, SNAPSHOT_FILE_MAX);
    struct base64_decode_ctx state;
    struct str line;

    nettle_base64_decode_init(&state);
    while (str_next_line(&text, &line)) {
        uint8_t bytes[4096];
        size_t got;

        while (line.len && strchr("> \t", line.data[0]))
            line = str_from(line, 1);
        line = str_trim(line);
        if (BASE64_DECODE_LENGTH(line.len) > sizeof(bytes) ||
            !nettle_base64_decode_update(&state, &got, bytes, line.len, line.data))
            return -EBADMSG;
        buf_add(&file, (struct str){ (const char *) bytes, got });
    }
    if (!nettle_base64_decode_final(&state) || file.full)
        return -EBADMSG;
    *ret = buf_str(&file);
    return 0;
}

int armour_read(struct arena *arena, struct str text, struct str *ret_file)
{
    size_t begin = str_find(text, STR(ARMOUR_BEGIN)), end = str_find(text, STR(ARMOUR_END));

    if (begin == STR_NONE || end == STR_NONE || end < begin + sizeof(ARMOUR_BEGIN))
        return -EBADMSG;
    text = str_slice(text, begin + sizeof(ARMOUR_BEGIN) - 1, end);
    end = str_rfind_char(text, '\n'); /* what quotes the last line stands before it */
    return end == STR_NONE ? -EBADMSG : decode(arena, str_slice(text, 0, end), ret_file);
}
