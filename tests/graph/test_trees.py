import pytest

from aether.adapters.system import moment
from aether.domain import collaborations, documents, notebooks
from aether.domain.access import Permission, PermissionMissing
from aether.domain.compliance import ComplianceSettings
from aether.domain.documents import DocumentOrder
from aether.domain.graph import Graph, Work
from aether.domain.notebooks import (
    DEPTH_MOST,
    SUBTREE_MOST,
    Draft,
    Filter,
    Notebook,
    NotebookCycle,
    NotebookHeld,
    NotebookId,
    NotebookMissing,
    NotebookStale,
    NotebookStatus,
    NotebookTooDeep,
    NotebookTooLarge,
    Order,
    Shelf,
)
from aether.domain.pages import Slice
from aether.domain.users import Role
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.make import Home


async def move(graph: Graph, by: Viewer, book: Notebook, to: Notebook | None) -> Notebook:
    into = to.id if to else None
    return await graph.write(notebooks.move, id=book.id, to=into, version=None, by=by, at=moment())


async def remove(graph: Graph, by: Viewer, book: Notebook) -> None:
    await graph.write(notebooks.remove, id=book.id, version=None, by=by, at=moment())


async def restore(graph: Graph, by: Viewer, book: Notebook) -> Notebook:
    return await graph.write(notebooks.restore, id=book.id, by=by, at=moment())


async def path(graph: Graph, by: Viewer, book: Notebook) -> list[NotebookId]:
    """The notebooks from the top down to *book*, if it lives."""
    seen = await graph.read(notebooks.get_many, [book.id], by=by)
    above = await graph.read(notebooks.ancestors, book.id, by=by)
    return [*(each.notebook.id for each in above), *seen]


async def shelf(graph: Graph, by: Viewer, chosen: Shelf) -> list[str]:
    page = await graph.read(
        notebooks.page, Filter(shelf=chosen), order=Order.NAME, part=Slice(first=100), by=by
    )
    return [item.notebook.name for item, _ in page.items]


async def document_names(graph: Graph, by: Viewer, book: Notebook) -> list[str]:
    page = await graph.read(
        documents.page, notebook=book.id, status=None, order=DocumentOrder.NAME, part=Slice(), by=by
    )
    return [seen.document.name for seen, _ in page.items]


async def test_a_notebook_is_moved_with_all_below_it(graph: Graph, ada: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    other = await make.notebook(graph, ada, "Other")

    moved = await move(graph, ada, middle, other)

    assert (moved.parent, moved.version) == (other.id, 2)
    assert await path(graph, ada, low) == [other.id, middle.id, low.id]
    assert await path(graph, ada, top) == [top.id]
    await move(graph, ada, middle, None)
    assert await path(graph, ada, low) == [middle.id, low.id]


async def test_a_move_to_where_it_lies_changes_nothing(graph: Graph, ada: Viewer) -> None:
    top, low = await make.chain(graph, ada, 2)

    assert await move(graph, ada, low, top) == low
    assert (await move(graph, ada, top, None)).version == 1


async def test_a_notebook_is_never_moved_below_itself(graph: Graph, ada: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)

    for to in (top, middle, low):
        with pytest.raises(NotebookCycle):
            await move(graph, ada, top, to)

    assert await path(graph, ada, low) == [top.id, middle.id, low.id]


async def test_notebooks_have_at_most_twenty_levels(graph: Graph, ada: Viewer) -> None:
    levels = await make.chain(graph, ada, DEPTH_MOST)
    pair = await make.chain(graph, ada, 2)

    with pytest.raises(NotebookTooDeep, match="21"):
        await make.notebook(graph, ada, parent=levels[-1])
    with pytest.raises(NotebookTooDeep, match="21"):
        await move(graph, ada, pair[0], levels[-2])
    await move(graph, ada, pair[0], levels[-3])

    assert len(await path(graph, ada, levels[-1])) == DEPTH_MOST
    assert len(await path(graph, ada, pair[1])) == DEPTH_MOST


async def test_a_move_needs_an_admin_here_and_a_writer_there(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    mine = await make.notebook(graph, ada)
    theirs = await make.notebook(graph, ben)
    own = await make.notebook(graph, ben)

    with pytest.raises(NotebookMissing):
        await move(graph, ben, own, mine)
    with pytest.raises(NotebookMissing):
        await move(graph, ben, mine, own)
    await make.shared(graph, ada, mine, ben, permission=Permission.WRITE)
    with pytest.raises(PermissionMissing):
        await move(graph, ben, mine, own)
    await make.shared(graph, ben, theirs, ada, permission=Permission.COMMENT)
    with pytest.raises(PermissionMissing):
        await move(graph, ada, mine, theirs)
    await move(graph, ben, own, mine)


async def test_a_move_of_an_older_version_is_refused(graph: Graph, ada: Viewer) -> None:
    book, other = await make.notebook(graph, ada), await make.notebook(graph, ada)
    await move(graph, ada, book, other)

    with pytest.raises(NotebookStale):
        await graph.write(notebooks.move, id=book.id, to=None, version=1, by=ada, at=moment())


async def test_a_move_into_a_missing_notebook_is_refused(graph: Graph, ada: Viewer) -> None:
    book, gone = await make.notebook(graph, ada), await make.notebook(graph, ada)
    await remove(graph, ada, gone)

    for to in (gone.id, NotebookId("notebook_none")):
        with pytest.raises(NotebookMissing):
            await graph.write(notebooks.move, id=book.id, to=to, version=None, by=ada, at=moment())


async def test_a_deleted_tree_is_seen_by_nobody_and_comes_back_whole(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    await make.shared(graph, ada, top, ben, permission=Permission.WRITE)
    await make.document(graph, ada, middle, "a.txt", size=7)
    await graph.write(notebooks.archive, id=low.id, archived=True, version=None, by=ada, at=moment())

    await remove(graph, ada, top)

    for by in (ada, ben):
        assert await graph.read(notebooks.get_many, [top.id, middle.id, low.id], by=by) == {}
        assert await shelf(graph, by, Shelf.ALL) == []
        assert await document_names(graph, by, middle) == []
    assert await shelf(graph, ada, Shelf.TRASH) == ["Level 0"]
    assert await shelf(graph, ben, Shelf.TRASH) == []

    back = await restore(graph, ada, top)

    assert (back.status, back.deletion) == (NotebookStatus.ACTIVE, None)
    assert await path(graph, ben, low) == [top.id, middle.id, low.id]
    found = await graph.read(notebooks.get_many, [middle.id, low.id], by=ben)
    assert found[low.id].notebook.status is NotebookStatus.ARCHIVED
    assert (found[middle.id].notebook.document_count, found[middle.id].notebook.total_size_bytes) == (1, 7)
    assert await document_names(graph, ben, middle) == ["a.txt"]
    assert await shelf(graph, ada, Shelf.TRASH) == []


async def test_a_child_deleted_before_its_parent_stays_deleted_when_that_returns(
    graph: Graph, ada: Viewer
) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    await remove(graph, ada, middle)
    await remove(graph, ada, top)
    assert await shelf(graph, ada, Shelf.TRASH) == ["Level 0", "Level 1"]

    await restore(graph, ada, top)

    assert await shelf(graph, ada, Shelf.ALL) == ["Level 0"]
    await restore(graph, ada, middle)
    assert await path(graph, ada, low) == [top.id, middle.id, low.id]


async def test_a_child_whose_parent_is_gone_comes_back_at_the_top(graph: Graph, ada: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    await remove(graph, ada, middle)
    await remove(graph, ada, top)

    back = await restore(graph, ada, middle)

    assert back.parent is None
    assert await path(graph, ada, low) == [middle.id, low.id]
    assert await shelf(graph, ada, Shelf.TRASH) == ["Level 0"]
    await restore(graph, ada, top)
    assert await path(graph, ada, low) == [middle.id, low.id]


async def test_a_child_restored_alone_leaves_the_rest_of_its_deletion_in_the_trash(
    graph: Graph, ada: Viewer
) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    await make.document(graph, ada, top, "top.txt")
    await make.document(graph, ada, low, "low.txt")
    await remove(graph, ada, top)

    await restore(graph, ada, middle)

    assert await shelf(graph, ada, Shelf.ALL) == ["Level 1", "Level 2"]
    assert await shelf(graph, ada, Shelf.TRASH) == ["Level 0"]
    assert await path(graph, ada, low) == [middle.id, low.id]
    assert await document_names(graph, ada, low) == ["low.txt"]
    await restore(graph, ada, top)
    assert await shelf(graph, ada, Shelf.ALL) == ["Level 0", "Level 1", "Level 2"]
    assert await document_names(graph, ada, top) == ["top.txt"]


async def test_what_would_lie_too_deep_by_now_comes_back_at_the_top(graph: Graph, ada: Viewer) -> None:
    deep = await make.chain(graph, ada, DEPTH_MOST - 1)
    book, child, grandchild = await make.chain(graph, ada, 3, name="Book")
    await remove(graph, ada, child)
    await move(graph, ada, book, deep[-1])

    back = await restore(graph, ada, child)

    assert back.parent is None
    assert await path(graph, ada, grandchild) == [child.id, grandchild.id]


async def test_nothing_under_legal_hold_is_deleted_even_from_above(graph: Graph, ada: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    document, _ = await make.document(graph, ada, low)
    held = ComplianceSettings(legal_hold=True)
    await graph.write(notebooks.update_compliance, held, id=low.id, version=None, by=ada, at=moment())

    for book in (top, middle, low):
        with pytest.raises(NotebookHeld, match=low.id):
            await remove(graph, ada, book)
    with pytest.raises(NotebookHeld):
        await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())

    assert await path(graph, ada, low) == [top.id, middle.id, low.id]
    await graph.write(
        notebooks.update_compliance, ComplianceSettings(), id=low.id, version=None, by=ada, at=moment()
    )
    await remove(graph, ada, top)


async def test_deleting_takes_an_admin_and_the_version_that_was_seen(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben, permission=Permission.WRITE)

    with pytest.raises(PermissionMissing):
        await remove(graph, ben, book)
    with pytest.raises(NotebookMissing):
        await remove(graph, eve, book)
    with pytest.raises(NotebookStale):
        await graph.write(notebooks.remove, id=book.id, version=7, by=ada, at=moment())
    await remove(graph, ada, book)
    with pytest.raises(NotebookMissing):
        await remove(graph, ada, book)


async def test_only_who_owns_or_deleted_it_finds_a_notebook_in_the_trash(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben, permission=Permission.ADMIN)
    await remove(graph, ben, book)

    assert await shelf(graph, ada, Shelf.TRASH) == ["Currents"]
    assert await shelf(graph, ben, Shelf.TRASH) == ["Currents"]
    assert await shelf(graph, eve, Shelf.TRASH) == []
    with pytest.raises(NotebookMissing):
        await restore(graph, eve, book)
    await restore(graph, ben, book)
    with pytest.raises(NotebookMissing):
        await restore(graph, ben, book)


async def test_who_lost_their_rights_finds_nothing_in_the_trash_any_more(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    top, book = await make.chain(graph, ada, 2)
    await make.shared(graph, ada, top, ben, permission=Permission.ADMIN)
    await remove(graph, ben, book)
    assert await shelf(graph, ben, Shelf.TRASH) == ["Level 1"]

    await graph.write(collaborations.revoke, notebook=top.id, user=ben.user, by=ada, at=moment())

    assert await shelf(graph, ben, Shelf.TRASH) == []
    with pytest.raises(NotebookMissing):
        await restore(graph, ben, book)
    assert await shelf(graph, ada, Shelf.TRASH) == ["Level 1"]


async def test_what_others_deleted_from_above_lies_in_its_owners_trash(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    top = await make.notebook(graph, ada, "Top")
    await make.shared(graph, ada, top, ben, permission=Permission.WRITE)
    bens = await make.notebook(graph, ben, "Ben's", parent=top)
    await make.notebook(graph, ben, "Below Ben's", parent=bens)
    await remove(graph, ada, top)

    assert await shelf(graph, ada, Shelf.TRASH) == ["Top"]
    assert await shelf(graph, ben, Shelf.TRASH) == ["Ben's"]
    await restore(graph, ben, bens)
    assert await shelf(graph, ben, Shelf.OWNED) == ["Below Ben's", "Ben's"]
    assert await shelf(graph, ada, Shelf.TRASH) == ["Top"]


async def test_the_trash_has_pages_and_filters(graph: Graph, ada: Viewer) -> None:
    for name in ("a river", "b lake", "c river"):
        await remove(graph, ada, await make.notebook(graph, ada, name))

    chosen = Filter(shelf=Shelf.TRASH, text="RIVER")
    first = await graph.read(notebooks.page, chosen, order=Order.NAME, part=Slice(first=1), by=ada)
    rest = await graph.read(
        notebooks.page, chosen, order=Order.NAME, part=Slice(after=first.items[0][1]), by=ada
    )

    assert [item.notebook.name for item, _ in first.items] == ["a river"]
    assert (first.has_next, first.total, rest.total) == (True, 2, 2)
    assert [item.notebook.name for item, _ in rest.items] == ["c river"]


async def test_a_reader_restores_nothing(home: Home, ada: Viewer) -> None:
    book = await make.notebook(home.graph, ada)
    await remove(home.graph, ada, book)
    reads_only = Viewer(
        user=ada.user, tenant=ada.tenant, roles=frozenset({Role.USER}), ceiling=Permission.READ
    )

    with pytest.raises(RoleMissing):
        await restore(home.graph, reads_only, book)


async def test_there_is_a_limit_to_how_much_one_operation_takes_on(plain: Home) -> None:
    ada = await plain.person("ada")
    top = await make.notebook(plain.graph, ada)
    at = moment()
    many = [
        Notebook.new(
            Draft(name=f"n {number}"),
            id=NotebookId(at.id("notebook", number)),
            tenant=ada.tenant,
            owner=ada.user,
            parent=top.id,
            now=at.now,
        )
        for number in range(SUBTREE_MOST)
    ]

    async def add(work: Work, books: list[Notebook]) -> None:
        await work.notebooks.add(books)

    await plain.graph.write(add, many[:-1])
    moved = await move(plain.graph, ada, top, await make.notebook(plain.graph, ada))
    await plain.graph.write(add, many[-1:])

    with pytest.raises(NotebookTooLarge):
        await move(plain.graph, ada, moved, None)
    with pytest.raises(NotebookTooLarge):
        await remove(plain.graph, ada, moved)
