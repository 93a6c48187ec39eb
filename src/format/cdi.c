#include "format/cdi.h"

#include <string.h>

static const char *const names[] = {
    [CDI_KIND] = "kind", [CDI_HOST_PATH] = "hostPath", [CDI_PATH] = "path"
};

static bool is_member(struct str key, enum cdi_member *ret)
{
    for (enum cdi_member member = CDI_KIND; member <= CDI_PATH; member++)
        if (str_eqz(key, names[member])) {
            *ret = member;
            return true;
        }
    return false;
}

/* The word that ends where the text does: without the quotes, dashes and brackets before it. */
static struct str key_before(struct str text)
{
    size_t end, start;

    text = str_trim(text);
    end = str_ends(text, STR("\"")) || str_ends(text, STR("'")) ? text.len - 1 : text.len;
    for (start = end; start > 0 && !strchr(" \t\r\n\"'{,-", text.data[start - 1]); start--)
        ;
    return str_slice(text, start, end);
}

/* Up to the quote that closes it, or, without quotes, to what ends a member in either language. */
static struct str value_after(struct str text)
{
    size_t end = 0, start = 0;

    while (start < text.len && (text.data[start] == ' ' || text.data[start] == '\t'))
        start++;
    text = str_from(text, start);
    if (text.len && (text.data[0] == '"' || text.data[0] == '\'')) {
        size_t close = str_find_char(str_from(text, 1), text.data[0]);

        return close == STR_NONE ? (struct str){ NULL, 0 } : str_slice(text, 1, 1 + close);
    }
    while (end < text.len && !strchr("\r\n,}", text.data[end]))
        end++;
    return str_trim(str_slice(text, 0, end));
}

bool cdi_next(struct str *rest, enum cdi_member *ret_member, struct str *ret_value)
{
    size_t colon;

    while ((colon = str_find_char(*rest, ':')) != STR_NONE) {
        struct str key = key_before(str_slice(*rest, colon > 64 ? colon - 64 : 0, colon));

        *rest = str_from(*rest, colon + 1);
        if (!is_member(key, ret_member))
            continue;
        *ret_value = value_after(*rest);
        if (ret_value->len)
            return true;
    }
    return false;
}
