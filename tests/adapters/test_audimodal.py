"""AudiModal is asked with patience, believed within its contract, and left alone when it is down."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.adapters.audimodal import processor as audimodal
from aether.adapters.audimodal.processor import TRIES, AudiModalProcessor, Service
from aether.adapters.audimodal.results import AnswerWrong, extracted_of, report_of
from aether.domain.circuits import Circuit, CircuitState
from aether.domain.processing import Phase, ProcessingFailed, ProcessingId, ProcessorDown
from aether.domain.texts import BlockKind, Extracted, FileTooComplex, FileUnsupported
from tests.servers.audimodal import KEY, RESULT, TENANT, AudiModal


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def service() -> AsyncIterator[AudiModal]:
    async with AudiModal().running() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def processor(service: AudiModal, clock: Clock) -> AsyncIterator[AudiModalProcessor]:
    circuit = Circuit(clock, failures=2 * TRIES, rest_s=30)
    async with audimodal.opened(Service(url=service.url, key=KEY, tenant=TENANT), circuit=circuit) as opened:
        opened._pause_s = 0.01
        yield opened


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(b"II*\0 a scan of rivers")
    return path


async def submitted(processor: AudiModalProcessor, scan: Path, key: str = "job_1") -> ProcessingId:
    return await processor.submit(scan, name="rivers.tiff", content_type="image/tiff", key=key)


async def test_a_file_is_handed_in_with_its_name_and_type(
    service: AudiModal, processor: AudiModalProcessor, scan: Path
) -> None:
    id = await submitted(processor, scan)

    assert service.submitted == [("rivers.tiff", scan.read_bytes(), "image/tiff", "rivers.tiff")]
    assert (await processor.look(id)).phase is Phase.SUBMITTED


@pytest.mark.parametrize("fault", [500, 502, 503, 504, 429, "drop", "drop after"])
async def test_what_may_be_tried_again_is_and_nothing_is_handed_in_twice(
    service: AudiModal, processor: AudiModalProcessor, scan: Path, fault: Any
) -> None:
    service.faults.extend([fault, fault])

    await submitted(processor, scan)

    assert service.calls == ["POST /files"] * 3
    assert len(service.submitted) == 1
    assert service.submitted[0][1] == scan.read_bytes()


async def test_a_service_that_stays_down_is_asked_so_often_and_no_more(
    service: AudiModal, processor: AudiModalProcessor, scan: Path
) -> None:
    service.faults.extend([500] * 100)

    with pytest.raises(ProcessorDown):
        await submitted(processor, scan)

    assert len(service.calls) == TRIES


async def test_a_long_pause_that_is_asked_for_is_told_and_not_waited_for(
    service: AudiModal, processor: AudiModalProcessor, scan: Path
) -> None:
    service.retry_after = "900"
    service.faults.append(429)

    with pytest.raises(ProcessorDown) as down:
        await submitted(processor, scan)

    assert down.value.retry_after_s == 900
    assert len(service.calls) == 1


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (400, FileUnsupported),
        (413, FileUnsupported),
        (415, FileUnsupported),
        (422, FileUnsupported),
        (401, ProcessorDown),
        (403, ProcessorDown),
        (302, ProcessorDown),
        (418, ProcessorDown),
        ("garbage", ProcessorDown),
        ("huge", FileTooComplex),
    ],
)
async def test_what_is_not_worth_another_try_gets_none(
    service: AudiModal, processor: AudiModalProcessor, scan: Path, fault: Any, refusal: type[Exception]
) -> None:
    service.faults.append(fault)

    with pytest.raises(refusal):
        await submitted(processor, scan)

    assert len(service.calls) == 1


async def test_a_slow_answer_is_not_waited_for(
    service: AudiModal, processor: AudiModalProcessor, scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audimodal, "CALL_S", 0.05)
    service.pause_s = 1.0
    service.faults.extend(["slow"] * TRIES)

    with pytest.raises(ProcessorDown):
        await submitted(processor, scan)

    assert len(service.calls) == TRIES


async def test_a_file_that_it_does_not_know_was_not_processed(
    service: AudiModal, processor: AudiModalProcessor
) -> None:
    with pytest.raises(ProcessingFailed):
        await processor.look(ProcessingId("file-9"))
    await processor.cancel(ProcessingId("file-9"))

    assert service.calls == ["GET /files/file-9", "DELETE /files/file-9"]


async def test_an_id_cannot_name_another_path(service: AudiModal, processor: AudiModalProcessor) -> None:
    with pytest.raises(ProcessingFailed):
        await processor.look(ProcessingId("../admin?x=1"))

    assert service.calls == ["GET /files/../admin?x=1"]


async def test_a_circuit_opens_and_one_call_tries_it(
    service: AudiModal, processor: AudiModalProcessor, clock: Clock
) -> None:
    service.files["file-1"] = {"processing_status": "processing", "progress": 40}
    service.faults.extend([500] * 2 * TRIES)
    for _ in range(2):
        with pytest.raises(ProcessorDown):
            await processor.look(ProcessingId("file-1"))
    assert processor._circuit.state == CircuitState.OPEN

    with pytest.raises(ProcessorDown) as down:
        await processor.look(ProcessingId("file-1"))
    assert len(service.calls) == 2 * TRIES
    assert down.value.retry_after_s == 30

    clock.now += 30
    assert (await processor.look(ProcessingId("file-1"))).progress == 40
    assert not processor._circuit.rests_s


async def test_cancelling_is_left_at_that_when_it_is_down(
    service: AudiModal, processor: AudiModalProcessor, scan: Path
) -> None:
    id = await submitted(processor, scan)
    service.faults.extend([500] * TRIES)

    await processor.cancel(id)
    assert service.files[id]["processing_status"] == "pending"
    await processor.cancel(id)
    assert service.files[id]["processing_status"] == "cancelled"


async def test_calls_wait_their_turn(service: AudiModal, processor: AudiModalProcessor) -> None:
    service.files["file-1"] = {"processing_status": "pending"}

    found = await asyncio.gather(*(processor.look(ProcessingId("file-1")) for _ in range(40)))

    assert len(found) == len(service.calls) == 40


def test_pages_tables_and_metadata_are_kept() -> None:
    read = extracted_of(RESULT)

    assert [page.of(read.text) for page in read.pages] == [
        "The Elbe is tidal below Geesthacht.",
        "The Oder has polders.\n\nriver | length\nOder | 840",
    ]
    assert [block.kind for block in read.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.PARAGRAPH,
        BlockKind.TABLE,
    ]
    assert (read.title, read.content_type, read.extractor) == ("Rivers", "image/tiff", "audimodal")
    assert read.metadata["compliance"] == {"pii_detected": False}
    assert Extracted.unpacked(read.packed()) == read


def test_the_least_that_the_contract_asks_for_is_enough() -> None:
    read = extracted_of({"extracted_text": "One.\r\n\r\nTwo.", "metadata": None})

    assert [block.of(read.text) for block in read.blocks] == ["One.", "Two."]
    assert (read.pages, dict(read.metadata)) == ((), {})


@pytest.mark.parametrize(
    "change",
    [
        {"extracted_text": None},
        {"extracted_text": 7},
        {"pages": "two"},
        {"pages": ["one"]},
        {"pages": [{"text": ["one"]}]},
        {"tables": [{"rows": "none"}]},
        {"tables": [{"rows": [1]}]},
        {"metadata": ["author"]},
        {"compliance": "yes"},
    ],
)
def test_what_has_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(AnswerWrong):
        extracted_of({**RESULT, **change})


def test_metadata_without_measure_is_left_out() -> None:
    read = extracted_of({"extracted_text": "One.", "metadata": {"x": "y" * 20_001}})

    assert read.metadata == {"metadata_left_out": True}


@pytest.mark.parametrize("progress", [-1, 101, True, "40", None])
def test_a_progress_is_a_share_of_a_hundred(progress: Any) -> None:
    with pytest.raises(AnswerWrong):
        report_of("processing", {"progress": progress}, data={})


def test_a_failure_says_why_in_so_many_words() -> None:
    assert report_of("failed", {"error": "no\n text " + "x" * 600}, data={}).failure == (
        "no text " + "x" * 492
    )
    assert report_of("failed", {"error": {"code": 7}}, data={}).failure == "it does not say why."


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.fixed_dictionaries(dict.fromkeys(RESULT, json_values)))
def test_whatever_it_says_is_a_text_or_a_breach_of_the_contract(data: dict[str, Any]) -> None:
    try:
        read = extracted_of(data)
    except AnswerWrong:
        return
    assert Extracted.unpacked(read.packed()) == read
