"""Valid things, cheaply: a test names only what it is about."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aether.adapters.system import moment, webhook_secret
from aether.domain import callbacks, collaborations, documents, jobs, notebooks, users
from aether.domain.access import Permission
from aether.domain.blobs import Blob, BlobKey
from aether.domain.callbacks import Callback, CallbackId, Rules
from aether.domain.documents import (
    Arrival,
    Chunk,
    ChunkId,
    Document,
    DocumentId,
    Finding,
    FindingId,
    Understanding,
)
from aether.domain.events import Event, EventId
from aether.domain.graph import Graph, Work
from aether.domain.jobs import Job
from aether.domain.moments import Moment
from aether.domain.notebooks import Draft, Notebook, NotebookId, Visibility
from aether.domain.sensitive import SensitiveKind
from aether.domain.tenants import Tenant, TenantId
from aether.domain.users import Profile, Role, UserId
from aether.domain.viewers import Viewer

ISSUER = "https://issuer.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A tenant of its own, and the graph as it sees it."""

    tenant: Tenant
    graph: Graph

    async def person(self, name: str, *roles: Role) -> Viewer:
        """The person of that name, made at first sight."""
        at = moment()
        settled = await self.graph.write(
            users.settle,
            profile(name, *roles, domain=self.tenant.domain),
            tenant=self.tenant.id,
            id=UserId(at.id("user")),
            at=at,
        )
        return Viewer.of(settled)


async def home(graph: Graph, *, domain: str | None = None) -> Home:
    """A tenant, a fresh one unless *domain* names one."""
    at = moment()
    fresh = Tenant.new(id=TenantId(at.id("tenant")), domain=domain or at.id("domain"), now=at.now)

    async def claim(work: Work) -> Tenant:
        return await work.tenants.claim(fresh)

    claimed = await graph.write(claim)
    return Home(tenant=claimed, graph=graph.within(claimed.id))


def profile(name: str, *roles: Role, domain: str = "rivers.test") -> Profile:
    """A person as a token describes them: an ordinary user, unless *roles* say more."""
    return Profile(
        subject=f"subject-of-{name}",
        issuer=ISSUER,
        tenant=domain,
        username=name,
        email=f"{name}@{domain}",
        full_name=name.title(),
        roles=frozenset(roles or {Role.USER}),
    )


async def notebook(
    graph: Graph,
    by: Viewer,
    name: str = "Currents",
    *,
    parent: Notebook | None = None,
    visibility: Visibility = Visibility.PRIVATE,
    tags: Sequence[str] = (),
    description: str = "",
) -> Notebook:
    """A notebook of *by*'s."""
    at = moment()
    return await graph.write(
        notebooks.create,
        Draft(name=name, description=description, visibility=visibility, tags=tuple(tags)),
        id=NotebookId(at.id("notebook")),
        parent=parent.id if parent else None,
        by=by,
        at=at,
    )


async def chain(graph: Graph, by: Viewer, levels: int, *, name: str = "Level") -> list[Notebook]:
    """Notebooks one inside the other, from the top down."""
    made: list[Notebook] = []
    for level in range(levels):
        made.append(await notebook(graph, by, f"{name} {level}", parent=made[-1] if made else None))
    return made


async def invited(
    graph: Graph, by: Viewer, book: Notebook, *people: Viewer, permission: Permission = Permission.READ
) -> None:
    """Invite *people* to *book*; they have not accepted yet."""
    await graph.write(
        collaborations.share,
        notebook=book.id,
        with_users=[person.user for person in people],
        permission=permission,
        message="",
        by=by,
        at=moment(),
    )


async def shared(
    graph: Graph, by: Viewer, book: Notebook, *people: Viewer, permission: Permission = Permission.READ
) -> None:
    """Have *people* work on *book*."""
    await invited(graph, by, book, *people, permission=permission)
    for person in people:
        await graph.write(collaborations.accept, notebook=book.id, by=person, at=moment())


def blob(text: str = "rivers") -> Blob:
    """A blob as the store would describe it; no bytes are kept."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Blob(key=BlobKey(digest), size=len(text.encode()), sha256=digest)


async def document(
    graph: Graph,
    by: Viewer,
    book: Notebook,
    name: str = "rivers.txt",
    *,
    size: int = 100,
    at: Moment | None = None,
) -> tuple[Document, Job]:
    """A document in *book*, and the job that processes it."""
    at = at or moment()
    arrival = Arrival(filename=name, declared_type="text/plain", blob=replace(blob(name), size=size))
    return await graph.write(
        documents.add, arrival, id=DocumentId(at.id("document")), notebook=book.id, by=by, at=at
    )


def understanding(*, title: str | None = None) -> Understanding:
    """What processing might have found out."""
    return Understanding(
        content_type="text/plain",
        title=title,
        page_count=None,
        characters=1_000,
        extractor="plain 1",
        texts=blob("texts").key,
        metadata={"author": "Ada"},
    )


def chunks(document: Document, *texts: str) -> list[Chunk]:
    """Chunks of *document*, one for each text."""
    return [
        Chunk(
            id=ChunkId(
                f"chunk_{hashlib.blake2b(f'{document.id} {place}'.encode(), digest_size=13).hexdigest()}"
            ),
            document=document.id,
            ordinal=place,
            page=None,
            start=1_000 * place,
            end=1_000 * place + len(text),
            headings=("Rivers",),
            text=text,
            text_hash=hashlib.sha256(text.encode()).hexdigest(),
            file_hash=document.file_hash,
        )
        for place, text in enumerate(texts)
    ]


def findings(
    document: Document, *masks: str, kind: SensitiveKind = SensitiveKind.CREDIT_CARD
) -> list[Finding]:
    """Findings of *document*, one for each mask."""
    return [
        Finding(
            id=FindingId(
                f"finding_{hashlib.blake2b(f'{document.id} {place}'.encode(), digest_size=13).hexdigest()}"
            ),
            document=document.id,
            ordinal=place,
            kind=kind,
            page=None,
            start=100 * place,
            end=100 * place + 19,
            confidence=0.99,
            masked=mask,
            file_hash=document.file_hash,
        )
        for place, mask in enumerate(masks)
    ]


async def callback(graph: Graph, by: Viewer, subject: str, *, once: bool = False) -> Callback:
    """A callback on *subject*."""
    at = moment()
    return await graph.write(
        callbacks.create,
        id=CallbackId(at.id("callback")),
        subject=subject,
        url="https://hooks.example/aether",
        secret=webhook_secret(),
        once=once,
        rules=Rules(),
        by=by,
        at=at,
    )


def end_of(job: Job) -> Event:
    """The event that tells that *job* is over."""
    return Event(
        id=EventId(f"event_{job.id}_{job.attempt}"),
        tenant=job.tenant,
        topic=f"job/{job.id}",
        kind="job_changed",
        payload=jobs.told(job),
        at=job.updated_at,
        final=True,
    )


async def revived(work: Work, job: Job) -> Sequence[Job]:
    """What a worker asks for when it runs *job*, for documents on which nobody works."""
    places = await documents.places(work, job)
    live = [id for id, path in places.items() if path is not None]
    return await documents.revive(work, job, live, together=len(live), at=moment())
