#include "cli/cli.h"

#include "report/report.h"

#include <errno.h>
#include <sys/ioctl.h>

int print(struct arena *arena, enum lang lang, struct str text)
{
    while (text.len) {
        ssize_t done = write(STDOUT_FILENO, text.data, text.len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            complain(report_fill(arena, text_of(TEXT_CLI_CANNOT_WRITE, lang), "why",
                                 str_of(strerrordesc_np(errno)), NULL));
            return EXIT_NO_OUTPUT;
        }
        text = str_from(text, (size_t) done);
    }
    return EXIT_GOOD;
}

void complain(struct str line)
{
    (void) fprintf(stderr, "%.*s\n", STR_ARG(line));
}

size_t terminal_columns(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < 40 ? 40 : size.ws_col > 120 ? 120 : size.ws_col;
}

/* https://no-color.org: set and not empty means no colour, unless the user asks for it by option.
 */
bool terminal_takes_colour(enum colour wanted)
{
    const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

    if (wanted != COLOUR_AUTO)
        return wanted == COLOUR_ALWAYS;
    return isatty(STDOUT_FILENO) && !(refused && *refused) && terminal &&
           strcmp(terminal, "dumb") != 0;
}
