/* The lines that make what takes several files: PCI devices, installed wheels; and whole files of
 * a format of their own: kernel modules, the loader's cache. */
#include "lib/line.h"
#include "lib/machine_reader.h"
#include "lib/make_cache.h"
#include "lib/make_elf.h"

#include "base/buf.h"

#include <errno.h>

#define TEXT_LIMIT ((size_t) 1 << 20)

int reader_architecture(struct reader *reader, struct str name, unsigned *ret)
{
    if (!str_eqz(name, "x86_64") && !str_eqz(name, "aarch64"))
        return reader_fail(reader, "unknown architecture \"%.*s\"", STR_ARG(name));
    *ret = str_eqz(name, "aarch64") ? ELF_AARCH64 : ELF_X86_64;
    return 0;
}

/* What is left of the line: nothing but arch=. */
static int take_architecture(struct reader *reader, struct str rest, unsigned *ret)
{
    struct str word, value;

    *ret = ELF_X86_64;
    if (!str_next_word(&rest, &word))
        return 0;
    if (!line_attribute(word, "arch", &value))
        return reader_fail(reader, "unknown attribute \"%.*s\"", STR_ARG(word));
    return reader_architecture(reader, value, ret);
}

static int read_module(struct reader *reader, struct statement *statement)
{
    struct str place;
    unsigned machine;

    if (!reader_path(reader, &statement->rest, &place) ||
        take_architecture(reader, statement->rest, &machine) < 0)
        return -EBADMSG;
    reader_add_file(reader, place, make_kernel_module(reader->arena, machine, statement->block));
    return 0;
}

static int read_cache(struct reader *reader, struct statement *statement)
{
    struct str bytes;
    unsigned machine;

    if (take_architecture(reader, statement->rest, &machine) < 0)
        return -EBADMSG;
    if (make_cache(reader->arena, machine, statement->block, &bytes) < 0)
        return reader_fail(reader, "\"%.*s\" is not of the form soname => /path", STR_ARG(bytes));
    reader_add_file(reader, STR("etc/ld.so.cache"), bytes);
    return 0;
}

/* --- a PCI device, as Linux's drivers/pci/pci-sysfs.c and pci-driver.c show it ------------------
 */

struct pci_device {
    struct str address, driver;
    uint64_t class, vendor, device, subsystem_vendor, subsystem_device;
};

static int read_pair(struct reader *reader, struct str *rest, uint64_t *ret_a, uint64_t *ret_b)
{
    struct str word, a, b;

    if (!reader_word(reader, rest, "VENDOR:DEVICE", &word))
        return -EBADMSG;
    if (!str_cut(word, ':', &a, &b))
        return reader_fail(reader, "\"%.*s\" is not of the form VENDOR:DEVICE", STR_ARG(word));
    if (reader_number(reader, a, 16, ret_a) < 0)
        return -EBADMSG;
    return reader_number(reader, b, 16, ret_b);
}

static int read_pci_line(struct reader *reader, struct str rest, struct pci_device *ret)
{
    struct str class, word;

    if (!reader_word(reader, &rest, "the address", &ret->address) ||
        !reader_word(reader, &rest, "the class", &class) ||
        reader_number(reader, class, 16, &ret->class) < 0 ||
        read_pair(reader, &rest, &ret->vendor, &ret->device) < 0 ||
        read_pair(reader, &rest, &ret->subsystem_vendor, &ret->subsystem_device) < 0)
        return -EBADMSG;
    if (str_next_word(&rest, &word) && !line_attribute(word, "driver", &ret->driver))
        return reader_fail(reader, "unknown attribute \"%.*s\"", STR_ARG(word));
    return 0;
}

static void add_number(struct reader *reader, struct str folder, const char *name, int digits,
                       uint64_t value)
{
    reader_add_file(reader, arena_join(reader->arena, folder, str_of(name)),
                    arena_printf(reader->arena, "0x%0*llx\n", digits, (unsigned long long) value));
}

static struct str modalias(struct arena *arena, const struct pci_device *pci)
{
    return arena_printf(arena, "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X",
                        (unsigned) pci->vendor, (unsigned) pci->device,
                        (unsigned) pci->subsystem_vendor, (unsigned) pci->subsystem_device,
                        (unsigned) (pci->class >> 16 & 0xff), (unsigned) (pci->class >> 8 & 0xff),
                        (unsigned) (pci->class & 0xff));
}

static void add_uevent(struct reader *reader, struct str folder, const struct pci_device *pci)
{
    struct buf text = buf_new(reader->arena, TEXT_LIMIT);

    if (pci->driver.len)
        buf_addf(&text, "DRIVER=%.*s\n", STR_ARG(pci->driver));
    buf_addf(&text, "PCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\n",
             (unsigned) pci->class, (unsigned) pci->vendor, (unsigned) pci->device,
             (unsigned) pci->subsystem_vendor, (unsigned) pci->subsystem_device);
    buf_addf(&text, "PCI_SLOT_NAME=%.*s\nMODALIAS=%.*s\n", STR_ARG(pci->address),
             STR_ARG(modalias(reader->arena, pci)));
    reader_add_file(reader, arena_join(reader->arena, folder, STR("uevent")), buf_str(&text));
}

static struct str driver_entry(struct arena *arena, struct str driver, struct str address)
{
    return arena_printf(arena, "sys/bus/pci/drivers/%.*s/%.*s", STR_ARG(driver), STR_ARG(address));
}

/* An earlier line may have said that another driver holds it. */
static void unbind(struct reader *reader, struct str folder, struct str address)
{
    struct str link = arena_join(reader->arena, folder, STR("driver")), driver;

    if (root_link(reader->so_far, link, &driver) < 0)
        return;
    tree_remove(reader->tree, link);
    tree_remove(reader->tree, driver_entry(reader->arena, path_base(driver), address));
}

static void bind_driver(struct reader *reader, struct str folder, const struct pci_device *pci)
{
    struct arena *arena = reader->arena;

    reader_add_link(reader, arena_join(arena, folder, STR("driver")),
                    arena_printf(arena, "../../../bus/pci/drivers/%.*s", STR_ARG(pci->driver)));
    reader_add_link(reader, driver_entry(arena, pci->driver, pci->address),
                    arena_printf(arena, "../../../../%.*s", STR_ARG(str_from(folder, 4))));
}

/* The real folder lies under sys/devices, by its bus; sys/bus/pci/devices links to it. */
static int read_pci(struct reader *reader, struct statement *statement)
{
    struct arena *arena = reader->arena;
    struct pci_device pci = { 0 };
    struct str folder;
    int r = read_pci_line(reader, statement->rest, &pci);

    if (r < 0)
        return r;
    folder = arena_printf(arena, "sys/devices/pci%.*s/%.*s", STR_ARG(str_slice(pci.address, 0, 7)),
                          STR_ARG(pci.address));
    add_number(reader, folder, "class", 6, pci.class);
    add_number(reader, folder, "vendor", 4, pci.vendor);
    add_number(reader, folder, "device", 4, pci.device);
    add_number(reader, folder, "subsystem_vendor", 4, pci.subsystem_vendor);
    add_number(reader, folder, "subsystem_device", 4, pci.subsystem_device);
    reader_add_file(reader, arena_join(arena, folder, STR("modalias")),
                    arena_printf(arena, "%.*s\n", STR_ARG(modalias(arena, &pci))));
    add_uevent(reader, folder, &pci);
    reader_add_link(reader, arena_printf(arena, "sys/bus/pci/devices/%.*s", STR_ARG(pci.address)),
                    arena_printf(arena, "../../../%.*s", STR_ARG(str_from(folder, 4))));
    unbind(reader, folder, pci.address);
    if (pci.driver.len)
        bind_driver(reader, folder, &pci);
    return 0;
}

/* --- an installed wheel: packaging.python.org, "Recording installed projects" -------------------
 */

struct wheel {
    struct str name, version, tag, installer;
};

static int read_wheel_line(struct reader *reader, struct str rest, struct wheel *ret)
{
    struct str word;

    *ret = (struct wheel){ .tag = STR("py3-none-any"), .installer = STR("pip") };
    if (!reader_word(reader, &rest, "the name", &ret->name) ||
        !reader_word(reader, &rest, "the version", &ret->version))
        return -EBADMSG;
    while (str_next_word(&rest, &word))
        if (!line_attribute(word, "tag", &ret->tag) &&
            !line_attribute(word, "installer", &ret->installer))
            return reader_fail(reader, "unknown attribute \"%.*s\"", STR_ARG(word));
    return 0;
}

/* The folder's name: dashes and dots of the project's name become underscores. */
static struct str wheel_folder(struct arena *arena, const struct wheel *wheel)
{
    struct buf name = buf_new(arena, TEXT_LIMIT);

    for (size_t i = 0; i < wheel->name.len; i++) {
        char c = wheel->name.data[i];

        buf_add_char(&name, c == '-' || c == '.' ? '_' : c);
    }
    buf_addf(&name, "-%.*s.dist-info", STR_ARG(wheel->version));
    return buf_str(&name);
}

static void add_record(struct reader *reader, struct str folder, struct str files)
{
    static const char *const own[] = { "INSTALLER", "METADATA", "RECORD", "WHEEL" };
    struct buf text = buf_new(reader->arena, TEXT_LIMIT);
    struct str line;

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        buf_addf(&text, "%.*s/%s,,\n", STR_ARG(folder), own[i]);
    while (str_next_line(&files, &line))
        if (str_starts(line, STR("record ")))
            buf_addf(&text, "%.*s,,\n", STR_ARG(str_trim(str_from(line, 7))));
    reader_add_file(reader, reader_place(reader, arena_join(reader->arena, folder, STR("RECORD"))),
                    buf_str(&text));
}

static int read_wheel(struct reader *reader, struct statement *statement)
{
    struct arena *arena = reader->arena;
    struct buf metadata = buf_new(arena, TEXT_LIMIT);
    struct str folder, rest = statement->block, line;
    struct wheel wheel;
    int r = read_wheel_line(reader, statement->rest, &wheel);

    if (r < 0)
        return r;
    folder = wheel_folder(arena, &wheel);
    buf_addf(&metadata, "Metadata-Version: 2.1\nName: %.*s\nVersion: %.*s\n", STR_ARG(wheel.name),
             STR_ARG(wheel.version));
    while (str_next_line(&rest, &line))
        if (!str_starts(line, STR("record ")))
            buf_addf(&metadata, "%.*s\n", STR_ARG(line));
    reader_add_file(reader, reader_place(reader, arena_join(arena, folder, STR("METADATA"))),
                    buf_str(&metadata));
    reader_add_file(
        reader, reader_place(reader, arena_join(arena, folder, STR("WHEEL"))),
        arena_printf(arena,
                     "Wheel-Version: 1.0\nGenerator: setuptools\nRoot-Is-Purelib: %s\nTag: %.*s\n",
                     str_ends(wheel.tag, STR("-any")) ? "true" : "false", STR_ARG(wheel.tag)));
    reader_add_file(reader, reader_place(reader, arena_join(arena, folder, STR("INSTALLER"))),
                    arena_printf(arena, "%.*s\n", STR_ARG(wheel.installer)));
    add_record(reader, folder, statement->block);
    return 0;
}

/* One file in two mappings, as the loader makes them. */
static int add_mappings(struct reader *reader, struct str line, struct buf *maps)
{
    struct str path, mark = { NULL, 0 };
    struct node node = { .inode = 999999 };
    bool other;

    if (!str_next_word(&line, &path))
        return 0;
    (void) str_next_word(&line, &mark);
    other = str_eqz(mark, "other");
    if (root_stat(reader->so_far, path, &node) < 0 && !str_eqz(mark, "deleted"))
        return reader_fail(reader, "%.*s is not there", STR_ARG(path));
    for (unsigned i = 0; i < 2; i++)
        buf_addf(maps, "%08zx-%08zx %s 00000000 00:00 %llu                  %.*s%s\n",
                 0x10000 + maps->len * 0x1000, 0x11000 + maps->len * 0x1000, i ? "r-xp" : "r--p",
                 (unsigned long long) node.inode + other, STR_ARG(path),
                 str_eqz(mark, "deleted") ? " (deleted)" : "");
    return 0;
}

static int read_process(struct reader *reader, struct statement *statement)
{
    struct buf maps = buf_new(reader->arena, TEXT_LIMIT);
    struct str line, word;
    uint64_t pid;
    int r;

    if (!reader_word(reader, &statement->rest, "the process's number", &word))
        return -EBADMSG;
    r = reader_number(reader, word, 10, &pid);
    while (r == 0 && str_next_line(&statement->block, &line))
        r = add_mappings(reader, line, &maps);
    if (r < 0)
        return r;
    reader->eyes.pid = (int) pid;
    reader_add_file(reader, arena_printf(reader->arena, "proc/%d/maps", reader->eyes.pid),
                    buf_str(&maps));
    return 0;
}

statement_reader compound_statement(struct str word)
{
    static const struct {
        const char *word;
        statement_reader read;
    } rows[] = {
        { "module", read_module }, { "cache", read_cache },     { "pci", read_pci },
        { "wheel", read_wheel },   { "process", read_process },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_eqz(word, rows[i].word))
            return rows[i].read;
    return NULL;
}
