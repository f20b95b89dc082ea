"""What the tasks work with."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from aether.domain.blobs import Blobs
from aether.domain.callbacks import Sender
from aether.domain.embeddings import Embedder
from aether.domain.estimates import Estimates
from aether.domain.events import Feed
from aether.domain.finishing import Finisher
from aether.domain.graph import Graph
from aether.domain.jobs import Leases, Queue
from aether.domain.moments import Moment
from aether.domain.processing import Processing
from aether.domain.receiving import Receiver
from aether.domain.scanning import Scanner
from aether.domain.sensitive import Detector
from aether.domain.texts import Reader
from aether.domain.vectors import Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside, as far as tasks need it.

    Attributes:
        scanner: Looks through files before they are read; none where that is not wanted.
        processing: Reads elsewhere what we do not; none where that is not wanted.
        finisher: Finishes large uploads that came directly; none where none can.
        sender: Tells callbacks; none where that is left to others.
        lease_s: How long a worker that stopped answering still holds its job, in seconds.
        trash_lasts: After how long what was deleted is erased; none to keep it.
        table_vectors_most: How many chunks within tables of a document have vectors at most; none for all.
        indexing: Who changes many chunks holds it: to index words takes the graph a processor, and whoever
            asks meanwhile is to have another.
    """

    graph: Graph
    blobs: Blobs
    scanner: Scanner | None
    reader: Reader
    detector: Detector
    embedder: Embedder
    vectors: Vectors
    feed: Feed
    queue: Queue
    leases: Leases
    estimates: Estimates
    receiver: Receiver
    moment: Callable[[], Moment]
    processing: Processing | None = None
    finisher: Finisher | None = None
    sender: Sender | None = None
    lease_s: float = 4.0
    trash_lasts: timedelta | None = None
    table_vectors_most: int | None = None
    indexing: asyncio.Lock = field(default_factory=asyncio.Lock)
