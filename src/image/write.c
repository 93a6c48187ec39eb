#include "image/write.h"

/* The release of JupyterLab that new images get (https://pypi.org/project/jupyterlab/). */
#define JUPYTERLAB "4.6.6"

static bool is_for(enum template_part part, const struct new_image *image)
{
    switch (part) {
    case PART_ALWAYS:
        return true;
    case PART_JUPYTER:
        return image->jupyter;
    case PART_SSH:
        return image->ssh;
    case PART_SERVER:
        return image->jupyter || image->ssh;
    case PART_PLAIN:
        return !image->jupyter && !image->ssh;
    case PART_ALONE:
        return image->ssh && !image->jupyter;
    case PART_VERIFY:
        return image->verify;
    }
    return false;
}

static struct str value_of(const struct new_image *image, struct str name)
{
    const struct {
        const char *name;
        struct str value;
    } rows[] = {
        { "TORCH", image->torch },       { "TAG", image->tag },
        { "CUDA", image->cuda },         { "DRIVER", image->driver },
        { "PYTHON", image->python },     { "INDEX", image->index },
        { "PACKAGES", image->packages }, { "JUPYTERLAB", STR(JUPYTERLAB) },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eqz(name, rows[i].name))
            return rows[i].value;
    return (struct str){ NULL, 0 };
}

/* "%NAME%" is filled in; a single "%" stays. */
static void write_line(struct buf *buf, const struct new_image *image, struct str text)
{
    struct str before, name, rest;

    while (str_cut(text, '%', &before, &rest)) {
        struct str value;

        buf_add(buf, before);
        value = str_cut(rest, '%', &name, &text) ? value_of(image, name) : (struct str){ NULL, 0 };
        if (value.len == 0) {
            buf_add_char(buf, '%');
            text = rest;
        }
        buf_add(buf, value);
    }
    buf_add(buf, text);
    buf_add_char(buf, '\n');
}

void image_write(struct buf *buf, const struct new_image *image, enum template_id id)
{
    const struct template *template = template_of(id);

    for (unsigned i = 0; i < template->count; i++)
        if (is_for(template->lines[i].part, image))
            write_line(buf, image, template->lines[i].text);
}
