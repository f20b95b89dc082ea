"""Who goes when, when many wait for the model."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from aether.adapters.sentence_transformers.batches import BATCH, Batches, Full

MOST = 1_000


class Poisoned(Exception):
    pass


class Model:
    """A model that works one batch at a time, when it is let."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.let = asyncio.Event()
        self.busy = asyncio.Event()

    async def encode(self, texts: Sequence[str]) -> list[bytes]:
        self.seen.append(list(texts))
        self.busy.set()
        await self.let.wait()
        if "poison" in texts:
            raise Poisoned
        return [text.encode() for text in texts]


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def batches(model: Model) -> AsyncIterator[Batches]:
    waiting = Batches(most=MOST)
    serving = asyncio.create_task(waiting.serve(model.encode))
    yield waiting
    serving.cancel()
    await asyncio.wait({serving})


def bulk(batches: Batches, *texts: str, within_s: float = 5) -> asyncio.Task[bytes]:
    return asyncio.create_task(batches.embed(texts, within_s=within_s))


async def test_texts_of_many_share_batches_and_each_gets_its_own(batches: Batches, model: Model) -> None:
    first = bulk(batches, "a")
    await model.busy.wait()
    others = [bulk(batches, *(f"{n}-{m};" for m in range(2))) for n in range(4)]
    await asyncio.sleep(0)
    model.let.set()

    assert await first == b"a"
    assert [await it for it in others] == [f"{n}-0;{n}-1;".encode() for n in range(4)]
    assert [len(batch) for batch in model.seen] == [1, 8]


async def test_texts_of_like_length_share_a_batch(batches: Batches, model: Model) -> None:
    model.let.set()

    await bulk(batches, *("x" * (n * 37 % 100) for n in range(100)))

    lengths = [[len(text) for text in batch] for batch in model.seen]
    assert sum(max(it) - min(it) for it in lengths) <= 100


async def test_more_texts_than_may_wait_are_refused_and_then_taken_again(
    batches: Batches, model: Model
) -> None:
    first = bulk(batches, *("x" for _ in range(MOST)))
    await model.busy.wait()

    with pytest.raises(Full):
        await bulk(batches, *("y" for _ in range(BATCH + 1)))

    model.let.set()
    assert len(await first) == MOST
    assert await bulk(batches, "y") == b"y"


async def test_what_nobody_waits_for_any_more_is_not_computed(batches: Batches, model: Model) -> None:
    first = bulk(batches, "a")
    await model.busy.wait()
    with pytest.raises(TimeoutError):
        await bulk(batches, "late", within_s=0.01)
    gone = bulk(batches, "gone")
    await asyncio.sleep(0)
    gone.cancel()
    model.let.set()

    assert await first == b"a"
    assert await bulk(batches, "b") == b"b"
    assert model.seen == [["a"], ["b"]]


async def test_a_batch_that_fails_fails_alone(batches: Batches, model: Model) -> None:
    model.let.set()

    with pytest.raises(Poisoned):
        await bulk(batches, "poison")

    assert await bulk(batches, "water") == b"water"
