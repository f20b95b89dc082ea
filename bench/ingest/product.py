"""A whole Aether at work: how fast bytes are safe, a document is found, and whether the API notices."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import aether, load
from bench.ingest import tus
from bench.machine import Usage, children

PATIENCE_S = 600.0
SECONDS = 8.0
PER_S = 100
BUSY_FILES = 12
"""How many long files wait while the API is asked: more than a worker takes at once."""

NOTEBOOK = 'mutation { createNotebook(input: { name: "Bench" }) { notebook { id } } }'
DOCUMENT = """query ($id: ID!) { document(id: $id) {
  chunkCount processingStatus embeddingStatus jobs { stage status } } }"""
SEARCH = """query ($words: String!, $mode: SearchMode!, $in: ID) {
  search(query: $words, mode: $mode, notebookId: $in) { edges { node { document { id } } } } }"""
VIEWED = "query ($id: ID!) { notebook(id: $id) { id name documentCount } }"


def measured(files: dict[str, Path]) -> dict[str, object]:
    """Every figure of an Aether of our own."""
    with aether.folder() as data, aether.up(data, "--empty") as running:
        notebook = running.ask(NOTEBOOK)["createNotebook"]["notebook"]["id"]
        figures: dict[str, object] = {"100 MB by tus": tus.measured(running, notebook)}
        _warm(running, notebook)
        for name in ("PDF, 200 pages", "DOCX, 150 chapters"):
            figures[f"found: {name}"] = _found(running, notebook, files[name])
        figures["API beside busy workers"] = _beside(running, notebook, list(files.values())[1])
        return figures


def _warm(running: aether.Running, notebook: str) -> None:
    """Have the model loaded before anything is timed."""
    document = _sent(running, notebook, "warm.txt", b"A text that warms the model.")
    _until(lambda: _seen(running, document)["embeddingStatus"] == "DONE")


def _found(running: aether.Running, notebook: str, path: Path) -> dict[str, float]:
    """How long it takes until a file is found by its words, and by its meaning."""
    marks = f"zanzibar{path.stat().st_size}".encode()
    begun = time.perf_counter()
    document = _sent(running, notebook, f"{marks.decode()} {path.name}", path.read_bytes())
    _until(lambda: _seen(running, document)["embeddingStatus"] in {"RUNNING", "DONE"})
    by_words = time.perf_counter() - begun
    _until(lambda: _seen(running, document)["embeddingStatus"] == "DONE")
    by_meaning = time.perf_counter() - begun
    found = running.ask(SEARCH, words="river gauge", mode="SEMANTIC", **{"in": notebook})["search"]["edges"]
    if document not in {edge["node"]["document"]["id"] for edge in found}:
        raise RuntimeError("What is embedded is not found.")
    chunks = _seen(running, document)["chunkCount"]
    return {
        "chunks": chunks,
        "words_s": round(by_words, 2),
        "meaning_s": round(by_meaning, 2),
        "chunks_per_s": round(chunks / (by_meaning - by_words), 1),
    }


def _beside(running: aether.Running, notebook: str, path: Path) -> dict[str, object]:
    """How the API answers alone, and beside workers that have more than enough to do; in turns."""
    asked = partial(_asked, running, [{"query": VIEWED, "variables": {"id": notebook}}])
    asked(seconds=5.0)
    alone = [asked() for _ in range(2)]
    busy_with = [_sent(running, notebook, f"{n} {path.name}", path.read_bytes()) for n in range(BUSY_FILES)]
    time.sleep(2)
    before = _processor(running.pid)
    busy = [asked() for _ in range(2)]
    worked = _processor(running.pid) - before
    over = sum(_seen(running, it)["processingStatus"] in {"COMPLETED", "FAILED"} for it in busy_with)
    compared = {how: _compared([it[how] for it in alone], [it[how] for it in busy]) for how in alone[0]}
    return {
        **compared,
        "processors used by the rest": round(worked / (4 * SECONDS), 2),
        "files done meanwhile": over,
    }


def _asked(
    running: aether.Running, body: list[dict[str, object]], *, seconds: float = SECONDS
) -> dict[str, load.Figures]:
    """How the API answers: so many questions a second, and four callers who ask as fast as it answers."""
    url, token = f"{running.url}/graphql", running.token
    return {
        f"{PER_S} a second": asyncio.run(load.paced(url, body, token=token, per_s=PER_S, seconds=seconds)),
        "4 at once": asyncio.run(load.run(url, body, token=token, at_once=4, seconds=seconds)),
    }


def _compared(alone: list[load.Figures], busy: list[load.Figures]) -> dict[str, object]:
    p50 = {"alone": min(it.p50_ms for it in alone), "busy": min(it.p50_ms for it in busy)}
    p99 = {"alone": min(it.p99_ms for it in alone), "busy": min(it.p99_ms for it in busy)}
    return {"p50_ms": p50, "p99_ms": p99, "p99_ratio": round(p99["busy"] / p99["alone"], 2)}


def _processor(pid: int) -> float:
    """What the parts beside the API have used of the processor so far, in seconds."""
    return sum(Usage.of(child).cpu_s for child in children(pid))


def _sent(running: aether.Running, notebook: str, name: str, content: bytes) -> str:
    """The document that comes of a file."""
    request = urllib.request.Request(
        f"{running.url}/upload?notebook={notebook}&name={urllib.request.quote(name)}",
        content,
        {"Authorization": f"Bearer {running.token}"},
        method="PUT",
    )
    with urllib.request.urlopen(request) as answer:
        told: dict[str, Any] = json.load(answer)
    return str(told["document"]["id"])


def _seen(running: aether.Running, document: str) -> dict[str, Any]:
    found: dict[str, Any] = running.ask(DOCUMENT, id=document)["document"]
    if found["processingStatus"] == "FAILED":
        raise RuntimeError("A document of the bench failed.")
    return found


def _until(there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not there():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)
