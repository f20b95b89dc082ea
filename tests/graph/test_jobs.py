from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import documents, jobs, notebooks
from aether.domain.documents import ProcessingStatus
from aether.domain.graph import Graph
from aether.domain.jobs import (
    ATTEMPTS_MOST,
    STAGES,
    AttemptOver,
    Failure,
    Job,
    JobId,
    JobKind,
    JobMissing,
    JobOver,
    JobStatus,
    QueueFull,
)
from aether.domain.moments import Moment
from aether.domain.notebooks import Notebook
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home

FAILURE = Failure(code="FILE_BROKEN", message="It is broken.")


@pytest.fixture
async def book(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada)


@pytest.fixture
async def job(graph: Graph, ada: Viewer, book: Notebook) -> Job:
    """A job that nobody has taken up yet."""
    return await graph.write(jobs.reindex, notebook=book.id, by=ada.user, tenant=ada.tenant, at=moment())


async def get(graph: Graph, id: JobId) -> Job:
    return (await graph.read(jobs.get_many, [id]))[id]


async def claim(graph: Graph, job: Job, attempt: int = 1) -> Job:
    return await graph.write(jobs.claim, id=job.id, attempt=attempt, at=moment())


async def finish(graph: Graph, job: Job, status: JobStatus = JobStatus.COMPLETED, attempt: int = 1) -> Job:
    failure = FAILURE if status is JobStatus.FAILED else None
    return await graph.write(
        jobs.finish, id=job.id, attempt=attempt, status=status, failure=failure, at=moment()
    )


async def strand(graph: Graph, job: Job, attempt: int = 1) -> Job | None:
    return await graph.write(jobs.strand, id=job.id, attempt=attempt, at=moment())


async def test_a_job_goes_from_pending_over_running_to_its_end(graph: Graph, job: Job) -> None:
    assert await get(graph, job.id) == job
    assert (job.status, job.attempt, job.progress) == (JobStatus.PENDING, 1, 0)

    running = await claim(graph, job)
    assert (running.status, await get(graph, job.id)) == (JobStatus.RUNNING, running)

    ended = await finish(graph, job)
    assert (ended.status, ended.progress, ended.finished_at) == (JobStatus.COMPLETED, 100, ended.updated_at)
    assert await get(graph, job.id) == ended


async def test_a_running_job_is_not_claimed_again(graph: Graph, job: Job) -> None:
    await claim(graph, job)

    for attempt in (0, 1, 2):
        with pytest.raises(AttemptOver):
            await claim(graph, job, attempt)


@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED])
async def test_being_over_is_final(graph: Graph, job: Job, status: JobStatus) -> None:
    await claim(graph, job)
    ended = await finish(graph, job, status)

    refused: list[tuple[type[Exception], Callable[[], Awaitable[object]]]] = [
        (AttemptOver, lambda: claim(graph, job)),
        (AttemptOver, lambda: finish(graph, job)),
        (AttemptOver, lambda: graph.write(jobs.advance, id=job.id, attempt=1, stage="index", at=moment())),
        (JobOver, lambda: graph.write(jobs.cancel, id=job.id, at=moment())),
    ]
    for refusal, attempt in refused:
        with pytest.raises(refusal):
            await attempt()
    assert await strand(graph, job) is None
    assert await get(graph, job.id) == ended


async def test_a_late_attempt_is_refused_once_another_has_begun(graph: Graph, job: Job) -> None:
    await claim(graph, job)
    stranded = await strand(graph, job)
    assert stranded is not None
    assert (stranded.status, stranded.attempt) == (JobStatus.QUEUED, 2)

    with pytest.raises(AttemptOver):
        await finish(graph, job, attempt=1)
    with pytest.raises(AttemptOver):
        await claim(graph, job, attempt=1)
    await claim(graph, job, attempt=2)
    with pytest.raises(AttemptOver):
        await finish(graph, job, attempt=1)
    assert (await finish(graph, job, attempt=2)).status is JobStatus.COMPLETED


async def test_what_an_attempt_that_is_over_wrote_beside_its_job_is_gone_too(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document, processing = await make.document(graph, ada, book)
    await claim(graph, processing)
    await strand(graph, processing)

    with pytest.raises(AttemptOver):
        await graph.write(
            documents.keep_chunks, make.chunks(document, "late"), job=processing.id, attempt=1, at=moment()
        )

    assert await graph.read(documents.chunks_to_index, document=document.id) == []


async def test_a_stranded_job_goes_on_from_its_last_committed_stage(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document, processing = await make.document(graph, ada, book)
    await claim(graph, processing)
    for stage in ("extract", "chunk", "embed"):
        await graph.write(jobs.advance, id=processing.id, attempt=1, stage=stage, at=moment())
    await strand(graph, processing)
    await claim(graph, processing, attempt=2)

    begun = await graph.write(documents.begin, job=processing.id, attempt=2, at=moment())

    assert begun is not None
    assert (begun[0].id, begun[1].stage) == (document.id, "embed")


async def test_a_job_is_given_up_after_five_attempts(graph: Graph, ada: Viewer, book: Notebook) -> None:
    document, processing = await make.document(graph, ada, book)
    stranded: Job | None = None
    for attempt in range(1, ATTEMPTS_MOST + 1):
        await claim(graph, processing, attempt)
        stranded = await graph.write(documents.strand, job=processing.id, attempt=attempt, at=moment())

    assert stranded is not None
    assert stranded.status is JobStatus.FAILED
    assert stranded.failure is not None
    assert stranded.failure.code == "JOB_GIVEN_UP"
    found = (await graph.read(documents.get_many, [document.id], by=ada))[document.id].document
    assert (found.status, found.failure) == (ProcessingStatus.FAILED, stranded.failure)


async def test_only_a_running_attempt_is_stranded(graph: Graph, job: Job) -> None:
    assert await strand(graph, job) is None
    await claim(graph, job)
    assert await strand(graph, job, attempt=2) is None
    assert await strand(graph, job) is not None
    assert await strand(graph, job) is None


async def test_progress_rises_with_the_stages(graph: Graph, ada: Viewer, book: Notebook) -> None:
    _, processing = await make.document(graph, ada, book)
    await claim(graph, processing)

    told = [
        (await graph.write(jobs.advance, id=processing.id, attempt=1, stage=stage, at=moment())).progress
        for stage in STAGES[JobKind.PROCESSING]
    ]

    assert told == [0, 20, 40, 60, 80]


async def test_a_job_that_does_not_exist_is_missing(graph: Graph, anybody: Neo4jGraph) -> None:
    with pytest.raises(JobMissing):
        await graph.write(jobs.claim, id=JobId("job_none"), attempt=1, at=moment())
    assert await anybody.read(jobs.of_any_tenant, id=JobId("job_none")) is None
    assert await graph.read(jobs.get_many, [JobId("job_none")]) == {}


async def test_a_worker_finds_any_job_and_the_sweeper_all_that_are_not_over(
    anybody: Neo4jGraph, plain: Home, abroad: Home
) -> None:
    made: list[Job] = []
    for home in (plain, abroad):
        by = await home.person("ada")
        book = await make.notebook(home.graph, by)
        made += [(await make.document(home.graph, by, book))[1] for _ in range(2)]
    over = made.pop(0)
    await plain.graph.write(jobs.cancel, id=over.id, at=moment())

    found = {job.id: job for job in await anybody.read(jobs.unfinished, running=False, limit=10_000)}

    assert [found.get(job.id) for job in made] == made
    assert over.id not in found
    assert [await anybody.read(jobs.of_any_tenant, id=job.id) for job in made] == made


async def test_the_oldest_comes_first_to_the_sweeper_which_goes_on_behind_it(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, book: Notebook
) -> None:
    old = Moment(now=moment().now - timedelta(days=3650), seed=b"old")
    ancient = await graph.write(jobs.reindex, notebook=book.id, by=ada.user, tenant=ada.tenant, at=old)

    (first,) = await anybody.read(jobs.unfinished, running=False, limit=1)

    assert first.id == ancient.id
    behind = await anybody.read(jobs.unfinished, running=False, after=first.id, limit=10_000)
    assert ancient.id not in {job.id for job in behind}
    await graph.write(jobs.cancel, id=ancient.id, at=moment())


async def test_jobs_of_a_notebook_are_those_of_its_documents_too(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    _, processing = await make.document(graph, ada, book)
    index = await graph.write(jobs.reindex, notebook=book.id, by=ada.user, tenant=ada.tenant, at=moment())
    await graph.write(jobs.cancel, id=processing.id, at=moment())

    every = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=False, by=ada)
    live = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)

    assert [each.id for each in every] == [index.id, processing.id]
    assert [each.id for each in live] == [index.id]


async def test_jobs_of_a_deleted_notebook_are_followed_by_nobody(
    graph: Graph, ada: Viewer, book: Notebook, job: Job
) -> None:
    assert await graph.read(documents.visible_jobs, [job.id], by=ada) == {job.id: job}

    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())

    assert await graph.read(documents.visible_jobs, [job.id], by=ada) == {}


async def test_what_workers_give_back_when_they_are_told_to_end_does_not_count_against_a_job(
    graph: Graph, job: Job
) -> None:
    for attempt in range(1, ATTEMPTS_MOST + 2):
        await claim(graph, job, attempt)
        given = await graph.write(jobs.give_back, id=job.id, attempt=attempt, at=moment())
        assert given is not None
        assert (given.status, given.attempt, given.forgiven) == (JobStatus.QUEUED, attempt + 1, attempt)
        assert await get(graph, job.id) == given

    await claim(graph, job, ATTEMPTS_MOST + 2)
    stranded = await strand(graph, job, ATTEMPTS_MOST + 2)

    assert stranded is not None
    assert (stranded.status, stranded.forgiven) == (JobStatus.QUEUED, ATTEMPTS_MOST + 1)


async def test_an_attempt_that_is_over_is_not_given_back(graph: Graph, job: Job) -> None:
    assert await graph.write(jobs.give_back, id=job.id, attempt=1, at=moment()) is None
    await claim(graph, job)
    assert await graph.write(jobs.give_back, id=job.id, attempt=2, at=moment()) is None
    await finish(graph, job)
    assert await graph.write(jobs.give_back, id=job.id, attempt=1, at=moment()) is None


async def test_jobs_that_are_not_over_are_counted_for_each_tenant(
    graph: Graph, ada: Viewer, book: Notebook, abroad: Home, mallory: Viewer
) -> None:
    at = [moment() for _ in range(3)]
    asked = [
        await graph.write(jobs.reindex, notebook=book.id, by=ada.user, tenant=ada.tenant, at=it) for it in at
    ]
    theirs = await make.notebook(abroad.graph, mallory)
    await abroad.graph.write(
        jobs.reindex, notebook=theirs.id, by=mallory.user, tenant=mallory.tenant, at=moment()
    )

    await graph.read(jobs.admit, most=4)
    with pytest.raises(QueueFull):
        await graph.read(jobs.admit, most=3)
    await graph.write(jobs.cancel, id=asked[0].id, at=moment())
    await graph.read(jobs.admit, most=3)
    with pytest.raises(QueueFull):
        await abroad.graph.read(jobs.admit, most=1)
