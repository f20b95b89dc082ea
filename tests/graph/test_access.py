"""Who may see what: inherited, given, taken away, and never across tenants."""

from collections.abc import Awaitable, Callable

import pytest

from aether.adapters.system import moment
from aether.domain import (
    activities,
    collaborations,
    copies,
    documents,
    notebooks,
    templates,
    tenants,
    users,
)
from aether.domain.access import Grant, GrantKind, Permission, PermissionMissing
from aether.domain.compliance import ComplianceSettings
from aether.domain.documents import Chunk, Document, DocumentId, DocumentOrder
from aether.domain.errors import Forbidden, Missing
from aether.domain.graph import Graph, Work
from aether.domain.jobs import Job, JobId
from aether.domain.moments import Moment
from aether.domain.notebooks import Changes, Draft, Filter, NotebookId, Order, Visibility
from aether.domain.pages import Slice
from aether.domain.passages import Shape
from aether.domain.templates import Outline, TemplateId
from aether.domain.users import Role, UserId
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home


async def granted(graph: Graph, book: NotebookId, of: UserId) -> Permission | None:
    async def ask(work: Work) -> Permission | None:
        return (await work.access.permissions([book], of=of)).get(book)

    return await graph.read(ask)


async def roots(graph: Graph, of: UserId) -> set[str]:
    async def ask(work: Work) -> set[str]:
        return set(await work.access.roots(of=of))

    return await graph.read(ask)


async def test_rights_flow_down_through_all_twenty_levels(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    levels = await make.chain(graph, ada, 20)
    await make.shared(graph, ada, levels[0], ben, permission=Permission.COMMENT)

    assert await granted(graph, levels[-1].id, ada.user) is Permission.ADMIN
    assert await granted(graph, levels[-1].id, ben.user) is Permission.COMMENT
    assert await roots(graph, ben.user) == {levels[0].id}


async def test_the_greatest_of_several_grants_counts(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    await make.shared(graph, ada, top, ben, permission=Permission.WRITE)
    await make.shared(graph, ada, middle, ben, permission=Permission.READ)
    await graph.write(
        notebooks.update, Changes(visibility=Visibility.PUBLIC), id=low.id, version=None, by=ada, at=moment()
    )

    assert await granted(graph, low.id, ben.user) is Permission.WRITE


async def test_rights_do_not_flow_up_or_sideways(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    sibling = await make.notebook(graph, ada, parent=top)
    await make.shared(graph, ada, middle, ben)

    assert await granted(graph, top.id, ben.user) is None
    assert await granted(graph, sibling.id, ben.user) is None
    assert await granted(graph, low.id, ben.user) is Permission.READ


async def test_a_public_notebook_is_read_by_everybody_with_all_below_it(
    graph: Graph, ada: Viewer, eve: Viewer
) -> None:
    top = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    low = await make.notebook(graph, ada, parent=top)

    assert await granted(graph, low.id, eve.user) is Permission.READ
    assert await roots(graph, eve.user) == {top.id}
    with pytest.raises(PermissionMissing):
        await graph.write(notebooks.update, Changes(name="x"), id=low.id, version=None, by=eve, at=moment())
    await graph.write(
        notebooks.update, Changes(visibility=Visibility.PRIVATE), id=top.id, version=None, by=ada, at=moment()
    )
    assert await granted(graph, low.id, eve.user) is None
    assert await roots(graph, eve.user) == set()


async def test_a_move_takes_rights_away_and_gives_others(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    shared, private = await make.notebook(graph, ada), await make.notebook(graph, ada)
    book = await make.notebook(graph, ada, parent=shared)
    await make.shared(graph, ada, shared, ben)
    assert await granted(graph, book.id, ben.user) is Permission.READ

    await graph.write(notebooks.move, id=book.id, to=private.id, version=None, by=ada, at=moment())

    assert await granted(graph, book.id, ben.user) is None


async def test_who_made_a_notebook_in_a_shared_one_owns_it_and_the_host_administers_it(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    top = await make.notebook(graph, ada)
    await make.shared(graph, ada, top, ben, permission=Permission.WRITE)

    bens = await make.notebook(graph, ben, parent=top)

    assert bens.owner == ben.user
    assert await granted(graph, bens.id, ben.user) is Permission.ADMIN
    assert await granted(graph, bens.id, ada.user) is Permission.ADMIN


async def test_every_reason_for_a_right_can_be_told(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    top = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    low = await make.notebook(graph, ada, parent=top)
    await make.shared(graph, ada, low, ben, permission=Permission.WRITE)
    explain = notebooks.explain

    own = await graph.read(explain, id=low.id, of=ada.user, by=ada)
    bens = await graph.read(explain, id=low.id, of=ben.user, by=ada)

    from_above = Grant(
        kind=GrantKind.PUBLIC, permission=Permission.READ, notebook=top.id, path=(top.id, low.id)
    )
    assert own is not None
    assert {(grant.kind, grant.notebook) for grant in own} == {
        (GrantKind.OWNER, low.id),
        (GrantKind.OWNER, top.id),
    }
    assert bens == [
        Grant(kind=GrantKind.COLLABORATOR, permission=Permission.WRITE, notebook=low.id, path=(low.id,)),
        from_above,
    ]
    assert await graph.read(explain, id=low.id, of=eve.user, by=eve) == [from_above]
    assert await graph.read(explain, id=low.id, of=ada.user, by=eve) is None
    private = await make.notebook(graph, ada)
    assert await graph.read(explain, id=private.id, of=eve.user, by=eve) is None


async def test_a_ceiling_lowers_every_grant(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    writes = Viewer(user=ada.user, tenant=ada.tenant, roles=ada.roles, ceiling=Permission.WRITE)
    reads = Viewer(user=ada.user, tenant=ada.tenant, roles=ada.roles, ceiling=Permission.READ)

    await graph.write(
        notebooks.update, Changes(name="Tides"), id=book.id, version=None, by=writes, at=moment()
    )
    with pytest.raises(PermissionMissing):
        await graph.write(notebooks.remove, id=book.id, version=None, by=writes, at=moment())
    with pytest.raises(PermissionMissing):
        await graph.write(
            notebooks.update, Changes(name="x"), id=book.id, version=None, by=reads, at=moment()
        )
    with pytest.raises(Forbidden):
        await make.notebook(graph, reads)


Attempt = Callable[[Graph, Viewer], Awaitable[object]]


def attempts(book: NotebookId, document: DocumentId, job: JobId, own: NotebookId) -> dict[str, Attempt]:
    """Everything that somebody might try on a notebook and a document, each by its name."""
    at: Moment = moment()
    return {
        "update": lambda g, v: g.write(
            notebooks.update, Changes(name="x"), id=book, version=None, by=v, at=at
        ),
        "archive": lambda g, v: g.write(notebooks.archive, id=book, archived=True, version=None, by=v, at=at),
        "govern": lambda g, v: g.write(
            notebooks.update_compliance, ComplianceSettings(), id=book, version=None, by=v, at=at
        ),
        "star": lambda g, v: g.write(notebooks.mark, id=book, starred=True, by=v, at=at),
        "view": lambda g, v: g.write(notebooks.view, id=book, seconds=1, by=v, at=at),
        "move": lambda g, v: g.write(notebooks.move, id=book, to=None, version=None, by=v, at=at),
        "move there": lambda g, v: g.write(notebooks.move, id=own, to=book, version=None, by=v, at=at),
        "remove": lambda g, v: g.write(notebooks.remove, id=book, version=None, by=v, at=at),
        "restore": lambda g, v: g.write(notebooks.restore, id=book, by=v, at=at),
        "create below": lambda g, v: g.write(
            notebooks.create, Draft(name="x"), id=NotebookId(at.id("notebook")), parent=book, by=v, at=at
        ),
        "list below": lambda g, v: g.read(
            notebooks.page, Filter(parent=book), order=Order.NAME, part=Slice(), by=v
        ),
        "share": lambda g, v: g.write(
            collaborations.share,
            notebook=book,
            with_users=[v.user],
            permission=Permission.READ,
            message="",
            by=v,
            at=at,
        ),
        "accept": lambda g, v: g.write(collaborations.accept, notebook=book, by=v, at=at),
        "leave": lambda g, v: g.write(collaborations.revoke, notebook=book, user=v.user, by=v, at=at),
        "set permissions": lambda g, v: g.write(
            collaborations.set_permissions, notebook=book, permissions={v.user: Permission.ADMIN}, by=v, at=at
        ),
        "duplicate": lambda g, v: g.write(
            copies.duplicate, id=book, parent=None, name=None, with_documents=True, by=v, at=at
        ),
        "fork": lambda g, v: g.write(copies.fork, id=book, name=None, reason="", by=v, at=at),
        "may add": lambda g, v: g.read(documents.may_add, notebook=book, by=v),
        "add": lambda g, v: make.document(g, v, make_known(book)),
        "rename document": lambda g, v: g.write(
            documents.rename, id=document, name="x", version=None, by=v, at=at
        ),
        "remove document": lambda g, v: g.write(documents.remove, id=document, version=None, by=v, at=at),
        "reprocess": lambda g, v: g.write(documents.reprocess, id=document, by=v, at=at),
        "cancel": lambda g, v: g.write(documents.cancel, job=job, by=v, at=at),
    }


async def missing(attempt: Awaitable[object]) -> bool:
    """Whether *attempt* ends in the refusal that tells nothing."""
    try:
        await attempt
    except Missing:
        return True
    return False


def make_known(id: NotebookId) -> notebooks.Notebook:
    """A notebook of which only the id is right, for whoever guesses ids."""
    at = moment()
    return notebooks.Notebook.new(
        Draft(name="x"), id=id, tenant=tenants.TenantId(""), owner=UserId(""), parent=None, now=at.now
    )


async def test_a_stranger_is_told_that_nothing_is_there_whatever_they_try(
    home: Home, ada: Viewer, ben: Viewer
) -> None:
    graph = home.graph
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await make.invited(graph, ada, book, ben)
    admin = await home.person("root", *Role)
    for stranger in (await home.person("eve"), admin, ben):
        own = await make.notebook(graph, stranger)
        for name, attempt in attempts(book.id, document.id, job.id, own.id).items():
            if stranger is ben and name in {"accept", "leave"}:
                continue
            assert await missing(attempt(graph, stranger)), name

    found = (await graph.read(notebooks.get_many, [book.id], by=ada))[book.id]
    assert (found.notebook.version, found.stars, found.notebook.document_count) == (1, 0, 1)


async def test_a_stranger_reads_nothing_whatever_they_ask_for(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    kept = make.chunks(document, "salmon")
    await _keep_chunks(graph, document, kept)
    await make.invited(graph, ada, book, ben)

    for stranger in (ben, eve):
        for answer in await _everything(graph, stranger, document, job, kept[0]):
            assert not answer
    assert all(await _everything(graph, ada, document, job, kept[0]))


async def test_another_tenant_sees_and_changes_nothing(home: Home, abroad: Home, ada: Viewer) -> None:
    graph = home.graph
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    document, job = await make.document(graph, ada, book)
    kept = make.chunks(document, "salmon")
    await _keep_chunks(graph, document, kept)
    mallory = await abroad.person("mallory", *Role)
    own = await make.notebook(abroad.graph, mallory)
    doubles = (mallory, Viewer(user=ada.user, tenant=mallory.tenant, roles=mallory.roles))

    for stranger in doubles:
        for answer in await _everything(abroad.graph, stranger, document, job, kept[0]):
            assert not answer
        for name, attempt in attempts(book.id, document.id, job.id, own.id).items():
            assert await missing(attempt(abroad.graph, stranger)), name

    found = (await graph.read(notebooks.get_many, [book.id], by=ada))[book.id]
    assert (found.notebook.version, found.stars, found.notebook.document_count) == (1, 0, 1)


async def test_no_port_reads_across_tenants(home: Home, abroad: Home, ada: Viewer) -> None:
    graph = home.graph
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    kept = make.chunks(document, "salmon")
    await _keep_chunks(graph, document, kept)
    keeper = await home.person("keeper", Role.NOTEBOOK_ADMIN)
    at = moment()
    template = await graph.write(
        templates.create,
        id=TemplateId(at.id("template")),
        name="Study",
        description="",
        outline=Outline(name="Study"),
        by=keeper,
        at=at,
    )
    gone = await make.notebook(graph, ada)
    await graph.write(notebooks.remove, id=gone.id, version=None, by=ada, at=moment())

    async def ask(work: Work) -> list[object]:
        part = Slice()
        return [
            await work.access.permissions([book.id], of=ada.user),
            await work.access.grants(book.id, of=ada.user),
            await work.access.roots(of=ada.user),
            (await work.activities.of_notebook(book.id, part=part)).items,
            await work.chunks.of_document(document.id),
            await work.chunks.get_many([kept[0].id], by=ada),
            (await work.chunks.page(document.id, part=part, by=ada)).items,
            await work.collaborations.of_notebook(book.id),
            await work.documents.get_many([document.id], by=ada),
            await work.documents.lock([document.id]),
            await work.places.below(book.id),
            (
                await work.documents.page(book.id, status=None, order=DocumentOrder.NAME, part=part, by=ada)
            ).items,
            await work.jobs.get_many([job.id]),
            await work.jobs.lock(job.id),
            await work.jobs.about(book.id),
            await work.keys.of_user(ada.user),
            await work.notebooks.get_many([book.id]),
            await work.notebooks.lock([book.id]),
            await work.passages.matching(
                "salmon currents rivers", shape=Shape.CHUNK, within=[book.id], limit=9
            ),
            await work.passages.matching(
                "salmon currents rivers", shape=Shape.DOCUMENT, within=None, limit=9
            ),
            await work.passages.matching(
                "salmon currents rivers", shape=Shape.NOTEBOOK, within=[book.id], limit=9
            ),
            await work.shelves.get_many([book.id], by=ada),
            await work.shelves.ancestors(book.id, by=ada),
            (await work.shelves.page(Filter(), order=Order.NAME, part=part, by=ada)).items,
            (await work.shelves.page(Filter(parent=book.id), order=Order.NAME, part=part, by=ada)).items,
            await work.templates.get_many([template.id]),
            (await work.templates.page(part=part)).items,
            await work.trees.above(book.id),
            await work.trees.below(book.id),
            await work.trees.trashed(gone.id, of=ada.user),
            await work.users.get_many([ada.user]),
            await work.users.lock([ada.user]),
            await work.users.by_subject(issuer=make.ISSUER, subject="subject-of-ada"),
            (await work.users.search("ada", part=part, everybody=True)).items,
        ]

    for answer in await abroad.graph.write(ask):
        assert not answer
    assert (await abroad.graph.read(tenants.get)).id == abroad.tenant.id


async def test_no_port_writes_across_tenants(home: Home, abroad: Home, ada: Viewer, mallory: Viewer) -> None:
    graph = home.graph
    book = await make.notebook(graph, ada)
    child = await make.notebook(graph, ada, parent=book)
    document, job = await make.document(graph, ada, book)
    kept = make.chunks(document, "salmon")
    await _keep_chunks(graph, document, kept)
    gone = await make.notebook(graph, ada)
    await graph.write(notebooks.remove, id=gone.id, version=None, by=ada, at=moment())
    before = await _state(graph, ada, book.id, document.id, job.id)
    foreign = await make.notebook(abroad.graph, mallory)
    at = moment()

    async def spoil(work: Work) -> None:
        await work.notebooks.put(book.archived(True, now=at.now))
        await work.notebooks.star(book.id, by=ada.user, starred=True, at=at)
        await work.notebooks.viewed(book.id, by=ada.user, seconds=1, at=at)
        await work.notebooks.forked(book.id, into=foreign.id, by=mallory.user, reason="", at=at)
        await work.trees.lock([book.id])
        await work.trees.hang(child.id, under=None)
        await work.trees.hang(child.id, under=foreign.id)
        await work.trees.hang(foreign.id, under=book.id)
        await work.trees.remove([book.id], deletion="d", by=ada.user, at=at)
        await work.trees.restore([gone.id], deletion="d", at=at)
        await work.documents.put(document.renamed("x", now=at.now))
        await work.documents.remove(document.id, deletion="d", by=ada.user, at=at)
        await work.chunks.drop(document.id, but=None, limit=9)
        await work.chunks.litter(document.id, littered=True)
        await work.chunks.add(document.id, make.chunks(document, "trout"), generation="")
        await work.places.place({document.id: None})
        await work.places.place_some([document.id], limit=9)
        await work.jobs.put(job.at_stage("index", now=at.now))
        await work.users.put((await _user(graph, ada)).seen_as(make.profile("x"), now=at.now))
        await work.events.add()

    await abroad.graph.write(spoil)

    assert await _state(graph, ada, book.id, document.id, job.id) == before


async def _everything(graph: Graph, by: Viewer, document: Document, job: Job, chunk: Chunk) -> list[object]:
    """Whatever can be read of a document, its notebook and its job."""
    part, book = Slice(), document.notebook
    reads = [
        graph.read(notebooks.get_many, [book], by=by),
        graph.read(notebooks.explain, id=book, of=by.user, by=by),
        graph.read(activities.of_notebook, notebook=book, part=part, by=by.user),
        graph.read(documents.get_many, [document.id], by=by),
        graph.read(documents.page, notebook=book, status=None, order=DocumentOrder.NAME, part=part, by=by),
        graph.read(documents.chunks, document=document.id, part=part, by=by),
        graph.read(documents.chunks_by_id, [chunk.id], by=by),
        graph.read(documents.visible_jobs, [job.id], by=by),
        graph.read(documents.jobs_of_notebook, notebook=book, live=False, by=by),
        graph.read(documents.jobs_of_document, document=document.id, by=by),
    ]
    answers: list[object] = []
    for read in reads:
        answer: object = await read
        answers.append(getattr(answer, "items", answer) if hasattr(answer, "has_next") else answer)
    return answers


async def _keep_chunks(graph: Graph, document: Document, kept: list[Chunk]) -> None:
    async def keep(work: Work) -> None:
        await work.chunks.drop(document.id, but=None, limit=len(kept) + 100)
        await work.chunks.add(document.id, kept, generation="first")
        await work.documents.put(document.chunked(kept, generation="first", now=moment().now))

    await graph.write(keep)


async def _user(graph: Graph, viewer: Viewer) -> users.User:
    return (await graph.read(users.get_many, [viewer.user]))[viewer.user]


async def _state(
    graph: Graph, by: Viewer, book: NotebookId, document: DocumentId, job: JobId
) -> list[object]:
    async def ask(work: Work) -> list[object]:
        return [
            await work.shelves.get_many([book], by=by),
            await work.trees.below(book),
            await work.trees.above(book),
            await work.documents.get_many([document], by=by),
            await work.chunks.of_document(document),
            await work.jobs.get_many([job]),
            await work.users.get_many([by.user]),
            await work.passages.matching("salmon", shape=Shape.CHUNK, within=[book], limit=9),
        ]

    return await graph.read(ask)


async def test_no_list_shows_a_stranger_what_lies_in_a_notebook(
    graph: Graph, ada: Viewer, eve: Viewer
) -> None:
    top, _ = await make.chain(graph, ada, 2)

    async def ask(work: Work, by: Viewer) -> int:
        found = await work.shelves.page(Filter(parent=top.id), order=Order.NAME, part=Slice(), by=by)
        return found.total

    assert await graph.read(ask, ada) == 1
    assert await graph.read(ask, eve) == 0
