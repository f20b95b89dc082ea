"""Bootstrap: the only module that knows which adapter answers which port.

Everything that is opened here is closed here. `outside` opens what both processes need;
`api` and `work` are the processes; `up` runs both on the embedded stack.
"""

import asyncio
import hashlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
from arq.connections import ArqRedis
from neo4j import AsyncDriver
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from aether.adapters import system
from aether.adapters.arq.queue import ArqQueue
from aether.adapters.arq.worker import ArqWorker
from aether.adapters.audimodal import processor as audimodal
from aether.adapters.audimodal.messages import message_routes
from aether.adapters.clamav.scanner import ClamavScanner
from aether.adapters.extraction.previewer import ChildPreviewer
from aether.adapters.extraction.reader import ChildReader
from aether.adapters.folder.blobs import FolderBlobs
from aether.adapters.folder.previews import FolderPreviews
from aether.adapters.folder.staging import FolderStaging
from aether.adapters.http.auth import auth_routes, credential_of, from_our_pages
from aether.adapters.http.files import Elsewhere, file_routes
from aether.adapters.http.pages import pages
from aether.adapters.http.previews import preview_routes
from aether.adapters.http.probes import Check, checked, probe_routes
from aether.adapters.http.tus import tus_routes
from aether.adapters.http.tus_headers import SENT, TOLD
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.local_issuer.mint import CLIENT, NAME
from aether.adapters.neo4j import migrations, statements
from aether.adapters.neo4j.bolt import PORT, Bolt
from aether.adapters.neo4j.graph import Neo4jGraph, connected
from aether.adapters.neo4j.views import Neo4jViews
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.profiles import ClaimNames
from aether.adapters.oidc.provider import OidcIdentityProvider
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.adapters.patterns.detector import PatternDetector
from aether.adapters.qdrant.vectors import QdrantVectors
from aether.adapters.redis.feed import RedisFeed
from aether.adapters.redis.leases import RedisLeases
from aether.adapters.redis.reports import RedisReports
from aether.adapters.redis.sessions import RedisSessions
from aether.adapters.sentence_transformers.embedder import SentenceTransformersEmbedder
from aether.adapters.sentence_transformers.models import Model
from aether.adapters.webhooks import sender as senders
from aether.domain.admission import Doorkeeper
from aether.domain.auditing import Audit
from aether.domain.blobs import Blobs
from aether.domain.callbacks import Rules, Sender
from aether.domain.direct import Direct
from aether.domain.endings import ended
from aether.domain.errors import Unavailable
from aether.domain.identity import Credential, CredentialKind, IdentityProvider, TokenVerifier
from aether.domain.orphans import Found
from aether.domain.presigning import Presigning
from aether.domain.processing import Processing
from aether.domain.receiving import Receiver
from aether.domain.uploads import Limits
from aether.graphql import http, schema, sockets
from aether.graphql.context import Ports as ApiPorts
from aether.graphql.cursors import Cursors
from aether.settings import Profile, Settings
from aether.workers.callbacks import deliver
from aether.workers.context import Ports as WorkerPorts
from aether.workers.events import relay
from aether.workers.jobs import run_job, sweep
from aether.workers.trash import sweep_trash
from aether.workers.uploads import sweep_uploads

NICENESS = 10

Page = Callable[[], Mapping[str, Any]]
"""What the page at `/` is told besides where things are, asked for at each look."""


def shipped(name: str) -> Path:
    """The folder *name* that is shipped with the package, or stands beside it in a checkout."""
    inside = Path(str(files("aether"))) / name
    return inside if inside.is_dir() else Path(str(files("aether"))).resolve().parent / name


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Everything that Aether speaks to, opened."""

    settings: Settings
    driver: AsyncDriver
    graph: Neo4jGraph
    blobs: Blobs
    embedder: SentenceTransformersEmbedder
    vectors: QdrantVectors
    redis: Redis
    feed: RedisFeed
    queue: ArqQueue
    arq: ArqRedis
    leases: RedisLeases
    told: asyncio.Event
    processing: Processing | None = None
    sender: Sender | None = None

    @cached_property
    def worker_ports(self) -> WorkerPorts:
        """The outside, as far as tasks need it."""
        return WorkerPorts(
            graph=self.graph,
            blobs=self.blobs,
            scanner=self.scanner,
            reader=ChildReader(ocr_languages=self.settings.ocr_languages),
            detector=PatternDetector(),
            embedder=self.embedder,
            vectors=self.vectors,
            feed=self.feed,
            queue=self.queue,
            leases=self.leases,
            receiver=self.receiver,
            moment=system.moment,
            processing=self.processing,
            sender=self.sender,
            lease_s=self.settings.worker_lease_s,
            trash_lasts=timedelta(days=self.settings.trash_days) or None,
        )

    @cached_property
    def receiver(self) -> Receiver:
        """What takes uploads in; their bytes lie on a disk, where blobs do on the same."""
        folder = self.settings.data / "blobs"
        kept = folder if isinstance(self.blobs, FolderBlobs) else self.blobs
        return Receiver(
            self.graph,
            FolderStaging(folder / "staging", blobs=kept),
            self.leases,
            moment=system.moment,
            feed=self.feed,
            limits=self.limits,
            store=self.store,
        )

    @cached_property
    def limits(self) -> Limits:
        """How much may come, and how long it may take."""
        lasts = timedelta(hours=self.settings.upload_expiry_hours)
        return Limits(
            most=self.settings.max_upload_bytes, lasts=lasts, waiting=self.settings.jobs_waiting_most
        )

    @cached_property
    def store(self) -> Presigning | None:
        """What clients reach themselves, where that is set."""
        return cast("Presigning", self.blobs) if hasattr(self.blobs, "part_urls") else None

    @cached_property
    def direct(self) -> Direct | None:
        """What has uploads brought to the store, where that is set."""
        if self.store is None:
            return None
        seconds = self.settings.s3_presigned_s
        return Direct(self.graph, self.store, moment=system.moment, limits=self.limits, seconds=seconds)

    @cached_property
    def views(self) -> Neo4jViews:
        """What prepares views of the graph."""
        return Neo4jViews(self.graph, statements.fragments(shipped("cypher")))

    @cached_property
    def scanner(self) -> ClamavScanner | None:
        """What looks through files for viruses, if anything does."""
        return ClamavScanner(self.settings.clamav_url) if self.settings.clamav_url else None

    def checks(self) -> dict[str, Check]:
        """What tells whether each part answers without which nothing can be asked."""

        async def redis() -> None:
            await self.redis.ping()

        return {
            "graph": self.graph.ping,
            "redis": redis,
            "vectors": self.vectors.ping,
            "blobs": self.blobs.ping,
        }


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Open everything that *settings* name. Nothing is spoken to yet."""
    told = asyncio.Event()
    async with AsyncExitStack() as stack:
        driver = await stack.enter_async_context(
            connected(
                settings.graph_url,
                user=settings.graph_user,
                password=settings.graph_password.get_secret_value(),
                pool=settings.graph_pool,
            )
        )
        redis = Redis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=2)
        stack.push_async_callback(redis.aclose)
        arq = ArqRedis.from_url(settings.redis_url, socket_timeout=5, socket_connect_timeout=2)
        stack.push_async_callback(arq.aclose)
        vectors = _vectors(settings)
        stack.push_async_callback(vectors.close)
        model = Model.packaged() if settings.model is None else Model.at(settings.model)
        embedder = await stack.enter_async_context(
            SentenceTransformersEmbedder(model, socket=settings.embedder_socket)
        )
        feed = RedisFeed(redis)
        stack.push_async_callback(feed.close)
        blobs = await stack.enter_async_context(_blobs(settings))
        processing = await stack.enter_async_context(_processing(settings, redis))
        sender = await stack.enter_async_context(senders.opened(_rules(settings)))
        bolt = _bolt(settings)
        if bolt is not None:
            stack.callback(bolt.close)
        yield Outside(
            settings=settings,
            driver=driver,
            graph=Neo4jGraph(
                driver,
                statements.load(shipped("cypher")),
                database=settings.graph_database,
                deadline_s=settings.graph_deadline_s,
                told=told.set,
                bolt=bolt,
            ),
            blobs=blobs,
            embedder=embedder,
            vectors=vectors,
            redis=redis,
            feed=feed,
            queue=ArqQueue(arq),
            arq=arq,
            leases=RedisLeases(redis),
            told=told,
            processing=processing,
            sender=sender,
        )


def _rules(settings: Settings) -> Rules:
    """Where callbacks may go."""
    return Rules(hosts=frozenset(map(str.lower, settings.callback_hosts)), http=settings.callback_http)


@asynccontextmanager
async def _processing(settings: Settings, redis: Redis) -> AsyncIterator[Processing | None]:
    """What reads elsewhere, if anything does."""
    if not settings.audimodal_url:
        yield None
        return
    service = audimodal.Service(
        url=settings.audimodal_url,
        key=settings.audimodal_key.get_secret_value(),
        tenant=settings.audimodal_tenant,
    )
    async with audimodal.opened(service) as processor:
        yield Processing(
            processor,
            RedisReports(redis),
            sent=settings.audimodal_reads,
            deadline_s=settings.audimodal_deadline_s,
        )


@asynccontextmanager
async def _blobs(settings: Settings) -> AsyncIterator[Blobs]:
    """Where files are kept."""
    if not settings.s3_bucket:
        folder = FolderBlobs(settings.data / "blobs")
        await folder.ping()
        yield folder
        return
    from aether.adapters.s3 import blobs as s3  # its library takes a while to import

    bucket = s3.Bucket(
        name=settings.s3_bucket,
        url=settings.s3_url or None,
        region=settings.s3_region,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        prefix=settings.s3_prefix,
        encryption=settings.s3_encryption,
    )
    if settings.s3_presigned:
        from aether.adapters.s3 import direct

        async with direct.opened(
            bucket,
            lasts=timedelta(hours=settings.upload_expiry_hours),
            public_url=settings.s3_public_url or None,
        ) as reached:
            yield reached
        return
    async with s3.opened(bucket) as opened:
        yield opened


def _bolt(settings: Settings) -> Bolt | None:
    if not settings.graph_pipelined:
        return None
    at = urlsplit(settings.graph_url)
    return Bolt(
        at.hostname or "",
        at.port or PORT,
        user=settings.graph_user,
        password=settings.graph_password.get_secret_value(),
        database=settings.graph_database,
        size=settings.graph_pool,
    )


def _vectors(settings: Settings) -> QdrantVectors:
    key = settings.qdrant_key.get_secret_value() or None
    return QdrantVectors(settings.qdrant_url, collection=settings.qdrant_collection, key=key)


async def check(settings: Settings) -> Mapping[str, str | None]:
    """What is wrong with each service that *settings* name, in words; none if it answers."""
    async with outside(settings) as opened, httpx.AsyncClient(trust_env=False) as client:
        issuer = Issuer(settings.issuer, http=client, discovery_url=settings.issuer_discovery_url or None)

        async def identity() -> None:
            await issuer.metadata()

        checks = opened.checks()
        if settings.issuer:
            checks["issuer"] = identity
        if opened.scanner is not None:
            checks["scanner"] = opened.scanner.ping
        return await checked(checks)


async def orphans(settings: Settings, *, repair: bool) -> Sequence[Found]:
    """What lost what it belongs to, in all stores that *settings* name, and mended if that is wanted."""
    async with outside(settings) as opened:
        stores = (opened.graph, opened.blobs, opened.vectors)
        return await Audit(*stores, moment=system.moment, repair=repair).all()


async def migrate(settings: Settings) -> list[str]:
    """Bring the graph and the vector store to the state that this Aether needs; tells what was done."""
    engine = "arcadedb" if settings.graph_sql_url else "neo4j"
    found = migrations.load(shipped("cypher") / "migrations", engine=engine)
    password = settings.graph_password.get_secret_value()
    sql = None
    if settings.graph_sql_url:
        sql = migrations.HttpSql(
            settings.graph_sql_url,
            user=settings.graph_user,
            password=password,
            database=settings.graph_database,
        )
    async with connected(settings.graph_url, user=settings.graph_user, password=password) as driver:
        done = await migrations.apply(driver, found, database=settings.graph_database, sql=sql)
    vectors = _vectors(settings)
    try:
        await vectors.ready()
    finally:
        await vectors.close()
    return [f"{migration.id} {migration.name}" for migration in done]


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
        receiver=opened.receiver,
        direct=opened.direct,
        doorkeeper=doorkeeper,
        issuer=known.issuer,
        moment=system.moment,
        secret=system.secret,
        webhook_secret=system.webhook_secret,
        callback_rules=_rules(settings),
        cursors=Cursors(hashlib.sha256(b"cursors" + key).digest()),
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
                allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Aether-Request", *SENT],
                expose_headers=TOLD,
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


@asynccontextmanager
async def relaying(opened: Outside) -> AsyncIterator[None]:
    """Hand events on while the context lasts."""
    task = asyncio.create_task(relay(opened.worker_ports, opened.told))
    try:
        yield
    finally:
        await ended(task)


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


async def work(settings: Settings) -> None:
    """Run jobs until told to stop; those in hand are given back then.

    Whoever waits for an answer has the processor before us.
    """
    os.nice(NICENESS)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with outside(settings) as opened, relaying(opened):
        ports = opened.worker_ports
        run = partial(run_job, {"ports": ports})
        worker = ArqWorker(opened.arq, opened.queue, run, slots=settings.worker_jobs)
        beside = (
            _loaded(opened),
            _tidied(opened),
            sweep(ports),
            sweep_uploads(ports),
            sweep_trash(ports),
            deliver(ports),
        )
        tasks = [asyncio.create_task(each) for each in (worker.run(), told.wait(), *beside)]
        try:
            await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(*tasks)
        if not tasks[0].cancelled():
            tasks[0].result()


async def _tidied(opened: Outside) -> None:
    """Have removed what crashes left of files; the next start may do what this one cannot."""
    with suppress(Unavailable):
        await opened.blobs.sweep()


async def _loaded(opened: Outside) -> None:
    """Have the model loaded before the first text needs it; if it cannot be, that text will say so."""
    with suppress(Unavailable):
        await opened.embedder.start()
