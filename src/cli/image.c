/* image: judges a file that describes an image, reads an image's name, or writes a new file. */
#include "cli/image.h"

#include "base/near.h"
#include "base/text.h"
#include "report/report.h"

static const struct {
    const char *name, *takes;
    bool many; /* may follow */
    int (*run)(struct arena *arena, const struct options *options, struct str word);
} commands[] = {
    { "check", "FILE", false, image_check },
    { "name", "REFERENCE", false, image_name },
    { "new", "DIR", false, image_new },
    { "updates", "FILE", true, image_updates },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int refuse(struct arena *arena, const struct options *options, enum text_id id,
                  struct str word, struct str near)
{
    struct buf shown = buf_new(arena, 4096);

    text_escape(&shown, word);
    complain(report_fill(arena, text_of(id, options->lang), "word", buf_str(&shown), "near", near,
                         NULL));
    return EXIT_WRONG_USAGE;
}

static int unknown(struct arena *arena, const struct options *options, struct str word)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (near_enough(word, str_of(commands[i].name)))
            return refuse(arena, options, TEXT_IMAGE_USAGE_NEAR, word, str_of(commands[i].name));
    return refuse(arena, options, TEXT_IMAGE_USAGE, word, word);
}

int command_image(struct arena *arena, const struct options *options)
{
    const struct word_list *words = &options->words;

    if (words->count == 0)
        return unknown(arena, options, STR("?"));
    for (size_t i = 0; i < COMMANDS; i++) {
        if (!str_eqz(words->items[0], commands[i].name))
            continue;
        if (words->count < 2)
            return refuse(arena, options, TEXT_IMAGE_NEEDS_WORD, words->items[0],
                          str_of(commands[i].takes));
        if (words->count > 2 && !commands[i].many)
            return refuse(arena, options, TEXT_CLI_NO_ARGUMENT, words->items[2], words->items[2]);
        return commands[i].run(arena, options, words->items[1]);
    }
    return unknown(arena, options, words->items[0]);
}
