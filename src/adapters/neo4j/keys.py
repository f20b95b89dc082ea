"""API keys in the graph: `(:User)-[:HOLDS]->(:ApiKey)`, found by digest."""

from collections.abc import Sequence

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, instant_or_none
from aether.adapters.neo4j.runner import Row, Runner
from aether.adapters.neo4j.users import user_of
from aether.domain.access import Permission
from aether.domain.keys import ApiKey, KeyId, Keys
from aether.domain.tenants import TenantId
from aether.domain.users import User, UserId


class Neo4jKeys(Keys):
    """Where keys are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def add(self, key: ApiKey) -> None:
        await self._run(
            "keys/add",
            id=key.id,
            owner=key.owner,
            name=key.name,
            hint=key.hint,
            digest=key.digest,
            ceiling=key.ceiling.value,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )

    @override
    async def put(self, key: ApiKey) -> None:
        await self._run("keys/put", id=key.id, last_used_at=key.last_used_at, revoked_at=key.revoked_at)

    @override
    async def of_user(self, user: UserId) -> Sequence[ApiKey]:
        return [key_of(row["key"]) for row in await self._run("keys/of_user", user=user)]

    @override
    async def by_digest(self, digest: str) -> tuple[ApiKey, User] | None:
        row = await self._run.one("keys/by_digest", digest=digest)
        return None if row is None else (key_of(row["key"]), user_of(row["user"]))


def key_of(row: Row) -> ApiKey:
    """The key in a row's map."""
    return ApiKey(
        id=KeyId(row["id"]),
        tenant=TenantId(row["tenant"]),
        owner=UserId(row["owner"]),
        name=row["name"],
        hint=row["hint"],
        digest=row["digest"],
        ceiling=Permission(row["ceiling"]),
        created_at=instant(row["created_at"]),
        expires_at=instant(row["expires_at"]),
        last_used_at=instant_or_none(row["last_used_at"]),
        revoked_at=instant_or_none(row["revoked_at"]),
    )
