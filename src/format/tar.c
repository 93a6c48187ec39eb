#include "format/tar.h"

#include "base/bytes.h"

#include <errno.h>
#include <string.h>

/* A content's size fits a signed offset, also padded. */
#define SIZE_LIMIT ((uint64_t) INT64_MAX - TAR_BLOCK)

uint64_t tar_padded(uint64_t size)
{
    return (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

/* --- fields -------------------------------------------------------------------------------- */

static struct str field_text(struct str block, size_t at, size_t len)
{
    struct str field = str_slice(block, at, at + len);
    const char *end = memchr(field.data, '\0', field.len);

    return end ? str_slice(field, 0, (size_t) (end - field.data)) : field;
}

/* Octal digits; or, with the top bit set, GNU's big-endian number. */
static int field_number(struct str block, size_t at, size_t len, uint64_t *ret)
{
    struct str field = str_slice(block, at, at + len), text;

    *ret = 0;
    if ((unsigned char) field.data[0] == 0x80) {
        for (size_t i = 1; i < len; i++) {
            if (*ret > UINT64_MAX >> 8)
                return -EBADMSG;
            *ret = *ret << 8 | (unsigned char) field.data[i];
        }
        return 0;
    }
    text = str_trim(field_text(block, at, len));
    return text.len == 0 ? 0 : str_u64(text, 8, ret) < 0 ? -EBADMSG : 0;
}

/* The sum of all bytes, those of the sum itself counted as blanks. */
static bool sum_is_right(struct str block)
{
    uint64_t stated, sum = 0;

    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char) block.data[i];
    return field_number(block, 148, 8, &stated) == 0 && stated == sum;
}

static int set_text(struct tar_text *text, struct str value)
{
    if (value.len > TAR_PATH)
        return -E2BIG;
    if (value.len)
        memcpy(text->bytes, value.data, value.len);
    text->len = value.len;
    return 0;
}

static struct str view(const struct tar_text *text)
{
    return (struct str){ text->bytes, text->len };
}

static int set_path(struct tar_entry *entry, struct str block)
{
    struct str name = field_text(block, 0, 100), prefix = { NULL, 0 };

    if (str_starts(str_from(block, 257), (struct str){ "ustar\0", 6 }))
        prefix = field_text(block, 345, 155);
    entry->path.len = 0;
    if (prefix.len) {
        memcpy(entry->path.bytes, prefix.data, prefix.len);
        entry->path.bytes[prefix.len] = '/';
        entry->path.len = prefix.len + 1;
    }
    if (name.len)
        memcpy(entry->path.bytes + entry->path.len, name.data, name.len);
    entry->path.len += name.len;
    return 0;
}

static bool kind_of(char type, enum tar_kind *ret)
{
    static const struct {
        char type;
        enum tar_kind kind;
    } kinds[] = {
        { '\0', TAR_FILE }, { '0', TAR_FILE },   { '7', TAR_FILE },         { '1', TAR_HARD_LINK },
        { '2', TAR_LINK },  { '3', TAR_CHAR },   { '4', TAR_BLOCK_DEVICE }, { '5', TAR_DIRECTORY },
        { '6', TAR_FIFO },  { 'S', TAR_SPARSE },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (kinds[i].type == type) {
            *ret = kinds[i].kind;
            return true;
        }
    return false;
}

static int read_numbers(struct tar_entry *entry, struct str block)
{
    uint64_t mode, uid, gid, mtime, major, minor;

    if (field_number(block, 100, 8, &mode) < 0 || field_number(block, 108, 8, &uid) < 0 ||
        field_number(block, 116, 8, &gid) < 0 || field_number(block, 124, 12, &entry->size) < 0 ||
        field_number(block, 329, 8, &major) < 0 || field_number(block, 337, 8, &minor) < 0)
        return -EBADMSG;
    if (field_number(block, 136, 12, &mtime) < 0) /* before 1970, or nonsense */
        mtime = 0;
    entry->mode = (uint32_t) mode & 07777;
    entry->uid = (uint32_t) uid;
    entry->gid = (uint32_t) gid;
    entry->major = (uint32_t) major;
    entry->minor = (uint32_t) minor;
    entry->mtime = mtime > INT64_MAX ? 0 : (int64_t) mtime;
    return 0;
}

/* --- what pax headers and long names say --------------------------------------------------- */

static int say(struct tar_said *said, struct str key, struct str value)
{
    uint64_t number = 0;

    if (str_starts(key, STR("GNU.sparse.")))
        said->sparse = true;
    if (str_eqz(key, "path") || str_eqz(key, "GNU.sparse.name"))
        return set_text(&said->path, value);
    if (str_eqz(key, "linkpath"))
        return set_text(&said->target, value);
    if (!str_eqz(key, "size") && !str_eqz(key, "uid") && !str_eqz(key, "gid"))
        return 0;
    if (str_u64(value, 10, &number) < 0)
        return -EBADMSG;
    if (str_eqz(key, "size")) {
        said->size = number;
        said->has_size = true;
    } else if (str_eqz(key, "uid")) {
        said->uid = number;
        said->has_uid = true;
    } else {
        said->gid = number;
        said->has_gid = true;
    }
    return 0;
}

/* "27 path=some/where\n": the number counts the whole record. */
static int read_pax(struct tar_said *said, struct str notes)
{
    while (notes.len && notes.data[0] != '\0') {
        struct str number, rest, record, key, value;
        uint64_t len;
        int r;

        if (!str_cut(notes, ' ', &number, &rest) || str_u64(number, 10, &len) < 0 ||
            len <= number.len + 1 || len > notes.len || notes.data[len - 1] != '\n')
            return -EBADMSG;
        record = str_slice(notes, number.len + 1, (size_t) len - 1);
        if (!str_cut(record, '=', &key, &value))
            return -EBADMSG;
        r = say(said, key, value);
        if (r < 0)
            return r;
        notes = str_from(notes, (size_t) len);
    }
    return 0;
}

int tar_notes(struct tar *tar, struct str notes)
{
    char kind = tar->notes_kind;

    tar->notes_kind = 0;
    if (kind == 'x')
        return read_pax(&tar->next, notes);
    if (kind == 'g')
        return read_pax(&tar->all, notes);
    return set_text(kind == 'L' ? &tar->next.path : &tar->next.target,
                    field_text(notes, 0, notes.len));
}

/* The entry's own header says least, then what was said of all, then what was said of it. */
static int apply(struct tar_entry *entry, const struct tar_said *said)
{
    int r = 0;

    if (said->path.len)
        r = set_text(&entry->path, view(&said->path));
    if (r == 0 && said->target.len)
        r = set_text(&entry->target, view(&said->target));
    if (said->has_size)
        entry->size = said->size;
    if (said->has_uid)
        entry->uid = (uint32_t) said->uid;
    if (said->has_gid)
        entry->gid = (uint32_t) said->gid;
    if (said->sparse && entry->kind == TAR_FILE)
        entry->kind = TAR_SPARSE;
    return r;
}

static bool has_content(enum tar_kind kind)
{
    return kind == TAR_FILE || kind == TAR_SPARSE;
}

static int read_entry(struct tar *tar, struct str block)
{
    struct tar_entry *entry = &tar->entry;
    int r = set_path(entry, block);

    if (r == 0)
        r = set_text(&entry->target, field_text(block, 157, 100));
    if (r == 0)
        r = apply(entry, &tar->all);
    if (r == 0)
        r = apply(entry, &tar->next);
    memset(&tar->next, 0, sizeof(tar->next));
    if (!has_content(entry->kind))
        entry->size = 0;
    if (r == 0 && entry->size > SIZE_LIMIT)
        r = -EBADMSG;
    return r;
}

int tar_block(struct tar *tar, struct str block, enum tar_step *ret_step, uint64_t *ret_size)
{
    static const char zeros[TAR_BLOCK];
    char type;

    if (block.len != TAR_BLOCK)
        return -EBADMSG;
    if (memcmp(block.data, zeros, TAR_BLOCK) == 0) {
        *ret_step = TAR_END;
        *ret_size = 0;
        return 0;
    }
    if (!sum_is_right(block) || read_numbers(&tar->entry, block) < 0 ||
        tar->entry.size > SIZE_LIMIT)
        return -EBADMSG;
    type = block.data[156];
    *ret_size = tar->entry.size;
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
        *ret_step = TAR_NOTE;
        tar->notes_kind = type;
        return tar->entry.size > TAR_NOTES ? -E2BIG : 0;
    }
    if (!kind_of(type, &tar->entry.kind)) {
        *ret_step = TAR_SKIP;
        return 0;
    }
    *ret_step = TAR_ENTRY;
    if (read_entry(tar, block) < 0)
        return -EBADMSG;
    *ret_size = tar->entry.size;
    return 0;
}
