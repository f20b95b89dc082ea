"""Collaborations in the API: who else works on a notebook."""

from datetime import datetime

import strawberry

from aether.domain import collaborations
from aether.domain.access import Permission
from aether.domain.collaborations import CollaborationStatus
from aether.domain.notebooks import NotebookId
from aether.domain.users import UserId
from aether.graphql.context import Info
from aether.graphql.notebooks.changes import NotebookPayload
from aether.graphql.notebooks.inputs import NotebookInput
from aether.graphql.notebooks.shape import Notebook, notebook_by_id
from aether.graphql.refusals import Payload, mutation
from aether.graphql.users import User, user_by_id


@strawberry.type
class Collaboration:
    """Somebody's part in somebody else's notebook.

    Attributes:
        permission: What they may do to it.
        status: Whether they have accepted.
        message: What they were told when they were invited.
        granted_at: When they were invited.
        accepted_at: When they accepted; none if they have not.
        notebook_id: The notebook, by the id with which to accept.
    """

    permission: Permission
    status: CollaborationStatus
    message: str
    granted_at: datetime
    accepted_at: datetime | None
    notebook_id: strawberry.ID
    user_id: strawberry.Private[str]
    granter_id: strawberry.Private[str]

    @classmethod
    def of(cls, collaboration: collaborations.Collaboration) -> "Collaboration":
        """*collaboration*, shown to its user and to those who may read the notebook."""
        return cls(
            permission=collaboration.permission,
            status=collaboration.status,
            message=collaboration.message,
            granted_at=collaboration.granted_at,
            accepted_at=collaboration.accepted_at,
            user_id=collaboration.user,
            notebook_id=strawberry.ID(collaboration.notebook),
            granter_id=collaboration.granted_by,
        )

    @strawberry.field
    async def user(self, info: Info) -> User | None:
        """Whose part it is."""
        return await user_by_id(info, self.user_id)

    @strawberry.field
    async def granted_by(self, info: Info) -> User | None:
        """Who invited them."""
        return await user_by_id(info, self.granter_id)

    @strawberry.field
    async def notebook(self, info: Info) -> Notebook | None:
        """The notebook; none as long as one may not read it."""
        return await notebook_by_id(info, self.notebook_id)


@strawberry.input
class ShareNotebookInput:
    """Which notebook to share, with whom, and how far.

    Attributes:
        id: The notebook.
        user_ids: From 1 to 100 people.
        permission: What they may do to it, and to all below it.
        message: What they are told, at most 1,000 characters.
    """

    id: strawberry.ID
    user_ids: list[strawberry.ID]
    permission: Permission = Permission.READ
    message: str = ""


@strawberry.input
class CollaboratorPermissionInput:
    """What one collaborator may do from now on.

    Attributes:
        user_id: The collaborator.
        permission: What they may do.
    """

    user_id: strawberry.ID
    permission: Permission


@strawberry.input
class SetNotebookPermissionsInput:
    """What collaborators of a notebook may do from now on.

    Attributes:
        id: The notebook.
        permissions: One for each collaborator whose permission changes.
    """

    id: strawberry.ID
    permissions: list[CollaboratorPermissionInput]


@strawberry.input
class RevokeCollaborationInput:
    """Whose part in which notebook ends.

    Attributes:
        id: The notebook.
        user_id: Whose; one's own if it is left out.
    """

    id: strawberry.ID
    user_id: strawberry.ID | None = None


@strawberry.type
class ShareNotebookPayload(NotebookPayload):
    """The notebook, shared."""


@strawberry.type
class SetNotebookPermissionsPayload(NotebookPayload):
    """The notebook, under its new permissions."""


@strawberry.type
class AcceptCollaborationPayload(NotebookPayload):
    """The notebook, which one may now read."""


@strawberry.type
class RevokeCollaborationPayload(Payload):
    """The collaboration that has ended.

    Attributes:
        notebook_id: The notebook; none if it was refused.
    """

    notebook_id: strawberry.ID | None = None


@strawberry.type
class CollaborationQueries:
    """Questions about collaborations."""

    @strawberry.field
    async def invitations(self, info: Info) -> list[Collaboration]:
        """What one is invited to and has not accepted yet, the latest first."""
        found = await info.context.read(collaborations.invitations, by=info.context.viewer)
        return [Collaboration.of(each) for each in found]


@strawberry.type
class CollaborationMutations:
    """Changes to collaborations."""

    @mutation
    async def share_notebook(self, info: Info, input: ShareNotebookInput) -> ShareNotebookPayload:
        """Invite people to a notebook; takes the permission to administer it.

        Args:
            input: Which notebook, with whom, and how far.
        """
        await info.context.write(
            collaborations.share,
            notebook=NotebookId(input.id),
            with_users=list(dict.fromkeys(map(UserId, input.user_ids))),
            permission=Permission(input.permission),
            message=input.message,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return ShareNotebookPayload(shown=input.id)

    @mutation
    async def set_notebook_permissions(
        self, info: Info, input: SetNotebookPermissionsInput
    ) -> SetNotebookPermissionsPayload:
        """Change what collaborators may do; takes the permission to administer the notebook.

        Args:
            input: Which notebook, and who may do what.
        """
        wanted = {UserId(each.user_id): Permission(each.permission) for each in input.permissions}
        await info.context.write(
            collaborations.set_permissions,
            notebook=NotebookId(input.id),
            permissions=wanted,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return SetNotebookPermissionsPayload(shown=input.id)

    @mutation
    async def accept_collaboration(self, info: Info, input: NotebookInput) -> AcceptCollaborationPayload:
        """Accept an invitation to a notebook.

        Args:
            input: Which notebook.
        """
        at = info.context.ports.moment()
        notebook = NotebookId(input.id)
        await info.context.write(collaborations.accept, notebook=notebook, by=info.context.viewer, at=at)
        return AcceptCollaborationPayload(shown=input.id)

    @mutation
    async def revoke_collaboration(
        self, info: Info, input: RevokeCollaborationInput
    ) -> RevokeCollaborationPayload:
        """End a collaboration: one's own at any time, others' with the permission to administer.

        Args:
            input: Whose, in which notebook.
        """
        await info.context.write(
            collaborations.revoke,
            notebook=NotebookId(input.id),
            user=info.context.viewer.user if input.user_id is None else UserId(input.user_id),
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return RevokeCollaborationPayload(notebook_id=input.id)
