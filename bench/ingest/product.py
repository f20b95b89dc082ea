"""A whole Aether at work: how fast bytes are safe, a document is found, and whether the API notices."""

import asyncio
import base64
import http.client
import json
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import aether, load
from bench.machine import Usage, children

MEGABYTE = 1_000_000
PATIENCE_S = 600.0
BUSY_FILES = 8
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
        figures: dict[str, object] = {"100 MB by tus": _tus(running, notebook, 100 * MEGABYTE)}
        _warm(running, notebook)
        for name in ("PDF, 200 pages", "DOCX, 150 chapters"):
            figures[f"found: {name}"] = _found(running, notebook, files[name])
        figures["API beside busy workers"] = _beside(running, notebook, list(files.values())[1])
        return figures


def _tus(running: aether.Running, notebook: str, size: int) -> dict[str, float]:
    """How long *size* bytes take until they are safe, and until their document is there."""
    at = urlsplit(running.url)
    link = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
    shared = {"Authorization": f"Bearer {running.token}", "Tus-Resumable": "1.0.0"}
    named = {"filename": b"noise.bin", "notebook": notebook.encode()}
    told = ",".join(f"{key} {base64.b64encode(value).decode()}" for key, value in named.items())
    begun = time.perf_counter()
    link.request("POST", "/uploads", headers={**shared, "Upload-Length": str(size), "Upload-Metadata": told})
    answer = link.getresponse()
    answer.read()
    if answer.status != http.client.CREATED:
        raise RuntimeError(f"The upload is refused: {answer.status}.")
    place = urlsplit(answer.headers["Location"]).path
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    link.request("PATCH", place, body=os.urandom(size), headers={**shared, **kind})
    answer = link.getresponse()
    answer.read()
    if answer.headers.get("Upload-Offset") != str(size):
        raise RuntimeError(f"The bytes are not all there: {answer.status}.")
    taken = time.perf_counter() - begun
    return {"seconds": round(taken, 2), "mb_per_s": round(size / MEGABYTE / taken, 1)}


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
    body = [{"query": VIEWED, "variables": {"id": notebook}}]
    ask = {"token": running.token, "at_once": 4, "seconds": 10.0}
    url = f"{running.url}/graphql"
    asyncio.run(load.run(url, body, **(ask | {"seconds": 2.0})))
    alone = [asyncio.run(load.run(url, body, **ask)) for _ in range(2)]
    busy_with = [_sent(running, notebook, f"{n} {path.name}", path.read_bytes()) for n in range(BUSY_FILES)]
    time.sleep(2)
    before = _processor(running.pid)
    busy = [asyncio.run(load.run(url, body, **ask)) for _ in range(2)]
    worked = _processor(running.pid) - before
    over = sum(_seen(running, it)["processingStatus"] in {"COMPLETED", "FAILED"} for it in busy_with)
    p99 = {"alone": min(it.p99_ms for it in alone), "busy": min(it.p99_ms for it in busy)}
    return {
        "p50_ms": {"alone": min(it.p50_ms for it in alone), "busy": min(it.p50_ms for it in busy)},
        "p99_ms": p99,
        "p99_ratio": round(p99["busy"] / p99["alone"], 2),
        "processors used by the rest": round(worked / 20, 2),
        "files done meanwhile": over,
    }


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
