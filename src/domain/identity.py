"""Identity: who is asking, as the outside proves it.

Aether keeps no passwords. An identity provider signs tokens about people, and a verified
token describes one of them for as long as it lasts. A token is wholly right or refused,
with a reason its sender can act on. People sign in at the provider: they leave with a
login under way and come back with a code, which is exchanged for tokens.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from aether.domain.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from aether.domain.users import Profile

TOKEN_MOST = 8_192
"""The longest token, in characters."""

REDIRECT_MOST = 2_000
"""The longest path to return to after a login, in characters."""


class TokenInvalid(Unauthenticated):
    """The token is malformed or forged, is not valid yet, or was not made to open an API."""

    code = "TOKEN_INVALID"


class TokenExpired(Unauthenticated):
    """The token was good once."""

    code = "TOKEN_EXPIRED"

    def __init__(self) -> None:
        super().__init__("This token has expired: refresh it, or sign in again.")


class TokenAlgorithmRefused(Unauthenticated):
    """The token is signed in a way that proves nothing, or that is not accepted here."""

    code = "TOKEN_ALGORITHM_REFUSED"


class TokenWrongIssuer(Unauthenticated):
    """The token comes from an issuer that is not trusted here."""

    code = "TOKEN_WRONG_ISSUER"

    def __init__(self) -> None:
        super().__init__("This token comes from an issuer that is not trusted here.")


class TokenWrongAudience(Unauthenticated):
    """The token is a trusted issuer's, but was made for another application."""

    code = "TOKEN_WRONG_AUDIENCE"

    def __init__(self) -> None:
        super().__init__("This token was made for another application.")


class TokenWithoutTenant(Unauthenticated):
    """The token does not say which one tenant its person belongs to."""

    code = "TOKEN_WITHOUT_TENANT"

    def __init__(self) -> None:
        super().__init__("This token does not name a tenant: ask whoever looks after the accounts.")


class LoginStale(Unauthenticated):
    """The answer belongs to no login that this browser has under way."""

    code = "LOGIN_STALE"

    def __init__(self) -> None:
        super().__init__("This login was begun elsewhere or too long ago: begin again.")


class LoginRefused(Unauthenticated):
    """The identity provider did not let the person in."""

    code = "LOGIN_REFUSED"


class SessionEnded(Unauthenticated):
    """The identity provider no longer keeps the session, or there never was one."""

    code = "SESSION_ENDED"

    def __init__(self) -> None:
        super().__init__("This session has ended: sign in again.")


class RedirectInvalid(Invalid):
    """The place to return to after a login is not a path of this Aether."""

    code = "REDIRECT_INVALID"


class CrossSite(Forbidden):
    """Another site asked in the name of a signed-in person."""

    code = "CROSS_SITE_REQUEST"

    def __init__(self) -> None:
        super().__init__("This request does not come from one of our own pages.")


class IdentityUnavailable(Unavailable):
    """The identity provider does not answer, and what it said before is not enough."""

    code = "IDENTITY_UNAVAILABLE"

    def __init__(
        self, message: str = "The identity provider does not answer.", *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s)


class CredentialKind(StrEnum):
    """How a request shows who sends it. A cookie is a token that the browser sends unasked."""

    BEARER = "bearer"
    API_KEY = "api-key"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a request shows to prove who sends it, not verified yet."""

    kind: CredentialKind
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedToken:
    """What a token says, now that it is proved.

    Attributes:
        id: The token's own name, if it has one.
        session: The provider's session that the token belongs to; none for a program's token.
        scopes: What the token was granted for, as the provider names it.
    """

    profile: Profile
    issued_at: datetime
    expires_at: datetime
    id: str | None = None
    session: str | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login under way: what ties the answer to the browser that asked.

    Attributes:
        state: Comes back with the answer.
        nonce: Comes back within the identity token.
        verifier: Shown to the provider only when the code is exchanged (PKCE).
        callback: The absolute address to which the provider sends the browser back.
    """

    state: str
    nonce: str
    verifier: str = field(repr=False)
    callback: str

    @property
    def challenge(self) -> str:
        """The verifier's SHA-256, which the provider is told first."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What the provider hands out for a code or a refresh token.

    Attributes:
        refresh: What renews the access token; none if the provider gives none.
        identity: Who signed in, for the application itself; names the session at its end.
        refresh_expires_at: When the refresh token ends, if the provider says so.
    """

    access: str = field(repr=False)
    expires_at: datetime
    refresh: str | None = field(default=None, repr=False)
    refresh_expires_at: datetime | None = None
    identity: str | None = field(default=None, repr=False)


class TokenVerifier(Protocol):
    """What tells a good token from a bad one."""

    async def verify(self, token: str) -> VerifiedToken:
        """What *token* says, if it is right in every respect.

        Raises:
            Unauthenticated: It is not; the code tells why.
            IdentityUnavailable: Its issuer does not answer, and no key of it is known.
        """
        ...


class Sessions(Protocol):
    """What is known of sessions that ended before their tokens did.

    Tokens are good by their signature and short-lived, so where nothing is known, because the
    place where it is kept does not answer, a token is believed.
    """

    async def end(self, session: str, *, seconds: float) -> None:
        """Note that *session* ended, for as long as a token of it may last."""
        ...

    async def ended(self, session: str) -> bool:
        """Whether *session* is known to have ended."""
        ...


class IdentityProvider(Protocol):
    """Where people sign in. Each method raises `IdentityUnavailable` if it does not answer."""

    async def authorization_url(self, login: Login) -> str:
        """Where to send the browser, so that its person signs in."""
        ...

    async def exchange(self, code: str, login: Login) -> Tokens:
        """The tokens for a code that came back from *login*.

        Raises:
            LoginRefused: The code is wrong, used or too old, or belongs to another login.
        """
        ...

    async def refresh(self, token: str) -> Tokens:
        """New tokens for a refresh token.

        Raises:
            SessionEnded: It is wrong, or its session has ended.
        """
        ...

    async def introspect(self, token: str) -> bool:
        """Whether the provider honours this access or refresh token at this moment."""
        ...

    async def end_session(self, *, refresh: str | None, identity: str | None, return_to: str) -> str | None:
        """End the session that these tokens belong to, as far as it is known.

        Returns:
            Where the browser ends its session at the provider, and from where it comes back
            to the absolute address *return_to*; none if the provider has no such place.
        """
        ...


def redirect(path: str) -> str:
    """*path*, if it leads to a place of this Aether and to nowhere else.

    Raises:
        RedirectInvalid: It is too long, names another site, or a browser might read it so.
    """
    if len(path) > REDIRECT_MOST:
        raise RedirectInvalid(
            f"Redirect can have at most {REDIRECT_MOST} characters; it has {len(path)}.", field="redirect"
        )
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not _is_plain(path):
        raise RedirectInvalid("Redirect must be a path of this site, such as /notebooks.", field="redirect")
    return path


def _is_plain(path: str) -> bool:
    """Whether it holds visible ASCII only: browsers drop tabs and line breaks from addresses."""
    return path.isascii() and path.isprintable() and " " not in path
