"""The model on one query, by ONNX Runtime as Aether asks it and by sentence-transformers, in turns."""

import statistics
import time
from collections.abc import Callable, Sequence

from aether.adapters.sentence_transformers import encoders
from aether.adapters.sentence_transformers.models import Model

QUERIES = (
    "when does the river flood?",
    "gauge",
    "Which contracts end before the summer, and who signed them for the other side?",
    "fish ladder cost estimate 2026",
)
ROUNDS, WARM, THREADS = 50, 5, 2


def measured() -> dict[str, object]:
    """What a query takes each way, in milliseconds, in one process and in turns."""
    from sentence_transformers import SentenceTransformer

    folder = Model.packaged().folder
    ours = encoders.loaded(folder, THREADS).queries
    theirs = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    ways: dict[str, Callable[[Sequence[str]], object]] = {
        "aether": ours,
        "sentence-transformers": lambda texts: theirs.encode(list(texts), show_progress_bar=False),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(WARM + ROUNDS):
        for query in QUERIES:
            for way, encode in ways.items():
                begun = time.perf_counter()
                encode([query])
                if number >= WARM:
                    taken[way].append(1000 * (time.perf_counter() - begun))
    p50 = {way: round(statistics.median(times), 2) for way, times in taken.items()}
    return {"p50_ms": p50, "ratio": round(p50["aether"] / p50["sentence-transformers"], 2)}
