"""Writes the file that Outlook saves a mail as: a compound file with one stream per property. Just enough for tests."""

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def outlook(subject, body):
    """A mail; every stream is padded to 4096 bytes, so that none has to stand in the mini stream."""

    def text(words):
        return words.encode("utf-16-le")

    streams = {
        "__properties_version1.0": bytes(32)
        + b"".join(
            struct.pack("<IIII", tag, 6, len(text(words)) + 2, 0) for tag, words in ((0x0037001F, subject), (0x1000001F, body))
        ),
        "__substg1.0_0037001F": text(subject),
        "__substg1.0_1000001F": text(body),
    }
    sectors, fat, entries = [], [], []
    names = sorted(streams, key=lambda name: (len(name), name.upper()))
    for name in names:
        content = streams[name]
        size = max(len(content), 4096)
        padding = " ".encode("utf-16-le") if name.startswith("__substg") else b"\0"
        content += padding * ((size - len(content)) // len(padding))
        first = len(sectors)
        count = -(-len(content) // SECTOR)
        sectors += [content[index * SECTOR : (index + 1) * SECTOR].ljust(SECTOR, b"\0") for index in range(count)]
        fat += [*range(first + 1, first + count), END]
        entries.append((name, 2, first, len(content)))
    # The names form a tree; a chain to the right is one.
    directory = [entry("Root Entry", 5, FREE, FREE, 1, END, 0)]
    for number, (name, kind, first, size) in enumerate(entries, 1):
        directory.append(entry(name, kind, FREE, number + 1 if number < len(entries) else FREE, FREE, first, size))
    listing = b"".join(directory).ljust(-(-len(directory) * 128 // SECTOR) * SECTOR, b"\0")
    start = len(sectors)
    count = len(listing) // SECTOR
    sectors += [listing[index * SECTOR : (index + 1) * SECTOR] for index in range(count)]
    fat += [*range(start + 1, start + count), END]
    tables = -(-(len(fat) + 1) // (SECTOR // 4))
    places = range(len(sectors), len(sectors) + tables)
    fat += [FAT] * tables
    fat += [FREE] * (tables * (SECTOR // 4) - len(fat))
    packed = struct.pack(f"<{len(fat)}I", *fat)
    sectors += [packed[index * SECTOR : (index + 1) * SECTOR] for index in range(tables)]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, start, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *places, *[FREE] * (109 - tables))
    return header + b"".join(sectors)


def entry(name, kind, left, right, child, first, size):
    words = name.encode("utf-16-le") + b"\0\0"
    return (
        words.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(words), kind, 1, left, right, child)
        + bytes(16)
        + struct.pack("<IQQ", 0, 0, 0)
        + struct.pack("<IQ", first, size)
    )
