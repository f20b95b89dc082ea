"""Heavy files that are quickly read: `python -m tests.make_heavy FILE MEGABYTES …`."""

import os
import sys
import zipfile
from pathlib import Path

from tests import make_files


def heavy(path: Path, megabytes: int) -> None:
    """Write a Word document that says little, with a picture of so many megabytes beside it."""
    path.write_bytes(make_files.word_of("<w:p><w:r><w:t>Zanzibar lies in the sea.</w:t></w:r></w:p>"))
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("word/media/image1.png", os.urandom(megabytes * 1_000_000))


if __name__ == "__main__":
    for name, size in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        heavy(Path(name), int(size))
