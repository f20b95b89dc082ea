"""Bringing new versions of documents, going back to old ones, and looking at them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from aether.domain import access, jobs, notebooks
from aether.domain.access import Permission
from aether.domain.documents.containers import exchange
from aether.domain.documents.entity import (
    Arrival,
    Document,
    DocumentId,
    DocumentMissing,
    DocumentQuarantined,
    EmbeddingStatus,
    ProcessingStatus,
    SeenDocument,
)
from aether.domain.documents.keeping import may_add, opened, process
from aether.domain.documents.ports import Work, coming, noted
from aether.domain.documents.versions import Added, Version, VersionMissing, showing
from aether.domain.errors import Invalid
from aether.domain.moments import Moment
from aether.domain.pages import Page, Place, Slice
from aether.domain.viewers import Viewer

TWINS_MOST = 20
"""How many documents with the same bytes are told at most."""

_HASH = re.compile(r"[0-9a-f]{64}")


async def may_revise(work: Work, *, id: DocumentId, by: Viewer) -> Document:
    """The document, if *by* may bring a version of it; asked before the first byte is taken in."""
    by.creates()
    seen = (await work.documents.get_many([id], by=by)).get(id)
    if seen is None:
        raise DocumentMissing(id)
    access.demand(by.within(seen.permission), Permission.WRITE, missing=DocumentMissing(id))
    await may_add(work, notebook=seen.document.notebook, by=by)
    return seen.document


async def add_version(
    work: Work, arrival: Arrival, *, id: DocumentId, note: str = "", by: Viewer, at: Moment
) -> Added:
    """Take bytes in as a new version of a document, and have it processed.

    Until it is understood the document shows, and is found by, what it showed before; one of which
    nothing is understood yet shows the new version at once. Bytes that it has already change nothing.

    Raises:
        TooManyVersions: It has as many as there can be.
    """
    return await _revised(work, await opened(work, id, by=by), arrival, note=note, by=by, at=at)


async def restore_version(
    work: Work, *, id: DocumentId, number: int, waiting: int = jobs.WAITING_MOST, by: Viewer, at: Moment
) -> Added:
    """Make an old version of a document its latest, as a new one; restoring the latest changes nothing.

    Raises:
        DocumentQuarantined: It was found to carry a virus.
        QueueFull: *waiting* jobs of its tenant are open.
        VersionMissing: There is none with that number.
    """
    document = await opened(work, id, by=by)
    if (old := await _version(work, document, number)).infected:
        raise DocumentQuarantined(id)
    await jobs.admit(work, most=waiting)
    return await _revised(work, document, old.arrival, note=f"Version {number} again", by=by, at=at)


async def version(work: Work, *, id: DocumentId, number: int, by: Viewer) -> Version:
    """A version of a document that *by* may read.

    Raises:
        DocumentMissing: There is no such document, or *by* may not know of it.
        VersionMissing: There is none with that number.
    """
    seen = (await work.documents.get_many([id], by=by)).get(id)
    if seen is None:
        raise DocumentMissing(id)
    return await _version(work, seen.document, number)


async def twins(
    work: Work, *, file_hash: str, besides: DocumentId | None = None, by: Viewer
) -> Sequence[SeenDocument]:
    """Up to 20 documents that show the same bytes, of those that *by* may read, the oldest first.

    Whether others have them is not told, nor does it change what is done.
    """
    if not _HASH.fullmatch(file_hash):
        raise Invalid("A SHA-256 has 64 hexadecimal digits, in lower case.", field="sha256")
    return await work.versions.twins(file_hash, besides=besides, limit=TWINS_MOST, by=by)


async def versions(work: Work, *, document: DocumentId, part: Slice, by: Viewer) -> Page[Version]:
    """A page of the versions of a document that *by* may read, the latest first."""
    seen = (await work.documents.get_many([document], by=by)).get(document)
    if seen is None:
        return Page(items=[], has_next=False, total=0)
    page = await work.versions.page(document, part=part, by=by)
    if page.total == 0:
        first = Version.first(seen.document)
        return Page(items=[(first, Place(key=1, id=first.id))], has_next=False, total=1)
    return replace(page, items=[(each.seen_in(seen.document), place) for each, place in page.items])


async def _version(work: Work, document: Document, number: int) -> Version:
    found = await work.versions.get(document.id, number)
    if found is None and number == document.number:
        found = Version.first(document)
    if found is None:
        raise VersionMissing(document.id, number)
    return found.seen_in(document)


async def _revised(
    work: Work, document: Document, arrival: Arrival, *, note: str, by: Viewer, at: Moment
) -> Added:
    shown, ahead = await noted(work, document), await coming(work, document)
    waits = ahead is not None and ahead.status is not ProcessingStatus.FAILED
    latest = ahead if ahead is not None and waits else shown
    if arrival.blob.sha256 == latest.file_hash:
        return Added(document=document, version=latest, job=None)
    fresh = Version.new(arrival, of=document.id, number=document.latest + 1, note=note, by=by.user, at=at)
    await jobs.cease(work, document.id, at=at)
    if ahead is not None:
        await work.versions.put(ahead.overtaken())
    await work.versions.add(fresh)
    revised = await _announced(work, document, fresh, at=at)
    await notebooks.tell(
        work,
        document.notebook,
        "version_added",
        by=by,
        at=at,
        document=document.id,
        name=document.name,
        number=fresh.number,
    )
    return Added(document=revised, version=fresh, job=await process(work, revised, by=by, at=at))


async def _announced(work: Work, document: Document, fresh: Version, *, at: Moment) -> Document:
    """The document with a version to come, or with one to show where there is nothing to lose."""
    counted = replace(document, version=document.version + 1, updated_at=at.now)
    done = document.embedding is EmbeddingStatus.DONE  # it may just be processed once more
    if document.status is ProcessingStatus.COMPLETED or (
        document.status is ProcessingStatus.PROCESSING and done
    ):
        revised = replace(counted, coming=fresh.number, status=ProcessingStatus.COMPLETED)
        await work.documents.put(revised)
        return revised
    await work.versions.put((await noted(work, document)).overtaken())
    await exchange(work, document, number=fresh.number, by=fresh.uploaded_by, at=at)
    none_yet = at.id("generation", fresh.id)
    revised = replace(showing(counted, fresh, now=at.now), generation=none_yet)
    await work.versions.show(revised)
    await work.documents.put(revised)
    if document.chunk_count:
        await work.chunks.litter(document.id, littered=True)
    await work.findings.replace(document.id, [])
    return revised
