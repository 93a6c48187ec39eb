#include "format/sockets.h"

#include <arpa/inet.h>

#define LISTENS 10
#define COLUMNS 16

/* Words of 32 bits as the machine has them in memory, each written in hex. */
static bool read_address(struct str hex, uint8_t *bytes, size_t *ret_size)
{
    uint64_t word;

    if (hex.len != 8 && hex.len != 32)
        return false;
    for (size_t at = 0; at < hex.len; at += 8) {
        uint32_t value;

        if (str_u64(str_slice(hex, at, at + 8), 16, &word) < 0)
            return false;
        value = (uint32_t) word;
        memcpy(bytes + at / 2, &value, sizeof(value));
    }
    *ret_size = hex.len / 2;
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

/* 127.0.0.0/8, ::1, and 127.0.0.0/8 as IPv6 maps it. */
static bool is_loopback(const uint8_t *bytes, size_t size)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

    if (size == 4)
        return bytes[0] == 127;
    return (is_zero(bytes, 15) && bytes[15] == 1) ||
           (memcmp(bytes, mapped, sizeof(mapped)) == 0 && bytes[12] == 127);
}

static bool read_line(struct str line, struct arena *arena, struct listener *ret)
{
    struct str columns[COLUMNS], address, port;
    char text[INET6_ADDRSTRLEN] = "";
    uint8_t bytes[16] = { 0 };
    uint64_t state, number;
    size_t count = 0, size;

    while (count < COLUMNS && str_next_word(&line, &columns[count]))
        count++;
    if (count < 10 || !str_cut(columns[1], ':', &address, &port) ||
        str_u64(columns[3], 16, &state) < 0 || state != LISTENS || str_u64(port, 16, &number) < 0 ||
        number > UINT16_MAX || !read_address(address, bytes, &size) ||
        str_u64(columns[9], 10, &ret->inode) < 0)
        return false;
    (void) inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text));
    ret->address = arena_copy(arena, str_of(text));
    ret->port = (uint16_t) number;
    ret->loopback = is_loopback(bytes, size);
    ret->any = is_zero(bytes, size);
    return true;
}

bool listeners_next(struct str *rest, struct arena *arena, struct listener *ret)
{
    struct listener listener = { 0 };
    struct str line;

    while (str_next_line(rest, &line))
        if (read_line(line, arena, &listener)) {
            *ret = listener;
            return true;
        }
    return false;
}

bool socket_inode(struct str link, uint64_t *ret)
{
    return str_starts(link, STR("socket:[")) && str_ends(link, STR("]")) &&
           str_u64(str_slice(link, 8, link.len - 1), 10, ret) == 0;
}
