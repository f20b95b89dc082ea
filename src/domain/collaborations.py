"""Collaborations: who else works on a notebook, and how far.

A collaboration begins as an invitation, pending until its user accepts it; only then does
it let them in. Whoever administers the notebook changes or revokes it, and a collaborator
may always leave. What was revoked can be offered again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from aether.domain import checks, notebooks, users
from aether.domain.access import Permission
from aether.domain.errors import Conflict, Invalid, Missing
from aether.domain.moments import Moment
from aether.domain.notebooks import Notebook, NotebookId
from aether.domain.users import UserId, UserMissing
from aether.domain.viewers import Viewer

MESSAGE_MOST = 1_000
USERS_MOST = 100
"""The most people that one call invites."""


class CollaborationStatus(StrEnum):
    """Where a collaboration is in its life."""

    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"


class CollaborationMissing(Missing):
    """There is no such collaboration."""

    code = "COLLABORATION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such collaboration.")


class OwnerCollaborates(Conflict):
    """The owner of a notebook needs no invitation to it."""

    code = "OWNER_COLLABORATES"

    def __init__(self) -> None:
        super().__init__("The owner of a notebook cannot be its collaborator.")


class TooManyUsers(Invalid):
    """More people than one call invites."""

    code = "TOO_MANY_USERS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaboration:
    """Somebody's part in somebody else's notebook."""

    notebook: NotebookId
    user: UserId
    permission: Permission
    status: CollaborationStatus
    message: str = ""
    granted_by: UserId
    granted_at: datetime
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None


class Collaborations(Protocol):
    """Where collaborations are kept."""

    async def of_notebook(self, notebook: NotebookId) -> Mapping[UserId, Collaboration]:
        """The notebook's own collaborations, by user, revoked ones too."""
        ...

    async def of_user(self, user: UserId, *, status: CollaborationStatus) -> Sequence[Collaboration]:
        """The user's collaborations on live notebooks, the latest first."""
        ...

    async def put(self, collaborations: Collection[Collaboration]) -> None:
        """Keep *collaborations* as they now are."""
        ...


class Work(notebooks.Work, users.Work, Protocol):
    """A transaction in which collaborations can be read and written."""

    @property
    def collaborations(self) -> Collaborations:
        """The collaborations."""
        ...


async def share(
    work: Work,
    *,
    notebook: NotebookId,
    with_users: Collection[UserId],
    permission: Permission,
    message: str,
    by: Viewer,
    at: Moment,
) -> Notebook:
    """Invite people to a notebook; who takes part already gets the new permission.

    Raises:
        UserMissing: One of them does not exist; nobody is invited then.
    """
    said = checks.prose(message, field="message", most=MESSAGE_MOST)
    if not 1 <= len(set(with_users)) <= USERS_MOST:
        raise TooManyUsers(f"Name from 1 to {USERS_MOST} users.", field="user_ids")
    shared = await notebooks.opened(work, notebook, by=by, wanted=Permission.ADMIN)
    if shared.owner in with_users:
        raise OwnerCollaborates
    known = await work.users.get_many(with_users)
    for user in with_users:
        if user not in known:
            raise UserMissing(user)
    before = await work.collaborations.of_notebook(notebook)
    invitations = [
        _offered(
            before.get(user), notebook=notebook, user=user, permission=permission, said=said, by=by, at=at
        )
        for user in known
    ]
    await work.collaborations.put(invitations)
    await notebooks.tell(
        work, notebook, "notebook_shared", by=by, at=at, users=list(known), permission=permission.name.lower()
    )
    return shared


async def set_permissions(
    work: Work, *, notebook: NotebookId, permissions: Mapping[UserId, Permission], by: Viewer, at: Moment
) -> Notebook:
    """Change what collaborators, pending or active, may do."""
    changed = await notebooks.opened(work, notebook, by=by, wanted=Permission.ADMIN)
    before = await work.collaborations.of_notebook(notebook)
    after = [replace(_live(before, user), permission=permission) for user, permission in permissions.items()]
    await work.collaborations.put(after)
    told = {user: permission.name.lower() for user, permission in permissions.items()}
    await notebooks.tell(work, notebook, "permissions_changed", by=by, at=at, permissions=told)
    return changed


async def accept(work: Work, *, notebook: NotebookId, by: Viewer, at: Moment) -> Notebook:
    """Take up an invitation; accepting twice changes nothing.

    Raises:
        CollaborationMissing: There is none.
    """
    by.decides()
    found = (await work.notebooks.lock([notebook])).get(notebook)
    invitation = (await work.collaborations.of_notebook(notebook)).get(by.user)
    if found is None or invitation is None or invitation.status is CollaborationStatus.REVOKED:
        raise CollaborationMissing
    if invitation.status is CollaborationStatus.PENDING:
        active = replace(invitation, status=CollaborationStatus.ACTIVE, accepted_at=at.now)
        await work.collaborations.put([active])
        await notebooks.tell(work, notebook, "collaboration_accepted", by=by, at=at, user=by.user)
    return found


async def revoke(work: Work, *, notebook: NotebookId, user: UserId, by: Viewer, at: Moment) -> None:
    """End a collaboration now: somebody else's as an admin of the notebook, one's own at any time."""
    by.decides()
    if user == by.user:
        await work.notebooks.lock([notebook])
    else:
        await notebooks.opened(work, notebook, by=by, wanted=Permission.ADMIN)
    ended = _live(await work.collaborations.of_notebook(notebook), user)
    await work.collaborations.put([replace(ended, status=CollaborationStatus.REVOKED, revoked_at=at.now)])
    await notebooks.tell(work, notebook, "collaboration_revoked", by=by, at=at, user=user)


async def of_notebook(work: Work, *, notebook: NotebookId, by: Viewer) -> Sequence[Collaboration]:
    """The live collaborations of a notebook, for those who may read it, the oldest first.

    Who is invited, and in which words, is between the two and those who administer it.
    """
    granted = (await work.access.permissions([notebook], of=by.user)).get(notebook)
    if granted is None:
        return []
    found = (await work.collaborations.of_notebook(notebook)).values()
    live = [
        each
        if granted is Permission.ADMIN or by.user in {each.user, each.granted_by}
        else replace(each, message="")
        for each in found
        if each.status is CollaborationStatus.ACTIVE
        or (
            each.status is CollaborationStatus.PENDING
            and (granted is Permission.ADMIN or each.user == by.user)
        )
    ]
    return sorted(live, key=lambda each: (each.granted_at, each.user))


async def invitations(work: Work, *, by: Viewer) -> Sequence[Collaboration]:
    """What *by* is invited to and has not taken up yet, the latest first."""
    return await work.collaborations.of_user(by.user, status=CollaborationStatus.PENDING)


def _live(found: Mapping[UserId, Collaboration], user: UserId) -> Collaboration:
    collaboration = found.get(user)
    if collaboration is None or collaboration.status is CollaborationStatus.REVOKED:
        raise CollaborationMissing
    return collaboration


def _offered(
    before: Collaboration | None,
    *,
    notebook: NotebookId,
    user: UserId,
    permission: Permission,
    said: str,
    by: Viewer,
    at: Moment,
) -> Collaboration:
    if before is not None and before.status is not CollaborationStatus.REVOKED:
        return replace(before, permission=permission, message=said)
    return Collaboration(
        notebook=notebook,
        user=user,
        permission=permission,
        status=CollaborationStatus.PENDING,
        message=said,
        granted_by=by.user,
        granted_at=at.now,
    )
