"""What archives and mail carry is handed out file by file, within bounds, and by harmless names."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from aether.adapters.extraction.reader import ChildReader
from aether.domain.texts import Extracted, FileBroken, FileMislabelled, FileTooComplex, Member
from tests import make_files as make
from tests.adapters import extraction_binaries as binaries

RIVERS = {
    "rivers/elbe.txt": b"The Elbe.",
    "rivers/oder.md": b"# The Oder",
    "silt.bin": bytes(range(256)) * 9_000,
}


class Bench:
    """Reads archives, and keeps what they hand out."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "blob"
        self.kept: dict[str, bytes] = {}
        self.names: list[str] = []

    async def read(self, data: bytes, name: str) -> Extracted:
        self.path.write_bytes(data)
        self.kept, self.names = {}, []
        return await ChildReader().read(self.path, name=name, content_type=None, on_member=self._on_member)

    async def _on_member(self, member: Member, pieces: AsyncIterator[bytes]) -> None:
        whole = b"".join([piece async for piece in pieces])
        self.kept[member.path] = whole
        self.names.append(member.name)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def tar(files: dict[str, bytes], *odd: tarfile.TarInfo, mode: str = "w") -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for entry in odd:
            archive.addfile(entry)
    return written.getvalue()


def odd(name: str, type: bytes, target: str = "/etc/passwd") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = type, target
    return entry


def left_out(said: Extracted) -> list[tuple[str, str]]:
    return [(it["path"], it["code"]) for it in said.metadata["left_out"]]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", make.packed),
        ("a.tar", tar),
        ("a.tgz", lambda files: tar(files, mode="w:gz")),
        ("a.tar.bz2", lambda files: tar(files, mode="w:bz2")),
        ("a.tar.xz", lambda files: tar(files, mode="w:xz")),
    ],
)
async def test_an_archive_hands_out_its_files_and_lists_them(
    bench: Bench, name: str, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    said = await bench.read(pack(RIVERS), name)

    assert bench.kept == RIVERS
    assert bench.names == ["elbe.txt", "oder.md", "silt.bin"]
    assert said.text.split("\n\n") == list(RIVERS)
    assert said.metadata == {"files": 3, "files_unpacked": True}


@pytest.mark.parametrize(
    ("name", "pack"),
    [("elbe.txt.gz", gzip.compress), ("elbe.txt.bz2", bz2.compress), ("elbe.txt.xz", lzma.compress)],
)
async def test_a_file_that_is_merely_compressed_is_handed_out(
    bench: Bench, name: str, pack: Callable[[bytes], bytes]
) -> None:
    await bench.read(pack(b"The Elbe."), name)

    assert bench.kept == {"elbe.txt": b"The Elbe."}


async def test_an_archive_is_only_listed_where_nobody_takes_its_files(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(make.packed(RIVERS))

    said = await ChildReader().read(tmp_path / "blob", name="a.zip", content_type=None)

    assert said.text.split("\n\n") == list(RIVERS)
    assert said.metadata == {"files": 3, "files_unpacked": False}


async def test_what_is_attached_to_mail_is_handed_out(bench: Bench) -> None:
    inner = EmailMessage()
    inner["Subject"] = "Silt"
    inner.set_content("Look.")
    inner.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="../silt.pdf")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Rivers", "ada@example.org", "ben@example.org"
    message.set_content("See attached.")
    message.add_attachment("The Elbe.", filename="elbe.txt")
    message.add_attachment(inner)

    said = await bench.read(message.as_bytes(), "a.eml")
    assert bench.kept == {"elbe.txt": b"The Elbe.\n", "silt.pdf": b"%PDF-1.7"}
    assert said.metadata["files"] == 2

    mailbox = b"From ada Mon Jan  1 00:00:00 2024\n" + message.as_bytes() + b"\n"
    await bench.read(mailbox * 2, "a.mbox")
    assert list(bench.kept) == ["1/elbe.txt", "1/silt.pdf", "2/elbe.txt", "2/silt.pdf"]


async def test_what_is_attached_to_an_outlook_message_is_handed_out(bench: Bench) -> None:
    said = await bench.read(binaries.msg(inner=True), "a.msg")

    assert bench.kept == {"levels.csv": b"Place,Level", "silt.pdf": b"%PDF-1.7"}
    assert said.metadata["attachments"] == ["levels.csv"]
    assert said.metadata["files"] == 2


async def test_paths_that_lead_elsewhere_are_left_out_and_names_are_shown_as_they_are(bench: Bench) -> None:
    files = {
        "../../etc/passwd": b"a",
        "/etc/shadow": b"b",
        "C:\\Windows\\win.ini": b"c",
        "a/../../b": b"d",
        "..\\up.txt": b"e",
        "fine/./x.txt": b"f",
        "invoice\u202efdp.exe": b"g",
        "Cafe\u0301.txt": b"h",
        "nul\x01l.txt": b"i",
        "__MACOSX/._x.txt": b"j",
        "long" * 100 + ".txt": b"k",
    }

    said = await bench.read(make.packed(files), "a.zip")

    assert list(bench.kept) == ["fine/x.txt", "invoicefdp.exe", "Café.txt", "null.txt", "long" * 100 + ".txt"]
    assert all(len(name) <= 200 for name in bench.names)
    assert bench.names[-1].endswith("….txt")
    assert {code for _, code in left_out(said)} == {"MEMBER_UNSAFE"}
    assert said.metadata["files_left_out"] == 5


async def test_links_and_devices_are_left_out(bench: Bench) -> None:
    data = tar({"elbe.txt": b"The Elbe."}, odd("link", tarfile.SYMTYPE), odd("hard", tarfile.LNKTYPE),
               odd("null", tarfile.CHRTYPE), odd("pipe", tarfile.FIFOTYPE))  # fmt: skip
    said = await bench.read(data, "a.tar")

    assert bench.kept == {"elbe.txt": b"The Elbe."}
    assert [path for path, _ in left_out(said)] == ["link", "hard", "null", "pipe"]

    linked = zipfile.ZipInfo("link")
    linked.external_attr = 0o120777 << 16
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(linked, "/etc/passwd")
    assert left_out(await bench.read(written.getvalue(), "a.zip")) == [("link", "MEMBER_UNSAFE")]
    assert bench.kept == {}


async def test_what_is_sealed_damaged_or_empty_is_left_out_and_the_rest_is_not(bench: Bench) -> None:
    data = bytearray(
        make.packed({"a.txt": b"Sealed.", "b.txt": b"Damaged." * 99, "c.txt": b"", "d.txt": b"Well."})
    )
    places = [place for place in range(len(data)) if data.startswith((b"PK\x03\x04", b"PK\x01\x02"), place)]
    data[places[0] + 6] |= 1
    data[places[4] + 8] |= 1
    data[places[1] + 40] ^= 0xFF

    said = await bench.read(bytes(data), "a.zip")

    assert bench.kept == {"d.txt": b"Well."}
    assert left_out(said) == [
        ("a.txt", "FILE_ENCRYPTED"),
        ("b.txt", "FILE_BROKEN"),
        ("c.txt", "FILE_EMPTY"),
    ]


async def test_files_of_one_name_are_all_handed_out(bench: Bench) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.txt", "One.")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "Two.")

    await bench.read(written.getvalue(), "a.zip")

    assert bench.names == ["a.txt", "a.txt"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (make.packed({"zeros": bytes(64 * 2**20)}), "bomb.zip"),
        (gzip.compress(bytes(64 * 2**20)), "bomb.gz"),
        (bz2.compress(bytes(64 * 2**20)), "bomb.bz2"),
        (tar({"zeros": bytes(64 * 2**20)}, mode="w:xz"), "bomb.tar.xz"),
        (make.packed({f"{n}.txt": b"x" for n in range(1_001)}), "many.zip"),
        (tar({f"{n}.txt": b"x" for n in range(1_001)}), "many.tar"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
async def test_what_unpacks_without_bounds_is_refused(bench: Bench, data: bytes, name: str) -> None:
    with pytest.raises(FileTooComplex):
        await bench.read(data, name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (make.packed(RIVERS)[:400], "torn.zip"),
        (tar(RIVERS, mode="w:gz")[:2_000], "torn.tgz"),
        (b"\x1f\x8b" + bytes(99), "torn.gz"),
    ],
)
async def test_a_torn_archive_is_refused(bench: Bench, data: bytes, name: str) -> None:
    with pytest.raises(FileBroken):
        await bench.read(data, name)


async def test_an_archive_in_place_of_a_document_is_refused(bench: Bench) -> None:
    with pytest.raises(FileMislabelled):
        await bench.read(make.packed(RIVERS), "report.docx")


async def test_a_taker_that_takes_little_or_fails_hinders_nothing(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(make.packed(RIVERS))

    async def read(take: Any) -> Extracted:
        return await ChildReader().read(tmp_path / "blob", name="a.zip", content_type=None, on_member=take)

    async def nothing(_: Member, __: AsyncIterator[bytes]) -> None:
        return None

    async def failing(_: Member, __: AsyncIterator[bytes]) -> None:
        raise ConnectionResetError

    assert (await read(nothing)).metadata["files"] == 3
    with pytest.raises(ConnectionResetError):
        await read(failing)
