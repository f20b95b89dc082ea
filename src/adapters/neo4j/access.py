"""Access, as `cypher/access/` tells the rule."""

from collections.abc import Collection, Mapping

from typing_extensions import override

from aether.adapters.neo4j.runner import Runner
from aether.domain.access import Access, Grant, GrantKind, Permission
from aether.domain.users import UserId


class Neo4jAccess(Access):
    """What the graph grants."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def permissions(self, notebooks: Collection[str], *, of: UserId) -> Mapping[str, Permission]:
        rows = await self._run("access/permissions", user=of, ids=list(notebooks))
        return {row["id"]: Permission(row["permission"]) for row in rows}

    @override
    async def grants(self, notebook: str, *, of: UserId) -> Collection[Grant]:
        return [
            Grant(
                kind=GrantKind(row["kind"]),
                permission=Permission(row["level"]),
                notebook=row["path"][-1],
                path=tuple(reversed(row["path"])),
            )
            for row in await self._run("access/grants", user=of, id=notebook)
        ]

    @override
    async def roots(self, *, of: UserId) -> Collection[str]:
        return [row["id"] for row in await self._run("access/roots", user=of)]
