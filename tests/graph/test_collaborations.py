import pytest

from aether.adapters.system import moment
from aether.domain import activities, collaborations, notebooks
from aether.domain.access import Permission, PermissionMissing
from aether.domain.collaborations import (
    USERS_MOST,
    CollaborationMissing,
    CollaborationStatus,
    OwnerCollaborates,
    TooManyUsers,
)
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.notebooks import Changes, Notebook, NotebookMissing
from aether.domain.pages import Slice
from aether.domain.users import UserId, UserMissing
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home


async def reads(graph: Graph, by: Viewer, book: Notebook) -> bool:
    return book.id in await graph.read(notebooks.get_many, [book.id], by=by)


async def revoke(graph: Graph, by: Viewer, book: Notebook, whom: Viewer) -> None:
    await graph.write(collaborations.revoke, notebook=book.id, user=whom.user, by=by, at=moment())


async def test_who_is_invited_sees_nothing_until_they_accept(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada)

    await make.invited(graph, ada, book, ben, permission=Permission.WRITE)

    assert not await reads(graph, ben, book)
    (invitation,) = await graph.read(collaborations.invitations, by=ben)
    assert (invitation.notebook, invitation.permission) == (book.id, Permission.WRITE)
    assert (invitation.status, invitation.granted_by) == (CollaborationStatus.PENDING, ada.user)
    await graph.write(collaborations.accept, notebook=book.id, by=ben, at=moment())
    assert await reads(graph, ben, book)
    assert await graph.read(collaborations.invitations, by=ben) == []


async def test_accepting_twice_changes_nothing(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben)
    (before,) = await graph.read(collaborations.of_notebook, notebook=book.id, by=ada)

    await graph.write(collaborations.accept, notebook=book.id, by=ben, at=moment())

    assert await graph.read(collaborations.of_notebook, notebook=book.id, by=ada) == [before]
    assert before.accepted_at is not None


async def test_nobody_accepts_what_they_were_not_offered(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    await make.invited(graph, ada, book, ben)
    await revoke(graph, ada, book, ben)

    for by in (ada, ben, eve):
        with pytest.raises(CollaborationMissing):
            await graph.write(collaborations.accept, notebook=book.id, by=by, at=moment())


async def test_an_invitation_to_a_deleted_notebook_is_gone(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.invited(graph, ada, book, ben)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())

    assert await graph.read(collaborations.invitations, by=ben) == []
    with pytest.raises(CollaborationMissing):
        await graph.write(collaborations.accept, notebook=book.id, by=ben, at=moment())


async def test_a_revoked_collaboration_lets_in_no_more_and_can_be_offered_again(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben, permission=Permission.ADMIN)

    await revoke(graph, ada, book, ben)

    assert not await reads(graph, ben, book)
    assert await graph.read(collaborations.of_notebook, notebook=book.id, by=ada) == []
    with pytest.raises(CollaborationMissing):
        await revoke(graph, ada, book, ben)
    await make.invited(graph, ada, book, ben)
    assert not await reads(graph, ben, book)
    (again,) = await graph.read(collaborations.invitations, by=ben)
    assert (again.permission, again.accepted_at, again.revoked_at) == (Permission.READ, None, None)


async def test_a_collaborator_may_always_leave(graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben)
    await make.invited(graph, ada, book, eve)

    await revoke(graph, ben, book, ben)
    await revoke(graph, eve, book, eve)

    assert not await reads(graph, ben, book)
    assert await graph.read(collaborations.of_notebook, notebook=book.id, by=ada) == []


async def test_sharing_takes_an_admin(graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben, permission=Permission.WRITE)

    with pytest.raises(PermissionMissing):
        await make.invited(graph, ben, book, eve)
    with pytest.raises(PermissionMissing):
        await revoke(graph, ben, book, ada)
    with pytest.raises(PermissionMissing):
        await graph.write(
            collaborations.set_permissions,
            notebook=book.id,
            permissions={ben.user: Permission.ADMIN},
            by=ben,
            at=moment(),
        )
    with pytest.raises(NotebookMissing):
        await make.invited(graph, eve, book, ben)


async def test_an_admin_shares_on_but_never_with_the_owner(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben, permission=Permission.ADMIN)

    await make.shared(graph, ben, book, eve)

    assert await reads(graph, eve, book)
    with pytest.raises(OwnerCollaborates):
        await make.invited(graph, ben, book, ada)


async def test_a_new_permission_holds_at_once(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben)
    with pytest.raises(PermissionMissing):
        await graph.write(notebooks.update, Changes(name="x"), id=book.id, version=None, by=ben, at=moment())

    await graph.write(
        collaborations.set_permissions,
        notebook=book.id,
        permissions={ben.user: Permission.WRITE},
        by=ada,
        at=moment(),
    )
    await graph.write(notebooks.update, Changes(name="x"), id=book.id, version=None, by=ben, at=moment())
    await make.invited(graph, ada, book, ben, permission=Permission.READ)

    (kept,) = await graph.read(collaborations.of_notebook, notebook=book.id, by=ben)
    assert (kept.permission, kept.status) == (Permission.READ, CollaborationStatus.ACTIVE)
    with pytest.raises(PermissionMissing):
        await graph.write(notebooks.update, Changes(name="y"), id=book.id, version=None, by=ben, at=moment())


async def test_if_one_user_does_not_exist_nobody_is_invited(
    graph: Graph, ada: Viewer, ben: Viewer, mallory: Viewer
) -> None:
    book = await make.notebook(graph, ada)

    for unknown in (UserId("user_none"), mallory.user):
        with pytest.raises(UserMissing, match=unknown):
            await graph.write(
                collaborations.share,
                notebook=book.id,
                with_users=[ben.user, unknown],
                permission=Permission.READ,
                message="",
                by=ada,
                at=moment(),
            )

    assert await graph.read(collaborations.invitations, by=ben) == []


async def test_one_call_invites_so_many_and_no_more(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)

    for users in ([], [UserId(f"user_{n}") for n in range(USERS_MOST + 1)]):
        with pytest.raises(TooManyUsers):
            await graph.write(
                collaborations.share,
                notebook=book.id,
                with_users=users,
                permission=Permission.READ,
                message="",
                by=ada,
                at=moment(),
            )
    with pytest.raises(Invalid) as refusal:
        await graph.write(
            collaborations.share,
            notebook=book.id,
            with_users=[UserId("user_x")],
            permission=Permission.READ,
            message="x" * 1_001,
            by=ada,
            at=moment(),
        )
    assert refusal.value.field == "message"


async def test_only_collaborators_are_given_other_permissions(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada)

    with pytest.raises(CollaborationMissing):
        await graph.write(
            collaborations.set_permissions,
            notebook=book.id,
            permissions={ben.user: Permission.READ},
            by=ada,
            at=moment(),
        )


async def test_invitations_come_latest_first_and_collaborators_oldest_first(
    home: Home, graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    first, second = await make.notebook(graph, ada, "first"), await make.notebook(graph, ada, "second")
    others = [await home.person(name) for name in ("cleo", "dora")]
    for book in (first, second):
        await make.invited(graph, ada, book, ben)
    for other in others:
        await make.invited(graph, ada, first, other)

    offered = await graph.read(collaborations.invitations, by=ben)
    people = await graph.read(collaborations.of_notebook, notebook=first.id, by=ada)

    assert [each.notebook for each in offered] == [second.id, first.id]
    assert [each.user for each in people] == [ben.user, *(other.user for other in others)]


async def test_what_happens_to_a_collaboration_is_told(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.shared(graph, ada, book, ben)
    await revoke(graph, ada, book, ben)

    told = await graph.read(activities.of_notebook, notebook=book.id, part=Slice(), by=ada.user)

    assert [activity.verb for activity, _ in told.items] == [
        "collaboration_revoked",
        "collaboration_accepted",
        "notebook_shared",
        "notebook_created",
    ]
