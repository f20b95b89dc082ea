"""What archives hand out that libarchive unpacks, where it is installed; and what is said where it is not."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from aether.domain.texts import FileBroken, FileEncrypted, FileMislabelled, FileTooComplex
from tests import make_files as make
from tests.adapters import extraction_packers as packers
from tests.adapters.extraction_desk import Desk, unpacks
from tests.adapters.extraction_packers import Files
from tests.adapters.test_extraction_archives import RIVERS, Bench, left_out, tar

PACKERS: dict[str, Callable[[Files], bytes]] = {
    "a.7z": packers.seven_zip,
    "a.rar": packers.rar4,
    "b.rar": packers.rar5,
    "a.cab": packers.cab,
    "a.iso": packers.iso,
    "a.cpio": packers.cpio,
    "a.lzh": packers.lzh,
    "a.tar.zst": lambda files: packers.zstd(tar(dict(files))),
}


unpacking = pytest.mark.skipif(not unpacks(), reason="libarchive is not installed.")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@unpacking
@pytest.mark.parametrize("name", PACKERS)
async def test_an_archive_hands_out_its_files_and_lists_them(bench: Bench, name: str) -> None:
    said = await bench.read(PACKERS[name](RIVERS), name)

    assert bench.kept == RIVERS
    assert bench.names == ["elbe.txt", "oder.md", "silt.bin"]
    assert said.text.split("\n\n") == list(RIVERS)
    assert said.metadata == {"files": 3, "files_unpacked": True}


@unpacking
async def test_the_files_of_an_ar_archive_are_handed_out(bench: Bench) -> None:
    await bench.read(packers.ar({"elbe.txt": b"The Elbe.", "oder.md": b"# The Oder"}), "a.ar")

    assert bench.kept == {"elbe.txt": b"The Elbe.", "oder.md": b"# The Oder"}


@unpacking
async def test_a_file_that_is_merely_compressed_by_zstandard_is_handed_out(bench: Bench) -> None:
    await bench.read(packers.zstd(b"The Elbe."), "elbe.txt.zst")

    assert bench.kept == {"elbe.txt": b"The Elbe."}


@unpacking
@pytest.mark.parametrize(("format", "name"), [("7zip", "a.7z"), ("iso9660", "a.iso"), ("cpio", "a.cpio")])
async def test_what_libarchive_packed_by_itself_is_unpacked(bench: Bench, format: str, name: str) -> None:
    import libarchive  # type: ignore[import-untyped]

    written: list[bytes] = []

    def write(piece: bytes) -> int:
        written.append(bytes(piece))
        return len(piece)

    files = {"rivers/elbe.txt": b"The Elbe.", "silt.txt": b"Silt stays. " * 5_000}
    with libarchive.custom_writer(write, format) as archive:
        for path, data in files.items():
            archive.add_file_from_memory(path, len(data), data)

    await bench.read(b"".join(written), name)

    assert {path.lower(): data for path, data in bench.kept.items()} == files


@unpacking
@pytest.mark.parametrize("name", sorted(PACKERS.keys() - {"a.tar.zst", "a.iso"}))
async def test_paths_that_lead_elsewhere_are_left_out(bench: Bench, name: str) -> None:
    files = {"../../etc/passwd": b"a", "fine.txt": b"f", "a/../../b": b"d"}

    said = await bench.read(PACKERS[name](files), name)

    assert bench.kept == {"fine.txt": b"f"}
    assert {code for _, code in left_out(said)} == {"MEMBER_UNSAFE"}


@unpacking
@pytest.mark.parametrize("pack", [packers.rar4, packers.rar5])
async def test_a_member_under_a_password_is_left_out_and_the_rest_is_not(
    bench: Bench, pack: Callable[..., bytes]
) -> None:
    said = await bench.read(pack({"a.txt": b"Well.", "b.txt": b"Sealed."}, sealed="b.txt"), "a.rar")

    assert bench.kept == {"a.txt": b"Well."}
    assert left_out(said) == [("b.txt", "FILE_ENCRYPTED")]


@unpacking
async def test_an_archive_whose_list_is_under_a_password_is_called_so(bench: Bench) -> None:
    with pytest.raises(FileEncrypted):
        await bench.read(packers.sealed_rar5(), "a.rar")


@unpacking
async def test_links_and_empty_files_are_left_out(bench: Bench) -> None:
    files = {"a.txt": b"Well.", "link": b"/etc/passwd", "empty.txt": b""}

    said = await bench.read(packers.cpio(files, link="link"), "a.cpio")

    assert bench.kept == {"a.txt": b"Well."}
    assert left_out(said) == [("link", "MEMBER_UNSAFE"), ("empty.txt", "FILE_EMPTY")]


@unpacking
@pytest.mark.parametrize("name", ["a.lzh", "a.7z"])
async def test_a_damaged_member_is_left_out(bench: Bench, name: str) -> None:
    data = PACKERS[name]({"a.txt": b"Damaged." * 9}).replace(b"Damaged." * 9, b"Damages." * 9)

    said = await bench.read(data, name)

    assert bench.kept == {}
    assert left_out(said) == [("a.txt", "FILE_BROKEN")]


@unpacking
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (packers.zstd_of_zeros(512), "bomb.zst"),
        (packers.cpio({f"{n}.txt": b"x" for n in range(1_001)}), "many.cpio"),
        (packers.seven_zip({f"{n}.txt": b"x" for n in range(1_001)}), "many.7z"),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
async def test_what_unpacks_without_bounds_is_refused(bench: Bench, data: bytes, name: str) -> None:
    with pytest.raises(FileTooComplex):
        await bench.read(data, name)


@unpacking
@pytest.mark.parametrize("name", sorted(PACKERS.keys() - {"a.lzh"}))
async def test_a_torn_archive_is_refused_or_lacks_what_is_torn(bench: Bench, name: str) -> None:
    data = PACKERS[name](RIVERS)

    with suppress(FileBroken):
        said = await bench.read(data[: len(data) // 2], name)
        assert said.metadata["files_left_out"]
    assert "silt.bin" not in bench.kept or name == "a.iso"


@unpacking
async def test_an_archive_within_an_archive_is_handed_out_as_it_is(bench: Bench) -> None:
    inner = packers.rar5({"deep.txt": b"Deep."})

    await bench.read(packers.seven_zip({"inner.rar": inner}), "a.7z")

    assert bench.kept == {"inner.rar": inner}


@pytest.mark.parametrize("name", PACKERS)
async def test_an_archive_in_place_of_a_document_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(FileMislabelled):
        await bench.read(PACKERS[name]({"a.txt": b"a"}), "report.docx")


def test_without_libarchive_it_is_said_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)

    answer = Desk(tmp_path).answer(packers.seven_zip({"a.txt": b"a"}), "a.7z")

    assert answer["refused"] == [
        "FILE_UNSUPPORTED",
        "The file is a 7z archive, which is read only where libarchive is installed, and it is not.",
    ]


def test_ordinary_files_load_neither_libarchive_nor_what_reads_compound_files() -> None:
    package = "aether.adapters.extraction"
    modules = ("__main__", "kinds", "archives", "mail", "docx", "pdf", "plain", "pictures")
    code = f"import sys, {', '.join(f'{package}.{it}' for it in modules)}; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert f"{package}.kinds" in loaded.split()
    assert not {"olefile", "libarchive", f"{package}.compounds"} & set(loaded.split())


def test_archives_of_our_own_need_no_libarchive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)

    assert Desk(tmp_path).answer(make.packed({"a.txt": b"a"}), "a.zip")["extracted"]["text"] == "a.txt"
