/*
 * machine: a fake machine in plain text, made into a tree in memory and the eyes that look at it.
 *
 * A description is read from top to bottom; later lines replace what earlier ones made, so a
 * machine is a short delta over the parts that it includes.
 *
 *     # comment
 *     include FILE [at DIR] [NAME=value…]
 *                           another description of tests/roots. Its paths that do not begin with
 *                           "/" lie below DIR. ${NAME} in it stands for the value.
 *     user 1000 groups 1000 44
 *                           whose eyes look (root, where this is not said)
 *     env NAME=value        a variable of theirs; the value goes to the end of the line
 *     env none              their variables are not known
 *     unset NAME
 *     cwd /home/ada
 *     file PATH [mode=0644] [uid=0] [gid=0] [size=10G] [repeat=1000] [escapes=yes] [= one line]
 *         else the content is the indented block beneath. "size" is what the file says of itself,
 *         whatever it holds; "repeat" writes the block that often; "escapes" honours \n \t \e \\
 *         and \xNN.
 *     link PATH -> TARGET
 *     dir PATH [mode=0755] [uid=0] [gid=0]
 *     node PATH c 195:0 [mode=0666] [uid=0] [gid=44]           (or b)
 *     fifo PATH
 *     elf PATH [soname=NAME] [needed=a,b] [rpath=DIR] [runpath=DIR] [interp=PATH]
 *         [verdef=A_1.0,A_1.1] [verneed=LIBRARY:A_1.0] [imports=SYMBOL,…] [exports=SYMBOL,…]
 *         [gpu=80,90] [symbol=NAME body=\xNN\xNN] [arch=x86_64|aarch64]
 *                           an ELF64 file without code
 *     module PATH [arch=…]  a kernel module; the block is its .modinfo, "version=550.54.14"
 *     bytes PATH = 28b52ffd…
 *     cache [arch=…]               /etc/ld.so.cache out of the block's "soname => /path" lines
 *     refuse PATH EACCES|EIO|EPERM|ELOOP
 *                           every look at it fails so
 *     pci ADDRESS CLASS VENDOR:DEVICE SUBVENDOR:SUBDEVICE [driver=NAME]
 *                           what Linux shows of a device under /sys, numbers in hex without 0x
 *     wheel NAME VERSION [tag=py3-none-any] [installer=pip]
 *                           a .dist-info folder; the block holds further METADATA lines
 *                           ("Requires-Dist: …"), and "record PATH" for files that RECORD names
 *     remove PATH           and everything below it
 *     process PID          whose eyes look; its maps are the block's lines "PATH [deleted|other]",
 *                           which name files that are there: "deleted" marks one as the kernel
 *                           does, "other" has another inode than the path
 *     nvml, cuda, told      what the driver and an engine say: see answers.h
 *
 * Words may hold \xNN, \e, \t, \s (a blank) and \\, which is how hostile names are written.
 */
#ifndef GPUVET_TESTS_MACHINE_H
#define GPUVET_TESTS_MACHINE_H

#include "lib/answers.h"
#include "probe/probe.h"
#include "root/root.h"

struct machine {
    struct root *root; /* a new one, with an empty log */
    struct eyes eyes;
    struct machine_answers answers;
};

/*
 * Makes the machine that `path` (below `library`: tests/roots) and then the lines of
 * `overlay` describe. -EBADMSG: a line cannot be read, and *ret_why is "file:line: what is wrong";
 * `overlay_name` and `overlay_line` say where the overlay stands.
 */
struct overlay {
    struct str lines;
    struct str name; /* of the file that holds it */
    unsigned line;   /* before its first */
};
int machine_read(struct arena *arena, struct root *library, struct str path,
                 const struct overlay *overlay, struct machine *ret, struct str *ret_why);

#endif
