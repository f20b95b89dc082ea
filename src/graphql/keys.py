"""API keys in the API: made once, shown once, revoked at any time."""

from datetime import datetime

import strawberry

from aether.domain import keys
from aether.domain.access import Permission
from aether.domain.keys import KeyId
from aether.graphql.context import Info
from aether.graphql.nodes import Node
from aether.graphql.refusals import Payload, mutation


@strawberry.type
class ApiKey(Node):
    """A key with which programs enter in one's name, without its secret.

    Attributes:
        name: What it is for.
        hint: The first characters of the secret, to tell keys apart.
        permission: The most that may be done with it.
        created_at: When it was made.
        expires_at: When it ends by itself.
        last_used_at: When it was last used, to the minute; none if it never was.
        revoked_at: When it was revoked; none if it was not.
    """

    name: str
    hint: str
    permission: Permission
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: keys.ApiKey) -> "ApiKey":
        """*key*, shown to its owner."""
        return cls(
            id=strawberry.ID(key.id),
            name=key.name,
            hint=key.hint,
            permission=key.ceiling,
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
        )


async def key_by_id(info: Info, id: str) -> ApiKey | None:
    """The viewer's own key with this id."""
    found = await info.context.read(keys.of_viewer, by=info.context.viewer)
    return next((ApiKey.of(key) for key in found if key.id == id), None)


@strawberry.input
class CreateApiKeyInput:
    """What key to make.

    Attributes:
        name: What it is for, at most 100 characters.
        permission: The most that may be done with it; never more than one may do oneself.
        days: After how many days it ends by itself, from 1 to 365.
    """

    name: str
    permission: Permission = Permission.READ
    days: int = 90


@strawberry.input
class RevokeApiKeyInput:
    """Which key to revoke.

    Attributes:
        id: One of one's own keys.
    """

    id: strawberry.ID


@strawberry.type
class CreateApiKeyPayload(Payload):
    """A new key.

    Attributes:
        api_key: The key; none if it was refused.
        secret: What to send as `X-API-Key`. It is shown this once and kept nowhere.
    """

    api_key: ApiKey | None = None
    secret: str | None = None


@strawberry.type
class RevokeApiKeyPayload(Payload):
    """The key, revoked.

    Attributes:
        api_key: The key; none if it was refused.
    """

    api_key: ApiKey | None = None


@strawberry.type
class KeyQueries:
    """Questions about one's keys."""

    @strawberry.field
    async def api_keys(self, info: Info) -> list[ApiKey]:
        """One's own keys, the latest first, revoked and expired ones too."""
        return [ApiKey.of(key) for key in await info.context.read(keys.of_viewer, by=info.context.viewer)]


@strawberry.type
class KeyMutations:
    """Changes to one's keys."""

    @mutation
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> CreateApiKeyPayload:
        """Make a key with which programs enter in one's name.

        Args:
            input: What key to make.
        """
        at, secret = info.context.ports.moment(), info.context.ports.secret()
        key = await info.context.write(
            keys.create,
            id=KeyId(at.id("key")),
            secret=secret,
            name=input.name,
            ceiling=input.permission,
            days=input.days,
            by=info.context.viewer,
            at=at,
        )
        return CreateApiKeyPayload(api_key=ApiKey.of(key), secret=secret)

    @mutation
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> RevokeApiKeyPayload:
        """End a key now; revoking it twice changes nothing.

        Args:
            input: Which key.
        """
        at = info.context.ports.moment()
        key = await info.context.write(keys.revoke, id=KeyId(input.id), by=info.context.viewer, at=at)
        return RevokeApiKeyPayload(api_key=ApiKey.of(key))
