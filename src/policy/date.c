/* date: days of the Gregorian calendar. */
#include "policy/policy.h"

#include <errno.h>

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the year's first day. */
static int32_t days_before(int32_t year)
{
    int32_t last = year - 1;

    return (year - 1970) * 365 + (last / 4 - 492) - (last / 100 - 19) + (last / 400 - 4);
}

static int number(struct str digits, size_t len, int32_t *ret)
{
    uint64_t value;

    if (digits.len != len || str_u64(digits, 10, &value) < 0)
        return -EBADMSG;
    *ret = (int32_t) value;
    return 0;
}

int policy_day(struct str date, int32_t *ret)
{
    struct str part, rest = date;
    int32_t year, month, day, sum;

    if (!str_cut(rest, '-', &part, &rest) || number(part, 4, &year) < 0 ||
        !str_cut(rest, '-', &part, &rest) || number(part, 2, &month) < 0 ||
        number(rest, 2, &day) < 0)
        return -EBADMSG;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month))
        return -EBADMSG;
    sum = days_before(year) + day - 1;
    for (int32_t i = 1; i < month; i++)
        sum += days_of_month(year, i);
    *ret = sum;
    return 0;
}

struct str policy_date(struct arena *arena, int32_t day)
{
    int32_t year = 1970 + day / 366, month = 1;

    while (year < 9999 && days_before(year + 1) <= day)
        year++;
    day -= days_before(year);
    while (month < 12 && day >= days_of_month(year, month))
        day -= days_of_month(year, month++);
    return arena_printf(arena, "%04d-%02d-%02d", year, month, day + 1);
}
