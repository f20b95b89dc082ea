"""How a document is understood, whatever happens on the way. Jobs run here when a test says so."""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aether.adapters.redis.estimates import EstimatesDown, RedisEstimates
from aether.domain import documents, jobs
from aether.domain.documents import DocumentId
from aether.domain.errors import Unavailable
from aether.domain.graph import Work
from aether.domain.jobs import STAGES, JobId, JobKind, JobStatus
from aether.domain.tenants import TenantId
from aether.domain.vectors import Vector
from aether.workers.context import Ports
from aether.workers.jobs import run_job
from tests import make_files
from tests.graphql.house import JOB, Answer, Caller, House
from tests.servers.waiting import until
from tests.workers.breaking import Answerless, Breaking, Crash, Deaf, Interrupted, Slow

SEARCH = """
query ($query: String!, $mode: SearchMode!, $in: ID) {
  search(query: $query, mode: $mode, notebookId: $in) { edges { node { document { id } } } }
}
"""
DOCUMENT = """
query ($id: ID!) { document(id: $id) {
  processingStatus embeddingStatus error { code } chunkCount chunks(first: 50) { edges { node { ordinal } } }
} }
"""
RIVERS = make_files.pdf(["The Elbe is tidal below Geesthacht."], ["The Oder has polders."])


@pytest.fixture
def ports(house: House) -> Ports:
    return house.opened.worker_ports


def with_port(ports: Ports, name: str, port: object) -> Ports:
    """*ports* with another one in place of the one of that *name*."""
    other: Any = {name: port}
    return replace(ports, **other)


async def run(ports: Ports, job: str, attempt: int = 1) -> None:
    await run_job({"ports": ports}, f"{job}:{attempt}")


async def tenant_of(ports: Ports, job: str) -> TenantId:
    found = await ports.graph.read(jobs.of_any_tenant, id=JobId(job))
    assert found is not None
    return found.tenant


async def strand(ports: Ports, job: str, attempt: int = 1) -> None:
    """Take the job away from a worker that is silent."""
    graph = ports.graph.within(await tenant_of(ports, job))
    await graph.write(documents.strand, job=JobId(job), attempt=attempt, at=ports.moment())
    await ports.leases.release(JobId(job), attempt)


async def job_of(ada: Caller, job: str) -> Answer:
    return (await ada.ask(f"query ($id: ID!) {{ job(id: $id) {{ {JOB} }} }}", id=job))["job"]  # type: ignore[no-any-return]


async def shown(ada: Caller, document: str) -> Answer:
    return (await ada.ask(DOCUMENT, id=document))["document"]  # type: ignore[no-any-return]


async def found(ada: Caller, mode: str, notebook: str | None = None) -> list[str]:
    """The documents of the hits."""
    hits = (await ada.ask(SEARCH, query="tidal Elbe", mode=mode, **{"in": notebook}))["search"]["edges"]
    return [hit["node"]["document"]["id"] for hit in hits if hit["node"]["document"]]


async def understood(ada: Caller, document: str, job: str, *, attempt: int = 1) -> None:
    """Assert that a document is found, and nothing of it twice."""
    ended = await job_of(ada, job)
    assert (ended["status"], ended["progress"], ended["attempt"]) == ("COMPLETED", 100, attempt)
    it = await shown(ada, document)
    assert (it["processingStatus"], it["embeddingStatus"], it["error"]) == ("COMPLETED", "DONE", None)
    assert [edge["node"]["ordinal"] for edge in it["chunks"]["edges"]] == list(range(it["chunkCount"]))
    for mode in ("FULLTEXT", "SEMANTIC"):
        hits = await found(ada, mode)
        assert hits
        assert len(hits) <= it["chunkCount"]
        assert set(hits) == {document}


def readers() -> list[int]:
    """The processes that read files for us."""
    here = [child for task in Path("/proc/self/task").iterdir() for child in _children(task)]
    return [pid for pid in here if "aether.adapters.extraction" in _command(pid)]


def _children(task: Path) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(pid) for pid in (task / "children").read_text().split()]
    return []


def _command(pid: int) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


@pytest.mark.engines
@pytest.mark.parametrize(
    ("port", "method", "stage", "repeated"),
    [
        ("reader", "read", "EXTRACT", ["read"]),
        ("embedder", "count_tokens", "CHUNK", []),
        ("vectors", "listed", "EMBED", []),
        ("embedder", "embed", "EMBED", []),
        ("vectors", "put", "EMBED", []),
        ("vectors", "drop", "EMBED", []),
    ],
)
async def test_a_job_goes_on_from_the_stage_where_its_worker_died(
    ada: Caller, ports: Ports, port: str, method: str, stage: str, repeated: list[str]
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)

    with pytest.raises(Crash):
        await run(with_port(ports, port, Breaking(getattr(ports, port), method)), job)
    assert (await job_of(ada, job))["stage"].upper() == stage
    await strand(ports, job)
    reader = Breaking(ports.reader)
    await run(replace(ports, reader=reader), job, attempt=2)

    assert reader.calls == repeated
    await understood(ada, document, job, attempt=2)


@pytest.mark.engines
async def test_what_has_its_vector_is_not_embedded_again(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    await run(ports, job)
    before = await shown(ada, document)

    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    embedder: Any = Breaking(ports.embedder)
    await run(replace(ports, embedder=embedder), again)

    assert "embed" not in embedder.calls
    assert await shown(ada, document) == before
    await understood(ada, document, again)


async def test_vectors_of_another_model_are_made_anew(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    await run(ports, job)
    tenant = await tenant_of(ports, job)
    there = await ports.vectors.listed(tenant, document=document)
    path = ("notebook_elsewhere",)
    other = [
        Vector(id=id, document=document, path=path, model="another", values=[1.0, *[0.0] * 383])
        for id in (*(it.id for it in there[0]), "chunk_gone")
    ]
    await ports.vectors.put(tenant, other)

    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    await run(ports, again)

    assert await ports.vectors.listed(tenant, document=document) == there
    await understood(ada, document, again)


@pytest.mark.parametrize(
    "lost",
    [documents.begin, jobs.advance, documents.keep_understanding, documents.keep_chunks, documents.complete],
)
async def test_what_was_committed_without_an_answer_is_not_done_twice(
    ada: Caller, ports: Ports, lost: Callable[..., Any]
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    graph: Any = Answerless(ports.graph, lost)

    await run(replace(ports, graph=graph), job)

    assert graph.seen == [lost.__name__]
    await understood(ada, document, job)


@pytest.mark.engines
async def test_an_attempt_that_is_handed_out_twice_is_run_once(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    reader: Any = Breaking(ports.reader)
    counted = replace(ports, reader=reader)

    await asyncio.gather(run(counted, job), run(counted, job))
    once = await job_of(ada, job)
    await run(counted, job)

    assert reader.calls == ["read"]
    assert await job_of(ada, job) == once
    await understood(ada, document, job)


@pytest.mark.parametrize(("port", "method"), [("reader", "read"), ("embedder", "embed"), ("vectors", "put")])
async def test_what_a_late_attempt_did_no_longer_counts(
    ada: Caller, ports: Ports, port: str, method: str
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    ended: list[Answer] = []

    async def meanwhile() -> None:
        await strand(ports, job)
        await run(ports, job, attempt=2)
        ended.append(await job_of(ada, job))

    late = Interrupted(getattr(ports, port), method, meanwhile)
    deaf: Any = Deaf(ports.feed)
    unaware = replace(ports, lease_s=600.0, feed=deaf)  # it neither looks up nor hears in time
    await run(with_port(unaware, port, late), job)

    assert [await job_of(ada, job)] == ended
    await understood(ada, document, job, attempt=2)


async def test_a_job_is_given_back_when_what_it_needs_is_away_for_long(
    ada: Caller, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    monkeypatch.setattr("aether.workers.jobs.PATIENCE_S", -1.0)
    away = Breaking(ports.vectors, "listed", Unavailable("The vector store is away."))

    with pytest.raises(Unavailable):
        await run(with_port(ports, "vectors", away), job)

    waiting = await job_of(ada, job)
    assert (waiting["status"], waiting["attempt"], waiting["stage"]) == ("QUEUED", 2, "embed")
    await run(ports, job, attempt=2)
    await understood(ada, document, job, attempt=2)


async def test_a_worker_that_lost_its_lease_stops(ada: Caller, ports: Ports) -> None:
    _, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(3_000))
    running = asyncio.create_task(run(replace(ports, lease_s=0.6), job))
    await until(lambda: bool(readers()))

    await strand(ports, job)
    assert await ports.leases.take(JobId(job), 2, seconds=60)

    await asyncio.wait_for(running, 5)
    assert readers() == []
    ended = await job_of(ada, job)
    assert (ended["status"], ended["attempt"]) == ("QUEUED", 2)
    assert not await ports.leases.take(JobId(job), 3, seconds=1)


@pytest.mark.parametrize("slow", [jobs.claim, jobs.get_many])
async def test_a_worker_keeps_its_lease_however_slow_the_graph_is(
    ada: Caller, ports: Ports, slow: Callable[..., Any]
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    graph = Slow(ports.graph, slow, seconds=2.5)
    running = asyncio.create_task(run(replace(ports, graph=graph, lease_s=1.0), job))
    await until_held(ports, job)

    lost = 0
    while not running.done():
        lost += not await ports.leases.held(JobId(job)) and not running.done()
        await asyncio.sleep(0.05)

    await running
    assert lost <= 1  # it lets go of the lease before it is done
    await understood(ada, document, job, attempt=1)


async def until_held(ports: Ports, job: str) -> None:
    async with asyncio.timeout(20):
        while not await ports.leases.held(JobId(job)):
            await asyncio.sleep(0.02)


async def test_a_job_that_is_cancelled_ends_its_reader_at_once_and_for_good(
    ada: Caller, ports: Ports
) -> None:
    document, job = await ada.upload(await ada.notebook(), "long.pdf", make_files.long_pdf(3_000))
    running = asyncio.create_task(run(ports, job))
    await until(lambda: bool(readers()))

    since = time.monotonic()
    await ada.do("cancelJob", id=job)
    await asyncio.wait_for(running, 10)

    assert time.monotonic() - since < 30
    assert readers() == []
    ended = await job_of(ada, job)
    assert (ended["status"], ended["stage"]) == ("CANCELLED", "extract")
    await run(ports, job)
    assert await job_of(ada, job) == ended
    it = await shown(ada, document)
    assert (it["processingStatus"], it["error"], it["chunkCount"]) == ("FAILED", {"code": "JOB_CANCELLED"}, 0)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("locked.pdf", make_files.encrypted_pdf("Secret", password="pass"), "FILE_ENCRYPTED"),
        ("broken.pdf", b"%PDF-1.7\nnothing more", "FILE_BROKEN"),
        ("picture.pdf", make_files.PROGRAM, "FILE_MISLABELLED"),
        ("program", make_files.PROGRAM, "FILE_UNSUPPORTED"),
    ],
)
async def test_what_cannot_be_read_fails_once_and_says_why(
    ada: Caller, ports: Ports, name: str, data: bytes, code: str
) -> None:
    document, job = await ada.upload(await ada.notebook(), name, data)

    await run(ports, job)

    ended = await job_of(ada, job)
    assert (ended["status"], ended["attempt"], ended["error"]["code"]) == ("FAILED", 1, code)
    it = await shown(ada, document)
    assert (it["processingStatus"], it["error"], it["chunkCount"]) == ("FAILED", {"code": code}, 0)


@pytest.mark.parametrize("data", [b" \n\t\n", make_files.pdf([])])
async def test_what_says_nothing_is_understood_and_has_no_chunks(
    ada: Caller, ports: Ports, data: bytes
) -> None:
    name = "empty.pdf" if data.startswith(b"%PDF") else "empty.txt"
    document, job = await ada.upload(await ada.notebook(), name, data)

    await run(ports, job)

    it = await shown(ada, document)
    assert (await job_of(ada, job))["status"] == "COMPLETED"
    assert (it["processingStatus"], it["embeddingStatus"], it["chunkCount"]) == ("COMPLETED", "DONE", 0)


@pytest.mark.engines
@pytest.mark.parametrize(("port", "method"), [("reader", "read"), ("embedder", "embed"), ("vectors", "put")])
async def test_the_job_of_a_document_that_is_deleted_meanwhile_is_cancelled(
    ada: Caller, ports: Ports, port: str, method: str
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)

    async def meanwhile() -> None:
        await ada.do("deleteDocument", id=document)

    await run(with_port(ports, port, Interrupted(getattr(ports, port), method, meanwhile)), job)

    ended = await job_of(ada, job)
    assert (ended["status"], ended["error"]) == ("CANCELLED", None)
    assert await found(ada, "FULLTEXT") == await found(ada, "SEMANTIC") == []


@pytest.mark.engines
@pytest.mark.parametrize(("port", "method"), [("reader", "read"), ("embedder", "embed"), ("vectors", "put")])
async def test_a_document_that_is_moved_meanwhile_is_found_at_its_new_place_only(
    ada: Caller, ports: Ports, port: str, method: str
) -> None:
    old, new = await ada.notebook("Old"), await ada.notebook("New")
    inner = await ada.notebook("Inner", parentId=old)
    document, job = await ada.upload(inner, "rivers.pdf", RIVERS)

    async def meanwhile() -> None:
        await ada.do("moveNotebook", id=inner, parentId=new)

    await run(with_port(ports, port, Interrupted(getattr(ports, port), method, meanwhile)), job)

    await understood(ada, document, job)
    assert set(await found(ada, "SEMANTIC", new)) == {document}
    assert await found(ada, "SEMANTIC", old) == []

    await reindexed(ports)

    for mode in ("SEMANTIC", "FULLTEXT"):
        assert set(await found(ada, mode, new)) == {document}
        assert await found(ada, mode, old) == []


@pytest.mark.engines
@pytest.mark.parametrize(
    ("port", "method"), [("reader", "read"), ("embedder", "embed"), ("vectors", "rehome")]
)
async def test_a_document_that_is_moved_by_itself_meanwhile_is_found_at_its_new_place_only(
    ada: Caller, ports: Ports, port: str, method: str
) -> None:
    old, new = await ada.notebook("Old"), await ada.notebook("New")
    document, job = await ada.upload(old, "rivers.pdf", RIVERS)

    async def meanwhile() -> None:
        await ada.do("moveDocument", id=document, notebookId=new)
        await reindexed(ports)

    await run(with_port(ports, port, Interrupted(getattr(ports, port), method, meanwhile)), job)

    await understood(ada, document, job)
    for mode in ("SEMANTIC", "FULLTEXT"):
        assert set(await found(ada, mode, new)) == {document}
        assert await found(ada, mode, old) == []


@pytest.mark.engines
async def test_what_is_moved_out_of_a_notebook_while_that_is_indexed_anew_is_found_where_it_lies(
    ada: Caller, ports: Ports
) -> None:
    old, above, new = [await ada.notebook(name) for name in ("Old", "Above", "New")]
    document, job = await ada.upload(old, "rivers.pdf", RIVERS)
    await run(ports, job)
    await ada.do("moveNotebook", id=old, parentId=above)
    (reindex,) = [
        it
        for it in await ports.graph.read(jobs.unfinished, running=False, limit=500)
        if it.subject == old and it.kind is JobKind.REINDEX
    ]

    async def meanwhile() -> None:
        await ada.do("moveDocument", id=document, notebookId=new)
        await reindexed(ports)

    await run(with_port(ports, "vectors", Interrupted(ports.vectors, "rehome", meanwhile)), reindex.id)

    for mode in ("SEMANTIC", "FULLTEXT"):
        assert set(await found(ada, mode, new)) == {document}
        assert await found(ada, mode, above) == []


async def reindexed(ports: Ports) -> None:
    """Run the jobs that wait."""
    for job in await ports.graph.read(jobs.unfinished, running=False, limit=500):
        if job.status in {JobStatus.PENDING, JobStatus.QUEUED} and job.kind is jobs.JobKind.REINDEX:
            await run(ports, job.id, job.attempt)


async def test_of_a_job_that_went_through_at_once_it_is_remembered_how_long_it_took(
    house: House, ada: Caller, ports: Ports
) -> None:
    noted: Any = Breaking(ports.estimates)
    counted = replace(ports, estimates=noted)
    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    await run(counted, job)
    (latest, *_) = await RedisEstimates(house.opened.redis).runs()
    assert noted.calls.count("note") == 1
    assert (latest.suffix, latest.size) == (".pdf", len(RIVERS))
    assert set(latest.seconds) == set(STAGES[JobKind.PROCESSING])
    assert all(seconds >= 0 for seconds in latest.seconds.values())
    assert latest.seconds["extract"] > 0

    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    await run(counted, again)  # its vectors are there: it says nothing of how long others take
    _, third = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS + b" ")
    with pytest.raises(Crash):
        await run(with_port(counted, "embedder", Breaking(ports.embedder, "embed")), third)
    await strand(ports, third)
    await run(counted, third, attempt=2)  # nor does one that was broken off
    assert noted.calls.count("note") == 1


async def test_that_nobody_remembers_how_long_jobs_take_hinders_none(ada: Caller, ports: Ports) -> None:
    class Forgetful:
        def __getattr__(self, _: str) -> Any:
            raise EstimatesDown

    document, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)

    await run(with_port(ports, "estimates", Forgetful()), job)

    await understood(ada, document, job)


async def test_a_worker_looks_at_a_job_once_before_it_takes_it(ada: Caller, ports: Ports) -> None:
    class Held:
        async def take(self, *_: object, **__: object) -> bool:
            return False

    _, job = await ada.upload(await ada.notebook(), "rivers.pdf", RIVERS)
    graph: Any = Breaking(ports.graph)

    await run(with_port(replace(ports, graph=graph), "leases", Held()), job)

    assert graph.calls == ["read"]


async def test_each_document_that_comes_back_is_looked_at_once(
    ada: Caller, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[DocumentId] = []
    look = documents.unprocessed

    async def unprocessed(work: Work, ids: Collection[DocumentId]) -> Sequence[DocumentId]:
        looked.extend(ids)
        return await look(work, ids)

    monkeypatch.setattr(documents, "unprocessed", unprocessed)
    monkeypatch.setattr("aether.workers.documents.REVIVED_AT_A_TIME", 2)
    notebook = await ada.notebook()
    brought = dict([await ada.upload(notebook, f"{number}.txt", b"%d" % number) for number in range(5)])
    await ada.do("deleteNotebook", id=notebook)
    for job in brought.values():
        await run(ports, job)
    await ada.do("restoreNotebook", id=notebook)
    graph = ports.graph.within(TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"]))

    async def waiting(kind: JobKind) -> list[str]:
        found = [await work_on(id) for id in (notebook, *brought)]
        return [job.id for some in found for job in some if job.kind is kind]

    async def work_on(id: str) -> Sequence[jobs.Job]:
        async def about(work: Work) -> Sequence[jobs.Job]:
            return await work.jobs.about(id, live=True)

        return await graph.read(about)

    assert await waiting(JobKind.PROCESSING) == []
    (reindex, *_) = await waiting(JobKind.REINDEX)

    await run(ports, reindex)

    assert sorted(looked) == sorted(brought)
    assert len(set(await waiting(JobKind.PROCESSING))) == len(brought)
