import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment
from aether.domain import activities, documents, jobs, notebooks, trash
from aether.domain.access import Permission, PermissionMissing
from aether.domain.blobs import BlobKey
from aether.domain.compliance import ComplianceSettings
from aether.domain.documents import Document, DocumentId, DocumentMissing, DocumentOrder
from aether.domain.errors import Refused
from aether.domain.graph import Graph
from aether.domain.notebooks import Notebook, NotebookHeld, NotebookMissing
from aether.domain.pages import Slice
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home

ROUNDS = 4


async def remove(graph: Graph, document: Document, by: Viewer) -> None:
    await graph.write(documents.remove, id=document.id, version=None, by=by, at=moment())


async def processed(graph: Graph, by: Viewer, book: Notebook, name: str = "rivers.txt") -> Document:
    """A document with one of everything that hangs on documents."""
    document, job = await make.document(graph, by, book, name)
    of: Any = {"job": job.id, "attempt": 1}
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    await graph.write(documents.begin, **of, at=moment())
    understood = replace(make.understanding(), texts=make.blob(f"texts of {name}").key)
    found = make.findings(document, "card")
    await graph.write(documents.keep_understanding, understood, found, **of, at=moment())
    await graph.write(documents.keep_chunks, make.chunks(document, "eel", "heron"), **of, at=moment())
    done = await graph.write(documents.complete, **of, at=moment())
    arrival = documents.Arrival(filename="new", declared_type=None, blob=make.blob(f"new {name}"))
    await graph.write(documents.add_version, arrival, id=document.id, by=by, at=moment())
    return done


async def binned(graph: Graph, by: Viewer) -> list[str]:
    """The names of what is in somebody's trash."""
    page = await graph.read(trash.page, part=Slice(first=50), by=by)
    assert page.total == len(page.items)
    return [each.document.name for each, _ in page.items]


async def listed(graph: Graph, book: Notebook, by: Viewer) -> list[str]:
    page = await graph.read(
        documents.page,
        notebook=book.id,
        status=None,
        order=DocumentOrder.UPLOADED,
        part=Slice(first=50),
        by=by,
    )
    return [seen.document.name for seen, _ in page.items]


async def counts(graph: Graph, book: Notebook, by: Viewer) -> tuple[int, int]:
    found = (await graph.read(notebooks.get_many, [book.id], by=by))[book.id].notebook
    return found.document_count, found.total_size_bytes


async def census(driver: AsyncDriver, engine: Engine, home: Home) -> Counter[str]:
    """How many nodes of each label the tenant has, and how many relationships of each type."""
    counted: Counter[str] = Counter()
    for statement in (
        "MATCH (n {tenant: $tenant}) RETURN labels(n)[0] AS kind, count(*) AS many",
        "MATCH (n {tenant: $tenant})-[r]->() RETURN type(r) AS kind, count(*) AS many",
    ):
        rows, _, _ = await driver.execute_query(
            statement,  # type: ignore[arg-type, unused-ignore]
            tenant=home.tenant.id,
            database_=engine.database,
        )
        counted.update({row["kind"]: row["many"] for row in rows})
    return counted


async def erased(graph: Graph, *, days: int = 0, tenant: str) -> int:
    """How many documents are erased that are due in so many days."""
    before = moment().now + timedelta(days=days)
    found, _ = await graph.read(trash.due, before=before, limit=1_000)
    mine = [each for each in found if each.tenant == tenant]
    gone = [
        await graph.write(trash.erase, id=DocumentId(it.id), before=before, tenant=it.tenant, at=moment())
        for it in mine
    ]
    return sum(gone)


@pytest.fixture
async def book(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada)


async def test_what_is_deleted_lies_in_the_trash_and_comes_back(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    first = await processed(graph, ada, book, "a.txt")
    second, _ = await make.document(graph, ada, book, "b.txt", size=32)
    await remove(graph, first, ada)
    await remove(graph, second, ada)
    assert (await binned(graph, ada), await listed(graph, book, ada)) == (["b.txt", "a.txt"], [])

    back = await graph.write(trash.restore, id=first.id, by=ada, at=moment())

    assert back.id == first.id
    assert (await binned(graph, ada), await listed(graph, book, ada)) == (["b.txt"], ["a.txt"])
    assert await counts(graph, book, ada) == (1, 100)
    assert [job.subject for job in await graph.read(documents.jobs_of_document, document=first.id, by=ada)][
        :1
    ] == [first.id]
    with pytest.raises(DocumentMissing):
        await graph.write(trash.restore, id=first.id, by=ada, at=moment())
    with pytest.raises(DocumentMissing):
        await graph.write(trash.purge, id=first.id, by=ada, at=moment())


async def test_what_goes_with_its_notebook_comes_back_with_it_alone(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    alone, _ = await make.document(graph, ada, book, "alone.txt")
    await make.document(graph, ada, book, "along.txt")
    await remove(graph, alone, ada)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())

    assert await binned(graph, ada) == []
    with pytest.raises(DocumentMissing):
        await graph.write(trash.restore, id=alone.id, by=ada, at=moment())
    await graph.write(notebooks.restore, id=book.id, by=ada, at=moment())
    assert (await binned(graph, ada), await listed(graph, book, ada)) == (["alone.txt"], ["along.txt"])


async def test_the_trash_is_seen_by_who_deleted_and_who_administers(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer, book: Notebook, plain: Home
) -> None:
    cleo = await plain.person("cleo")
    await make.shared(graph, ada, book, ben, permission=Permission.WRITE)
    await make.shared(graph, ada, book, cleo, permission=Permission.WRITE)
    document, _ = await make.document(graph, ada, book)
    await remove(graph, document, ben)

    assert [await binned(graph, who) for who in (ada, ben, cleo, eve)] == [
        ["rivers.txt"],
        ["rivers.txt"],
        [],
        [],
    ]
    for stranger in (cleo, eve):
        for use_case in (trash.restore, trash.purge):
            with pytest.raises(DocumentMissing):
                await graph.write(use_case, id=document.id, by=stranger, at=moment())
    with pytest.raises(PermissionMissing):
        await graph.write(trash.purge, id=document.id, by=ben, at=moment())
    reader = replace(ada, ceiling=Permission.READ)
    with pytest.raises(PermissionMissing):
        await graph.write(trash.restore, id=document.id, by=reader, at=moment())
    await graph.write(trash.restore, id=document.id, by=ben, at=moment())
    assert await listed(graph, book, ada) == ["rivers.txt"]


async def test_to_add_and_to_purge_leaves_the_graph_as_it_was(
    graph: Graph, ada: Viewer, book: Notebook, driver: AsyncDriver, engine: Engine, plain: Home
) -> None:
    await processed(graph, ada, book, "stays.txt")
    before = await census(driver, engine, plain)
    document = await processed(graph, ada, book, "goes, with its name.txt")
    await graph.write(documents.rename, id=document.id, name="Secret", version=None, by=ada, at=moment())
    await remove(graph, document, ada)
    await graph.write(trash.purge, id=document.id, by=ada, at=moment())

    after = await census(driver, engine, plain)

    told = {"Activity", "Event", "SAW", "Leftover"}
    assert {kind: many for kind, many in (after - before).items() if kind not in told} == {}
    assert before - after == Counter()
    assert await binned(graph, ada) == []
    page = await graph.read(activities.of_notebook, notebook=book.id, part=Slice(first=50), by=ada.user)
    about = [each for each, _ in page.items if each.details.get("document") == document.id]
    assert {each.verb for each in about} >= {"document_added", "document_renamed", "document_purged"}
    assert all(each.details == {"document": document.id} for each in about)


async def test_purging_leaves_its_vectors_and_blobs_to_be_removed(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document = await processed(graph, ada, book, "one of a kind.txt")
    copy, _ = await make.document(graph, ada, book, "one of a kind.txt")
    await remove(graph, document, ada)
    await graph.write(trash.purge, id=document.id, by=ada, at=moment())

    now = moment().now + timedelta(seconds=2)
    left = [it for it in await graph.read(trash.leftovers, now=now, limit=1_000) if it.tenant == ada.tenant]
    texts, new = make.blob("texts of one of a kind.txt").key, make.blob("new one of a kind.txt").key

    assert {(it.kind.value, it.key) for it in left} == {
        ("vectors", document.id),
        ("blob", document.blob),
        ("blob", texts),
        ("blob", new),
    }
    keys = [BlobKey(it.key) for it in left if it.kind is trash.LeftoverKind.BLOB]
    assert await graph.read(trash.pointed, keys=keys) == {copy.blob}
    await remove(graph, copy, ada)
    assert await graph.read(trash.pointed, keys=keys) == {copy.blob}
    for it in left:
        await graph.write(trash.settled, it, again=now + timedelta(hours=1) if it.key == texts else None)
    again = await graph.read(trash.leftovers, now=now + timedelta(hours=2), limit=1_000)
    assert [it.key for it in again if it.tenant == ada.tenant] == [texts]


async def test_what_a_version_a_text_or_a_person_points_to_stays(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document = await processed(graph, ada, book, "shown.txt")
    keys = [document.blob, make.blob("new shown.txt").key, make.blob("texts of shown.txt").key]

    assert await graph.read(trash.pointed, keys=[*keys, make.blob("nobody").key]) == set(keys)


async def test_what_is_under_legal_hold_is_not_erased(
    graph: Graph, ada: Viewer, book: Notebook, plain: Home
) -> None:
    document, _ = await make.document(graph, ada, book)
    await remove(graph, document, ada)
    hold = ComplianceSettings(legal_hold=True)
    held = await graph.write(notebooks.update_compliance, hold, id=book.id, version=None, by=ada, at=moment())

    with pytest.raises(NotebookHeld):
        await graph.write(trash.purge, id=document.id, by=ada, at=moment())
    assert await graph.write(trash.empty, by=ada) == 0
    assert await erased(graph, days=1, tenant=plain.tenant.id) == 0
    assert await binned(graph, ada) == ["rivers.txt"]
    free = replace(held.compliance, legal_hold=False)
    await graph.write(notebooks.update_compliance, free, id=book.id, version=None, by=ada, at=moment())
    assert await erased(graph, days=1, tenant=plain.tenant.id) == 1


async def test_only_what_lay_there_for_long_enough_is_erased(
    graph: Graph, ada: Viewer, book: Notebook, plain: Home
) -> None:
    document, _ = await make.document(graph, ada, book)
    living, _ = await make.document(graph, ada, book)
    await remove(graph, document, ada)

    assert await erased(graph, days=-1, tenant=plain.tenant.id) == 0
    at = moment()
    for id in (document.id, living.id):
        assert not await graph.write(
            trash.erase, id=id, before=at.now - timedelta(days=1), tenant=ada.tenant, at=at
        )
    assert await erased(graph, days=1, tenant=plain.tenant.id) == 1
    assert await erased(graph, days=1, tenant=plain.tenant.id) == 0
    assert await listed(graph, book, ada) == ["rivers.txt"]


async def test_nobody_brings_back_what_was_given_up(
    graph: Graph, ada: Viewer, ben: Viewer, book: Notebook
) -> None:
    other, low = await make.chain(graph, ada, 2)
    await make.document(graph, ada, low)
    document, _ = await make.document(graph, ada, book)
    theirs = await make.notebook(graph, ben)
    kept, _ = await make.document(graph, ben, theirs)
    await remove(graph, document, ada)
    await remove(graph, kept, ben)
    await graph.write(notebooks.remove, id=other.id, version=None, by=ada, at=moment())

    assert await graph.write(trash.empty, by=ada) == 3

    assert (await binned(graph, ada), await binned(graph, ben)) == ([], ["rivers.txt"])
    with pytest.raises(DocumentMissing):
        await graph.write(trash.restore, id=document.id, by=ada, at=moment())
    for id in (other.id, low.id):
        with pytest.raises(NotebookMissing):
            await graph.write(notebooks.restore, id=id, by=ada, at=moment())
    found, books = await graph.read(trash.due, before=None, limit=1_000)
    assert [it.id for it in found if it.tenant == ada.tenant] == [document.id]
    assert {it.id for it in books if it.tenant == ada.tenant} == {other.id, low.id}
    assert not await graph.write(trash.erase_notebook, id=low.id, before=None)
    (inside,) = await graph.read(trash.documents_in, notebook=low.id, limit=9)
    assert await graph.write(trash.erase, id=inside, before=None, tenant=ada.tenant, at=moment())
    for id in (low.id, other.id):
        assert await graph.write(trash.erase_notebook, id=id, before=None)
        assert not await graph.write(trash.erase_notebook, id=id, before=None)


async def test_a_notebook_is_given_up_by_whose_trash_it_is_in(
    graph: Graph, ada: Viewer, ben: Viewer, book: Notebook
) -> None:
    with pytest.raises(NotebookMissing):
        await graph.write(trash.purge_notebook, id=book.id, by=ada)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())
    with pytest.raises(NotebookMissing):
        await graph.write(trash.purge_notebook, id=book.id, by=ben)

    await graph.write(trash.purge_notebook, id=book.id, by=ada)

    with pytest.raises(NotebookMissing):
        await graph.write(notebooks.restore, id=book.id, by=ada, at=moment())


async def test_what_is_left_is_read_in_order_when_others_are_erased(
    graph: Graph, ada: Viewer, book: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    made = [(await make.document(graph, ada, book, f"{n}.txt"))[0] for n in range(8)]
    for document in made[::2]:
        await remove(graph, document, ada)
        await graph.write(trash.purge, id=document.id, by=ada, at=moment())

    assert await listed(graph, book, ada) == ["7.txt", "5.txt", "3.txt", "1.txt"]
    for label, name in (("Document", "uploaded_at"), ("Document", "updated_at"), ("Notebook", "created_at")):
        rows, _, _ = await driver.execute_query(
            f"MATCH (n:{label}) WHERE n.{name} > $since AND n.tenant = $tenant RETURN count(n) AS many",  # type: ignore[arg-type, unused-ignore]
            since=moment().now - timedelta(days=1),
            tenant=ada.tenant,
            database_=engine.database,
        )
        assert rows[0]["many"] == (4 if label == "Document" else 1)


async def test_of_bringing_back_and_erasing_one_happens(plain: Home, ada: Viewer, book: Notebook) -> None:
    graph = plain.graph
    for turn in range(ROUNDS):
        document, _ = await make.document(graph, ada, book, f"{turn}.txt")
        await remove(graph, document, ada)

        found = await asyncio.gather(
            graph.write(trash.restore, id=document.id, by=ada, at=moment()),
            graph.write(trash.purge, id=document.id, by=ada, at=moment()),
            graph.write(trash.restore, id=document.id, by=ada, at=moment()),
            return_exceptions=True,
        )

        lives = document.name in await listed(graph, book, ada)
        assert sum(isinstance(each, Refused) for each in found) == 2, found
        assert isinstance(found[1], Refused) == lives
        assert await binned(graph, ada) == []
        many = len(await listed(graph, book, ada))
        assert await counts(graph, book, ada) == (many, 100 * many)
