"""Pictures of pages, made in a process for each, a few at a time."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from aether.adapters.extraction import previews
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.previewer import ChildPreviewer
from aether.adapters.folder.previews import FolderPreviews
from aether.domain.errors import Invalid
from aether.domain.previews import PreviewerBusy, PreviewMissing, PreviewUnsupported, width_for
from aether.domain.texts import FileBroken
from tests import make_files as make
from tests import make_pictures as pictures

PDF = "application/pdf"


async def preview(
    folder: Path, data: bytes, content_type: str = PDF, page: int = 1, width: int = 256
) -> Image.Image:
    (folder / "blob").write_bytes(data)
    picture = await ChildPreviewer().preview(
        folder / "blob", content_type=content_type, page=page, width=width
    )
    return Image.open(io.BytesIO(picture))


def dark(image: Image.Image) -> int:
    """How many pixels of *image* are dark."""
    return sum(image.convert("L").histogram()[:128])


@pytest.mark.parametrize("width", [64, 256, 2000])
async def test_a_page_of_a_pdf_is_shown_as_wide_as_it_is_asked_for(tmp_path: Path, width: int) -> None:
    data = make.pdf(["Water runs downhill."] * 20, [])

    first = await preview(tmp_path, data, width=width)
    second = await preview(tmp_path, data, page=2, width=width)

    assert first.format == "WEBP"
    assert (first.width, abs(first.height - width * 1.414) < 2) == (width, True)
    assert dark(second) == 0
    assert width == 64 or dark(first) > 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "AVIF", "JPEG2000"])
async def test_a_picture_is_shown_smaller_and_never_larger(tmp_path: Path, kind: str) -> None:
    data = pictures.picture(kind, ["Water runs downhill."])

    small = await preview(tmp_path, data, f"image/{kind.lower()}", width=512)
    large = await preview(tmp_path, data, f"image/{kind.lower()}", width=2000)

    assert (small.width, large.width) == (512, 1654)
    assert dark(large) > 0


async def test_each_page_of_a_tiff_is_shown(tmp_path: Path) -> None:
    data = pictures.picture("TIFF", ["Water runs downhill."], [])

    assert dark(await preview(tmp_path, data, "image/tiff", page=1)) > 0
    assert dark(await preview(tmp_path, data, "image/tiff", page=2)) == 0
    with pytest.raises(PreviewMissing):
        await preview(tmp_path, data, "image/tiff", page=3)


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"%PDF-1.7", PDF),
        (make.encrypted_pdf("Secret.", password="sesame"), PDF),
        (make.PICTURE, "image/png"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (60_000).to_bytes(4, "big") * 2 + bytes(99), "image/png"),
    ],
)
async def test_what_cannot_be_shown_is_refused(tmp_path: Path, data: bytes, content_type: str) -> None:
    with pytest.raises(PreviewUnsupported):
        await preview(tmp_path, data, content_type)


@pytest.mark.parametrize("kind", ["PNG", "AVIF", "JPEG2000"])
def test_a_picture_whose_middle_is_damaged_is_called_so(tmp_path: Path, kind: str) -> None:
    data = pictures.picture(kind, ["Water runs downhill."])
    third = len(data) // 3
    (tmp_path / "blob").write_bytes(data[:third] + b"\xff" * third + data[2 * third :])
    source = Source(path=tmp_path / "blob", content_type="image/*", on_page=lambda *_, **__: None)

    with pytest.raises(FileBroken):
        previews.preview(source, page=1, width=64)


async def test_too_many_that_wait_are_sent_away(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(make.pdf(["Water."]))
    previewer = ChildPreviewer(at_once=1, waiting=2)

    async def one() -> bytes:
        return await previewer.preview(tmp_path / "blob", content_type=PDF, page=1, width=64)

    answers = await asyncio.gather(*(one() for _ in range(5)), return_exceptions=True)

    assert sum(isinstance(answer, bytes) for answer in answers) == 3
    busy = [answer for answer in answers if isinstance(answer, PreviewerBusy)]
    assert len(busy) == 2
    assert busy[0].retry_after_s


async def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    previewer = ChildPreviewer(at_once=0, patience_s=0.05)

    with pytest.raises(PreviewerBusy):
        await previewer.preview(tmp_path / "blob", content_type=PDF, page=1, width=64)


@pytest.mark.parametrize(("asked", "given"), [(64, 64), (65, 128), (1_024, 1_024), (1_025, 2_000)])
def test_widths_are_a_few(asked: int, given: int) -> None:
    assert width_for(asked) == given


@pytest.mark.parametrize("asked", [0, 63, 2_001])
def test_other_widths_are_refused(asked: int) -> None:
    with pytest.raises(Invalid):
        width_for(asked)


async def test_previews_that_nobody_asked_for_longest_go_first(tmp_path: Path) -> None:
    kept = FolderPreviews(tmp_path / "previews", most=100)

    assert await kept.get("a") is None
    for n in range(65):
        await kept.put(f"{n}", bytes(10))

    found = [n for n in range(65) if await kept.get(f"{n}") is not None]
    assert found == list(range(57, 65))


async def test_previews_that_cannot_be_kept_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "previews").write_text("No folder.")
    kept = FolderPreviews(tmp_path / "previews")

    await kept.put("a", b"a")

    assert await kept.get("a") is None
