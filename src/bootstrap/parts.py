"""What Aether speaks to, opened: which adapter answers which port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from arq.connections import ArqRedis
from neo4j import AsyncDriver
from redis.asyncio import Redis

from aether.adapters import system
from aether.adapters.arq.queue import ArqQueue
from aether.adapters.clamav.scanner import ClamavScanner
from aether.adapters.extraction.reader import ChildReader
from aether.adapters.folder.blobs import FolderBlobs
from aether.adapters.folder.staging import FolderStaging
from aether.adapters.neo4j import statements
from aether.adapters.neo4j.bolt import PORT, Bolt
from aether.adapters.neo4j.graph import Neo4jGraph, connected
from aether.adapters.neo4j.views import Neo4jViews
from aether.adapters.patterns.detector import PatternDetector
from aether.adapters.qdrant.late import LateVectors
from aether.adapters.redis.estimates import RedisEstimates
from aether.adapters.redis.feed import RedisFeed
from aether.adapters.redis.leases import RedisLeases
from aether.adapters.redis.reports import RedisReports
from aether.adapters.sentence_transformers.embedder import SentenceTransformersEmbedder
from aether.adapters.sentence_transformers.models import Model
from aether.adapters.webhooks import sender as senders
from aether.domain.blobs import Blobs
from aether.domain.callbacks import Rules, Sender
from aether.domain.direct import Direct
from aether.domain.endings import ended
from aether.domain.finishing import Finisher
from aether.domain.presigning import Presigning
from aether.domain.processing import Processing
from aether.domain.receiving import Receiver
from aether.domain.uploads import Limits
from aether.settings import Settings
from aether.workers.context import Ports as WorkerPorts
from aether.workers.events import relay


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
    vectors: LateVectors
    redis: Redis
    feed: RedisFeed
    queue: ArqQueue
    arq: ArqRedis
    leases: RedisLeases
    estimates: RedisEstimates
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
            estimates=self.estimates,
            receiver=self.receiver,
            moment=system.moment,
            processing=self.processing,
            finisher=self.finisher,
            sender=self.sender,
            lease_s=self.settings.worker_lease_s,
            trash_lasts=timedelta(days=self.settings.trash_days) or None,
            table_vectors_most=self.settings.table_vectors_most or None,
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
        settings = self.settings
        return Limits(
            most=settings.max_upload_bytes,
            lasts=timedelta(hours=settings.upload_expiry_hours),
            waiting=settings.jobs_waiting_most,
            batches_last=timedelta(days=settings.upload_batch_days),
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
    def finisher(self) -> Finisher | None:
        """What finishes large ones of them after the answer."""
        if self.store is None:
            return None
        return Finisher(self.graph, self.store, moment=system.moment, limits=self.limits)

    @cached_property
    def views(self) -> Neo4jViews:
        """What prepares views of the graph."""
        return Neo4jViews(self.graph, statements.fragments(shipped("cypher")))

    @cached_property
    def scanner(self) -> ClamavScanner | None:
        """What looks through files for viruses, if anything does."""
        return ClamavScanner(self.settings.clamav_url) if self.settings.clamav_url else None

    def checks(self) -> dict[str, Callable[[], Awaitable[None]]]:
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
        vectors = vectors_of(settings)
        stack.push_async_callback(vectors.close)
        model = Model.packaged() if settings.model is None else Model.at(settings.model)
        embedder = await stack.enter_async_context(
            SentenceTransformersEmbedder(model, socket=settings.embedder_socket)
        )
        feed = RedisFeed(redis)
        stack.push_async_callback(feed.close)
        blobs = await stack.enter_async_context(_blobs(settings))
        processing = await stack.enter_async_context(_processing(settings, redis))
        sender = await stack.enter_async_context(senders.opened(rules_of(settings)))
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
            estimates=RedisEstimates(redis),
            told=told,
            processing=processing,
            sender=sender,
        )


@asynccontextmanager
async def relaying(opened: Outside) -> AsyncIterator[None]:
    """Hand events on while the context lasts."""
    task = asyncio.create_task(relay(opened.worker_ports, opened.told))
    try:
        yield
    finally:
        await ended(task)


def rules_of(settings: Settings) -> Rules:
    """Where callbacks may go."""
    return Rules(hosts=frozenset(map(str.lower, settings.callback_hosts)), http=settings.callback_http)


@asynccontextmanager
async def _processing(settings: Settings, redis: Redis) -> AsyncIterator[Processing | None]:
    """What reads elsewhere, if anything does."""
    if not settings.audimodal_url:
        yield None
        return
    from aether.adapters.audimodal import processor as audimodal

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


def vectors_of(settings: Settings) -> LateVectors:
    """Where vectors are kept."""
    key = settings.qdrant_key.get_secret_value() or None
    return LateVectors(settings.qdrant_url, collection=settings.qdrant_collection, key=key)
