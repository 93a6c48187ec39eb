/* image name: what an image's name tells, before anything is pulled. */
#include "base/text.h"
#include "cli/image.h"
#include "report/image_name.h"
#include "report/report.h"

#define REPORT_LIMIT (1024u * 1024u)

static int show(struct arena *arena, const struct options *options,
                const struct image_name_report *report)
{
    struct buf buf = buf_new(arena, REPORT_LIMIT);

    if (options->quiet)
        return EXIT_GOOD;
    if (options->json)
        report_image_name_json(&buf, report);
    else
        report_image_name_text(&buf, report);
    return print(arena, options->lang, buf_str(&buf));
}

int image_name(struct arena *arena, const struct options *options, struct str word)
{
    struct image_reference reference;
    struct image_name name;
    struct buf shown = buf_new(arena, 4096);
    int code;

    if (image_reference_parse(arena, word, &reference) < 0) {
        text_escape(&shown, word);
        complain(report_fill(arena, text_of(TEXT_IMAGE_NAME_MALFORMED, options->lang), "word",
                             buf_str(&shown), NULL));
        return EXIT_WRONG_USAGE;
    }
    image_name_read(&reference, &name);
    code = show(arena, options,
                &(struct image_name_report){ .name = &name,
                                             .asked = word,
                                             .driver = image_name_driver(&name),
                                             .lang = options->lang,
                                             .columns = terminal_columns() });
    if (code != EXIT_GOOD)
        return code;
    if (!name.publisher)
        return EXIT_UNDECIDED;
    return name.tag || reference.tag.len + name.near.len == 0 ? EXIT_GOOD : EXIT_CAUSE;
}
