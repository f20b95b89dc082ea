"""Users in the graph: `(:User)-[:BELONGS_TO]->(:Tenant)`."""

from collections.abc import Collection, Mapping

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, lock, paged, text_of, value_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.pages import Page, Place, Slice
from aether.domain.tenants import TenantId
from aether.domain.users import Role, User, UserId, Users, UserStatus


class Neo4jUsers(Users):
    """Where users are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[UserId]) -> Mapping[UserId, User]:
        rows = await self._run("users/get_many", ids=list(ids))
        return {row["user"]["id"]: user_of(row["user"]) for row in rows}

    @override
    async def lock(self, ids: Collection[UserId]) -> Mapping[UserId, User]:
        rows = await self._run("users/lock", ids=list(ids), lock=lock())
        return {row["user"]["id"]: user_of(row["user"]) for row in rows}

    @override
    async def by_subject(self, *, issuer: str, subject: str) -> User | None:
        row = await self._run.one("users/by_subject", issuer=issuer, subject=subject)
        return None if row is None else user_of(row["user"])

    @override
    async def claim(self, fresh: User) -> User:
        rows = await self._run(
            "users/claim",
            id=fresh.id,
            issuer=fresh.issuer,
            subject=fresh.subject,
            username=fresh.username,
            status=fresh.status.value,
            now=fresh.created_at,
        )
        return user_of(rows[0]["user"])

    @override
    async def put(self, user: User) -> None:
        await self._run(
            "users/put",
            id=user.id,
            username=user.username,
            email=user.email,
            full_name=user.full_name,
            avatar=user.avatar,
            roles=sorted(user.roles),
            groups=sorted(user.groups),
            preferences=text_of(user.preferences),
            status=user.status.value,
            updated_at=user.updated_at,
            last_seen_at=user.last_seen_at,
        )

    @override
    async def search(self, text: str, *, part: Slice, everybody: bool = False) -> Page[User]:
        return await paged(
            self._run,
            "users/search",
            part,
            of=lambda row: user_of(row["user"]),
            place_of=lambda row: Place(key=row["key"], id=row["user"]["id"]),
            text=text.lower(),
            statuses=list(UserStatus) if everybody else [UserStatus.ACTIVE],
            addresses=everybody,
        )


def user_of(row: Row) -> User:
    """The user in a row's map."""
    return User(
        id=UserId(row["id"]),
        tenant=TenantId(row["tenant"]),
        subject=row["subject"],
        issuer=row["issuer"],
        username=row["username"],
        email=row["email"],
        full_name=row["full_name"],
        avatar=row["avatar"],
        roles=frozenset(map(Role, row["roles"])),
        groups=frozenset(row["groups"]),
        preferences=value_of(row["preferences"]),
        status=UserStatus(row["status"]),
        created_at=instant(row["created_at"]),
        updated_at=instant(row["updated_at"]),
        last_seen_at=instant(row["last_seen_at"]),
    )
