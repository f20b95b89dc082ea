"""What processing commits about documents, stage by stage."""

from collections.abc import Sequence

from aether.domain import jobs
from aether.domain.documents.containers import exchange
from aether.domain.documents.cutting import UNCUT, Cut, cut_through, worked_on
from aether.domain.documents.entity import (
    Chunk,
    Document,
    DocumentId,
    Finding,
    Understanding,
)
from aether.domain.documents.ports import Work, coming, noted
from aether.domain.documents.versions import exchanged, staged
from aether.domain.jobs import (
    STAGES,
    AttemptOver,
    Failure,
    Job,
    JobId,
    JobKind,
    JobStatus,
)
from aether.domain.moments import Moment


async def begin(work: Work, *, job: JobId, attempt: int, at: Moment) -> tuple[Document, Job] | None:
    """The document of a job that was taken up, and where it stopped; doing it twice changes nothing.

    While the document shows another version than is to be processed, it is given with what it will be.

    None if the document is gone, which ends the job.

    Raises:
        AttemptOver: This attempt no longer counts.
    """
    claimed = await jobs.fenced(work, id=job, attempt=attempt)
    id = DocumentId(claimed.subject)
    if (document := (await work.documents.lock([id])).get(id)) is None:
        await jobs.finish(work, id=job, attempt=attempt, status=JobStatus.CANCELLED, failure=None, at=at)
        return None
    if (version := await coming(work, document)) is not None:
        await work.versions.put(version.begun())
        return staged(document, version), claimed
    await work.documents.put(begun := document.begun(now=at.now))
    return begun, claimed


async def keep_understanding(
    work: Work,
    understanding: Understanding,
    findings: Sequence[Finding] = (),
    *,
    job: JobId,
    attempt: int,
    at: Moment,
) -> Document:
    """Commit what extraction found, and what of it is sensitive, and go on to chunking.

    What is sensitive in a version that is not shown is noted when it is.
    """
    advanced = await jobs.advance(work, id=job, attempt=attempt, stage="chunk", at=at)
    live = await worked_on(work, advanced)
    if (version := await coming(work, live)) is not None:
        await work.versions.put(version := version.understood(understanding))
        return staged(live, version)
    document = live.understood(understanding, findings, now=at.now)
    await work.findings.replace(document.id, findings)
    await work.documents.put(document)
    return document


async def keep_chunks(
    work: Work,
    chunks: Sequence[Chunk],
    *,
    cut: Cut = UNCUT,
    job: JobId,
    attempt: int,
    at: Moment,
) -> Document:
    """Commit the chunks, which makes the document's words findable, and go on to embedding."""
    advanced = await jobs.advance(work, id=job, attempt=attempt, stage="embed", at=at)
    live = await worked_on(work, advanced)
    generation = await cut_through(work, live, chunks, cut, at=at)
    await work.documents.put(document := live.chunked(chunks, generation=generation, now=at.now))
    return document


async def show(
    work: Work,
    chunks: Sequence[Chunk],
    findings: Sequence[Finding],
    *,
    cut: Cut = UNCUT,
    job: JobId,
    attempt: int,
    at: Moment,
) -> Document:
    """Commit that the document shows the version that was processed, all that is found of it at once.

    What came in it takes the place of what came in the one before.
    """
    advanced = await jobs.advance(work, id=job, attempt=attempt, stage="index", at=at)
    live = await worked_on(work, advanced)
    if (version := await coming(work, live)) is None:
        raise AttemptOver(job, attempt)
    await noted(work, live)
    await exchange(work, live, number=version.number, by=version.uploaded_by, at=at)
    await work.versions.put(version.completed())
    generation = await cut_through(work, live, chunks, cut, at=at)
    document = exchanged(live, version, findings, chunks=chunks, generation=generation, now=at.now)
    await work.versions.show(document)
    await work.documents.put(document)
    await work.findings.replace(document.id, findings)
    return document


async def complete(work: Work, *, job: JobId, attempt: int, at: Moment) -> Document:
    """Commit that the document is understood and indexed."""
    finished = await jobs.finish(
        work, id=job, attempt=attempt, status=JobStatus.COMPLETED, failure=None, at=at
    )
    document = (await worked_on(work, finished)).completed(now=at.now)
    await work.documents.put(document)
    return document


async def fail(work: Work, failure: Failure, *, job: JobId, attempt: int, at: Moment) -> None:
    """Commit why processing made nothing of the document."""
    failed = await jobs.finish(work, id=job, attempt=attempt, status=JobStatus.FAILED, failure=failure, at=at)
    await ended(work, failed, failure, at=at)


async def strand(work: Work, *, job: JobId, attempt: int, at: Moment) -> Job | None:
    """Give a job back whose worker for *attempt* is gone: the next attempt, or the end of it.

    None if it was not stranded after all.
    """
    stranded = await jobs.strand(work, id=job, attempt=attempt, at=at)
    if stranded is not None and stranded.failure is not None:
        await ended(work, stranded, stranded.failure, at=at)
    return stranded


async def ended(work: Work, job: Job, failure: Failure, *, at: Moment) -> None:
    """Note on the document of a job, or on its version to come, why nothing was made of it."""
    id, scanned = DocumentId(job.subject), job.stage != STAGES[job.kind][0]
    if job.kind is JobKind.PROCESSING and (document := (await work.documents.lock([id])).get(id)):
        if (version := await coming(work, document)) is not None:
            await work.versions.put(version.failed(failure, scanned=scanned))
        else:
            await work.documents.put(document.failed(failure, scanned=scanned, now=at.now))
