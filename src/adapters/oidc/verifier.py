"""The token verifier: tokens of trusted issuers, proved once and then remembered for a minute.

A remembered token is known by its hash and never outlives its own expiry.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from typing_extensions import override

from aether.adapters.oidc import profiles, tokens
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.profiles import ClaimNames
from aether.domain.identity import (
    TokenInvalid,
    TokenVerifier,
    TokenWrongAudience,
    TokenWrongIssuer,
    VerifiedToken,
)

REMEMBERED = timedelta(seconds=60)
REMEMBERED_MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """An issuer whose tokens are believed, and which of them.

    A token is made for us if one of *audiences* is in its `aud`, or if its `azp` is one of *parties*.

    Attributes:
        parties: Clients whose tokens are taken whatever their audience. For issuers that put none in.
    """

    issuer: Issuer
    audiences: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    names: ClaimNames = field(default_factory=ClaimNames)


class OidcTokenVerifier(TokenVerifier):
    """Verifies the access tokens of any number of OpenID Connect issuers."""

    def __init__(
        self,
        trusts: Iterable[Trust],
        *,
        skew: timedelta = timedelta(seconds=30),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """*skew* is how far the issuers' clocks may be from ours."""
        self._trusts = {trust.issuer.url: trust for trust in trusts}
        self._skew = skew
        self._now = now
        self._remembered: OrderedDict[bytes, tuple[VerifiedToken, datetime]] = OrderedDict()

    @override
    async def verify(self, token: str) -> VerifiedToken:
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        if (remembered := self._remembered.get(digest)) and self._now() < remembered[1]:
            self._remembered.move_to_end(digest)
            return remembered[0]
        verified = await self._proved(tokens.read(token))
        self._remember(digest, verified)
        return verified

    async def _proved(self, token: tokens.Token) -> VerifiedToken:
        trust = self._trusts.get(token.issuer)
        if trust is None:
            raise TokenWrongIssuer
        claims = await tokens.prove(token, issuer=trust.issuer, now=self._now(), skew=self._skew)
        _opens_an_api(claims)
        _is_for_us(claims, trust)
        return VerifiedToken(
            profile=profiles.profile_of(claims, names=trust.names),
            issued_at=tokens.instant(claims, "iat"),
            expires_at=tokens.instant(claims, "exp"),
            id=next(iter(tokens.texts(claims, "jti")), None),
            session=next(iter(tokens.texts(claims, "sid")), None),
            scopes=frozenset(" ".join(tokens.texts(claims, "scope")).split()),
        )

    def _remember(self, digest: bytes, verified: VerifiedToken) -> None:
        self._remembered[digest] = verified, min(verified.expires_at, self._now() + REMEMBERED)
        self._remembered.move_to_end(digest)
        if len(self._remembered) > REMEMBERED_MOST:
            self._remembered.popitem(last=False)


def _opens_an_api(claims: Mapping[str, Any]) -> None:
    """Refuse what the same issuer signs for other ends: identity, refresh and logout tokens."""
    kind = claims.get("typ")
    if kind != "Bearer" and (kind is not None or claims.keys() & {"nonce", "at_hash", "c_hash", "events"}):
        raise TokenInvalid("This token was made for something else: it takes an access token.")


def _is_for_us(claims: Mapping[str, Any], trust: Trust) -> None:
    if not (tokens.texts(claims, "aud") & trust.audiences or claims.get("azp") in list(trust.parties)):
        raise TokenWrongAudience
