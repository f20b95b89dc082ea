"""Issuers: what an OpenID Connect issuer publishes about itself, fetched when needed and kept.

That is its discovery document and its keys. They are fetched anew after ten minutes, or when
a token names a key that is not among them; by one fetch at a time, and never sooner than ten
seconds after the last one, whatever tokens strangers make up. While the issuer is away, what
it published last goes on counting for a day.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import httpx
import structlog
from jwt import PyJWK, PyJWTError

from aether.domain.identity import IdentityUnavailable, TokenInvalid

ALGORITHMS: Mapping[str, str] = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
"""The accepted signatures, each with the type of key that makes it. None rests on a shared secret."""

FRESH_S = 600.0
STALE_S = 86_400.0
PAUSE_S = 10.0
DEADLINE_S = 5.0
PATIENCE_S = 0.5
"""How long somebody waits for newer keys who could go on with those there are."""
DOCUMENT_MOST = 262_144
"""The largest document an issuer may publish, in bytes."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Where an issuer does what; an address is none where it does not do that."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    introspection_endpoint: str | None = None
    revocation_endpoint: str | None = None
    end_session_endpoint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Published:
    """What an issuer published at a moment of the clock."""

    metadata: Metadata
    keys: Sequence[tuple[str | None, str, PyJWK]]
    at: float

    def key(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """The key called *kid* for *algorithm*; for a token that names none, the only one there is."""
        fitting = [key for name, use, key in self.keys if use == algorithm and (kid is None or name == kid)]
        return fitting[0] if len(fitting) == 1 else None


class Issuer:
    """An OpenID Connect issuer.

    Attributes:
        url: Its name, exactly as its tokens and its discovery document give it.
    """

    def __init__(
        self,
        url: str,
        *,
        http: httpx.AsyncClient,
        discovery_url: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """*discovery_url* is for an issuer that is reached under another name than its own."""
        self.url = url
        self._discovery_url = discovery_url or f"{url.rstrip('/')}/.well-known/openid-configuration"
        self._http = http
        self._clock = clock
        self._held: _Published | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._tried_at = -PAUSE_S + clock()

    async def metadata(self) -> Metadata:
        """Where the issuer does what.

        Raises:
            IdentityUnavailable: It does not answer, and did not for a day.
        """
        return (await self._published()).metadata

    async def key(self, kid: str | None, algorithm: str) -> PyJWK:
        """The key called *kid* for signatures by *algorithm*.

        Raises:
            TokenInvalid: The issuer has no such key, as far as may be asked now.
            IdentityUnavailable: It does not answer, and did not for a day.
        """
        published = await self._published()
        found = published.key(kid, algorithm)
        if found is None:
            found = (await self._published(instead_of=published)).key(kid, algorithm)
        if found is None:
            raise TokenInvalid("This token is signed with a key that its issuer does not publish.")
        return found

    async def _published(self, *, instead_of: _Published | None = None) -> _Published:
        """What the issuer publishes; something newer than *instead_of*, if it can be had."""
        held = self._held
        if held is None or held is instead_of:
            await self._refresh(patience=2 * DEADLINE_S)
        elif self._clock() - held.at > FRESH_S:
            await self._refresh(patience=PATIENCE_S)
        if self._held is None or self._clock() - self._held.at > STALE_S:
            raise IdentityUnavailable(retry_after_s=PAUSE_S)
        return self._held

    async def _refresh(self, *, patience: float) -> None:
        """Have one fetch under way, unless the last was just now, and wait for it up to *patience*.

        The fetch belongs to nobody: whoever began it may be cancelled, and others still wait.
        """
        if self._fetching is None and self._clock() - self._tried_at >= PAUSE_S:
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._fetch())
        if self._fetching is not None:
            await asyncio.wait({self._fetching}, timeout=patience)

    async def _fetch(self) -> None:
        try:
            metadata = _metadata(await self._document(self._discovery_url), issuer=self.url)
            keys = _keys(await self._document(metadata.jwks_uri))
            self._held = _Published(metadata=metadata, keys=keys, at=self._clock())
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            log.warning("issuer_not_understood", issuer=self.url, error=f"{type(error).__name__}: {error}")
        finally:
            self._fetching = None

    async def _document(self, url: str) -> Mapping[str, Any]:
        body = bytearray()
        async with asyncio.timeout(DEADLINE_S), self._http.stream("GET", url) as answer:
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > DOCUMENT_MOST:
                    raise ValueError(f"the document at {url} is larger than {DOCUMENT_MOST} bytes")
        document = json.loads(body)
        if not isinstance(document, dict):
            raise ValueError(f"the document at {url} is no JSON object")  # noqa: TRY004
        return document


def _metadata(document: Mapping[str, Any], *, issuer: str) -> Metadata:
    if document.get("issuer") != issuer:
        raise ValueError(f"the discovery document is that of {document.get('issuer')!r}")
    known = {field.name for field in fields(Metadata)}
    given = {name: value for name, value in document.items() if name in known and isinstance(value, str)}
    if "jwks_uri" not in given:
        raise ValueError("the discovery document names no keys")
    return Metadata(**given)


def _keys(document: Mapping[str, Any]) -> Sequence[tuple[str | None, str, PyJWK]]:
    """The keys that are fit to verify signatures, each with its name and one algorithm it may verify."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise ValueError("the key document holds no keys")  # noqa: TRY004
    return [
        (jwk.get("kid"), algorithm, key)
        for jwk in listed
        if isinstance(jwk, dict)
        for algorithm, kind in ALGORITHMS.items()
        if jwk.get("kty") == kind and jwk.get("use", "sig") == "sig"
        if jwk.get("alg", algorithm) == algorithm and (key := _key(jwk, algorithm))
    ]


def _key(jwk: dict[str, Any], algorithm: str) -> PyJWK | None:
    """The key, unless it is broken or of a curve that the algorithm does not use."""
    try:
        return PyJWK(jwk, algorithm)
    except PyJWTError as error:
        log.warning("issuer_key_passed_over", kid=jwk.get("kid"), error=type(error).__name__)
        return None
