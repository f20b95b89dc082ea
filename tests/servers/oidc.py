"""An OpenID Connect issuer beside the tests, of our own making: it signs whatever it is asked to."""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust

URL = "https://issuer.example/realms/aether"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Key:
    """A key as an issuer has it."""

    def __init__(self, kid: str, algorithm: str) -> None:
        self.kid = kid
        self.algorithm = algorithm
        self.private, public = _pair(algorithm, kid)
        self.jwk = {**public, "kid": kid, "use": "sig", "alg": algorithm}

    def token(self, *, header: str = "JWT", **changes: Any) -> str:
        """A good token but for *changes*, which replace claims, or with None remove them."""
        claims = {name: claim for name, claim in {**CLAIMS, **changes}.items() if claim is not None}
        headers = {"kid": self.kid, "typ": header}
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=headers)


CLAIMS: Mapping[str, Any] = {
    "iss": URL,
    "sub": "ada",
    "aud": ["aether-app", "account"],
    "azp": "aether-app",
    "typ": "Bearer",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "jti": "token-1",
    "sid": "session-1",
    "scope": "openid email",
    "tenant": "rivers",
}


@cache
def _pair(algorithm: str, _: str) -> tuple[Any, Mapping[str, Any]]:
    if algorithm == "ES256":
        elliptic = ec.generate_private_key(ec.SECP256R1())
        return elliptic, ECAlgorithm.to_jwk(elliptic.public_key(), as_dict=True)
    if algorithm == "EdDSA":
        edwards = ed25519.Ed25519PrivateKey.generate()
        return edwards, OKPAlgorithm.to_jwk(edwards.public_key(), as_dict=True)
    plain = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return plain, RSAAlgorithm.to_jwk(plain.public_key(), as_dict=True)


class Publisher:
    """An issuer that publishes *keys*, counts who asks for them, and may be away or slow."""

    def __init__(self, *keys: Key) -> None:
        self.keys: list[Mapping[str, Any]] = [key.jwk for key in keys]
        self.metadata: dict[str, Any] = {"issuer": URL, "jwks_uri": f"{URL}/keys"}
        self.away = False
        self.asked = 0
        self.begun = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()
        self.moment = 0.0
        self.routes = [
            Route("/realms/aether/.well-known/openid-configuration", self._discovery),
            Route("/realms/aether/keys", self._keys),
        ]
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=self.routes)))
        self.issuer = Issuer(URL, http=self.http, clock=lambda: self.moment)

    def verifier(self, *, now: Callable[[], datetime], **more: Any) -> OidcTokenVerifier:
        """A verifier that trusts this issuer's tokens for `aether-app`."""
        trust = Trust(issuer=self.issuer, audiences=frozenset({"aether-app"}))
        return OidcTokenVerifier([trust], now=now, **more)

    async def _discovery(self, _: Request) -> Response:
        return Response(status_code=503) if self.away else JSONResponse(self.metadata)

    async def _keys(self, _: Request) -> Response:
        self.asked += 1
        self.begun.set()
        await self.answers.wait()
        return JSONResponse({"keys": self.keys})


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
