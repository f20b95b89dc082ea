"""Users in the API: what everybody may know of a person, and what only they and admins may."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from aether.domain import checks, users
from aether.domain.errors import Refused
from aether.domain.users import Role, UserId, UserStatus
from aether.graphql.context import Info
from aether.graphql.lists import Connection, connection, part
from aether.graphql.nodes import Node
from aether.graphql.refusals import Payload, UserError, mutation

IMPORTED_MOST = 100


@strawberry.type
class User(Node):
    """A person, as everybody in their organisation may know them.

    Attributes:
        username: Their short name.
        full_name: Their name, if the identity provider tells it.
        avatar_url: Where their picture is; none if they have none.
    """

    username: str
    full_name: str | None
    avatar_url: str | None

    @classmethod
    def of(cls, user: users.User) -> "User":
        """*user*, shown to everybody."""
        return cls(
            id=strawberry.ID(user.id),
            username=user.username,
            full_name=user.full_name,
            avatar_url=avatar_url(user.id, user.avatar),
        )


@strawberry.type
class Account:
    """A person with everything that is kept of them, for themselves and for admins.

    Attributes:
        id: Their id, with which to ask for the `User`.
        username: Their short name.
        full_name: Their name, if the identity provider tells it.
        email: Their address, if the identity provider has verified it.
        avatar_url: Where their picture is; none if they have none.
        roles: Their roles, as the identity provider tells them.
        groups: Their groups at the identity provider, as paths.
        status: Whether they may enter.
        preferences: Their own settings.
        created_at: When they were first seen.
        last_seen_at: When they were last seen, to the minute.
    """

    id: strawberry.ID
    username: str
    full_name: str | None
    email: str | None
    avatar_url: str | None
    roles: list[Role]
    groups: list[str]
    status: UserStatus
    preferences: JSON
    created_at: datetime
    last_seen_at: datetime

    @classmethod
    def of(cls, user: users.User) -> "Account":
        """*user*, shown to themselves or to an admin."""
        return cls(
            id=strawberry.ID(user.id),
            username=user.username,
            full_name=user.full_name,
            email=user.email,
            avatar_url=avatar_url(user.id, user.avatar),
            roles=sorted(user.roles),
            groups=sorted(user.groups),
            status=user.status,
            preferences=JSON(dict(user.preferences)),
            created_at=user.created_at,
            last_seen_at=user.last_seen_at,
        )

    @strawberry.field
    async def permissions(self, info: Info) -> list[str]:
        """What the person may do in general, as verbs such as `notebooks:write`."""
        user = (await info.context.read(users.get_many, [UserId(self.id)]))[UserId(self.id)]
        return users.permissions(user.roles)


def avatar_url(id: str, avatar: str | None) -> str | None:
    """Where the picture *avatar* of the user with this id is, if they have one."""
    return f"/avatars/{id}?v={avatar[:12]}" if avatar else None


def users_listing(text: str) -> str:
    """What cursors of a list of users are signed for."""
    return f"searchUsers/{text}"


def accounts_listing(text: str) -> str:
    """What cursors of a list of accounts are signed for."""
    return f"adminUsers/{text}"


async def user_by_id(info: Info, id: str) -> User | None:
    """The user with this id, as everybody may know them."""
    found = await info.context.loaders.users.load(UserId(id))
    return None if found is None else User.of(found)


async def named(info: Info, id: str) -> User:
    """The user whom something else in the graph names, and who therefore exists."""
    found = await user_by_id(info, id)
    if found is None:
        raise LookupError(id)
    return found


@strawberry.input
class UpdatePreferencesInput:
    """What to change of one's own settings.

    Attributes:
        preferences: Settings to set, by name; null takes one away. Others stay.
    """

    preferences: JSON


@strawberry.input
class SetUserStatusInput:
    """Whom to let in, or to shut out.

    Attributes:
        id: The user.
        status: Whether they may enter from now on.
    """

    id: strawberry.ID
    status: UserStatus


@strawberry.input
class ExpectedUserInput:
    """Somebody who has not signed in yet.

    Attributes:
        subject: What the identity provider calls them; never changes.
        username: Their short name, until they sign in themselves.
        email: Their address, if it is known.
        full_name: Their name, if it is known.
    """

    subject: str
    username: str
    email: str | None = None
    full_name: str | None = None

    def profile(self, info: Info) -> users.Profile:
        """This, as the domain has it."""
        return users.Profile(
            subject=checks.line(self.subject, field="users.subject", most=users.NAME_MOST),
            issuer=info.context.ports.issuer,
            tenant=info.context.viewer.tenant,
            username=self.username,
            email=None if self.email is None else checks.email(self.email, field="users.email"),
            full_name=self.full_name,
        )


@strawberry.input
class ImportUsersInput:
    """Who is to be known before they sign in, so that notebooks can be shared with them.

    Attributes:
        users: From 1 to 100 people. Who is known already stays as they are.
    """

    users: list[ExpectedUserInput]


@strawberry.type
class ImportedUser:
    """What became of one person of many.

    Attributes:
        subject: What the identity provider calls them.
        user: The person; none if it was refused.
        user_errors: Why it could not be done; empty if it was.
    """

    subject: str
    user: User | None
    user_errors: list[UserError]


@strawberry.type
class ImportUsersPayload(Payload):
    """What became of each person.

    Attributes:
        results: One for each, in the order given.
    """

    results: list[ImportedUser] = strawberry.field(default_factory=list)


@strawberry.type
class UpdatePreferencesPayload(Payload):
    """One's own account, as it now is.

    Attributes:
        viewer: The account; none if it was refused.
    """

    viewer: Account | None = None


@strawberry.type
class SetUserStatusPayload(Payload):
    """The account, as it now is.

    Attributes:
        account: The account; none if it was refused.
    """

    account: Account | None = None


@strawberry.type
class UserQueries:
    """Questions about people."""

    @strawberry.field
    async def viewer(self, info: Info) -> Account | None:
        """The account of whoever asks; none if nobody is signed in."""
        if info.context.admitted is None:
            return None
        id = info.context.viewer.user
        return Account.of((await info.context.read(users.get_many, [id]))[id])

    @strawberry.field
    async def user(self, info: Info, id: strawberry.ID) -> User | None:
        """The person with this id, in one's own organisation.

        Args:
            id: The user's id.
        """
        return await user_by_id(info, id)

    @strawberry.field
    async def search_users(
        self, info: Info, text: str = "", first: int = 20, after: str | None = None
    ) -> Connection[User]:
        """The active people of one's organisation, by username.

        Args:
            text: What their name or username holds; all of them if it is empty.
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        listing = users_listing(text)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(users.search, text=text, part=wanted)
        return connection(info, page, User.of, slice=wanted, listing=listing)

    @strawberry.field
    async def admin_users(
        self, info: Info, text: str = "", first: int = 20, after: str | None = None
    ) -> Connection[Account]:
        """The people of one's organisation with their accounts, by username; takes the role of an admin.

        Args:
            text: What their name, username or e-mail address holds; all of them if it is empty.
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        info.context.viewer.needs(Role.ADMIN)
        listing = accounts_listing(text)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(users.search, text=text, part=wanted, everybody=True)
        return connection(info, page, Account.of, slice=wanted, listing=listing)


@strawberry.type
class UserMutations:
    """Changes to people."""

    @mutation
    async def update_preferences(self, info: Info, input: UpdatePreferencesInput) -> UpdatePreferencesPayload:
        """Change one's own settings.

        Args:
            input: What to change.
        """
        info.context.viewer.decides()
        given = users.checked_preferences(input.preferences)
        changed = await info.context.write(
            users.prefer, preferences=given, by=info.context.viewer.user, at=info.context.ports.moment()
        )
        return UpdatePreferencesPayload(viewer=Account.of(changed))

    @mutation
    async def import_users(self, info: Info, input: ImportUsersInput) -> ImportUsersPayload:
        """Make people known before they sign in; takes the role of an admin. Each is done by itself.

        Args:
            input: Who.
        """
        info.context.viewer.administers()
        checks.number(len(input.users), field="users", least=1, most=IMPORTED_MOST)
        return ImportUsersPayload(results=[await _imported(info, each) for each in input.users])

    @mutation
    async def set_user_status(self, info: Info, input: SetUserStatusInput) -> SetUserStatusPayload:
        """Let a user in, or shut them out within seconds; takes the role of an admin.

        Args:
            input: Whom, and whether they may enter.
        """
        info.context.viewer.administers()
        changed = await info.context.write(
            users.set_status,
            id=UserId(input.id),
            status=UserStatus(input.status),
            by=info.context.viewer.user,
            at=info.context.ports.moment(),
        )
        return SetUserStatusPayload(account=Account.of(changed))


async def _imported(info: Info, expected: ExpectedUserInput) -> ImportedUser:
    at = info.context.ports.moment()
    try:
        known = await info.context.write(
            users.expect,
            expected.profile(info),
            tenant=info.context.viewer.tenant,
            id=UserId(at.id("user")),
            at=at,
        )
    except Refused as refusal:
        return ImportedUser(subject=expected.subject, user=None, user_errors=[UserError.of(refusal)])
    return ImportedUser(subject=expected.subject, user=User.of(known), user_errors=[])
