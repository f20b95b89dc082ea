"""What we do not read is read elsewhere, whatever the messages and answers of the service are like."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from aether.adapters.audimodal import messages
from aether.domain.processing import Noted, Phase, Processing, ProcessingId, Report, Sent
from aether.domain.webhooks import Message, secret_of
from aether.workers.context import Ports
from tests import make_files
from tests.engines import Engines
from tests.graphql import house as houses
from tests.graphql.house import Beside, Caller, House
from tests.servers.audimodal import KEY, RESULT, SECRET, TENANT, AudiModal
from tests.servers.waiting import until
from tests.workers.breaking import Breaking
from tests.workers.test_pipeline import found, job_of, run, shown, strand, understood

OTHER = secret_of(b"the secret that is to come next!")


@pytest.fixture(scope="session")
async def service() -> AsyncIterator[AudiModal]:
    async with AudiModal().running() as running:
        yield running


@pytest.fixture(scope="session")
async def house(
    request: pytest.FixtureRequest,
    engines: Engines,
    redis_url: str,
    beside: Beside,
    service: AudiModal,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """An Aether that hands in what it cannot read."""
    async with houses.serving(
        await engines.get(request.param),
        redis_url=f"{redis_url.removesuffix('/0')}/5",
        beside=beside,
        folder=tmp_path_factory.mktemp("house"),
        audimodal_url=service.url,
        audimodal_key=SecretStr(KEY),
        audimodal_tenant=TENANT,
        audimodal_webhook_secret=SecretStr(f"{OTHER} {SECRET}"),
    ) as serving:
        yield serving


@pytest.fixture
def fake(service: AudiModal, house: House) -> AudiModal:
    """The service, which knows of nothing, and is trusted."""
    for noted in (service.files, service.submitted, service.calls, service.faults):
        noted.clear()
    processing: Any = house.opened.processing
    processing._processor._circuit.succeeded()
    processing._processor._pause_s = 0.01
    return service


@pytest.fixture
def ports(house: House) -> Ports:
    """What asks the service nothing by itself: only messages count."""
    return asking(house, every_s=3600)


def asking(house: House, *, every_s: float, sent: Sent = Sent.UNREADABLE, within_s: float = 60) -> Ports:
    processing: Any = house.opened.processing
    return replace(
        house.opened.worker_ports,
        processing=Processing(
            processing._processor,
            processing._reports,
            sent=sent,
            asked_every_s=every_s,
            deadline_s=within_s,
        ),
    )


async def handed_in(ada: Caller, ports: Ports, fake: AudiModal) -> tuple[str, str, asyncio.Task[None], str]:
    """A document, its job, who runs that, and its id at the service, which waits."""
    document, job = await ada.upload(await ada.notebook(), "scan.djvu", make_files.PROGRAM)
    running = asyncio.create_task(run(ports, job))
    await until(lambda: bool(fake.files))
    (id,) = fake.files
    async with asyncio.timeout(10):
        while await reports(ada).begun(job) is None:
            await asyncio.sleep(0.02)
    return document, job, running, id


def reports(ada: Caller) -> Any:
    processing: Any = ada.house.opened.processing
    return processing._reports


async def tell(ada: Caller, fake: AudiModal, event: str, job: str, **more: Any) -> tuple[int, Any]:
    """The status of the answer to a message, and what it says."""
    told = {"at": ada.house.opened.worker_ports.moment().now, **more}
    nobody = ada.house.caller().client
    answer = await fake.tell(nobody, f"processing.{event}", job, **told)
    said = answer.json()
    return answer.status_code, said.get("noted") or said["error"]["code"]


async def test_what_we_cannot_read_is_understood_by_a_message(
    ada: Caller, ports: Ports, fake: AudiModal
) -> None:
    document, job, running, id = await handed_in(ada, ports, fake)

    assert await tell(ada, fake, "started", id) == (200, "new")
    assert await tell(ada, fake, "progress", id, progress=40, stage="ocr") == (200, "new")
    assert await tell(ada, fake, "completed", id, data=RESULT) == (200, "new")
    await running

    assert fake.submitted == [("scan.djvu", make_files.PROGRAM, "application/octet-stream", "scan.djvu")]
    await understood(ada, document, job)
    asked = "query ($id: ID!) { document(id: $id) { pageCount extractor } }"
    shown = await ada.answer(asked.replace("extractor", "title"), id=document)
    assert shown["data"]["document"] == {"pageCount": 2, "title": "Rivers"}


async def test_what_we_read_is_not_handed_in(ada: Caller, ports: Ports, fake: AudiModal) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.txt", b"The Elbe is tidal.")

    await run(ports, job)

    assert fake.calls == []
    await understood(ada, document, job)


async def test_everything_is_handed_in_where_that_is_set(ada: Caller, fake: AudiModal) -> None:
    ports = asking(ada.house, every_s=0.05, sent=Sent.ALL)
    reader: Any = Breaking(ports.reader)
    document, job = await ada.upload(await ada.notebook(), "rivers.txt", b"The Elbe is tidal.")
    running = asyncio.create_task(run(replace(ports, reader=reader), job))
    await until(lambda: bool(fake.files))
    (file,) = fake.files.values()

    file |= {"processing_status": "completed", **RESULT}
    await running

    assert reader.calls == []
    await understood(ada, document, job)


async def test_a_service_that_sends_no_messages_is_asked(ada: Caller, fake: AudiModal) -> None:
    document, job, running, id = await handed_in(ada, asking(ada.house, every_s=0.05), fake)
    fake.faults.extend([500, "drop", 429])

    fake.files[id] |= {"processing_status": "processing", "progress": 10}
    await until(lambda: fake.calls.count(f"GET /files/{id}") > 4)
    fake.files[id] |= {"processing_status": "completed", **RESULT}
    await running

    await understood(ada, document, job)


async def test_messages_twice_late_and_out_of_order_change_nothing(
    ada: Caller, ports: Ports, fake: AudiModal
) -> None:
    document, job, running, id = await handed_in(ada, ports, fake)

    assert await tell(ada, fake, "progress", id, progress=60) == (200, "new")
    assert await tell(ada, fake, "progress", id, progress=60) == (200, "old")
    assert await tell(ada, fake, "progress", id, progress=59) == (200, "old")
    assert await tell(ada, fake, "started", id) == (200, "old")
    assert (await reports(ada).latest(ProcessingId(id))).progress == 60
    assert await tell(ada, fake, "completed", id, data=RESULT) == (200, "new")
    assert await tell(ada, fake, "failed", id, error="no") == (200, "old")
    await running
    assert await tell(ada, fake, "completed", id, data=RESULT) == (200, "old")
    assert await tell(ada, fake, "failed", id, error="no") == (200, "old")

    await understood(ada, document, job)


async def test_a_message_is_believed_from_the_service_alone(
    ada: Caller, ports: Ports, fake: AudiModal
) -> None:
    _, job, running, id = await handed_in(ada, ports, fake)
    now = ports.moment().now
    stranger = secret_of(b"the secret of somebody else here")

    assert await tell(ada, fake, "completed", id, data=RESULT, secret=stranger) == (
        401,
        "WEBHOOK_SIGNATURE_INVALID",
    )
    for minutes in (-6, 6):
        at = now + timedelta(minutes=minutes)
        assert (await tell(ada, fake, "completed", id, data=RESULT, at=at))[0] == 401
    headers, body = fake.message("processing.completed", id, at=now, data=RESULT)
    nobody = ada.house.caller().client
    changed = await nobody.post(
        "/webhooks/audimodal", content=body.replace(b"Elbe", b"Oder"), headers=headers
    )
    bare = await nobody.post("/webhooks/audimodal", content=body)

    assert (changed.status_code, bare.status_code) == (401, 401)
    assert await reports(ada).latest(ProcessingId(id)) is None
    assert await tell(ada, fake, "failed", id, secret=OTHER) == (200, "new")
    await running
    assert (await job_of(ada, job))["status"] == "FAILED"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"event": "processing.exploded"}, 400),
        ({"progress": "much"}, 400),
        ({"progress": 101}, 400),
        ({"event": "processing.completed", "data": {}}, 400),
        ({"event": "processing.completed", "data": "all"}, 400),
        ({"job_id": ""}, 400),
        ({"job_id": 7}, 400),
        ({"job_id": "file-unknown"}, 404),
    ],
)
async def test_a_message_that_says_nothing_we_know_is_refused(
    ada: Caller, fake: AudiModal, change: dict[str, Any], status: int
) -> None:
    said: dict[str, Any] = {"event": "processing.progress", "job": "file-1", "progress": 1} | change
    event, job = said.pop("event"), said.pop("job")

    assert (await tell(ada, fake, event.removeprefix("processing."), job, **said))[0] == status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'"' + b"x" * 100])
async def test_a_signed_message_that_is_no_object_is_refused(ada: Caller, body: bytes) -> None:
    at = ada.house.opened.worker_ports.moment().now
    message = Message(id="msg_1", sent_at=at, body=body)

    answer = await ada.house.caller().client.post(
        "/webhooks/audimodal", content=body, headers=message.headers([SECRET])
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MESSAGE_INVALID")


async def test_a_message_without_measure_is_not_taken_in(
    ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "BODY_MOST", 1000)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(100)

    nobody = ada.house.caller().client
    declared = await nobody.post("/webhooks/audimodal", content=bytes(1001))
    flowing = await nobody.post("/webhooks/audimodal", content=endless())

    assert (declared.status_code, flowing.status_code) == (413, 413)


async def test_a_file_that_is_refused_there_fails_and_says_why(
    ada: Caller, ports: Ports, fake: AudiModal
) -> None:
    document, job, running, id = await handed_in(ada, ports, fake)

    await tell(ada, fake, "failed", id, error="The picture\nshows nothing.")
    await running

    assert (await job_of(ada, job))["error"] == {
        "code": "PROCESSING_FAILED",
        "message": "The document processor cannot read the file: The picture shows nothing.",
    }
    assert (await shown(ada, document))["processingStatus"] == "FAILED"


async def test_a_file_that_never_completes_is_given_up_and_cancelled_there(
    ada: Caller, fake: AudiModal
) -> None:
    _, job, running, id = await handed_in(ada, asking(ada.house, every_s=3600, within_s=0.6), fake)

    await running

    assert (await job_of(ada, job))["error"]["code"] == "FILE_TOO_COMPLEX"
    assert fake.files[id]["processing_status"] == "cancelled"


async def test_a_job_that_is_cancelled_is_cancelled_there(ada: Caller, ports: Ports, fake: AudiModal) -> None:
    _, job, running, id = await handed_in(ada, ports, fake)

    await ada.do("cancelJob", id=job)
    await asyncio.wait_for(running, 10)

    assert fake.files[id]["processing_status"] == "cancelled"
    assert (await job_of(ada, job))["status"] == "CANCELLED"
    assert await tell(ada, fake, "completed", id, data=RESULT) == (200, "old")


async def test_another_attempt_goes_on_with_what_was_handed_in(
    ada: Caller, ports: Ports, fake: AudiModal
) -> None:
    document, job, running, id = await handed_in(ada, ports, fake)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await strand(ports, job)
    again = asyncio.create_task(run(ports, job, attempt=2))
    await asyncio.sleep(0.3)

    await tell(ada, fake, "completed", id, data=RESULT)
    await again

    assert fake.calls == ["POST /files"]
    await understood(ada, document, job, attempt=2)


async def test_a_service_that_is_down_is_waited_for(ada: Caller, ports: Ports, fake: AudiModal) -> None:
    fake.faults.extend([503] * 8)
    document, job = await ada.upload(await ada.notebook(), "scan.djvu", make_files.PROGRAM)
    running = asyncio.create_task(run(ports, job))
    processing: Any = ada.house.opened.processing
    circuit = processing._processor._circuit
    await until(lambda: circuit.rests_s > 0)
    assert (await job_of(ada, job))["status"] == "RUNNING"
    fake.faults.clear()
    circuit.succeeded()

    await until(lambda: bool(fake.files))
    (id,) = fake.files
    async with asyncio.timeout(10):
        while (await tell(ada, fake, "completed", id, data=RESULT))[0] == 404:
            await asyncio.sleep(0.05)
    await running

    await understood(ada, document, job)
    assert await found(ada, "FULLTEXT") != []


async def test_a_gigantic_result_is_refused_and_the_worker_lives(ada: Caller, fake: AudiModal) -> None:
    _, job, running, id = await handed_in(ada, asking(ada.house, every_s=0.5), fake)
    fake.faults.append("huge")

    await running

    assert (await job_of(ada, job))["error"]["code"] == "FILE_TOO_COMPLEX"
    assert await reports(ada).note(ProcessingId(id), Report(phase=Phase.OVER)) is Noted.OLD


async def test_there_is_no_door_for_messages_where_no_secret_is_set(
    engines: Engines, redis_url: str, beside: Beside, tmp_path: Path
) -> None:
    async with houses.serving(
        await engines.get("arcadedb"),
        redis_url=f"{redis_url.removesuffix('/0')}/6",
        beside=beside,
        folder=tmp_path,
    ) as house:
        assert (await house.caller().client.post("/webhooks/audimodal")).status_code == 404
