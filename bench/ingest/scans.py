"""Scans, read as a worker has them read: a child process, and Tesseract for each page."""

import asyncio
import io
import random
import resource
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import pypdfium2
from PIL import Image

from aether.adapters.extraction.reader import ChildReader
from bench.files import WORDS
from tests import make_files

PAGES, LINES, WORDS_A_LINE, DOTS_AN_INCH = 8, 45, 11, 200


def measured() -> dict[str, object]:
    """What a scan of full pages takes; nothing where there is no Tesseract."""
    if shutil.which("tesseract") is None:
        return {"failed": "there is no tesseract"}
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        said = _scan(Path(file.name))
        begun = time.perf_counter()
        read = asyncio.run(ChildReader().read(Path(file.name), name="scan.pdf", content_type=None))
        taken = time.perf_counter() - begun
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "pages": PAGES,
        "pages_per_s": round(PAGES / taken, 2),
        "cpu_s_per_page": round((children.ru_utime + children.ru_stime) / PAGES, 2),
        "largest_process_mib": round(children.ru_maxrss / 1024),
        "words_found": round((said & Counter(read.text.split())).total() / said.total(), 3),
    }


def _scan(path: Path) -> Counter[str]:
    """Write full pages as a scanner sees them; gives back their words."""
    chance = random.Random(3)
    pages = [[" ".join(chance.choices(WORDS, k=WORDS_A_LINE)) for _ in range(LINES)] for _ in range(PAGES)]
    with pypdfium2.PdfDocument(make_files.pdf(*pages)) as document:
        first, *others = [page.render(scale=DOTS_AN_INCH / 72, grayscale=True).to_pil() for page in document]
    written = io.BytesIO()
    first.save(written, "PDF", resolution=DOTS_AN_INCH, save_all=True, append_images=others)
    assert isinstance(first, Image.Image)
    path.write_bytes(written.getvalue())
    return Counter(word for page in pages for line in page for word in line.split())
