"""Tokens: what a JSON Web Token says, once it is proved.

A token is read without trust first, to learn which issuer and which key to ask for. Whatever
its header says, only public-key signatures count, with a key of the type that goes with them:
so neither an unsigned token nor one signed with a public key as shared secret gets through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from aether.adapters.oidc.issuers import ALGORITHMS, Issuer
from aether.domain.identity import (
    TOKEN_MOST,
    TokenAlgorithmRefused,
    TokenExpired,
    TokenInvalid,
    TokenWrongIssuer,
)

TYPES = frozenset({"", "jwt", "at+jwt", "application/at+jwt"})
"""What a token's header may call it, in lower case. Others are made for something else, such as logout."""

_UNPROVED: Any = {"verify_signature": False}
_SIGNATURE_ONLY: Any = {
    "enforce_minimum_key_length": True,
    **dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it was read, not proved yet.

    Attributes:
        kid: The name of the key that signed it, if it gives one.
        issuer: Who it says it is from; empty if it does not say.
    """

    text: str
    algorithm: str
    kid: str | None
    issuer: str


def read(text: str) -> Token:
    """The token in *text*, unproved.

    Raises:
        TokenInvalid: It is too long or malformed, or of a type that opens no API.
        TokenAlgorithmRefused: Its signature is of no accepted kind.
    """
    if len(text) > TOKEN_MOST:
        raise TokenInvalid(f"A token can have at most {TOKEN_MOST} characters; this one has {len(text)}.")
    try:
        parts = jwt.decode_complete(text, options=_UNPROVED)
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenInvalid("This is not a signed JSON Web Token.") from error
    header, issuer = parts["header"], parts["payload"].get("iss")
    if str(header.get("typ", "")).lower() not in TYPES:
        raise TokenInvalid("A token of this type does not open an API.")
    if header.get("alg") not in list(ALGORITHMS):
        raise TokenAlgorithmRefused(f"Tokens must be signed with {', '.join(ALGORITHMS)}.")
    return Token(
        text=text,
        algorithm=header["alg"],
        kid=header.get("kid"),
        issuer=issuer if isinstance(issuer, str) else "",
    )


async def prove(token: Token, *, issuer: Issuer, now: datetime, skew: timedelta) -> Mapping[str, Any]:
    """The claims of *token*, which *issuer* signed, and which count at *now*, give or take *skew*.

    Raises:
        TokenWrongIssuer: It says it is another's.
        TokenInvalid: It is forged, or does not count yet, or does not say when it does.
        TokenExpired: It no longer counts.
        IdentityUnavailable: The issuer does not answer, and its keys are not known.
    """
    if token.issuer != issuer.url:
        raise TokenWrongIssuer
    key = await issuer.key(token.kid, token.algorithm)
    try:
        claims = jwt.decode(token.text, key, algorithms=[token.algorithm], options=_SIGNATURE_ONLY)
    except jwt.PyJWTError as error:
        raise TokenInvalid("This token is forged or damaged.") from error
    if max(instant(claims, name) for name in {"iat"} | (claims.keys() & {"nbf"})) > now + skew:
        raise TokenInvalid("This token is not valid yet: one of the clocks is wrong.")
    if instant(claims, "exp") <= now - skew:
        raise TokenExpired
    return claims


def instant(claims: Mapping[str, Any], name: str) -> datetime:
    """The instant in the claim *name*, which RFC 7519 gives in seconds since 1970.

    Raises:
        TokenInvalid: There is none, or it is no number, or out of all reason.
    """
    seconds = claims.get(name)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TokenInvalid(f"This token does not say when it counts: {name} is missing or no number.")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenInvalid(f"This token does not say when it counts: {name} is out of range.") from error


def texts(claims: Mapping[str, Any], *path: str) -> frozenset[str]:
    """The texts at *path* within *claims*, be it one or a list of them; none if there is nothing such."""
    found: Any = claims
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    listed = found if isinstance(found, list) else [found]
    return frozenset(text for text in listed if isinstance(text, str))
