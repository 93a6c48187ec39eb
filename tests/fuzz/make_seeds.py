"""Writes the seeds that are no text: make_seeds.py KIND OUTPUT."""
import struct
import sys


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


SEEDS = {'fatbin': fatbin}

with open(sys.argv[2], 'wb') as out:
    out.write(SEEDS[sys.argv[1]]())
