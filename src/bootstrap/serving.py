"""The API, and who people are to it."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from aether.adapters import system
from aether.adapters.audimodal.messages import message_routes
from aether.adapters.extraction.previewer import ChildPreviewer
from aether.adapters.folder.previews import FolderPreviews
from aether.adapters.http import ranges
from aether.adapters.http.auth import auth_routes, credential_of, from_our_pages
from aether.adapters.http.files import Elsewhere, file_routes
from aether.adapters.http.pages import pages
from aether.adapters.http.previews import preview_routes
from aether.adapters.http.probes import probe_routes
from aether.adapters.http.tus import tus_routes
from aether.adapters.http.tus_headers import SENT, TOLD
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.local_issuer.mint import CLIENT, NAME
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.profiles import ClaimNames
from aether.adapters.oidc.provider import OidcIdentityProvider
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.adapters.redis.reports import RedisReports
from aether.adapters.redis.sessions import RedisSessions
from aether.bootstrap.parts import Outside, outside, relaying, rules_of, shipped
from aether.domain.admission import Doorkeeper
from aether.domain.identity import Credential, CredentialKind, IdentityProvider, TokenVerifier
from aether.graphql import http, schema, sockets
from aether.graphql.context import Ports as ApiPorts
from aether.graphql.cursors import Cursors
from aether.graphql.shelves import Shelf
from aether.settings import Profile, Settings

Page = Callable[[], Mapping[str, Any]]
"""What the page at `/` is told besides where things are, asked for at each look."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """How people prove who they are.

    Attributes:
        issuer: The name of whoever says so.
        local: The local issuer, on the embedded stack only.
    """

    issuer: str
    verifier: TokenVerifier
    provider: IdentityProvider
    local: LocalIssuer | None = None


@asynccontextmanager
async def identity(settings: Settings, local: LocalIssuer | None) -> AsyncIterator[Identity]:
    """What checks tokens: against *local*, or the issuer that is set."""
    async with httpx.AsyncClient(trust_env=False) as client:
        if local is not None:
            issuer = Issuer(NAME, http=client, discovery_url=local.discovery_url)
            audience, client_id, secret = CLIENT, CLIENT, None
        else:
            issuer = Issuer(settings.issuer, http=client, discovery_url=settings.issuer_discovery_url or None)
            audience, client_id = settings.audience, settings.client_id
            secret = None if settings.client_secret is None else settings.client_secret.get_secret_value()
        names = ClaimNames(
            tenant=settings.tenant_claim, default_tenant=settings.default_tenant, client=client_id
        )
        trust = Trust(issuer=issuer, audiences=frozenset({audience}), parties=frozenset(), names=names)
        yield Identity(
            issuer=issuer.url,
            verifier=OidcTokenVerifier([trust], skew=timedelta(seconds=settings.token_skew_s)),
            provider=OidcIdentityProvider(issuer, client_id=client_id, client_secret=secret, http=client),
            local=local,
        )


def application(opened: Outside, known: Identity, *, page: Page = dict) -> Starlette:
    """The API over what is opened.

    Args:
        opened: Everything that Aether speaks to.
        known: How people prove who they are.
        page: What the page at `/` is told.
    """
    settings = opened.settings
    key = settings.session_key.get_secret_value().encode()
    origins = _origins(settings)
    sessions = RedisSessions(opened.redis)
    doorkeeper = Doorkeeper(opened.graph, known.verifier, sessions, moment=system.moment)

    show = _shown(origins)
    ports = ApiPorts(
        graph=opened.graph,
        blobs=opened.blobs,
        embedder=opened.embedder,
        vectors=opened.vectors,
        feed=opened.feed,
        queue=opened.queue,
        estimates=opened.estimates,
        receiver=opened.receiver,
        direct=opened.direct,
        doorkeeper=doorkeeper,
        issuer=known.issuer,
        moment=system.moment,
        secret=system.secret,
        webhook_secret=system.webhook_secret,
        callback_rules=rules_of(settings),
        cursors=Cursors(hashlib.sha256(b"cursors" + key).digest()),
        shelf=Shelf(opened.blobs),
    )
    return Starlette(
        routes=[
            *http.graphql_routes(schema.build(opened.views), ports, show, origins=origins),
            *file_routes(
                opened.graph,
                opened.blobs,
                doorkeeper,
                show=show,
                moment=system.moment,
                most=settings.max_upload_bytes,
                elsewhere=Elsewhere(opened.store, settings.s3_presigned_s) if opened.store else None,
                waiting=settings.jobs_waiting_most,
            ),
            *preview_routes(
                opened.graph,
                opened.blobs,
                doorkeeper,
                show=show,
                previewer=ChildPreviewer(),
                kept=FolderPreviews(settings.data / "previews"),
            ),
            *tus_routes(opened.receiver, doorkeeper, show=show),
            *auth_routes(known.provider, known.verifier, origins=origins, key=key, sessions=sessions),
            *(known.local.routes() if known.local else []),
            *_messages(opened),
            *probe_routes(opened.checks()),
            *pages(shipped("web/static"), lambda: {**_PLACES, **page()}),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST", "PUT", "HEAD", "PATCH", "DELETE"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    "X-API-Key",
                    "X-Aether-Request",
                    *SENT,
                    *ranges.SENT,
                ],
                expose_headers=(*TOLD, *ranges.TOLD),
                allow_credentials=True,
            )
        ],
    )


def _messages(opened: Outside) -> list[Route]:
    """The doors for messages of services, of those that are set."""
    secrets = opened.settings.audimodal_secrets
    reports = RedisReports(opened.redis)
    return message_routes(reports, secrets=secrets, moment=system.moment) if secrets else []


def _shown(origins: Sequence[str]) -> sockets.Show:
    """Finds the credential in a request; a cookie counts only from our own pages."""

    def show(request: HTTPConnection, sent: Mapping[str, Any]) -> Credential | None:
        found = credential_of({**request.headers, **sent}, request.cookies)
        cookie = found is not None and found.kind is CredentialKind.COOKIE
        return None if cookie and not from_our_pages(request.headers, origins=origins) else found

    return show


_PLACES: Mapping[str, Any] = {
    "endpoint": "/graphql",
    "subscriptions": "/graphql",
    "uploads": "/uploads",
    "person": None,
    "token": None,
    "people": [],
    "examples": [],
    "demo": {"notebooks": []},
}


def _origins(settings: Settings) -> list[str]:
    """Where our own pages are: the public address, and on this machine by both of its names."""
    found = [settings.origin, *settings.cors_origins]
    if settings.profile is Profile.EMBEDDED:
        found += [f"http://{name}:{settings.port}" for name in ("127.0.0.1", "localhost")]
    return list(dict.fromkeys(found))


def api(settings: Settings) -> Starlette:
    """The API of a cluster, which opens what it needs when it starts."""
    opened_app: list[Starlette] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with outside(settings) as opened, identity(settings, None) as known, relaying(opened):
            opened_app.append(application(opened, known))
            yield

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await opened_app[-1](scope, receive, send)

    return Starlette(routes=[Mount("/", app=late)], lifespan=lifespan)
