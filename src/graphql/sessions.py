"""Signing in, as the API tells of it. The doing is done by plain routes, with cookies."""

from datetime import datetime
from urllib.parse import urlencode

import strawberry

from aether.domain.errors import Refused
from aether.domain.identity import Credential, CredentialKind, redirect
from aether.graphql.context import Info


@strawberry.type
class TokenStatus:
    """Whether a token lets somebody in.

    Attributes:
        active: Whether it does.
        code: Why it does not, such as `TOKEN_EXPIRED`; none if it does.
        user_id: Whom it lets in; none if nobody.
    """

    active: bool
    code: str | None
    user_id: strawberry.ID | None


@strawberry.type
class SessionQueries:
    """Questions about signing in."""

    @strawberry.field
    def login_url(self, redirect_to: str = "/") -> str:
        """Where to send a browser whose person is to sign in.

        Args:
            redirect_to: The path of this Aether to come back to.
        """
        return "/auth/login?" + urlencode({"redirect": redirect(redirect_to)})

    @strawberry.field
    async def verify_token(self, info: Info, token: str) -> TokenStatus:
        """Whether a token lets somebody in.

        Args:
            token: The token.
        """
        try:
            viewer = await info.context.ports.doorkeeper.admit(
                Credential(kind=CredentialKind.BEARER, secret=token)
            )
        except Refused as refusal:
            return TokenStatus(active=False, code=refusal.code, user_id=None)
        return TokenStatus(active=True, code=None, user_id=strawberry.ID(viewer.user))

    @strawberry.field
    def server_time(self, info: Info) -> datetime:
        """The clock of this Aether, for those who compare it with theirs."""
        return info.context.ports.moment().now
