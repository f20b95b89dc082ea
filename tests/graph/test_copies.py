import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment
from aether.domain import copies, documents, notebooks
from aether.domain.access import PermissionMissing
from aether.domain.compliance import ComplianceSettings
from aether.domain.copies import DOCUMENTS_MOST, TooManyDocuments
from aether.domain.documents import Arrival, Document, DocumentId, DocumentOrder, ProcessingStatus
from aether.domain.graph import Graph, Work
from aether.domain.jobs import JobKind, JobStatus
from aether.domain.notebooks import (
    DEPTH_MOST,
    Filter,
    Notebook,
    NotebookMissing,
    NotebookTooDeep,
    Order,
    Visibility,
)
from aether.domain.pages import Slice
from aether.domain.users import Role
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home


async def duplicate(
    graph: Graph, by: Viewer, book: Notebook, *, to: Notebook | None = None, name: str | None = None
) -> Notebook:
    into = to.id if to else None
    return await graph.write(
        copies.duplicate, id=book.id, parent=into, name=name, with_documents=True, by=by, at=moment()
    )


async def children(graph: Graph, by: Viewer, book: Notebook) -> list[Notebook]:
    page = await graph.read(
        notebooks.page, Filter(parent=book.id), order=Order.NAME, part=Slice(first=100), by=by
    )
    return [item.notebook for item, _ in page.items]


async def in_it(graph: Graph, by: Viewer, book: Notebook) -> list[Document]:
    page = await graph.read(
        documents.page, notebook=book.id, status=None, order=DocumentOrder.NAME, part=Slice(first=100), by=by
    )
    return [seen.document for seen, _ in page.items]


async def test_a_duplicate_has_all_that_the_original_has(graph: Graph, ada: Viewer) -> None:
    top = await make.notebook(graph, ada, "Top", tags=["rivers"], description="All of them")
    left = await make.notebook(graph, ada, "Left", parent=top)
    await make.notebook(graph, ada, "Right", parent=top)
    await make.notebook(graph, ada, "Low", parent=left)
    for name in ("a.txt", "b.txt", "c.txt"):
        await make.document(graph, ada, left, name, size=10)

    copy = await duplicate(graph, ada, top)

    assert (copy.name, copy.tags, copy.description) == ("Top", ("rivers",), "All of them")
    assert copy.parent is None
    copied = await children(graph, ada, copy)
    assert [book.name for book in copied] == ["Left", "Right"]
    assert (copied[0].document_count, copied[0].total_size_bytes) == (3, 30)
    assert [book.name for book in await children(graph, ada, copied[0])] == ["Low"]
    originals, found = await in_it(graph, ada, left), await in_it(graph, ada, copied[0])
    assert [document.name for document in found] == ["a.txt", "b.txt", "c.txt"]
    assert [document.blob for document in found] == [document.blob for document in originals]
    assert not {document.id for document in found} & {document.id for document in originals}
    assert {document.status for document in found} == {ProcessingStatus.PENDING}


async def test_each_copied_document_is_understood_anew(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    for name in ("a.txt", "b.txt"):
        await make.document(graph, ada, book, name)

    copy = await duplicate(graph, ada, book)

    found = await graph.read(documents.jobs_of_notebook, notebook=copy.id, live=True, by=ada)
    assert {job.subject for job in found} == {document.id for document in await in_it(graph, ada, copy)}
    assert {(job.kind, job.status) for job in found} == {(JobKind.PROCESSING, JobStatus.PENDING)}


async def test_a_duplicate_goes_where_its_maker_may_write(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    own = await make.notebook(graph, ben)
    theirs = await make.notebook(graph, ada)

    copy = await duplicate(graph, ben, book, to=own, name="Mine")

    assert (copy.parent, copy.owner, copy.name, copy.visibility) == (
        own.id,
        ben.user,
        "Mine",
        Visibility.PRIVATE,
    )
    with pytest.raises(NotebookMissing):
        await duplicate(graph, ben, book, to=theirs)
    await make.shared(graph, ada, theirs, ben)
    with pytest.raises(PermissionMissing):
        await duplicate(graph, ben, book, to=theirs)


async def test_a_notebook_can_be_duplicated_into_itself(graph: Graph, ada: Viewer) -> None:
    top, _ = await make.chain(graph, ada, 2)

    copy = await duplicate(graph, ada, top, to=top)

    assert [book.name for book in await children(graph, ada, top)] == ["Level 0", "Level 1"]
    assert [book.name for book in await children(graph, ada, copy)] == ["Level 1"]


async def test_a_copy_is_never_deeper_than_notebooks_may_be(graph: Graph, ada: Viewer) -> None:
    deep = await make.chain(graph, ada, DEPTH_MOST - 1)
    pair = await make.chain(graph, ada, 2)

    with pytest.raises(NotebookTooDeep):
        await duplicate(graph, ada, pair[0], to=deep[-1])
    await duplicate(graph, ada, pair[0], to=deep[-2])


async def test_a_copy_leaves_out_what_is_deleted_and_any_legal_hold(graph: Graph, ada: Viewer) -> None:
    top = await make.notebook(graph, ada, "Top")
    gone = await make.notebook(graph, ada, "Gone", parent=top)
    document, _ = await make.document(graph, ada, top, "gone.txt")
    await make.document(graph, ada, top, "kept.txt")
    await graph.write(notebooks.remove, id=gone.id, version=None, by=ada, at=moment())
    await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())
    held = ComplianceSettings(legal_hold=True, retention_days=7)
    await graph.write(notebooks.update_compliance, held, id=top.id, version=None, by=ada, at=moment())

    copy = await duplicate(graph, ada, top)

    assert await children(graph, ada, copy) == []
    assert [document.name for document in await in_it(graph, ada, copy)] == ["kept.txt"]
    assert (copy.compliance.legal_hold, copy.compliance.retention_days) == (False, 7)


async def test_a_fork_remembers_where_it_came_from(
    graph: Graph, ada: Viewer, ben: Viewer, driver: AsyncDriver, engine: Engine
) -> None:
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    await make.document(graph, ada, book)

    forked = await graph.write(copies.fork, id=book.id, name=None, reason="to try", by=ben, at=moment())

    assert (forked.owner, forked.parent) == (ben.user, None)
    assert [document.name for document in await in_it(graph, ben, forked)] == ["rivers.txt"]
    found, _, _ = await driver.execute_query(
        """
        MATCH (:Notebook {id: $fork})-[:FORK_OF]->(book:Notebook)<-[fork:FORKED]-(user:User)
        RETURN book.id AS book, user.id AS user, fork.fork_reason AS reason
        """,
        fork=forked.id,
        database_=engine.database,
    )
    assert [dict(row) for row in found] == [{"book": book.id, "user": ben.user, "reason": "to try"}]


async def test_a_reader_copies_nothing(home: Home, ada: Viewer) -> None:
    book = await make.notebook(home.graph, ada, visibility=Visibility.PUBLIC)
    reader = await home.person("rita", Role.VIEWER)

    with pytest.raises(RoleMissing):
        await duplicate(home.graph, reader, book)
    with pytest.raises(RoleMissing):
        await home.graph.write(copies.fork, id=book.id, name=None, reason="", by=reader, at=moment())


async def test_a_copy_takes_along_so_many_documents_and_no_more(plain: Home) -> None:
    ada = await plain.person("ada")
    book = await make.notebook(plain.graph, ada)
    at = moment()
    many = [
        Document.new(
            Arrival(filename=f"{number}.txt", declared_type=None, blob=make.blob(str(number))),
            id=DocumentId(at.id("document", number)),
            tenant=ada.tenant,
            notebook=book.id,
            by=ada.user,
            now=at.now,
        )
        for number in range(DOCUMENTS_MOST + 1)
    ]

    async def add(work: Work) -> None:
        await work.documents.add(many)

    await plain.graph.write(add)

    with pytest.raises(TooManyDocuments):
        await duplicate(plain.graph, ada, book)
    without = await plain.graph.write(
        copies.duplicate, id=book.id, parent=None, name=None, with_documents=False, by=ada, at=moment()
    )
    assert (without.document_count, await in_it(plain.graph, ada, without)) == (0, [])
