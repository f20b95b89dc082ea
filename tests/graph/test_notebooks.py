import asyncio
import os
import random
from datetime import UTC, datetime

import pytest

from aether.adapters.system import moment
from aether.domain import notebooks
from aether.domain.access import Permission, PermissionMissing
from aether.domain.compliance import Classification, ComplianceInvalid, ComplianceSettings, Regime
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.moments import Moment
from aether.domain.notebooks import (
    Changes,
    Draft,
    Filter,
    Notebook,
    NotebookArchived,
    NotebookId,
    NotebookMissing,
    NotebookStale,
    NotebookStatus,
    Order,
    Seen,
    Shelf,
    Visibility,
)
from aether.domain.pages import Place, Slice
from aether.domain.users import Role
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.make import Home


async def seen(graph: Graph, id: NotebookId, by: Viewer) -> Seen | None:
    return (await graph.read(notebooks.get_many, [id], by=by)).get(id)


async def names(graph: Graph, by: Viewer, chosen: Filter, order: Order = Order.NAME) -> list[str]:
    page = await graph.read(notebooks.page, chosen, order=order, part=Slice(first=100), by=by)
    assert page.total == len(page.items)
    return [item.notebook.name for item, _ in page.items]


async def test_what_is_made_is_read_back_as_it_was(graph: Graph, ada: Viewer) -> None:
    at = moment()
    draft = Draft(
        name="  Currents  of the Rhine ",
        description="First line\r\nsecond",
        visibility=Visibility.PUBLIC,
        tags=("rivers", "rivers", "Rhine"),
        compliance=ComplianceSettings(
            regimes=frozenset({Regime.GDPR}), classification=Classification.RESTRICTED, retention_days=30
        ),
    )

    made = await graph.write(
        notebooks.create, draft, id=NotebookId("n" + at.id("n")), parent=None, by=ada, at=at
    )

    found = await seen(graph, made.id, ada)
    assert found == Seen(notebook=made, permission=Permission.ADMIN, starred=False, stars=0)
    assert made.name == "Currents of the Rhine"
    assert made.description == "First line\nsecond"
    assert made.tags == ("rivers", "Rhine")
    assert made.created_at == at.now
    assert made.version == 1


async def test_a_change_raises_the_version_and_nothing_changed_does_not(graph: Graph, ada: Viewer) -> None:
    made = await make.notebook(graph, ada, tags=["rivers"])

    changed = await graph.write(
        notebooks.update, Changes(name="Tides"), id=made.id, version=1, by=ada, at=moment()
    )
    same = await graph.write(
        notebooks.update, Changes(name="Tides"), id=made.id, version=2, by=ada, at=moment()
    )

    assert (changed.name, changed.version, changed.tags) == ("Tides", 2, ("rivers",))
    assert same == changed
    found = await seen(graph, made.id, ada)
    assert found is not None
    assert found.notebook == changed


async def test_a_change_to_an_older_version_is_refused(graph: Graph, ada: Viewer) -> None:
    made = await make.notebook(graph, ada)
    await graph.write(notebooks.update, Changes(name="Tides"), id=made.id, version=1, by=ada, at=moment())

    with pytest.raises(NotebookStale, match="at version 2, not 1"):
        await graph.write(
            notebooks.update, Changes(name="Floods"), id=made.id, version=1, by=ada, at=moment()
        )

    found = await seen(graph, made.id, ada)
    assert found is not None
    assert found.notebook.name == "Tides"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(name="  "), "name"),
        (Draft(name="x" * 256), "name"),
        (Draft(name="up\u202edown"), "name"),
        (Draft(name="x", description="x" * 10_001), "description"),
        (Draft(name="x", tags=tuple(map(str, range(51)))), "tags"),
        (Draft(name="x", tags=("x" * 65,)), "tags"),
        (Draft(name="x", compliance=ComplianceSettings(retention_days=0)), "compliance.retention_days"),
    ],
)
async def test_what_breaks_a_limit_is_not_made(graph: Graph, ada: Viewer, draft: Draft, field: str) -> None:
    at = moment()

    with pytest.raises(Invalid) as refusal:
        await graph.write(
            notebooks.create, draft, id=NotebookId(at.id("notebook")), parent=None, by=ada, at=at
        )

    assert refusal.value.field == field
    assert await names(graph, ada, Filter()) == []


async def test_a_reader_makes_nothing(home: Home) -> None:
    reader = await home.person("rita", Role.VIEWER)

    with pytest.raises(RoleMissing):
        await make.notebook(home.graph, reader)


async def test_nothing_in_an_archived_notebook_changes_until_it_is_opened(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    archived = await graph.write(notebooks.archive, id=book.id, archived=True, version=1, by=ada, at=moment())
    assert (archived.status, archived.version) == (NotebookStatus.ARCHIVED, 2)

    with pytest.raises(NotebookArchived):
        await graph.write(
            notebooks.update, Changes(name="Tides"), id=book.id, version=None, by=ada, at=moment()
        )
    with pytest.raises(NotebookArchived):
        await make.notebook(graph, ada, parent=book)
    with pytest.raises(NotebookArchived):
        await make.document(graph, ada, book)
    other = await make.notebook(graph, ada)
    with pytest.raises(NotebookArchived):
        await graph.write(notebooks.move, id=other.id, to=book.id, version=None, by=ada, at=moment())
    with pytest.raises(NotebookArchived):
        await graph.write(notebooks.move, id=book.id, to=other.id, version=None, by=ada, at=moment())

    await graph.write(notebooks.archive, id=book.id, archived=False, version=2, by=ada, at=moment())
    await graph.write(notebooks.update, Changes(name="Tides"), id=book.id, version=3, by=ada, at=moment())
    assert await names(graph, ada, Filter(text="tides")) == ["Tides"]


async def test_compliance_that_contradicts_itself_is_refused(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    blind = ComplianceSettings(scan_for_personal_data=False, redact_personal_data=True)

    with pytest.raises(ComplianceInvalid):
        await graph.write(notebooks.update_compliance, blind, id=book.id, version=None, by=ada, at=moment())

    held = ComplianceSettings(legal_hold=True, regimes=frozenset({Regime.HIPAA, Regime.SOC2}))
    kept = await graph.write(notebooks.update_compliance, held, id=book.id, version=1, by=ada, at=moment())
    found = await seen(graph, book.id, ada)
    assert found is not None
    assert found.notebook == kept
    assert kept.compliance == held


async def test_a_compliance_officer_governs_what_they_can_read_and_nothing_else(
    home: Home, ada: Viewer
) -> None:
    officer = await home.person("olga", Role.COMPLIANCE_OFFICER)
    public = await make.notebook(home.graph, ada, visibility=Visibility.PUBLIC)
    private = await make.notebook(home.graph, ada)
    held = ComplianceSettings(legal_hold=True)

    await home.graph.write(
        notebooks.update_compliance, held, id=public.id, version=None, by=officer, at=moment()
    )
    with pytest.raises(NotebookMissing):
        await home.graph.write(
            notebooks.update_compliance, held, id=private.id, version=None, by=officer, at=moment()
        )
    with pytest.raises(PermissionMissing):
        await home.graph.write(
            notebooks.update, Changes(name="Mine"), id=public.id, version=None, by=officer, at=moment()
        )


async def test_a_star_is_ones_own_and_counts_once(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)

    for by in (ada, ada, ben):
        await graph.write(notebooks.mark, id=book.id, starred=True, by=by, at=moment())
    found = await seen(graph, book.id, ada)
    assert found is not None
    assert (found.starred, found.stars) == (True, 2)

    for _ in range(2):
        await graph.write(notebooks.mark, id=book.id, starred=False, by=ada, at=moment())
    found = await seen(graph, book.id, ada)
    assert found is not None
    assert (found.starred, found.stars) == (False, 1)
    assert await names(graph, ben, Filter(shelf=Shelf.STARRED)) == ["Currents"]
    assert await names(graph, ada, Filter(shelf=Shelf.STARRED)) == []


async def test_a_view_is_remembered_and_has_its_limits(graph: Graph, ada: Viewer, eve: Viewer) -> None:
    book = await make.notebook(graph, ada)

    await graph.write(notebooks.view, id=book.id, seconds=0, by=ada, at=moment())
    await graph.write(notebooks.view, id=book.id, seconds=86_400, by=ada, at=moment())
    with pytest.raises(Invalid):
        await graph.write(notebooks.view, id=book.id, seconds=86_401, by=ada, at=moment())
    with pytest.raises(Invalid):
        await graph.write(notebooks.view, id=book.id, seconds=-1, by=ada, at=moment())
    with pytest.raises(NotebookMissing):
        await graph.write(notebooks.view, id=book.id, seconds=1, by=eve, at=moment())
    with pytest.raises(NotebookMissing):
        await graph.write(notebooks.mark, id=book.id, starred=True, by=eve, at=moment())


async def test_each_shelf_holds_what_it_says(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    own = await make.notebook(graph, ada, "Own")
    inner = await make.notebook(graph, ada, "Inner", parent=own)
    theirs = await make.notebook(graph, ben, "Shared")
    await make.notebook(graph, ben, "Below shared", parent=theirs)
    await make.notebook(graph, ben, "Public", visibility=Visibility.PUBLIC)
    await make.notebook(graph, ben, "Hidden")
    gone = await make.notebook(graph, ada, "Gone")
    await make.shared(graph, ben, theirs, ada)
    await graph.write(notebooks.mark, id=inner.id, starred=True, by=ada, at=moment())
    await graph.write(notebooks.remove, id=gone.id, version=None, by=ada, at=moment())

    assert await names(graph, ada, Filter(shelf=Shelf.ALL)) == [
        "Below shared",
        "Inner",
        "Own",
        "Public",
        "Shared",
    ]
    assert await names(graph, ada, Filter(shelf=Shelf.OWNED)) == ["Inner", "Own"]
    assert await names(graph, ada, Filter(shelf=Shelf.SHARED)) == ["Shared"]
    assert await names(graph, ada, Filter(shelf=Shelf.STARRED)) == ["Inner"]
    assert await names(graph, ada, Filter(shelf=Shelf.PUBLIC)) == ["Public"]
    assert await names(graph, ada, Filter(shelf=Shelf.TOP)) == ["Own", "Shared"]
    assert await names(graph, ada, Filter(shelf=Shelf.TRASH)) == ["Gone"]


async def test_a_notebook_that_lies_in_a_shared_one_is_not_at_the_top(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    top = await make.notebook(graph, ada, "Top")
    await make.shared(graph, ada, top, ben, permission=Permission.WRITE)
    await make.notebook(graph, ben, "Ben's own, below", parent=top)

    assert await names(graph, ben, Filter(shelf=Shelf.TOP)) == ["Top"]
    assert await names(graph, ada, Filter(shelf=Shelf.TOP)) == ["Top"]


async def test_filters_narrow_a_list_in_any_case(graph: Graph, ada: Viewer) -> None:
    top = await make.notebook(graph, ada, "Große Ströme", tags=["rivers"])
    await make.notebook(graph, ada, "Kleine STRÖME", parent=top, tags=["brooks"])
    other = await make.notebook(graph, ada, "Seen", tags=["lakes", "rivers"])
    await graph.write(notebooks.archive, id=other.id, archived=True, version=None, by=ada, at=moment())

    assert await names(graph, ada, Filter(text="ströme")) == ["Große Ströme", "Kleine STRÖME"]
    assert await names(graph, ada, Filter(text="GROSSE")) == ["Große Ströme"]
    assert await names(graph, ada, Filter(tag="rivers")) == ["Große Ströme", "Seen"]
    assert await names(graph, ada, Filter(status=NotebookStatus.ARCHIVED)) == ["Seen"]
    assert await names(graph, ada, Filter(parent=top.id)) == ["Kleine STRÖME"]
    assert await names(graph, ada, Filter(parent=top.id, tag="rivers")) == []


@pytest.mark.parametrize("order", Order)
async def test_pages_neither_skip_nor_repeat(graph: Graph, ada: Viewer, order: Order) -> None:
    chance = random.Random(17)
    odd = ["a", "A", "ä", "ab", "a b", "", "\U0001f30a", "\uff41", "\ufb01", "ß", "z'\"\\", "1", "10", "2"]
    now = datetime.now(UTC)
    top = await make.notebook(graph, ada, "top")
    made: list[Notebook] = []
    for _ in range(24):
        at = Moment(now=now.replace(microsecond=1_000 * chance.randrange(4)), seed=os.urandom(16))
        draft = Draft(name=f"x{chance.choice(odd)}")
        made.append(
            await graph.write(
                notebooks.create, draft, id=NotebookId(at.id("notebook")), parent=top.id, by=ada, at=at
            )
        )

    def key(book: Notebook) -> tuple[object, str]:
        instant = book.created_at if order is Order.CREATED else book.updated_at
        return (book.name.casefold() if order is Order.NAME else -instant.timestamp(), book.id)

    expected = [book.id for book in sorted(made, key=key)]
    for chosen in (Filter(parent=top.id), Filter(text="x")):
        found: list[str] = []
        after: Place | None = None
        while True:
            page = await graph.read(
                notebooks.page, chosen, order=order, part=Slice(first=5, after=after), by=ada
            )
            found += [item.notebook.id for item, _ in page.items]
            assert page.total == len(expected)
            if not page.has_next:
                break
            after = page.items[-1][1]
        assert found == expected


async def test_a_page_goes_on_behind_what_is_gone(graph: Graph, ada: Viewer) -> None:
    made = [await make.notebook(graph, ada, name) for name in ("a", "b", "c", "d")]
    first = await graph.read(notebooks.page, Filter(), order=Order.NAME, part=Slice(first=2), by=ada)
    await graph.write(notebooks.remove, id=made[1].id, version=None, by=ada, at=moment())
    await make.notebook(graph, ada, "aa")

    rest = await graph.read(
        notebooks.page, Filter(), order=Order.NAME, part=Slice(first=9, after=first.items[-1][1]), by=ada
    )

    assert [item.notebook.name for item, _ in rest.items] == ["c", "d"]


async def test_a_page_behind_the_last_still_tells_how_many_there_are(graph: Graph, ada: Viewer) -> None:
    await make.notebook(graph, ada)
    whole = await graph.read(notebooks.page, Filter(), order=Order.NAME, part=Slice(first=1), by=ada)

    beyond = await graph.read(
        notebooks.page, Filter(), order=Order.NAME, part=Slice(first=1, after=whole.items[-1][1]), by=ada
    )

    assert (beyond.items, beyond.has_next, beyond.total) == ([], False, 1)


async def test_visibility_takes_an_admin_and_is_derived_where_it_is_shared(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    await make.invited(graph, ada, book, ben, permission=Permission.WRITE)
    found = await seen(graph, book.id, ada)
    assert found is not None
    assert found.notebook.visibility is Visibility.PRIVATE

    await make.shared(graph, ada, book, ben, permission=Permission.WRITE)
    found = await seen(graph, book.id, ben)
    assert found is not None
    assert found.notebook.visibility is Visibility.SHARED

    await graph.write(notebooks.update, Changes(name="Tides"), id=book.id, version=None, by=ben, at=moment())
    with pytest.raises(PermissionMissing):
        await graph.write(
            notebooks.update,
            Changes(visibility=Visibility.PUBLIC),
            id=book.id,
            version=None,
            by=ben,
            at=moment(),
        )
    await graph.write(
        notebooks.update, Changes(visibility=Visibility.PUBLIC), id=book.id, version=None, by=ada, at=moment()
    )
    found = await seen(graph, book.id, ben)
    assert found is not None
    assert found.notebook.visibility is Visibility.PUBLIC


async def test_ancestors_are_those_that_the_viewer_reads(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    await make.shared(graph, ada, middle, ben)

    for_ada = await graph.read(notebooks.ancestors, low.id, by=ada)
    for_ben = await graph.read(notebooks.ancestors, low.id, by=ben)

    assert [each.notebook.id for each in for_ada] == [top.id, middle.id]
    assert [each.notebook.id for each in for_ben] == [middle.id]


async def test_many_are_read_at_once_and_unknown_ones_left_out(graph: Graph, ada: Viewer) -> None:
    made = await asyncio.gather(*(make.notebook(graph, ada, f"n {n}") for n in range(5)))

    found = await graph.read(
        notebooks.get_many, [*(book.id for book in made), NotebookId("notebook_none")], by=ada
    )

    assert {id: each.notebook for id, each in found.items()} == {book.id: book for book in made}
    assert await graph.read(notebooks.get_many, [], by=ada) == {}
