from aether.adapters.system import moment
from aether.domain import activities, documents, notebooks
from aether.domain.activities import Activity
from aether.domain.graph import Graph
from aether.domain.notebooks import Changes, Visibility
from aether.domain.pages import Slice
from aether.domain.viewers import Viewer
from tests import make


async def test_what_was_done_is_told_latest_first_with_who_did_it(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    document, _ = await make.document(graph, ada, book)
    await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())
    at = moment()
    await graph.write(notebooks.update, Changes(name="Tides"), id=book.id, version=None, by=ada, at=at)

    page = await graph.read(activities.of_notebook, notebook=book.id, part=Slice(), by=ben.user)

    found = [activity for activity, _ in page.items]
    assert [activity.verb for activity in found] == [
        "notebook_updated",
        "document_deleted",
        "document_added",
        "notebook_created",
    ]
    assert (found[0].actor, found[0].at, found[0].details) == (ada.user, at.now, {"version": 2})
    assert found[1].details == {"document": document.id, "name": "rivers.txt"}


async def test_a_change_that_changes_nothing_is_not_told(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await graph.write(
        notebooks.update, Changes(name="Currents"), id=book.id, version=None, by=ada, at=moment()
    )

    page = await graph.read(activities.of_notebook, notebook=book.id, part=Slice(), by=ada.user)

    assert [activity.verb for activity, _ in page.items] == ["notebook_created"]


async def test_pages_of_activities_neither_skip_nor_repeat(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    for number in range(6):
        await graph.write(
            notebooks.update, Changes(name=str(number)), id=book.id, version=None, by=ada, at=moment()
        )
    found: list[Activity] = []
    part = Slice(first=3)
    while True:
        page = await graph.read(activities.of_notebook, notebook=book.id, part=part, by=ada.user)
        found += [activity for activity, _ in page.items]
        assert page.total == 7
        if not page.has_next:
            break
        part = Slice(first=3, after=page.items[-1][1])

    assert [activity.details.get("version") for activity in found] == [7, 6, 5, 4, 3, 2, None]
