"""A program is told that processing is over, once it can be, whoever dies on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from starlette.responses import Response

from aether.adapters.webhooks import sender as senders
from aether.domain import webhooks
from aether.domain.callbacks import Outcome, Rules
from aether.domain.moments import Moment
from aether.workers.callbacks import TOLD_AT_A_TIME, deliver, deliver_once
from aether.workers.context import Ports
from aether.workers.events import relay_once
from tests.adapters.test_webhooks import Receiver
from tests.graphql.house import Answer, Caller, House
from tests.servers.serving import served
from tests.servers.waiting import until
from tests.workers.breaking import Breaking, Crash
from tests.workers.test_pipeline import run

DELIVERIES = """
query ($id: ID!) { callbackDeliveries(callbackId: $id) { id event jobId status attempts answer error dueAt } }
"""
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def url(receiver: Receiver) -> AsyncIterator[str]:
    async with served(receiver.app()) as port:
        yield f"https://localhost:{port}/hooks"


@pytest.fixture
async def ports(house: House) -> AsyncIterator[Ports]:
    """What tells the receiver; the address is told as https, and asked without, for want of a certificate.

    What other tests left to be delivered is not.
    """
    await house.opened.driver.execute_query(
        "MATCH (left:Delivery) DETACH DELETE left", database_=house.settings.graph_database
    )
    rules = Rules(hosts=frozenset({"localhost"}), http=True)
    async with senders.opened(rules) as opened:
        yield replace(house.opened.worker_ports, sender=_Plain(opened))


class _Plain:
    """The sender, for whom TLS is left out."""

    def __init__(self, sender: senders.HttpSender) -> None:
        self._sender = sender

    async def send(self, message: webhooks.Message, *, url: str, secret: str) -> Outcome:
        return await self._sender.send(message, url=url.replace("https:", "http:"), secret=secret)


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let callbacks be registered on this machine."""
    monkeypatch.setattr("aether.domain.callbacks.addresses.PORTS", range(65_536))


def in_(ports: Ports, seconds: float) -> Ports:
    """The same, so many seconds later."""

    def moment() -> Moment:
        at = ports.moment()
        return replace(at, now=at.now + timedelta(seconds=seconds))

    return replace(ports, moment=moment)


async def handed_on(ports: Ports) -> None:
    while await relay_once(ports):
        pass


async def registered(ada: Caller, subject: str, url: str, **more: object) -> tuple[str, str]:
    """The id and the secret of a new callback."""
    made = await ada.do(
        "createCallback", "callback { id } secret", subjectId=subject, callbackUrl=url, **more
    )
    return made["callback"]["id"], made["secret"]


async def deliveries(ada: Caller, callback: str) -> list[Answer]:
    return (await ada.ask(DELIVERIES, id=callback))["callbackDeliveries"]  # type: ignore[no-any-return]


@pytest.mark.engines
async def test_a_program_is_told_that_a_document_is_understood(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    notebook = await ada.notebook("Private words")
    callback, secret = await registered(ada, notebook, url)
    document, job = await ada.upload(notebook, "private.txt", b"The Elbe is tidal. Private words.")
    await handed_on(ports)
    await run(ports, job)
    await handed_on(ports)
    assert receiver.heard == []

    await deliver_once(in_(ports, 1))

    ((headers, body, _),) = receiver.heard
    message = webhooks.received(headers, body, secrets=[secret], now=datetime.now(UTC))
    told = orjson.loads(body)
    assert told["type"] == "job.completed"
    assert told["data"] | {"updated_at": ""} == {
        "job_id": job,
        "document_id": document,
        "notebook_id": notebook,
        "status": "completed",
        "stage": "index",
        "progress": 100,
        "attempt": 1,
        "error": None,
        "updated_at": "",
        "pages": None,
        "chunks": 1,
        "findings": 0,
    }
    assert b"rivate" not in body
    (delivery,) = await deliveries(ada, callback)
    assert (delivery["id"], delivery["status"], delivery["answer"]) == (message.id, "DELIVERED", 204)
    await deliver_once(in_(ports, 100_000))
    assert len(receiver.heard) == 1


async def test_cancelled_and_failed_jobs_are_told_too(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    notebook = await ada.notebook()
    await registered(ada, notebook, url)
    _, cancelled = await ada.upload(notebook)
    await ada.do("cancelJob", id=cancelled)
    _, failed = await ada.upload(notebook, "program", b"\x7fELF\x02\x01\x01" + bytes(200))
    await run(ports, failed)
    await handed_on(ports)

    await deliver_once(in_(ports, 1))

    told = [orjson.loads(body) for _, body, _ in receiver.heard]
    assert {(it["type"], it["data"]["job_id"]) for it in told} == {
        ("job.cancelled", cancelled),
        ("job.failed", failed),
    }
    assert {it["data"]["error"] and it["data"]["error"]["code"] for it in told} == {None, "FILE_UNSUPPORTED"}


async def test_a_receiver_that_fails_is_told_again_by_whoever_is_left(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    receiver.answers = [Response(status_code=500), Response(status_code=200)]
    notebook = await ada.notebook()
    callback, _ = await registered(ada, notebook, url)
    _, job = await ada.upload(notebook)
    await ada.do("cancelJob", id=job)
    await handed_on(ports)

    await deliver_once(in_(ports, 1))
    (waiting,) = await deliveries(ada, callback)
    await deliver_once(in_(ports, 3))
    assert len(receiver.heard) == 1
    dying = replace(in_(ports, 10), sender=Breaking(ports.sender, "send"))
    with pytest.raises(Crash):
        await deliver_once(dying)
    await deliver_once(in_(ports, 60))
    assert len(receiver.heard) == 1
    await deliver_once(in_(ports, 120))

    assert (waiting["status"], waiting["attempts"], waiting["answer"]) == ("PENDING", 1, 500)
    (delivered,) = await deliveries(ada, callback)
    assert (delivered["status"], delivered["attempts"], delivered["answer"]) == ("DELIVERED", 3, 200)
    first, second = (headers["webhook-id"] for headers, *_ in receiver.heard)
    assert first == second


async def test_a_receiver_that_is_silent_holds_up_nobody_else(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    silent = Receiver(pause_s=60)
    async with served(silent.app()) as port:
        for address in (f"https://localhost:{port}/", url):
            notebook = await ada.notebook()
            await registered(ada, notebook, address)
            _, job = await ada.upload(notebook)
            await ada.do("cancelJob", id=job)
        await handed_on(ports)
        delivering = asyncio.create_task(deliver(in_(ports, 1)))
        try:
            await until(lambda: bool(receiver.heard) and bool(silent.heard))
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)


@pytest.mark.engines
async def test_very_many_deliveries_to_a_silent_receiver_hold_up_nobody_else(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    silent = Receiver(pause_s=60)
    async with served(silent.app()) as port:
        for address, callbacks, jobs in ((f"https://localhost:{port}/", 20, 4), (url, 10, 1)):
            notebook = await ada.notebook()
            for _ in range(callbacks):
                await registered(ada, notebook, address)
            for _ in range(jobs):
                _, job = await ada.upload(notebook)
                await ada.do("cancelJob", id=job)
            await handed_on(ports)
        delivering = asyncio.create_task(deliver(in_(ports, 1)))
        try:
            await until(lambda: len(receiver.heard) == 10)
        finally:
            delivering.cancel()
            await asyncio.gather(delivering, return_exceptions=True)
        assert 0 < len(silent.heard) <= TOLD_AT_A_TIME


async def test_a_delivery_is_sent_again_when_it_is_asked_for(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    notebook = await ada.notebook()
    callback, _ = await registered(ada, notebook, url)
    _, job = await ada.upload(notebook)
    await ada.do("cancelJob", id=job)
    await handed_on(ports)
    (delivery,) = await deliveries(ada, callback)
    assert (await ada.refused("resendDelivery", id=delivery["id"]))[0] == "DELIVERY_PENDING"
    await deliver_once(in_(ports, 1))

    await ada.do("resendDelivery", "delivery { status }", id=delivery["id"])
    await deliver_once(in_(ports, 1))

    assert len(receiver.heard) == 2


async def test_an_upload_can_name_who_is_told_of_it(
    ada: Caller, ports: Ports, receiver: Receiver, url: str
) -> None:
    made = await ada.do(
        "createUpload",
        "upload { url } callback { secret callback { id once subjectId } }",
        notebookId=await ada.notebook(),
        name="rivers.txt",
        size=11,
        callbackUrl=url,
    )
    told = made["callback"]
    assert told["callback"]["once"] is True
    answer = await ada.client.patch(made["upload"]["url"], content=b"Rivers run.", headers=TUS)
    assert answer.status_code == 204, answer.text
    await run(ports, answer.headers["aether-job"])
    await handed_on(ports)

    await deliver_once(in_(ports, 1))

    ((headers, body, _),) = receiver.heard
    webhooks.received(headers, body, secrets=[told["secret"]], now=datetime.now(UTC))
    assert orjson.loads(body)["data"]["document_id"] == told["callback"]["subjectId"]
    (callback,) = (await ada.ask("{ callbacks { id endedBecause } }"))["callbacks"]
    assert callback == {"id": told["callback"]["id"], "endedBecause": "told"}


@pytest.mark.parametrize("bad", ["http://hooks.example/", "https://ada@hooks.example/", "hooks"])
async def test_an_address_at_which_nothing_is_told_is_refused(ada: Caller, bad: str) -> None:
    notebook = await ada.notebook()
    refusal = ("CALLBACK_URL_INVALID", ["input", "callbackUrl"])

    assert await ada.refused("createCallback", subjectId=notebook, callbackUrl=bad) == refusal
    more = {"notebookId": notebook, "name": "a.txt", "callbackUrl": bad}
    assert await ada.refused("createUpload", **more) == refusal


async def test_a_secret_is_shown_once(ada: Caller, url: str) -> None:
    callback, secret = await registered(ada, await ada.notebook(), url)

    shown = await ada.ask("{ callbacks { id subjectId url once createdAt endedAt endedBecause } }")
    ended = await ada.do("deleteCallback", "callback { id endedBecause }", id=callback)

    assert secret not in str(shown)
    assert ended["callback"] == {"id": callback, "endedBecause": "deleted"}
