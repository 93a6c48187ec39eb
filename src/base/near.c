#include "base/near.h"

#define WORD_MAX 63

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment distance: three rows of the usual table are enough. */
unsigned near_distance(struct str a, struct str b)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];

    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return WORD_MAX;
    for (unsigned k = 0; k <= b.len; k++)
        above[k] = k;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *spare = before;

        row[0] = i;
        for (unsigned k = 1; k <= b.len; k++) {
            unsigned change = above[k - 1] + (a.data[i - 1] != b.data[k - 1]);

            row[k] = least(change, least(above[k], row[k - 1]) + 1);
            if (i > 1 && k > 1 && a.data[i - 1] == b.data[k - 2] && a.data[i - 2] == b.data[k - 1])
                row[k] = least(row[k], before[k - 2] + 1);
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

bool near_enough(struct str a, struct str b)
{
    unsigned distance = near_distance(a, b);

    return distance <= 2 && distance * 3 <= b.len;
}
