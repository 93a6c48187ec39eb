#include "loader/library_version.h"

#include "loader/object.h"

#include <errno.h>

enum {
    BODY = 1024,       /* bytes of a function that are looked at */
    STORES = 4,        /* constants of one function; the markers have at most two */
    MACHINE_X86 = 62,  /* EM_X86_64 */
    PLAUSIBLE = 99999, /* largest number that one part of a version can be */
};

/* How the number, or numbers, make a version. */
enum shape {
    WORD,         /* an exported number, 0x00090100: a byte each */
    TEN_THOUSAND, /* one constant, 22105: 2.21.5 */
    THOUSAND,     /* one constant, 11405: 11.4.5 */
    PAIR,         /* two constants: major, minor */
};

static const struct marker {
    struct str library; /* how its SONAME begins */
    struct str symbol;
    enum shape shape;
} markers[] = {
    { STR_INIT("libcudnn_graph.so."), STR_INIT("cudnn_graph_version"), WORD },
    { STR_INIT("libcudnn_ops.so."), STR_INIT("cudnn_ops_infer_version"), WORD },
    { STR_INIT("libcudnn_adv.so."), STR_INIT("cudnn_adv_infer_version"), WORD },
    { STR_INIT("libcudnn_ops_infer.so."), STR_INIT("cudnn_ops_infer_version"), WORD },
    { STR_INIT("libcudnn_ops_train.so."), STR_INIT("cudnn_ops_train_version"), WORD },
    { STR_INIT("libcudnn_cnn_infer.so."), STR_INIT("cudnn_cnn_infer_version"), WORD },
    { STR_INIT("libcudnn_adv_infer.so."), STR_INIT("cudnn_adv_infer_version"), WORD },
    { STR_INIT("libnccl.so."), STR_INIT("ncclGetVersion"), TEN_THOUSAND },
    { STR_INIT("libcufft.so."), STR_INIT("cufftGetVersion"), THOUSAND },
    { STR_INIT("libcurand.so."), STR_INIT("curandGetVersion"), THOUSAND },
    { STR_INIT("libcusolver.so."), STR_INIT("cusolverGetVersion"), THOUSAND },
    { STR_INIT("libcusparse.so."), STR_INIT("cusparseGetVersion"), THOUSAND },
    { STR_INIT("libcusparseLt.so."), STR_INIT("cusparseLtGetVersion"), THOUSAND },
    { STR_INIT("libnvrtc.so."), STR_INIT("nvrtcVersion"), PAIR },
    { STR_INIT("libnvJitLink.so."), STR_INIT("nvJitLinkVersion"), PAIR },
};

static const struct marker *find_marker(struct str soname)
{
    for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
        if (str_starts(soname, markers[i].library))
            return &markers[i];
    return NULL;
}

bool library_version_known(struct str soname)
{
    return find_marker(soname) != NULL;
}

/* --- constants of a function ---------------------------------------------------------------- */

struct stores {
    uint32_t values[STORES];
    unsigned count;
};

/* The bytes behind the opcode that say where a constant goes: to the address in one register. 0:
 * something else. (Intel SDM volume 2, MOV r/m32, imm32 and table 2-2.) */
static size_t target_size(struct str code)
{
    struct cursor cursor = cursor_of(code);
    unsigned mode = (unsigned) cursor_le(&cursor, 1), next = (unsigned) cursor_le(&cursor, 1);

    if (cursor.failed)
        return 0;
    if (mode < 8 && mode != 4 && mode != 5)
        return 1; /* (%rdi), (%rsi), (%rbx) … */
    if ((mode == 4 && next == 0x24) || (mode == 0x45 && next == 0))
        return 2; /* (%r12), (%r13) */
    return 0;
}

/* Every "movl $constant, (register)", in the order of the bytes. */
static struct stores find_stores(struct str body)
{
    struct stores stores = { .count = 0 };

    for (size_t at = 0; at < body.len; at++) {
        size_t target =
            (unsigned char) body.data[at] == 0xc7 ? target_size(str_from(body, at + 1)) : 0;
        struct cursor cursor = cursor_in(body, at + 1 + target, 4);
        uint32_t value = (uint32_t) cursor_le(&cursor, 4);

        if (!target || cursor.failed || value > PLAUSIBLE)
            continue;
        if (stores.count < STORES)
            stores.values[stores.count] = value;
        stores.count++;
        at += target + 4;
    }
    return stores;
}

/* --- versions ------------------------------------------------------------------------------- */

static struct str three(struct arena *arena, unsigned major, unsigned minor, unsigned patch)
{
    return arena_printf(arena, "%u.%u.%u", major, minor, patch);
}

/* Empty where the numbers are none of a version. */
static struct str version_of(struct arena *arena, enum shape shape, const struct stores *stores)
{
    const uint32_t *value = stores->values;
    struct str none = { NULL, 0 };

    switch (shape) {
    case WORD:
        return three(arena, value[0] >> 16, value[0] >> 8 & 255, value[0] & 255);
    case TEN_THOUSAND:
        return stores->count != 1
                   ? none
                   : three(arena, value[0] / 10000, value[0] / 100 % 100, value[0] % 100);
    case THOUSAND:
        return stores->count != 1
                   ? none
                   : three(arena, value[0] / 1000, value[0] / 100 % 10, value[0] % 100);
    case PAIR:
        return stores->count != 2 ? none : arena_printf(arena, "%u.%u", value[0], value[1]);
    }
    return none;
}

static int read_marker(const struct object *object, const struct marker *marker, struct str *ret)
{
    struct arena *arena = object->elf.arena;
    struct stores stores = { .count = 1 };
    struct elf_dynamic dynamic;
    struct elf_symbol symbol;
    uint64_t offset, room, size;
    struct str body;
    int r = elf_dynamic(&object->elf, &dynamic);

    if (r == 0)
        r = elf_symbol_find(&object->elf, &dynamic, marker->symbol, &symbol);
    if (r == 0 && marker->shape != WORD && object->elf.machine != MACHINE_X86)
        r = -ENOTSUP;
    if (r == 0)
        r = elf_offset(&object->elf, symbol.value, &offset, &room);
    if (r < 0)
        return r;
    size = symbol.size < BODY ? symbol.size : BODY;
    r = window_read(&object->window, arena, offset, size, &body);
    if (r < 0)
        return r;
    if (marker->shape == WORD) {
        struct cursor cursor = cursor_of(body);

        stores.values[0] = (uint32_t) cursor_le(&cursor, 4);
        if (cursor.failed)
            return -EBADMSG;
    } else {
        stores = find_stores(body);
    }
    *ret = version_of(arena, marker->shape, &stores);
    return ret->len ? 0 : -ENOENT;
}

int library_version_read(struct root *root, struct arena *arena, struct str path, struct str soname,
                         struct str *ret)
{
    const struct marker *marker = find_marker(soname);
    struct object object;
    struct str version;
    int r;

    if (!marker)
        return -ENOENT;
    r = object_open(root, path, arena, &object);
    if (r < 0)
        return r;
    r = read_marker(&object, marker, &version);
    object_close(&object);
    if (r == 0)
        *ret = version;
    return r;
}
