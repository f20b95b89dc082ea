"""What is only seen is read by Tesseract, where it is installed; and it is said where it is not."""

import asyncio
import io
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest
from PIL import Image

from aether.adapters.extraction.ocr import PAGE_S
from aether.adapters.extraction.reader import ChildReader, put_off
from aether.domain.texts import Extracted, FileBroken, FileTooComplex, FileUnsupported, Stretch
from tests import make_files as make
from tests import make_pictures as pictures

RIVERS = ("Water runs downhill until it meets the sea.", "The gauge at Hamburg stood at 52 inches.")
SILT = ("Silt stays behind where the water rests.",)

seeing = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed.")


class Read(Protocol):
    """Reads bytes under a name."""

    async def __call__(self, data: bytes, name: str, reader: ChildReader | None = None) -> Extracted: ...


@pytest.fixture
def read(tmp_path: Path) -> Read:
    async def reading(data: bytes, name: str, reader: ChildReader | None = None) -> Extracted:
        path = tmp_path / "blob"
        path.write_bytes(data)
        return await (reader or ChildReader()).read(path, name=name, content_type=None)

    return reading


def processes() -> list[str]:
    """The Tesseracts that run on this machine for us."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdecimal() and (process / "comm").read_text().strip() == "tesseract":
                found.append(process.name)
    return found


@seeing
async def test_a_scan_says_what_is_seen_page_by_page(read: Read) -> None:
    said = await read(pictures.scan(RIVERS, [], SILT), "scan.pdf")

    assert [page.of(said.text).split("\n") for page in said.pages] == [list(RIVERS), [""], list(SILT)]
    assert said.metadata["pages_by_ocr"] == 2
    assert said.metadata["pages_without_text"] == 1
    assert said.metadata["ocr_languages"] == "eng"
    assert 0.8 < said.metadata["ocr_confidence"] <= 1
    assert "ocr_missing" not in said.metadata


@seeing
async def test_only_pages_without_words_of_their_own_are_looked_at(
    read: Read,
) -> None:
    said = await read(make.pdf(["Water runs."], []), "text.pdf")

    assert said.text == "Water runs."
    assert "pages_by_ocr" not in said.metadata
    assert said.metadata["pages_without_text"] == 1


@seeing
async def test_a_text_layer_of_nameless_letters_is_looked_at(
    read: Read,
) -> None:
    said = await read(pictures.pdf_of_nameless_letters(*RIVERS), "nameless.pdf")

    assert said.text.split("\n") == list(RIVERS)
    assert said.metadata["pages_by_ocr"] == 1


@seeing
async def test_words_that_are_seen_stand_where_they_are_shown(
    read: Read,
) -> None:
    written = await read(make.pdf(RIVERS), "written.pdf")
    seen = await read(pictures.scan(RIVERS), "seen.pdf")

    shown, found = written.blocks[0].box, seen.blocks[0].box
    assert shown is not None
    assert found is not None
    assert all(abs(ours - theirs) < 4 for ours, theirs in zip(shown, found, strict=True)), (shown, found)


@seeing
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "AVIF"])
async def test_pictures_are_read_whatever_their_name(kind: str, read: Read) -> None:
    said = await read(pictures.picture(kind, RIVERS), "photo.bin")

    assert said.text.split("\n") == list(RIVERS)
    assert said.content_type == f"image/{kind.lower()}"
    assert said.metadata["width"] == 1654
    assert (said.blocks[0].page, len(said.pages)) == (1, 1)


@seeing
async def test_each_page_of_a_tiff_is_a_page(read: Read) -> None:
    said = await read(pictures.picture("TIFF", RIVERS, SILT), "fax.tif")

    assert [page.of(said.text).split("\n") for page in said.pages] == [list(RIVERS), list(SILT)]


@seeing
async def test_a_picture_is_read_upright_and_on_white(
    read: Read,
) -> None:
    image = Image.open(io.BytesIO(pictures.picture("PNG", RIVERS)))
    lying, clear = io.BytesIO(), io.BytesIO()
    turned = Image.Exif()
    turned[0x0112] = 6  # To be shown a quarter turned clockwise.
    image.rotate(90, expand=True).save(lying, "JPEG", exif=turned)
    ink = Image.new("RGBA", image.size, (0, 0, 0, 0))
    ink.putalpha(image.point(lambda grey: 255 - grey))
    ink.save(clear, "PNG")

    assert (await read(lying.getvalue(), "lying.jpg")).text.split("\n") == list(RIVERS)
    assert (await read(clear.getvalue(), "clear.png")).text.split("\n") == list(RIVERS)


@pytest.mark.parametrize(
    ("reader", "why"),
    [
        (ChildReader(tesseract=""), "Tesseract is not installed."),
        pytest.param(ChildReader(ocr_languages="eng+xxx"), "Tesseract does not know xxx.", marks=seeing),
    ],
)
async def test_where_nothing_can_look_it_is_said(reader: ChildReader, why: str, read: Read) -> None:
    said = await read(pictures.scan(RIVERS, SILT), "scan.pdf", reader)
    garbled = await read(pictures.pdf_of_nameless_letters(*RIVERS), "nameless.pdf", reader)

    assert (said.text, said.metadata["pages_without_text"]) == ("", 2)
    assert said.metadata["ocr_missing"] == garbled.metadata["ocr_missing"] == why
    assert garbled.text
    with pytest.raises(FileUnsupported, match=why):
        await read(pictures.picture("PNG", RIVERS), "photo.png", reader)


@seeing
async def test_a_picture_that_is_torn_or_lies_about_itself_is_refused(
    read: Read,
) -> None:
    whole = pictures.picture("PNG", RIVERS)
    vast = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2 + whole[24:]

    for data in (whole[: len(whole) // 2], make.PICTURE, b"\xff\xd8\xff\xe0" + bytes(99)):
        with pytest.raises(FileBroken):
            await read(data, "torn.png")
    with pytest.raises((FileTooComplex, FileBroken)):
        await read(vast, "vast.png")


@seeing
async def test_a_long_scan_tells_of_each_page_and_ends_at_once_when_it_is_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pictures.scan(*[RIVERS * 8] * 12))
    done: list[int] = []
    kept: list[Stretch] = []

    async def on_progress(pages: int, _: int) -> None:
        done.append(pages)

    async def on_stretch(stretch: Stretch) -> None:
        kept.append(stretch)

    reading = asyncio.create_task(
        ChildReader().read(
            path, name="scan.pdf", content_type=None, on_progress=on_progress, on_stretch=on_stretch
        )
    )
    async with asyncio.timeout(60):
        while len(done) < 2:
            await asyncio.sleep(0.01)
    before = set(processes())
    reading.cancel()
    await asyncio.wait({reading})

    assert reading.cancelled()
    assert done == list(range(1, len(done) + 1))
    assert [(it.since, it.until) for it in kept[:2]] == [(0, 1), (1, 2)]
    assert before
    async with asyncio.timeout(5):
        while before & set(processes()):
            await asyncio.sleep(0.01)


@seeing
async def test_a_scan_goes_on_behind_the_pages_that_were_seen(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pictures.scan(RIVERS, SILT, RIVERS))
    kept: list[Stretch] = []

    async def on_stretch(stretch: Stretch) -> None:
        kept.append(stretch)

    async def read(*before: Stretch) -> Extracted:
        return await ChildReader().read(
            path, name="scan.pdf", content_type=None, read_before=before, on_stretch=on_stretch
        )

    whole = await read()
    again = await read(*kept[:2])

    assert again.packed() == whole.packed()
    assert [it.since for it in kept] == [0, 1, 2, 2]


async def test_pages_that_are_seen_put_the_deadline_off_once() -> None:
    async with asyncio.timeout(5) as limit:
        await asyncio.sleep(0)
        before = limit.when()
        seen = put_off(limit, put_off(limit, 0, 2), 3)
        seen = put_off(limit, seen, 3)

        assert before is not None
        assert limit.when() == before + 3 * PAGE_S
        assert seen == 3
