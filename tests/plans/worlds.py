"""Worlds: tenants as life leaves them, made by the domain's own use cases from a seed.

The same seed gives the same ids and the same instants on every engine, so that a question can
be written down once and asked anywhere.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from aether.domain import collaborations, documents, jobs, keys, notebooks, templates, users
from aether.domain.access import Permission
from aether.domain.compliance import Classification, ComplianceSettings, Regime
from aether.domain.documents import Arrival, Document, DocumentId, Understanding
from aether.domain.errors import Refused
from aether.domain.graph import Graph, Work
from aether.domain.jobs import Failure, Job
from aether.domain.keys import KeyId
from aether.domain.moments import Moment
from aether.domain.notebooks import Draft, Notebook, NotebookId, Visibility
from aether.domain.sensitive import SensitiveKind
from aether.domain.templates import Outline, TemplateId
from aether.domain.tenants import Tenant, TenantId
from aether.domain.users import Profile, Role, UserId, UserStatus
from aether.domain.viewers import Viewer
from tests import make

NAMES = (
    "Rivers",
    "rivers",
    "RIVERS",
    "Straße",
    "STRASSE",
    "İstanbul",
    "ﬀ ligature",
    'O\'Brien "quoted"',
    "back\\slash",
    "$dollar {{brace}} %",
    "日本語",
    "naïve 🌊",
    "a_b",
    "a b",
    "Émile",
    "emile",
    "ΣΊΣΥΦΟΣ",
)
TAGS = ("wet", "Wet", "dry", 'qu"ote', "日本")
PEOPLE = (
    ("ada", "Ada Lovelace", (Role.USER,)),
    ("Ben", 'Ben "the" O\'Hara', (Role.USER, Role.ADMIN)),
    ("cleo", None, (Role.VIEWER,)),
    ("DORA", "Dörte Straße", (Role.USER, Role.NOTEBOOK_ADMIN, Role.COMPLIANCE_OFFICER)),
    ("İlker", "İlker", (Role.USER,)),
    ("eve", "Eve", (Role.USER,)),
)
METADATA: tuple[Mapping[str, Any], ...] = (
    {},
    {"author": "Ada", "pages": 3, "ratio": 1.5, "deep": {"list": [1, None, True, "x"], "empty": {}}},
    {"größe": 'qu"o\\te\n', "large": 2**53 + 1, "small": 1e-7, "negative": -0.0},
    {"huge": 2**70, "long": [0.1, 1e300]},
)
Body = Callable[[Work, Moment], Awaitable[Any]]
"""Something that happens in one transaction."""

_BEGINNING = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Two tenants, and who asks in them.

    Attributes:
        viewers: Everybody who may enter, under every ceiling.
        ids: What there is, by kind; some of it belongs to others, some is deleted.
    """

    seed: int
    tenants: tuple[TenantId, ...]
    viewers: tuple[Viewer, ...]
    ids: Mapping[str, tuple[str, ...]]


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Does what people do, by chance."""

    seed: int
    graph: Graph
    random: Random
    ids: dict[str, list[str]] = field(default_factory=dict)
    people: list[Viewer] = field(default_factory=list)
    books: list[Notebook] = field(default_factory=list)
    depths: dict[str, int] = field(default_factory=dict)
    files: list[tuple[Document, Job, Viewer]] = field(default_factory=list)
    _moments: int = 0
    _now: datetime = _BEGINNING

    def at(self) -> Moment:
        """The next moment, which may be the same instant as the last one."""
        self._moments += 1
        self._now += timedelta(milliseconds=self.random.choice((0, 0, 1, 500, 61_000)))
        told = f"{self.seed}/{self._moments}".encode()
        return Moment(now=self._now, seed=hashlib.blake2b(told, digest_size=16).digest())

    def known(self, kind: str, id: str) -> None:
        """Note that there is, or was, such a thing."""
        self.ids.setdefault(kind, []).append(id)

    async def attempt(self, graph: Graph, body: Body) -> Any:
        """What *body* gives in a transaction at the next moment; none if it is refused."""
        at = self.at()
        with suppress(Refused):
            return await graph.write(body, at)
        return None

    async def person(self, graph: Graph, tenant: Tenant, name: str, full: str | None, *roles: Role) -> Viewer:
        """A person of *tenant*."""
        at, number = self.at(), len(self.ids.get("user", ()))
        profile = Profile(
            subject=f"{self.seed}/{number}",
            issuer=make.ISSUER,
            tenant=tenant.domain,
            username=name,
            email=None if full is None else f"{name.lower()}@Rivers.test",
            full_name=full,
            roles=frozenset(roles),
            groups=frozenset({"/b", "/a/ä"} if number % 2 else ()),
        )
        made = await graph.write(users.settle, profile, tenant=tenant.id, id=UserId(at.id("user")), at=at)
        self.known("user", made.id)
        return Viewer.of(made)

    async def notebook(self, graph: Graph, by: Viewer, parent: Notebook | None) -> Notebook | None:
        """A notebook of *by*'s."""
        random = self.random
        draft = Draft(
            name=random.choice(NAMES) + random.choice(("", "", " 2")),
            description=random.choice(("", "line\nline", "ß“”")),
            visibility=Visibility.PUBLIC if random.random() < 0.12 else Visibility.PRIVATE,
            tags=tuple(random.sample(TAGS, random.randint(0, 3))),
            compliance=self.compliance(),
        )
        above = None if parent is None else parent.id

        async def created(work: Work, at: Moment) -> Notebook:
            id = NotebookId(at.id("notebook"))
            return await notebooks.create(work, draft, id=id, parent=above, by=by, at=at)

        made: Notebook | None = await self.attempt(graph, created)
        if made is not None:
            self.known("notebook", made.id)
            self.depths[made.id] = 1 + (self.depths[parent.id] if parent else 0)
        return made

    def compliance(self) -> ComplianceSettings:
        """Settings that can be observed together."""
        random = self.random
        if random.random() < 0.6:
            return ComplianceSettings()
        return ComplianceSettings(
            regimes=frozenset(random.sample(list(Regime), random.randint(0, 3))),
            classification=random.choice([it for it in Classification if it is not Classification.PUBLIC]),
            retention_days=random.choice((None, 30)),
            redact_personal_data=random.random() < 0.5,
        )

    async def shared(self, book: Notebook, with_whom: Viewer, permission: Permission, *, step: str) -> None:
        """A collaboration as far as *step*: pending, active or revoked."""
        owner = next(it for it in self.people if it.user == book.owner)
        said = self.random.choice(("", "Come in", 'Näher "heran"'))

        by = self.random.choice((owner, with_whom))

        async def share(work: Work, at: Moment) -> None:
            await collaborations.share(
                work,
                notebook=book.id,
                with_users=[with_whom.user],
                permission=permission,
                message=said,
                by=owner,
                at=at,
            )

        async def accept(work: Work, at: Moment) -> None:
            await collaborations.accept(work, notebook=book.id, by=with_whom, at=at)

        async def revoke(work: Work, at: Moment) -> None:
            await collaborations.revoke(work, notebook=book.id, user=with_whom.user, by=by, at=at)

        await self.attempt(self.graph, share)
        if step != "pending":
            await self.attempt(self.graph, accept)
        if step == "revoked":
            await self.attempt(self.graph, revoke)

    async def document(self, graph: Graph, by: Viewer, book: Notebook) -> None:
        """A file in *book*."""
        name = self.random.choice(NAMES).replace("\\", "") + ".txt"
        size = self.random.choice((0, 100, 20_000_000, 3_000_000_000))
        blob = make.blob(f"{self.seed}/{len(self.files)}")
        arrival = Arrival(
            filename=name, declared_type=None, blob=type(blob)(key=blob.key, size=size, sha256=blob.sha256)
        )

        async def added(work: Work, at: Moment) -> tuple[Document, Job]:
            id = DocumentId(at.id("document"))
            return await documents.add(work, arrival, id=id, notebook=book.id, by=by, at=at)

        if (made := await self.attempt(graph, added)) is not None:
            self.known("document", made[0].id)
            self.known("job", made[1].id)
            self.files.append((*made, by))

    async def processed(self, document: Document, job: Job, *, steps: int, ends: str) -> None:
        """What workers commit about *document*, until they stop or its processing ends."""
        random = self.random
        understanding = Understanding(
            content_type="text/plain",
            title=random.choice((None, "On “rivers”", "")),
            page_count=random.choice((None, 3)),
            characters=1_000,
            extractor="plain 1",
            texts=make.blob("texts").key,
            metadata=random.choice(METADATA),
        )
        cut = make.chunks(document, *(f"Passage {place} ß" for place in range(random.randint(0, 5))))
        cut = [replace(chunk, vectored=chunk.ordinal % 3 != 1) for chunk in cut]
        masks = [f"•••• {place}" for place in range(random.randint(0, 4))]
        found = make.findings(document, *masks, kind=random.choice(list(SensitiveKind)))
        failure = Failure(code="FILE_ENCRYPTED", message='It is "locked".')
        told: Any = {"job": job.id, "attempt": 1}
        about: Any = {"id": job.id, "attempt": 1}
        bodies: list[Body] = [
            lambda work, at: jobs.claim(work, at=at, **about),
            lambda work, at: documents.begin(work, at=at, **told),
            lambda work, at: jobs.advance(work, stage="extract", at=at, **about),
            lambda work, at: documents.keep_understanding(work, understanding, found, at=at, **told),
            lambda work, at: documents.keep_chunks(work, cut, at=at, **told),
            lambda work, at: jobs.advance(work, stage="index", at=at, **about),
        ]
        for body in bodies[:steps]:
            await self.attempt(self.graph, body)
        if steps >= 4:
            for finding in found:
                self.known("finding", finding.id)
        if steps >= 5:
            for chunk in cut:
                self.known("chunk", chunk.id)
        if ends == "completed" and steps == len(bodies):
            await self.attempt(self.graph, lambda work, at: documents.complete(work, at=at, **told))
        elif ends == "failed":
            await self.attempt(self.graph, lambda work, at: documents.fail(work, failure, at=at, **told))


async def build(anybody: Graph, seed: int) -> World:
    """The world of *seed*.

    Args:
        anybody: The graph as nobody in particular sees it, without a world of that seed.
        seed: What decides on everything.
    """
    made = _Builder(seed=seed, graph=anybody, random=Random(seed))
    here, there = [await _tenant(made, anybody, name) for name in ("here", "there")]
    made.graph = anybody.within(here.id)
    for name, full, roles in PEOPLE:
        made.people.append(await made.person(made.graph, here, name, full, *roles))
    stranger = await _abroad(made, anybody.within(there.id), there)
    await _described(made)
    await _planted(made)
    await _filled(made)
    await _pruned(made)
    return World(
        seed=seed,
        tenants=(here.id, there.id),
        viewers=(*_viewers(made.people), stranger),
        ids={
            **{kind: tuple(ids) for kind, ids in made.ids.items()},
            "tenant": (here.id, there.id),
        },
    )


async def _tenant(made: _Builder, anybody: Graph, name: str) -> Tenant:
    at = made.at()
    fresh = Tenant.new(id=TenantId(at.id("tenant")), domain=f"{name}-{made.seed}.test", now=at.now)

    async def claim(work: Work) -> Tenant:
        return await work.tenants.claim(fresh)

    return await anybody.write(claim)


def _viewers(people: list[Viewer]) -> list[Viewer]:
    """Everybody, under every ceiling that they can have."""
    return [
        Viewer(user=it.user, tenant=it.tenant, roles=it.roles, ceiling=ceiling, by_key=ceiling < it.ceiling)
        for it in people
        for ceiling in Permission
        if ceiling <= it.ceiling
    ]


async def _abroad(made: _Builder, graph: Graph, there: Tenant) -> Viewer:
    """Somebody in another tenant, with things of their own."""
    stranger = await made.person(graph, there, "mallory", "Mallory", Role.USER, Role.ADMIN)
    if (book := await made.notebook(graph, stranger, None)) is not None:
        await made.document(graph, stranger, book)
        made.files.clear()
    return stranger


async def _described(made: _Builder) -> None:
    """What people have for themselves: preferences, faces, keys, templates; one is shut out."""
    ada, ben, _, dora, _, eve = made.people
    graph = made.graph
    await graph.write(
        users.prefer, preferences={"theme": "därk", "n": [1, {"a": 2.5}]}, by=ada.user, at=made.at()
    )
    await graph.write(users.portray, avatar="a" * 64, by=ben.user, at=made.at())
    if made.random.random() < 0.5:
        suspended = UserStatus.SUSPENDED
        await graph.write(users.set_status, id=eve.user, status=suspended, by=ben.user, at=made.at())
    for number, by in enumerate((ada, ada, ben)):
        at = made.at()
        key = await graph.write(
            keys.create,
            id=KeyId(at.id("key")),
            secret=f"aek_{made.seed}_{number}",
            name=made.random.choice(NAMES),
            ceiling=made.random.choice(list(Permission)),
            days=30,
            by=by,
            at=at,
        )
        made.known("key", key.id)
        if number == 1:
            await graph.write(keys.revoke, id=key.id, by=by, at=made.at())
    for number in range(3):
        at = made.at()
        outline = Outline(name="Öutline", tags=("x",), children=(Outline(name=f"Child {number}"),))
        template = await graph.write(
            templates.create,
            id=TemplateId(at.id("template")),
            name=made.random.choice(NAMES),
            description="",
            outline=outline,
            by=dora,
            at=at,
        )
        made.known("template", template.id)


async def _planted(made: _Builder) -> None:
    """Notebooks in trees, and who works on them."""
    random = made.random
    owners = [it for it in made.people if it.ceiling >= Permission.WRITE]
    for _ in range(random.randint(10, 22)):
        by = random.choice(owners)
        shallow = [it for it in made.books if made.depths[it.id] < 5]
        parent = random.choice(shallow) if shallow and random.random() < 0.65 else None
        if parent is not None and parent.owner != by.user:
            await made.shared(parent, by, random.choice((Permission.WRITE, Permission.ADMIN)), step="active")
        if (book := await made.notebook(made.graph, by, parent)) is not None:
            made.books.append(book)
    for book in made.books:
        for _ in range(random.choice((0, 1, 2))):
            whom = random.choice([it for it in made.people if it.user != book.owner])
            step = random.choice(("pending", "pending", "active", "active", "revoked"))
            await made.shared(book, whom, random.choice(list(Permission)), step=step)


async def _filled(made: _Builder) -> None:
    """Documents, and how far they are understood; stars and looks."""
    random = made.random
    for book in made.books:
        owner = next(it for it in made.people if it.user == book.owner)
        for _ in range(random.choice((0, 0, 1, 2, 4))):
            await made.document(made.graph, owner, book)
    for document, job, _ in made.files:
        ends = random.choice(("", "completed", "completed", "failed"))
        steps = 6 if ends == "completed" else random.randint(0, 6)
        await made.processed(document, job, steps=steps, ends=ends)
    for person in made.people:
        for book in random.sample(made.books, 3):
            await made.attempt(
                made.graph,
                _starred(book, person),
            )


async def _pruned(made: _Builder) -> None:
    """What is archived, deleted, moved, brought back."""
    for book in made.books:
        by = next(it for it in made.people if it.user == book.owner)
        chance = made.random.random()
        if chance < 0.12:
            await made.attempt(made.graph, _archived(book, by))
        elif chance < 0.24:
            await made.attempt(made.graph, _deleted(book, by))
            if made.random.random() < 0.3:
                await made.attempt(made.graph, _restored(book, by))
        elif chance < 0.3:
            await made.attempt(made.graph, _moved(made, book, by))
    for document, job, by in made.files:
        chance = made.random.random()
        if chance < 0.15:
            await made.attempt(made.graph, _removed(document, by))
        elif chance < 0.25:
            await made.attempt(made.graph, _cancelled(job, by))
    await _noted(made)


def _starred(book: Notebook, by: Viewer) -> Body:
    return lambda work, at: notebooks.mark(work, id=book.id, starred=True, by=by, at=at)


def _archived(book: Notebook, by: Viewer) -> Body:
    return lambda work, at: notebooks.archive(work, id=book.id, archived=True, version=None, by=by, at=at)


def _deleted(book: Notebook, by: Viewer) -> Body:
    return lambda work, at: notebooks.remove(work, id=book.id, version=None, by=by, at=at)


def _restored(book: Notebook, by: Viewer) -> Body:
    return lambda work, at: notebooks.restore(work, id=book.id, by=by, at=at)


def _moved(made: _Builder, book: Notebook, by: Viewer) -> Body:
    to = made.random.choice([None, *(it.id for it in made.books)])
    return lambda work, at: notebooks.move(work, id=book.id, to=to, version=None, by=by, at=at)


def _removed(document: Document, by: Viewer) -> Body:
    return lambda work, at: documents.remove(work, id=document.id, version=None, by=by, at=at)


def _cancelled(job: Job, by: Viewer) -> Body:
    return lambda work, at: documents.cancel(work, job=job.id, by=by, at=at)


async def _noted(made: _Builder) -> None:
    """Note the jobs that came about on notebooks, as those who may see them do."""
    noted: set[str] = set()
    for book in made.books:
        found = await made.graph.read(_jobs_about, book.id)
        noted |= {job.id for job in found}
    for id in sorted(noted - set(made.ids.get("job", ()))):
        made.known("job", id)


async def _jobs_about(work: Work, id: NotebookId) -> list[Job]:
    return list(await work.jobs.about(id))
