"""Collaborations in the graph: `(:User)-[:COLLABORATES_ON]->(:Notebook)`."""

from collections.abc import Collection, Mapping, Sequence

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, instant_or_none
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.access import Permission
from aether.domain.collaborations import Collaboration, Collaborations, CollaborationStatus
from aether.domain.notebooks import NotebookId
from aether.domain.users import UserId


class Neo4jCollaborations(Collaborations):
    """Where collaborations are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def of_notebook(self, notebook: NotebookId) -> Mapping[UserId, Collaboration]:
        rows = await self._run("collaborations/of_notebook", notebook=notebook)
        return {row["collaboration"]["user"]: collaboration_of(row["collaboration"]) for row in rows}

    @override
    async def of_user(self, user: UserId, *, status: CollaborationStatus) -> Sequence[Collaboration]:
        rows = await self._run("collaborations/of_user", user=user, status=status.value)
        return [collaboration_of(row["collaboration"]) for row in rows]

    @override
    async def put(self, collaborations: Collection[Collaboration]) -> None:
        await self._run("collaborations/put", rows=[_kept(each) for each in collaborations])


def _kept(collaboration: Collaboration) -> dict[str, object]:
    return {
        "user": collaboration.user,
        "notebook": collaboration.notebook,
        "permission": collaboration.permission.name.lower(),
        "level": collaboration.permission.value,
        "status": collaboration.status.value,
        "message": collaboration.message,
        "granted_by": collaboration.granted_by,
        "granted_at": collaboration.granted_at,
        "accepted_at": collaboration.accepted_at,
        "revoked_at": collaboration.revoked_at,
    }


def collaboration_of(row: Row) -> Collaboration:
    """The collaboration in a row's map."""
    return Collaboration(
        notebook=NotebookId(row["notebook"]),
        user=UserId(row["user"]),
        permission=Permission(row["permission"]),
        status=CollaborationStatus(row["status"]),
        message=row["message"],
        granted_by=UserId(row["granted_by"]),
        granted_at=instant(row["granted_at"]),
        accepted_at=instant_or_none(row["accepted_at"]),
        revoked_at=instant_or_none(row["revoked_at"]),
    )
