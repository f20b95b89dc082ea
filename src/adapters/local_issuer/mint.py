"""The mint: tokens of the local issuer, which say things where Keycloak's say them."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aether.adapters.local_issuer.keys import SigningKey
from aether.adapters.local_issuer.sessions import Session
from aether.domain.users import Profile

NAME = "https://local-issuer.invalid"
"""The issuer's name in tokens. Nothing on any network can have it."""
CLIENT = "aether-app"
SCOPE = "openid profile email"
TTL = timedelta(hours=1)


class Mint:
    """Makes tokens about people, signed with the issuer's key."""

    def __init__(self, key: SigningKey, *, now: Callable[[], datetime]) -> None:
        self._key = key
        self._now = now

    def access(self, person: Profile, *, ttl_s: int, session: str | None = None) -> str:
        """An access token of *person* for *ttl_s* seconds, within a session or outside any."""
        claims = self._claims(person, ttl_s=ttl_s) | {
            "typ": "Bearer",
            "azp": CLIENT,
            "scope": SCOPE,
            "tenant": person.tenant,
            "realm_access": {"roles": sorted(person.roles)},
            "groups": sorted(person.groups),
        }
        return self._key.sign(claims | ({"sid": session} if session else {}))

    def tokens(self, session: Session, *, refresh: str) -> Mapping[str, Any]:
        """What the token endpoint answers for *session*."""
        ttl_s = int(TTL.total_seconds())
        identity = self._claims(session.person, ttl_s=ttl_s)
        return {
            "token_type": "Bearer",
            "access_token": self.access(session.person, ttl_s=ttl_s, session=session.id),
            "expires_in": ttl_s,
            "refresh_token": refresh,
            "refresh_expires_in": int((session.ends_at - self._now()).total_seconds()),
            "id_token": self._key.sign(identity | {"typ": "ID", "nonce": session.nonce, "sid": session.id}),
            "scope": SCOPE,
        }

    def _claims(self, person: Profile, *, ttl_s: int) -> dict[str, Any]:
        now = int(self._now().timestamp())
        return {
            "iss": NAME,
            "sub": person.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + ttl_s,
            "jti": secrets.token_urlsafe(16),
            "preferred_username": person.username,
            "name": person.full_name,
            "email": person.email,
            "email_verified": person.email is not None,
        }
