"""Pictures: their words, read by Tesseract; a page for each page of a TIFF, and one for anything else."""

from contextlib import suppress

import PIL
from PIL import Image, ImageOps

from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.ocr import (
    DPI,
    PAGES_MOST,
    PIXELS_MOST,
    POINTS,
    Picture,
    Tesseract,
    in_turn,
    sureness,
)
from aether.adapters.extraction.paragraphs import Paragraph, drafted
from aether.domain.texts import Extracted, FileBroken, FileTooComplex, FileUnsupported

VERSION = f"1 pillow {PIL.__version__}"

DECODED_MOST = 100_000_000
"""How many pixels a picture may have."""
SMALL = 1_500
"""Pictures that have fewer pixels either way are looked at twice as large: their letters are small."""
KINDS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "AVIF", "JPEG2000")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, RuntimeError)
"""What Pillow raises for damaged files."""


def read(source: Source) -> Extracted:
    """The words of a picture.

    Raises:
        FileUnsupported: There is no Tesseract here, or it lacks a language.
        FileBroken: It is damaged.
        FileTooComplex: It has too many pixels.
    """
    tesseract = Tesseract(source.ocr)
    if tesseract.lacking:
        raise FileUnsupported(f"The file is a picture, which is read only by OCR. {tesseract.lacking}")
    with opened(source) as image:
        told = {"width": image.width, "height": image.height}
        pages = _pages(source, image, tesseract)
    metadata = {
        **told,
        "page_count": len(pages),
        "pages_by_ocr": len(pages),
        "pages_without_text": sum(not page for page in pages),
        "ocr_confidence": sureness(pages),
        "ocr_languages": tesseract.languages,
    }
    return drafted(pages).finished(
        content_type=source.content_type, extractor="pictures", version=VERSION, metadata=metadata
    )


def opened(source: Source) -> Image.Image:
    """The picture, its first page, not yet decoded.

    Raises:
        FileBroken: It is none, or damaged.
    """
    Image.MAX_IMAGE_PIXELS = None  # Looked at here, page by page.
    try:
        return Image.open(source.path, formats=KINDS)
    except BROKEN as error:
        raise FileBroken("The picture is damaged.") from error


def decoded(image: Image.Image, *, most: int) -> Image.Image:
    """The present page of *image*, upright and white where it is transparent, in at most so many pixels.

    Raises:
        FileTooComplex: It has too many pixels to be decoded.
        FileBroken: It is damaged.
    """
    if image.width * image.height > DECODED_MOST:
        raise FileTooComplex(f"The picture has more than {DECODED_MOST:,} pixels.")
    times = (most / (image.width * image.height)) ** 0.5
    size = (max(1, int(image.width * times)), max(1, int(image.height * times)))
    try:
        if times < 1:
            image.draft(None, size)
        upright = ImageOps.exif_transpose(image)
        if upright.has_transparency_data:
            paper = Image.new("RGBA", upright.size, "white")
            upright = Image.alpha_composite(paper, upright.convert("RGBA")).convert("RGB")
        if times < 1:
            upright.thumbnail((max(size), max(size)))
    except BROKEN as error:
        raise FileBroken("The picture is damaged.") from error
    return upright


def turned_to(image: Image.Image, number: int) -> None:
    """Turn *image* to one of its pages, the first being 0.

    Raises:
        FileBroken: It is damaged.
    """
    try:
        image.seek(number)
    except BROKEN as error:
        raise FileBroken("The picture is damaged.") from error


def _dpi(image: Image.Image) -> float:
    """How many pixels an inch of *image* has, as it says; 0 if it says nothing."""
    with suppress(*BROKEN):
        return float(image.info["dpi"][0])
    return 0.0


def _pages(source: Source, image: Image.Image, tesseract: Tesseract) -> list[list[Paragraph]]:
    count = min(getattr(image, "n_frames", 1), PAGES_MOST) if image.format == "TIFF" else 1
    version = f"{VERSION} {tesseract.languages}"
    stretches = source.stretches
    before = stretches.before(of=count, version=version)
    pages = [[Paragraph(*row) for row in page] for page in before]
    begun = (tesseract.begin(_picture(image, number)) for number in range(len(pages), count))
    for page in in_turn(begun):
        pages.append(page)
        stretches.add(pages, of=count, version=version, dear=True)
        source.on_page(len(pages), count, len(pages) - len(before))
    return pages


def _picture(image: Image.Image, number: int) -> Picture:
    """A page in grey, so many points across as it says, or else as a screen would show it."""
    turned_to(image, number)
    dpi = _dpi(image)
    longest = max(image.size) * POINTS / (dpi if dpi > POINTS else DPI)
    grey = decoded(image, most=PIXELS_MOST).convert("L")
    if max(grey.size) < SMALL:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC)
    points = longest * grey.width / max(grey.size)
    return Picture(width=grey.width, height=grey.height, pixels=grey.tobytes(), points=points)
