"""Packers of archives that no library here writes: their members lie in them as they are."""

import struct
from collections.abc import Mapping
from zlib import crc32

Files = Mapping[str, bytes]


def seven_zip(files: Files) -> bytes:
    """A 7z archive."""
    packed = b"".join(files.values())
    sums = b"".join(struct.pack("<I", crc32(data)) for data in files.values())
    names = b"\x00" + b"".join(name.encode("utf-16-le") + bytes(2) for name in files)
    streams = b"\x06" + _long(0) + _long(1) + b"\x09" + _long(len(packed)) + b"\x00"
    streams += b"\x07\x0b\x01\x00\x01\x01\x00\x0c" + _long(len(packed)) + b"\x00"
    streams += b"\x08\x0d" + _long(len(files))
    if len(files) > 1:
        streams += b"\x09" + b"".join(_long(len(data)) for data in list(files.values())[:-1])
    streams += b"\x0a\x01" + sums + b"\x00"
    header = b"\x01\x04" + streams + b"\x00\x05" + _long(len(files)) + b"\x11" + _long(len(names)) + names
    header += b"\x00\x00"
    start = struct.pack("<QQI", len(packed), len(header), crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", crc32(start)) + start + packed + header


def _long(number: int) -> bytes:
    """A number as 7z writes it, in nine bytes at most."""
    return bytes([number]) if number < 128 else b"\xff" + struct.pack("<Q", number)


def rar4(files: Files, *, sealed: str = "") -> bytes:
    """A RAR archive of the older kind; the file called *sealed* says that it is under a password."""
    packed = b"Rar!\x1a\x07\x00" + _block(0x73, 0, bytes(6))
    for name, data in files.items():
        head = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 3, crc32(data), 0, 20, 0x30, len(name.encode()), 0o100644
        )
        packed += _block(0x74, 0x8000 | (4 if name == sealed else 0), head + name.encode()) + data
    return packed + _block(0x7B, 0x4000, b"")


def _block(kind: int, flags: int, data: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(data)) + data
    return struct.pack("<H", crc32(head) & 0xFFFF) + head


def rar5(files: Files, *, sealed: str = "") -> bytes:
    """A RAR archive of the newer kind; the file called *sealed* says that it is under a password."""
    packed = b"Rar!\x1a\x07\x01\x00" + _frame(b"\x01\x00\x00")
    for name, data in files.items():
        lock = _counted(b"\x01\x00\x00\x0f" + bytes(32)) if name == sealed else b""
        head = b"\x02" + (b"\x03" + _vint(len(lock)) if lock else b"\x02") + _vint(len(data))
        head += b"\x04" + _vint(len(data)) + _vint(0o100644) + struct.pack("<I", crc32(data))
        head += b"\x00\x01" + _counted(name.encode()) + lock
        packed += _frame(head) + data
    return packed + _frame(b"\x05\x00\x00")


def sealed_rar5() -> bytes:
    """A RAR archive of the newer kind whose list is under a password."""
    return b"Rar!\x1a\x07\x01\x00" + _frame(b"\x04\x00\x00\x00\x0f" + bytes(16)) + bytes(range(64))


def _frame(head: bytes) -> bytes:
    sized = _counted(head)
    return struct.pack("<I", crc32(sized)) + sized


def _counted(data: bytes) -> bytes:
    return _vint(len(data)) + data


def _vint(number: int) -> bytes:
    written = b""
    while number >= 128:
        written += bytes([number & 127 | 128])
        number >>= 7
    return written + bytes([number])


def cab(files: Files) -> bytes:
    """A cabinet."""
    data = b"".join(files.values())
    pieces = [data[place : place + 32_768] for place in range(0, len(data), 32_768)]
    rows, place = b"", 0
    for name, content in files.items():
        rows += struct.pack("<IIHHHH", len(content), place, 0, 0x5821, 0, 0x80) + name.encode() + b"\x00"
        place += len(content)
    start = 36 + 8 + len(rows)
    blocks = b"".join(struct.pack("<IHH", 0, len(it), len(it)) + it for it in pieces)
    head = struct.pack(
        "<4sIIIIIBBHHHHH", b"MSCF", 0, start + len(blocks), 0, 44, 0, 3, 1, 1, len(files), 0, 0, 0
    )
    return head + struct.pack("<IHH", start, len(pieces), 0) + rows + blocks


def iso(files: Files) -> bytes:
    """An image of a disc, with all files in its root."""
    place, rows, data = 19, b"", b""
    for name, content in files.items():
        rows += _entry(name.encode(), place, len(content), 0)
        data += content + bytes(-len(content) % 2048)
        place += -(-len(content) // 2048)
    root = _entry(b"\x00", 18, 2048, 2)
    head = b"\x01CD001\x01\x00" + b" " * 64 + bytes(8) + _both(place + 16, "I") + bytes(32)
    head += (
        _both(1, "H")
        + _both(1, "H")
        + _both(2048, "H")
        + _both(10, "I")
        + struct.pack("<II", 18, 0)
        + struct.pack(">II", 18, 0)
        + root
    )
    head = (head + b" " * 623 + b"0" * 68 + b"\x01\x00").ljust(2048, b"\x00")
    folder = (root + _entry(b"\x01", 18, 2048, 2) + rows).ljust(2048, b"\x00")
    return bytes(16 * 2048) + head + b"\xffCD001\x01".ljust(2048, b"\x00") + folder + data + bytes(16 * 2048)


def _entry(name: bytes, place: int, size: int, flags: int) -> bytes:
    row = (
        bytes(1)
        + _both(place, "I")
        + _both(size, "I")
        + bytes([124, 5, 1, 0, 0, 0, 0])
        + bytes([flags, 0, 0])
    )
    row += _both(1, "H") + bytes([len(name)]) + name
    row += bytes((1 + len(row)) % 2)
    return bytes([len(row) + 1]) + row


def _both(number: int, kind: str) -> bytes:
    """A number in both orders of its bytes."""
    return struct.pack(f"<{kind}", number) + struct.pack(f">{kind}", number)


def cpio(files: Files, *, link: str = "") -> bytes:
    """A cpio archive; the file called *link* says that it is a link."""
    packed = b""
    for number, (name, data) in enumerate([*files.items(), ("TRAILER!!!", b"")], 1):
        kind = 0o120777 if name == link else 0o100644
        fields = (number, kind, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name.encode()) + 1, 0)
        packed += b"070701" + "".join(f"{it:08X}" for it in fields).encode() + name.encode() + b"\x00"
        packed += bytes(-len(packed) % 4)
        packed += data + bytes(-len(data) % 4)
    return packed


def ar(files: Files) -> bytes:
    """An ar archive."""
    packed = b"!<arch>\n"
    for name, data in files.items():
        packed += f"{name + '/':16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
        packed += data + b"\n" * (len(data) % 2)
    return packed


def lzh(files: Files) -> bytes:
    """An LZH archive."""
    packed = b""
    for name, data in files.items():
        path = name.encode()
        head = (
            struct.pack("<5sIIIBBB", b"-lh0-", len(data), len(data), 0x5821_0000, 0x20, 0, len(path)) + path
        )
        head += struct.pack("<H", _sum(data))
        packed += bytes([len(head), sum(head) & 255]) + head + data
    return packed + b"\x00"


def _sum(data: bytes) -> int:
    """What an LZH archive checks its members by (CRC-16/ARC)."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def zstd(data: bytes) -> bytes:
    """A file of Zstandard."""
    pieces = [data[place : place + 2**17] for place in range(0, len(data), 2**17)] or [b""]
    packed = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", len(data))
    for number, piece in enumerate(pieces, 1):
        packed += (len(piece) << 3 | (number == len(pieces))).to_bytes(3, "little") + piece
    return packed


def zstd_of_zeros(blocks: int) -> bytes:
    """A file of Zstandard of so many blocks of 128 KiB, each of them one byte again and again."""
    last = blocks - 1
    rows = ((2**17 << 3 | 2 | (number == last)).to_bytes(3, "little") + b"\x00" for number in range(blocks))
    return b"\x28\xb5\x2f\xfd\x80\x58" + struct.pack("<I", blocks * 2**17) + b"".join(rows)
