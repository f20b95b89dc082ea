"""Large files that went to a real S3 store: finished after the answer, once, whatever comes between."""

import asyncio
import hashlib
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from aether import settings
from aether.adapters.s3.direct import DirectS3Blobs
from aether.adapters.system import moment
from aether.bootstrap.parts import relaying
from aether.domain import trash, uploads
from aether.domain.blobs import StoreDown
from aether.domain.direct import AT_ONCE_MOST
from aether.domain.finishing import Finisher
from aether.domain.presigning import PART_LEAST
from aether.workers import trash as erasing
from aether.workers.context import Ports
from aether.workers.uploads import finish_once, finish_uploads
from tests.adapters.test_s3_blobs import emptied, names
from tests.e2e.test_kills import Process
from tests.graphql import test_direct as directly
from tests.graphql.house import Answer, Caller, House
from tests.graphql.test_direct import DONE, LARGE, brought, parts_of
from tests.graphql.wire import Wire
from tests.workers.breaking import Answerless, Breaking, Crash, Followed, Interrupted

pytestmark = pytest.mark.slow

s3_port, house, store, outside = directly.s3_port, directly.house, directly.store, directly.outside

DIGEST = hashlib.sha256(LARGE).hexdigest()
PLACE = f"aether/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
ASKED = """
query ($id: ID!) {
  upload(id: $id) { status offset error { code message } document { fileHash fileSize } job { status } }
}
"""
FOLLOWED = """
subscription ($id: ID!) {
  uploadProgress(uploadId: $id) {
    upload { status offset error { code } document { name } job { status } } eta { likely }
  }
}
"""


@pytest.fixture(autouse=True)
async def large(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes are many already, nothing of other tests waits, and what failed is due again at once."""
    await house.opened.driver.execute_query("MATCH (upload:Upload) DETACH DELETE upload")
    monkeypatch.setattr("aether.domain.direct.AT_ONCE_MOST", PART_LEAST)
    monkeypatch.setattr("aether.domain.uploads.finishing.AGAIN", timedelta())


@pytest.fixture
def ports(house: House) -> Ports:
    """What the worker works with."""
    return house.opened.worker_ports


async def noted(
    caller: Caller,
    outside: httpx.AsyncClient,
    *,
    notebook: str | None = None,
    sha256: str | None = None,
    data: bytes = LARGE,
) -> str:
    """The id of an upload that a worker is to finish."""
    made = await caller.do(
        "createDirectUpload",
        "upload { id }",
        notebookId=notebook or await caller.notebook(),
        name="delta.txt",
        size=len(data),
    )
    id: str = made["upload"]["id"]
    tags = await brought(caller, outside, id, data)
    told = await caller.do("completeDirectUpload", DONE, id=id, parts=tags, sha256=sha256)
    assert told["upload"]["status"] == "FINISHING"
    return id


def unheard_of() -> bytes:
    """A large file to which no document points."""
    return secrets.token_bytes(len(LARGE))


async def asked(caller: Caller, id: str) -> Answer:
    """The upload as it is."""
    return (await caller.ask(ASKED, id=id))["upload"]  # type: ignore[no-any-return]


def finishing(
    ports: Ports, *, graph: Any = None, store: Any = None, limits: uploads.Limits | None = None
) -> Ports:
    """*ports*, of which the graph, the store or the limits are others for what finishes uploads."""
    known: Any = ports.finisher
    return replace(
        ports,
        finisher=Finisher(
            graph or known._graph,
            store or known._store,
            moment=moment,
            limits=limits or ports.receiver.limits,
        ),
    )


async def upload_of(ports: Ports, id: str) -> Any:
    """The upload as the worker finds it."""
    assert ports.finisher is not None
    (found,) = [it for it in await ports.finisher.due(limit=100) if it.id == id]
    return found


async def swept(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have removed what nothing points to, as if a while had passed."""
    monkeypatch.setattr(erasing, "SETTLED", timedelta(hours=-1))
    found = await ports.graph.read(trash.leftovers, now=moment().now, limit=1000)
    for leftover in found:
        await erasing._let_go(ports, leftover)


async def done(caller: Caller, id: str, store: DirectS3Blobs) -> None:
    """See that the upload is one document, and that nothing else is left of it."""
    seen = await asked(caller, id)
    assert (seen["status"], seen["offset"], seen["error"]) == ("COMPLETED", len(LARGE), None)
    assert seen["document"] == {"fileHash": DIGEST, "fileSize": len(LARGE)}
    assert seen["job"]["status"] == "PENDING"
    assert await names(store) == [PLACE]


async def settled(store: DirectS3Blobs) -> None:
    """Wait until only what is in its place is in the store."""
    while await names(store) != [PLACE]:
        await asyncio.sleep(0.05)


@pytest.mark.engines
async def test_a_large_file_is_finished_after_the_answer(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    made = await ada.do(
        "createDirectUpload", "upload { id }", notebookId=await ada.notebook(), name="a.txt", size=len(LARGE)
    )
    id = made["upload"]["id"]
    told = {"id": id, "parts": await brought(ada, outside, id, LARGE)}

    first = (await ada.do("completeDirectUpload", DONE, **told, sha256=DIGEST))["upload"]
    again = (await ada.do("completeDirectUpload", DONE, **told, sha256="0" * 64))["upload"]
    assert first == again == {"status": "FINISHING", "offset": len(LARGE), "document": None, "job": None}
    assert await asked(ada, id) == {**first, "error": None}
    assert await parts_of(ada, id) == []

    assert await finish_once(ports) == 1
    await done(ada, id, store)
    completed = (await ada.do("completeDirectUpload", DONE, **told))["upload"]
    assert completed["status"] == "COMPLETED"
    assert (await ada.refused("abortUpload", id=id))[0] == "UPLOAD_COMPLETE"
    assert await finish_once(ports) == 0


@pytest.mark.parametrize(("most", "status"), [(0, "COMPLETED"), (-1, "FINISHING")])
async def test_a_file_of_just_so_many_bytes_is_finished_at_once(
    ada: Caller, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, most: int, status: str
) -> None:
    monkeypatch.setattr("aether.domain.direct.AT_ONCE_MOST", len(LARGE) + most)
    id, _ = await directly.begun(ada, len(LARGE))
    tags = await brought(ada, outside, id, LARGE)

    assert AT_ONCE_MOST == 64 << 20
    assert (await ada.do("completeDirectUpload", DONE, id=id, parts=tags))["upload"]["status"] == status


async def test_a_worker_finds_by_itself_what_is_to_be_finished(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    id = await noted(ada, outside)
    working = asyncio.create_task(finish_uploads(ports))
    try:
        async with asyncio.timeout(30):
            while (await asked(ada, id))["status"] == "FINISHING":
                await asyncio.sleep(0.05)
            await settled(store)
    finally:
        working.cancel()
        await asyncio.wait({working})

    await done(ada, id, store)


async def test_other_bytes_than_were_announced_end_it_as_failed_and_leave_nothing(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    id = await noted(ada, outside, sha256="0" * 64)

    assert await finish_once(ports) == 1

    seen = await asked(ada, id)
    assert (seen["status"], seen["offset"], seen["document"]) == ("FAILED", 0, None)
    assert seen["error"]["code"] == "UPLOAD_CHECKSUM_WRONG"
    assert await names(store) == []
    assert (await ada.refused("completeDirectUpload", id=id, parts=[]))[0] == "UPLOAD_GONE"
    assert (await ada.refused("abortUpload", id=id))[0] == "UPLOAD_GONE"
    assert await finish_once(ports) == 0


@pytest.mark.parametrize("sha256", [DIGEST, "0" * 64], ids=["right", "wrong"])
async def test_whoever_follows_is_told_how_it_ends(
    ada: Caller, wire: Wire, outside: httpx.AsyncClient, house: House, ports: Ports, sha256: str
) -> None:
    async with relaying(house.opened):
        id = await noted(ada, outside, sha256=sha256)
        await ada.quiet()
        await wire.begin(FOLLOWED, id=id)
        first = (await wire.next())["uploadProgress"]
        assert await finish_once(ports) == 1
        *_, last = [told["uploadProgress"] for told in await wire.rest()]

    nothing = {"error": None, "document": None, "job": None}
    assert first == {"upload": {"status": "FINISHING", "offset": len(LARGE), **nothing}, "eta": None}
    if sha256 == DIGEST:
        assert last["upload"]["status"] == "COMPLETED"
        assert (last["upload"]["document"], last["upload"]["error"]) == ({"name": "delta.txt"}, None)
        assert last["upload"]["job"] == {"status": "PENDING"}
    else:
        code = {"code": "UPLOAD_CHECKSUM_WRONG"}
        assert last["upload"] == {**nothing, "status": "FAILED", "offset": 0, "error": code}


async def test_whoever_follows_from_the_beginning_is_told_that_it_is_being_finished(
    ada: Caller, wire: Wire, outside: httpx.AsyncClient, house: House, ports: Ports
) -> None:
    id, _ = await directly.begun(ada, len(LARGE))
    tags = await brought(ada, outside, id, LARGE)
    async with relaying(house.opened):
        await wire.begin(FOLLOWED, id=id)
        seen = [(await wire.next())["uploadProgress"]["upload"]["status"]]
        await ada.do("completeDirectUpload", DONE, id=id, parts=tags)
        seen.append((await wire.next())["uploadProgress"]["upload"]["status"])
        await finish_once(ports)
        seen += [told["uploadProgress"]["upload"]["status"] for told in await wire.rest()]

    assert seen == ["RECEIVING", "FINISHING", "COMPLETED"]


Crashed = Callable[[Ports], Ports]


@pytest.mark.parametrize(
    "crashed",
    [
        lambda ports: finishing(ports, store=Breaking(ports.finisher._store, "adopt")),
        lambda ports: finishing(ports, store=Breaking(ports.finisher._store, "adopt", StoreDown("away"))),
        lambda ports: finishing(ports, store=Followed(ports.finisher._store, "adopt", crash)),
        lambda ports: finishing(ports, graph=Answerless(ports.graph, uploads.take_up)),
        lambda ports: finishing(ports, graph=Answerless(ports.graph, uploads.finished)),
    ],
    ids=["before it is hashed", "store down", "before the document", "taken up", "behind the document"],
)
async def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports, crashed: Crashed
) -> None:
    notebook = await ada.notebook()
    id = await noted(ada, outside, notebook=notebook)

    await finish_once(crashed(ports))
    before = (await asked(ada, id))["status"]
    again = await finish_once(ports)

    assert (before, again) in {("FINISHING", 1), ("COMPLETED", 0)}
    seen = await asked(ada, id)
    assert seen["document"] == {"fileHash": DIGEST, "fileSize": len(LARGE)}
    counted = await ada.ask(
        "query ($id: ID!) { notebook(id: $id) { documents(first: 9) { totalCount } } }", id=notebook
    )
    assert counted["notebook"]["documents"]["totalCount"] == 1
    assert PLACE in await names(store)


async def crash() -> None:
    raise Crash


async def test_what_a_killed_worker_held_is_taken_up_when_its_lease_ends(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports, house: House
) -> None:
    id = await noted(ada, outside)
    await house.opened.redis.set(f"aether:lease:{id}", "1", px=60_000)

    assert await finish_once(ports) == 0
    await house.opened.redis.delete(f"aether:lease:{id}")
    assert await finish_once(ports) == 1

    await done(ada, id, store)
    assert not await house.opened.redis.exists(f"aether:lease:{id}")


async def test_what_a_worker_that_was_killed_began_another_one_finishes(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, house: House, tmp_path: Path
) -> None:
    worker = Process(
        (sys.executable, "-m", "aether.worker"), settings.environment(house.settings), tmp_path / "worker.log"
    )
    await worker.start()
    try:
        id = await noted(ada, outside)
        async with asyncio.timeout(60):
            while not await house.opened.redis.exists(f"aether:lease:{id}"):
                await asyncio.sleep(0.001)
        await worker.kill()
        await worker.start()
        async with asyncio.timeout(60):
            while (await asked(ada, id))["status"] == "FINISHING":
                await asyncio.sleep(0.1)
    finally:
        await worker.stop()

    seen = await asked(ada, id)
    assert (seen["status"], seen["document"]["fileHash"]) == ("COMPLETED", DIGEST)
    assert PLACE in await names(store)


async def test_only_one_worker_finishes_it(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    id = await noted(ada, outside)

    assert sum(await asyncio.gather(*(finish_once(ports) for _ in range(4)))) == 1

    await done(ada, id, store)


async def test_workers_who_do_not_know_of_each_other_make_one_document(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    id = await noted(ada, outside)
    upload, finisher = await upload_of(ports, id), ports.finisher
    assert finisher is not None

    await asyncio.gather(*(finisher.finish(upload) for _ in range(3)))
    await finisher.finish(upload)

    await done(ada, id, store)


@pytest.mark.parametrize("when", [Interrupted, Followed], ids=["before it is hashed", "afterwards"])
async def test_what_is_given_up_meanwhile_is_no_document_and_leaves_nothing(
    ada: Caller,
    store: DirectS3Blobs,
    outside: httpx.AsyncClient,
    ports: Ports,
    monkeypatch: pytest.MonkeyPatch,
    when: Any,
) -> None:
    id = await noted(ada, outside, data=unheard_of())

    async def abort() -> None:
        await ada.do("abortUpload", id=id)

    await finish_once(finishing(ports, store=when(store, "adopt", abort)))
    await swept(ports, monkeypatch)

    seen = await asked(ada, id)
    assert (seen["status"], seen["error"], seen["document"]) == ("ABORTED", None, None)
    assert await names(store) == []
    assert await finish_once(ports) == 0


async def test_nobody_goes_on_hashing_what_was_given_up(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    id = await noted(ada, outside)
    aborting: list[asyncio.Task[object]] = []

    async def abort() -> None:
        aborting.append(asyncio.create_task(ada.do("abortUpload", id=id)))
        await asyncio.Event().wait()

    endless = finishing(replace(ports, lease_s=0.5), store=Interrupted(store, "adopt", abort))
    async with asyncio.timeout(10):
        assert await finish_once(endless) == 1
        await asyncio.gather(*aborting)

    assert (await asked(ada, id))["status"] == "ABORTED"
    assert await names(store) == []


async def test_who_lost_the_lease_leaves_it_to_others(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports, house: House
) -> None:
    id = await noted(ada, outside)

    async def lose() -> None:
        await house.opened.redis.set(f"aether:lease:{id}", "1", px=60_000)
        await asyncio.Event().wait()

    async with asyncio.timeout(10):
        await finish_once(finishing(replace(ports, lease_s=0.5), store=Interrupted(store, "adopt", lose)))

    assert (await asked(ada, id))["status"] == "FINISHING"
    assert await house.opened.redis.get(f"aether:lease:{id}") == b"1"


Loss = Callable[[Caller, Caller, str], Awaitable[object]]


async def archived(ada: Caller, _: Caller, notebook: str) -> object:
    return await ada.do("archiveNotebook", id=notebook, archived=True)


async def unshared(ada: Caller, ben: Caller, notebook: str) -> object:
    return await ada.do("revokeCollaboration", id=notebook, userId=await ben.id())


async def lowered(ada: Caller, ben: Caller, notebook: str) -> object:
    return await ada.do("shareNotebook", id=notebook, userIds=[await ben.id()], permission="READ")


async def shut_out(ada: Caller, ben: Caller, _: str) -> object:
    id = await ben.id()
    return await ada.house.opened.driver.execute_query(
        "MATCH (user:User {id: $id}) SET user.status = 'suspended'", id=id
    )


async def only_reading(ada: Caller, ben: Caller, _: str) -> object:
    id = await ben.id()
    return await ada.house.opened.driver.execute_query(
        "MATCH (user:User {id: $id}) SET user.roles = ['aether-viewer']", id=id
    )


@pytest.mark.parametrize("when", [None, Followed], ids=["before it is hashed", "afterwards"])
@pytest.mark.parametrize(
    ("loss", "code"),
    [
        (archived, "NOTEBOOK_ARCHIVED"),
        (unshared, "NOTEBOOK_NOT_FOUND"),
        (lowered, "PERMISSION_REQUIRED"),
        (shut_out, "USER_SHUT_OUT"),
        (only_reading, "ROLE_REQUIRED"),
    ],
)
async def test_who_may_no_longer_write_is_told_so_and_nothing_is_left(
    ada: Caller,
    ben: Caller,
    store: DirectS3Blobs,
    outside: httpx.AsyncClient,
    ports: Ports,
    monkeypatch: pytest.MonkeyPatch,
    loss: Loss,
    code: str,
    when: Any,
) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben, "WRITE")
    id = await noted(ben, outside, notebook=notebook, data=unheard_of())

    async def lose() -> None:
        await loss(ada, ben, notebook)

    seen = Breaking(store)
    if when is None:
        await lose()
    await finish_once(finishing(ports, store=seen if when is None else when(store, "adopt", lose)))
    await swept(ports, monkeypatch)

    assert "adopt" not in seen.calls
    assert await failure_of(ada.house, id) == code
    assert await names(store) == []
    assert await finish_once(ports) == 0


async def failure_of(house: House, id: str) -> str:
    """Why the upload failed; who brings it may not ask any more."""
    rows = await house.opened.driver.execute_query(
        "MATCH (upload:Upload {id: $id}) RETURN upload.failure_code AS code", id=id
    )
    return str(rows.records[0]["code"])


async def test_a_blob_that_is_needed_elsewhere_stays_when_an_upload_of_it_fails(
    ada: Caller,
    store: DirectS3Blobs,
    outside: httpx.AsyncClient,
    ports: Ports,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = await noted(ada, outside)
    await finish_once(ports)
    notebook = await ada.notebook()
    await noted(ada, outside, notebook=notebook)

    async def lose() -> None:
        await archived(ada, ada, notebook)

    await finish_once(finishing(ports, store=Followed(store, "adopt", lose)))
    await swept(ports, monkeypatch)

    await done(ada, kept, store)


async def expiring(house: House, id: str, *, seconds: float) -> None:
    """Have the upload expire so many seconds from now."""
    at = moment().now + timedelta(seconds=seconds)
    await house.opened.driver.execute_query(
        "MATCH (upload:Upload {id: $id}) SET upload.expires_at = $at, upload.expires_second = $second",
        id=id,
        at=at,
        second=int(at.timestamp()),
    )


@pytest.mark.parametrize(("within_s", "ends_as"), [(60.0, "COMPLETED"), (0.0, "FAILED")])
async def test_what_takes_longer_than_uploads_last_does_not_expire_while_it_is_finished(
    ada: Caller,
    store: DirectS3Blobs,
    outside: httpx.AsyncClient,
    house: House,
    ports: Ports,
    monkeypatch: pytest.MonkeyPatch,
    within_s: float,
    ends_as: str,
) -> None:
    monkeypatch.setattr("aether.workers.uploads.FINISHED_WITHIN_S", within_s)
    id = await noted(ada, outside, data=unheard_of())
    await expiring(house, id, seconds=2)

    async def hash_long() -> None:
        await asyncio.sleep(4)

    limits = replace(ports.receiver.limits, lasts=timedelta(seconds=2))
    slow = Interrupted(store, "adopt", hash_long)
    await finish_once(finishing(replace(ports, lease_s=1.0), store=slow, limits=limits))

    assert (await asked(ada, id))["status"] == ends_as


async def test_what_is_not_finished_in_time_fails_and_leaves_nothing(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, house: House, ports: Ports
) -> None:
    id = await noted(ada, outside)
    await expiring(house, id, seconds=-60)

    await house.opened.receiver.sweep()
    assert (await asked(ada, id))["status"] == "EXPIRED"
    await finish_once(ports)

    seen = await asked(ada, id)
    assert (seen["status"], seen["error"]["code"]) == ("FAILED", "UPLOAD_GONE")
    assert seen["error"]["message"] == "It could not be finished in time."
    assert await names(store) == []


async def test_bytes_that_are_gone_end_it_as_failed(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, ports: Ports
) -> None:
    id = await noted(ada, outside)
    await emptied(store)

    await finish_once(ports)

    seen = await asked(ada, id)
    assert (seen["status"], seen["error"]["code"]) == ("FAILED", "UPLOAD_GONE")
    assert seen["error"]["message"] == "Its bytes are no longer at the store."
