"""Embeddings of a real model, in a real process."""

import asyncio
import math
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from aether.adapters.sentence_transformers.embedder import REMEMBERED, SentenceTransformersEmbedder
from aether.adapters.sentence_transformers.encoders import loaded
from aether.adapters.sentence_transformers.models import Model
from aether.domain.embeddings import EmbedderDown

MODEL = Model.packaged()
START_S = 100.0
"""What loading the model may take on a machine that has other things to do, in seconds."""

TEXTS = [
    "The spring flood reached the gauge in Hamburg.",
    "High water was measured at the Elbe in April.",
    "The committee approved the budget for office furniture.",
    "",
    "Spring 洪水 🌊 " + "and so on " * 600,
]


@pytest.fixture(scope="session")
async def embedder() -> AsyncIterator[SentenceTransformersEmbedder]:
    async with SentenceTransformersEmbedder(MODEL, patience_s=START_S) as started:
        await started.start()
        yield started


def likeness(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def process_of(embedder: SentenceTransformersEmbedder) -> int:
    assert embedder._process
    assert embedder._process._process
    return embedder._process._process.pid


async def test_an_embedding_has_unit_length_and_the_dimensions_of_the_model(
    embedder: SentenceTransformersEmbedder,
) -> None:
    embeddings = await embedder.embed(TEXTS)

    assert [len(it) for it in embeddings] == [embedder.dimensions] * len(TEXTS) == [384] * len(TEXTS)
    assert all(math.isclose(likeness(it, it), 1, abs_tol=1e-5) for it in embeddings)
    assert embedder.model == "all-MiniLM-L6-v2"
    assert embedder.ready


async def test_what_means_the_same_lies_closer_than_what_does_not(
    embedder: SentenceTransformersEmbedder,
) -> None:
    flood, water, budget, *_ = await embedder.embed(TEXTS)
    asked = await embedder.embed_query("flooding in spring")

    assert likeness(flood, water) > 0.3 > likeness(flood, budget)
    assert likeness(asked, flood) > 0.4 > likeness(asked, budget)


async def test_embeddings_come_in_the_order_of_their_texts_however_long_these_are(
    embedder: SentenceTransformersEmbedder,
) -> None:
    texts = [f"Station {n} of the river. " * (1 + n * 7 % 5) for n in range(40)]

    together, *alone = await asyncio.gather(
        embedder.embed(texts), *(embedder.embed([text]) for text in texts)
    )

    for one, (other,) in zip(together, alone, strict=True):
        assert likeness(one, other) > 0.999
    assert await embedder.embed([]) == []


async def test_a_query_does_not_wait_for_the_texts_before_it(embedder: SentenceTransformersEmbedder) -> None:
    bulk = asyncio.create_task(embedder.embed(["the water of the river " * 50] * 64))
    await asyncio.sleep(0.05)

    await embedder.embed_query("water")

    assert not bulk.done()
    await bulk


async def test_tokens_are_counted_as_the_model_counts_them_without_its_limit(
    embedder: SentenceTransformersEmbedder,
) -> None:
    counts = embedder.count_tokens(["", "river", "Flood-level 1312!", "river " * 1_000])

    assert counts == [2, 3, 8, 1_002]
    assert embedder.most_tokens == 256


async def test_what_goes_past_the_limit_of_the_model_is_not_looked_at(
    embedder: SentenceTransformersEmbedder,
) -> None:
    within = "river " * (embedder.most_tokens - 2)

    one, other = await embedder.embed([within, within + "budget " * 200])

    assert likeness(one, other) > 0.999


async def test_a_model_that_dies_is_started_again(embedder: SentenceTransformersEmbedder) -> None:
    before = process_of(embedder)
    os.kill(before, signal.SIGSTOP)
    waiting = [asyncio.create_task(embedder.embed([text])) for text in TEXTS]
    await asyncio.sleep(0.1)

    os.kill(before, signal.SIGKILL)

    assert [len(it) for it in await asyncio.gather(*waiting)] == [1] * len(TEXTS)
    assert process_of(embedder) != before
    assert embedder.ready


async def test_a_model_that_hangs_costs_a_query_its_patience_only(
    embedder: SentenceTransformersEmbedder,
) -> None:
    hasty = SentenceTransformersEmbedder(MODEL, socket=_socket(embedder), query_patience_s=0.3)
    os.kill(process_of(embedder), signal.SIGSTOP)
    try:
        async with hasty:
            with pytest.raises(EmbedderDown, match="in time"):
                await hasty.embed_query("water")
            assert not hasty.ready
    finally:
        os.kill(process_of(embedder), signal.SIGCONT)

    assert len(await embedder.embed_query("water")) == 384


def _socket(embedder: SentenceTransformersEmbedder) -> Path:
    assert embedder._process
    return embedder._process.socket


async def test_others_may_use_a_socket_but_only_on_this_account(
    embedder: SentenceTransformersEmbedder,
) -> None:
    async with SentenceTransformersEmbedder(MODEL, socket=_socket(embedder)) as guest:
        seen = [guest.ready]
        await guest.start()
        seen.append(guest.ready)

    assert seen == [False, True]
    assert stat.S_IMODE(_socket(embedder).parent.stat().st_mode) == 0o700
    assert embedder.ready


async def test_a_socket_that_nobody_serves_is_waited_for_and_given_up(tmp_path: Path) -> None:
    async with SentenceTransformersEmbedder(MODEL, socket=tmp_path / "none", patience_s=0.3) as alone:
        with pytest.raises(EmbedderDown):
            await alone.embed(["water"])
        assert not alone.ready


async def test_a_model_that_cannot_be_loaded_is_told_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    for file in ("tokenizer.json", "sentence_bert_config.json"):
        (tmp_path / file).write_bytes((MODEL.folder / file).read_bytes())
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling/config.json").write_bytes((MODEL.folder / "1_Pooling/config.json").read_bytes())
    broken = SentenceTransformersEmbedder(Model.at(tmp_path), patience_s=START_S)
    async with broken:
        with pytest.raises(EmbedderDown, match="cannot be loaded"):
            await broken.embed(["water"])
        home = _socket(broken).parent

    assert not home.exists()


async def test_the_process_of_a_model_ends_with_its_parent() -> None:
    script = """
import asyncio, sys
from tests.adapters.test_sentence_transformers import SentenceTransformersEmbedder, MODEL, process_of
async def main():
    async with SentenceTransformersEmbedder(MODEL) as embedder:
        task = asyncio.create_task(embedder.start())
        while not (embedder._process._process):
            await asyncio.sleep(0.01)
        print(process_of(embedder), file=sys.stderr, flush=True)
        await task
asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join([*sys.path, str(Path.cwd())])},
    )
    assert parent.stderr
    child = int(await parent.stderr.readline())

    parent.kill()
    await parent.wait()

    async with asyncio.timeout(20):
        while _alive(child):
            await asyncio.sleep(0.05)


def _alive(process: int) -> bool:
    with suppress(FileNotFoundError):
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    return False


async def test_a_query_lies_where_a_document_that_says_the_same_does(
    embedder: SentenceTransformersEmbedder,
) -> None:
    texts = [*TEXTS, "Elbe", "1312", "Größe über 500 µm"]

    documents = await embedder.embed(texts)
    queries = [await embedder.embed_query(text) for text in texts]

    assert all(likeness(one, other) > 0.99 for one, other in zip(documents, queries, strict=True))


def test_queries_are_answered_by_a_form_of_the_model_of_their_own() -> None:
    encoders = loaded(MODEL.folder, threads=1)

    assert encoders.queries is not encoders.documents
    assert len(encoders.queries(["water"])[0]) == 4 * MODEL.dimensions


async def test_a_query_that_comes_again_is_remembered_and_not_for_ever(
    embedder: SentenceTransformersEmbedder,
) -> None:
    async with SentenceTransformersEmbedder(MODEL, socket=_socket(embedder)) as guest:
        first = await guest.embed_query("water")
        assert await guest.embed_query("water") is first
        for n in range(REMEMBERED):
            await guest.embed_query(f"water {n}")

        assert await guest.embed_query("water") is not first
        assert len(guest._queries) == REMEMBERED
