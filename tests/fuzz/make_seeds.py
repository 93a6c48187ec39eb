"""Writes the seeds that are no text: make_seeds.py KIND OUTPUT."""
import gzip
import io
import json
import struct
import sys
import tarfile


def fatbin():
    def entry(kind, head, payload, version, capability, flags, plain):
        fields = struct.pack('<HHIQIIIIIIQQQ', kind, 0x101, head, len(payload), 0, 0, version,
                             capability, 0, 0, flags, 0, plain)
        return fields.ljust(head, b'\xee') + payload

    def container(*entries):
        body = b''.join(entries)
        return struct.pack('<IHHQ', 0xba55ed50, 1, 16, len(body)) + body

    return (container(entry(2, 64, b'\x7fELF1234', 0x10008, 75, 0x11, 0),
                      entry(1, 80, b'(\xb5/\xfd1234', 0x90000, 80, 0x8011, 802))
            + bytes(8) + container(entry(2, 112, bytes(8), 0x10008, 100, 0x1200011, 0)))


def ld_cache():
    strings = b'libz.so.1\0/lib/libz.so.1\0x86-64-v3\0'
    at = 48 + 2 * 24
    extension = at + 36
    new = struct.pack('<20sIIIIIII', b'glibc-ld.so.cache1.1', 2, len(strings), 2,
                      32 + extension, 0, 0, 0)
    for hwcap in (0, 3 << 32 | 1 << 62):
        new += struct.pack('<IIIIQ', 0x303, at, at + 10, 0, hwcap)
    new += strings.ljust(36, b'\0')
    new += struct.pack('<IIIIIII', 0xeaa42174, 1, 1, 0, 32 + extension + 24, 4, at + 25)
    old = struct.pack('<12sIIII', b'ld.so-1.7.0', 1, 3, 0, 10).ljust(32, b'\0')
    return old + new


def modinfo():
    return (b'name=nvidia\0version=535.183.01\0license=NVIDIA\0\0vermagic=6.1.0-18-amd64 SMP \0'
            + struct.pack('>BBBBB3xI', 0, 0, 2, 0, 0, 661) + b'~Module signature appended~\n')


def tar():
    """A pax header, a long name of GNU's, a link, and a device."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo('\xe9' * 60 + '/' + 'n' * 120)
        info.size = 3
        archive.addfile(info, io.BytesIO(b'abc'))
    with tarfile.open(fileobj=out, mode='w', format=tarfile.GNU_FORMAT) as archive:
        for kind, name in ((tarfile.REGTYPE, 'l' * 150), (tarfile.SYMTYPE, 'link'), (tarfile.CHRTYPE, 'null')):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.devmajor, info.uid = kind, 'target', 1, 1 << 30
            archive.addfile(info)
    return out.getvalue()


def image():
    """As docker save writes it: a layer in place, and one that is packed."""
    def tar(files):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode='w') as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()

    manifest = [{'Config': 'c', 'RepoTags': ['a:1'], 'Layers': ['one', 'two']}]
    return tar({'one': tar({'etc/os-release': b'ID=a', 'etc/old': b'x'}),
                'two': gzip.compress(tar({'etc/.wh.old': b'', 'libx.so': fatbin()}), mtime=0),
                'c': b'{"config":{"Env":["A=b"]}}', 'manifest.json': json.dumps(manifest).encode()})


def snapshot():
    """What is packed in one: src/snapshot/pack.c."""
    def text(value):
        return struct.pack('<I', len(value)) + value

    def child(answers):
        return struct.pack('<BH', 0, 0) + text(b'') + struct.pack('<BBBBQ', 0, 0, 0, 0, 9) + text(answers) + text(b'')

    def answer(question, path, target=b'', names=(), pieces=(), error=0):
        head = struct.pack('<B', question) + text(path) + struct.pack('<H', error)
        node = struct.pack('<BHIIQIIIIQq', 0, 0o644, 0, 0, sum(map(len, pieces)), 0, 0, 8, 1, 7, 0)
        listed = struct.pack('<I', len(names)) + b''.join(map(text, names))
        tail = struct.pack('<HQQBQI', 0, 0, 0, 0, 0, len(pieces))
        return head + node + text(target) + listed + tail + b''.join(
            struct.pack('<Q', 0) + text(piece) for piece in pieces)

    answers = (answer(0, b'etc/os-release', pieces=[b'ID=debian\nVERSION_ID=12\n']),
               answer(0, b'proc/self/mountinfo', error=13), answer(3, b'usr/bin/python3', target=b'python3.11'),
               answer(4, b'home', names=[b'ada', b'bob']), answer(1, b'dev/nvidia0', error=2),
               answer(0, b'proc/cmdline', pieces=[b'token=abcdefgh root=UUID=01234567-89ab-cdef-0123-456789abcdef']))
    return (text(b'machine') + text(b'box') + b'\1\1' + struct.pack('<II', 1000, 0) + text(b'/home/ada')
            + struct.pack('<I', 2) + text(b'HOME=/home/ada') + text(b'MY_TOKEN=x1y2z3w4')
            + text(b'') + text(b'/home/ada/venv') + b'\1\0\0' + text(b'')
            + child(b'{"stage":"dlopen","library":"libnvidia-ml.so.1","ok":true}\n')
            + child(b'{"stage":"done"}\n') + child(b'') + child(b'') + (b'\1' + text(b'') + text(b'dev')) * 2
            + struct.pack('<I', len(answers)) + b''.join(answers) + struct.pack('<I', 0) + text(b'{}') + text(b'{}'))


SEEDS = {'fatbin': fatbin, 'image': image, 'ld_cache': ld_cache, 'modinfo': modinfo,
         'snapshot': snapshot, 'tar': tar}

with open(sys.argv[2], 'wb') as out:
    out.write(SEEDS[sys.argv[1]]())
