from datetime import timedelta

import pytest

from aether.adapters.system import moment
from aether.domain import batches, documents, uploads
from aether.domain.batches import BatchId, BatchMissing, Entry
from aether.domain.documents import DocumentId
from aether.domain.graph import Graph
from aether.domain.jobs import Failure
from aether.domain.uploads import Draft, Limits, UploadId
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home

REFUSED = Failure(code="FILE_EMPTY", message="The file is empty.")


async def test_a_batch_is_kept_with_its_entries_in_order(graph: Graph, ada: Viewer) -> None:
    book, at = await make.notebook(graph, ada), moment()
    upload = UploadId(at.id("upload"))
    limits = Limits(most=1000, lasts=timedelta(hours=1))
    draft = Draft(notebook=book.id, filename="elbe.txt", length=None)
    kept = await graph.write(uploads.begin, draft, id=upload, limits=limits, by=ada, at=at)
    entries = [
        Entry(name="elbe.txt", size=None, upload=upload),
        Entry(name="none.txt", size=0, refusal=REFUSED),
        Entry(name="gone.txt", size=3, upload=UploadId(at.id("upload", "gone"))),
    ]

    batch = await graph.write(
        batches.add, entries, id=BatchId(at.id("batch")), notebook=book.id, by=ada, now=at.now
    )

    assert batch.entries == tuple(entries)
    assert await graph.read(batches.get, id=batch.id, by=ada) == (batch, {upload: kept}, {})


async def test_the_latest_job_of_a_document_counts(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, first = await make.document(graph, ada, book)
    await graph.write(documents.cancel, job=first.id, by=ada, at=moment())
    second = await graph.write(documents.reprocess, id=document.id, by=ada, at=moment())
    at = moment()
    upload = UploadId(f"upload_{document.id.partition('_')[2]}")

    batch = await graph.write(
        batches.add,
        [Entry(name="a.txt", size=1, upload=upload)],
        id=BatchId(at.id("batch")),
        notebook=book.id,
        by=ada,
        now=at.now,
    )
    _, _, found = await graph.read(batches.get, id=batch.id, by=ada)

    assert found == {DocumentId(document.id): second}


async def test_somebody_elses_batch_is_not_there(
    graph: Graph, ada: Viewer, ben: Viewer, abroad: Home, mallory: Viewer
) -> None:
    book, at = await make.notebook(graph, ada), moment()
    batch = await graph.write(
        batches.add, [], id=BatchId(at.id("batch")), notebook=book.id, by=ada, now=at.now
    )

    for other, theirs in ((ben, graph), (mallory, abroad.graph)):
        with pytest.raises(BatchMissing):
            await theirs.read(batches.get, id=batch.id, by=other)
