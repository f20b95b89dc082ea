"""The process that reads a file with one tool, a few times over, and prints what that took.

It runs in the tool's own environment, so it imports nothing of ours before it is asked to.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ENOUGH_S = 15.0
"""After so many seconds a file is not read once more."""


def main() -> None:
    tool, path, times = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    begun = time.perf_counter()
    read = TOOLS[tool](path)
    loaded = time.perf_counter() - begun
    taken, spent, characters = [], [], 0
    for _ in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        characters = read()
        taken.append(time.perf_counter() - begun)
        spent.append(time.process_time() - worked)
        if sum(taken) > ENOUGH_S:
            break
    told = {
        "import_s": round(loaded, 3),
        "s": round(min(taken), 4),
        "cpu_s": round(min(spent), 4),
        "rss_mib": _peak_mib(),
        "characters": characters,
    }
    print(json.dumps(told))


def _peak_mib() -> int:
    """The most memory this process ever held; what `getrusage` tells may be its parent's."""
    status = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024)


def _aether(path: Path) -> Callable[[], int]:
    """Our readers, as the child process calls them, text and anchors packed as they are sent."""
    import importlib

    from aether.adapters.extraction.formats import Source
    from aether.adapters.extraction.kinds import kind_of

    def read() -> int:
        kind = kind_of(path, name=path.name, content_type=None)
        reader = importlib.import_module(f"aether.adapters.extraction.{kind.module}")
        source = Source(path=path, content_type=kind.content_type, on_page=_silent, name=path.name)
        extracted: Any = reader.read(source)
        for _ in extracted.lines():
            pass
        return len(extracted.text)

    return read


def _silent(*_: int) -> None:
    pass


def _kreuzberg(path: Path) -> Callable[[], int]:
    import kreuzberg  # type: ignore[import-not-found]

    return lambda: len(kreuzberg.extract_file_sync(str(path)).content)


def _markitdown(path: Path) -> Callable[[], int]:
    from markitdown import MarkItDown  # type: ignore[import-not-found]

    tool = MarkItDown()
    return lambda: len(tool.convert(str(path)).text_content)


TOOLS: dict[str, Callable[[Path], Callable[[], int]]] = {
    "aether": _aether,
    "kreuzberg": _kreuzberg,
    "markitdown": _markitdown,
}


if __name__ == "__main__":
    main()
