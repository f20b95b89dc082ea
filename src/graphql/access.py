"""Access in the API: what somebody may do, and why."""

import strawberry

from aether.domain import access, notebooks
from aether.domain.access import GrantKind, Permission
from aether.domain.notebooks import NotebookId
from aether.domain.users import UserId
from aether.graphql.context import Info


@strawberry.type
class Grant:
    """One reason why somebody may see a notebook.

    Attributes:
        kind: How it came about.
        permission: What it lets them do.
        path: The ids of the notebooks from where the grant stands down to the notebook itself.
    """

    kind: GrantKind
    permission: Permission
    path: list[strawberry.ID]


@strawberry.type
class AccessExplanation:
    """Why somebody may, or may not, see a notebook.

    Attributes:
        permission: What they may do, all in all; none if they may not see it.
        grants: Every reason, the nearest first.
    """

    permission: Permission | None
    grants: list[Grant]


@strawberry.type
class AccessQueries:
    """Questions about rights."""

    @strawberry.field
    async def explain_access(
        self, info: Info, notebook_id: strawberry.ID, user_id: strawberry.ID | None = None
    ) -> AccessExplanation | None:
        """Why somebody may see a notebook; none if one may not ask.

        About oneself one may ask where one may read, about others where one administers.

        Args:
            notebook_id: The notebook.
            user_id: About whom; oneself if it is left out.
        """
        found = await info.context.read(
            notebooks.explain,
            id=NotebookId(notebook_id),
            of=info.context.viewer.user if user_id is None else UserId(user_id),
            by=info.context.viewer,
        )
        if found is None:
            return None
        best = max((grant.permission for grant in found), default=None)
        return AccessExplanation(permission=best, grants=[_grant(grant) for grant in found])


def _grant(grant: access.Grant) -> Grant:
    return Grant(
        kind=grant.kind, permission=grant.permission, path=[strawberry.ID(step) for step in grant.path]
    )
