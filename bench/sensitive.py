"""Measure how fast texts are looked through for what is sensitive: `python -m bench.sensitive`."""

import argparse
import time
from random import Random

from aether.adapters.patterns.detector import PatternDetector

MEGABYTE = 1_000_000
PROSE = (
    "the river rises in spring when snow melts above valley gauges tell its level every hour and people who "
    "live by it read them carefully because floods come fast in narrow places while lower down there is time"
)
WORDS = PROSE.split()
PLANTED = (
    "ada.lovelace@example.org",
    "tel. 030 901820",
    "+49 30 901820",
    "(415) 555-2671",
    "4242 4242 4242 4242",
    "DE89 3704 0044 0532 0130 00",
    "536-22-1234",
    "192.168.10.5",
    "password=hunter2hunter",
)
NUMBERS = (
    "2026-11-21",
    "1,204.50",
    "12:30",
    "978-3-16-148410-0",
    "v1.12.3",
    "No. 20261121-7",
    "42",
    "0.0031",
)


def prose(random: Random, size: int, *, planted: float, numbers: float) -> str:
    """Sentences of about *size* characters, where such shares of the words are what is named."""
    parts: list[str] = []
    length = 0
    while length < size:
        chance = random.random()
        if chance < planted:
            word = random.choice(PLANTED)
        elif chance < planted + numbers:
            word = random.choice(NUMBERS)
        else:
            word = random.choice(WORDS)
        parts.append(word + (".\n\n" if random.random() < 0.01 else " "))
        length += len(parts[-1])
    return "".join(parts)


def rows(random: Random, size: int) -> str:
    """Rows of readings, each group of which begins as some card does."""
    return "\n".join(" ".join(f"4{random.randrange(1000):03}" for _ in range(20)) for _ in range(size // 100))


def table(random: Random, size: int) -> str:
    """Rows of numbers."""
    rows: list[str] = []
    while sum(map(len, rows[-1:])) * len(rows) < size:
        rows.append(" | ".join(str(random.randrange(10 ** random.randint(1, 12))) for _ in range(8)) + "\n")
    return "".join(rows)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.sensitive")
    asked.add_argument("--megabytes", type=float, default=5.0, help="how long each text is")
    size = int(asked.parse_args().megabytes * MEGABYTE)
    random = Random(1)
    sparse = prose(random, size, planted=0.0005, numbers=0.01)
    texts = {
        "prose, 1 word in 2000 planted": sparse,
        "prose, 1 word in 100 planted": prose(random, size, planted=0.01, numbers=0.05),
        "prose that is not all ASCII": sparse.replace("river", "Flüßchen").replace("people", "лю́ди"),
        "a find in every line": prose(random, size, planted=0.1, numbers=0.1),
        "rows of readings": rows(random, size),
        "one group of four": "4242 " * (size // 5),
        "a table of numbers": table(random, size),
        "one letter": "a" * size,
        "one digit": "7" * size,
    }
    detector = PatternDetector()
    for name, text in texts.items():
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            found = detector.find(text)
            times.append(time.perf_counter() - begun)
        print(f"{name:32} {len(text) / min(times) / MEGABYTE:7.1f} MB/s  {len(found):7} finds")


if __name__ == "__main__":
    main()
