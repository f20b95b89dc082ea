"""Where documents, their chunks and their findings are kept."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from aether.domain import notebooks
from aether.domain.documents.entity import (
    Chunk,
    ChunkId,
    Document,
    DocumentId,
    Finding,
    FindingId,
    ProcessingStatus,
    SeenDocument,
)
from aether.domain.documents.versions import Version
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId
from aether.domain.pages import Page, Slice
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


class DocumentOrder(StrEnum):
    """How documents are ordered; times run from the latest back."""

    NAME = "name"
    UPLOADED = "uploaded"


class Documents(Protocol):
    """Where documents are kept."""

    async def lock(self, ids: Collection[DocumentId]) -> Mapping[DocumentId, Document]:
        """Those of the documents that live; nobody else changes them until this transaction ends."""
        ...

    async def add(self, documents: Sequence[Document]) -> None:
        """Keep new documents, each in its notebook, and count them there."""
        ...

    async def put(self, document: Document) -> None:
        """Keep *document* as it now is; its place stays."""
        ...

    async def remove(self, id: DocumentId, *, deletion: str, by: UserId, at: Moment) -> None:
        """Mark the document as deleted, and count it no longer."""
        ...

    async def get_many(self, ids: Collection[DocumentId], *, by: Viewer) -> Mapping[DocumentId, SeenDocument]:
        """Those of the documents that the viewer may read, by id; the others are left out."""
        ...

    async def page(
        self,
        notebook: NotebookId,
        *,
        status: ProcessingStatus | None,
        order: DocumentOrder,
        part: Slice,
        by: Viewer,
    ) -> Page[SeenDocument]:
        """A page of the documents directly in *notebook*; none where the viewer may not read."""
        ...

    async def unprocessed(self, ids: Collection[DocumentId]) -> Sequence[DocumentId]:
        """Those of the documents that live and are not processed, though no job works on them."""
        ...


class Places(Protocol):
    """What knows where documents lie."""

    async def move(self, ids: Collection[DocumentId], *, to: NotebookId, at: Moment) -> None:
        """Have documents, deleted ones too, lie in *to*, and count those that live there."""
        ...

    async def below(self, notebook: NotebookId) -> Mapping[DocumentId, tuple[NotebookId, ...] | None]:
        """Every document in *notebook* and below, with the notebooks above it from the top down.

        None stands for the path of a document that was deleted since it was last placed.
        """
        ...

    async def paths(self, ids: Collection[DocumentId]) -> Mapping[DocumentId, tuple[NotebookId, ...] | None]:
        """The notebooks above each of the documents from the top down, none where it is deleted.

        What does not exist is left out.
        """
        ...

    async def place(self, paths: Mapping[DocumentId, tuple[NotebookId, ...] | None]) -> None:
        """Note on documents where they lie, for whoever finds them by their words; their chunks follow.

        Where there is no path, nobody finds them.
        """
        ...

    async def place_some(self, documents: Collection[DocumentId], *, limit: int) -> int:
        """Have up to so many chunks follow their documents; tells how many."""
        ...


class Containers(Protocol):
    """What knows which document came in which."""

    async def hold(self, documents: Sequence[Document], *, number: int) -> None:
        """Hang new *documents* on what they came in, in its version *number*."""
        ...

    async def came(self, container: DocumentId, ids: Collection[DocumentId], *, number: int) -> None:
        """Note that documents came in version *number* of *container* too."""
        ...

    async def known(self, container: DocumentId, ids: Collection[DocumentId]) -> Collection[DocumentId]:
        """Those of the ids that name a document, be it deleted, or what *container* held and was erased."""
        ...

    async def holder(self, id: DocumentId) -> DocumentId | None:
        """The document in which one came, be it deleted; none if it came by itself, or that was erased."""
        ...

    async def forgo(self, id: DocumentId) -> None:
        """Note on what a document came in that it is erased."""
        ...

    async def children(self, container: DocumentId, *, part: Slice, by: Viewer) -> Page[SeenDocument]:
        """A page of the documents that came in *container*, by name; none where the viewer may not read."""
        ...

    async def remove(
        self, container: DocumentId, *, deletion: str, by: UserId, at: Moment
    ) -> Collection[DocumentId]:
        """Mark as deleted what came in *container*, at any depth, and nobody changed since."""
        ...


class Room(Protocol):
    """What counts what came in documents."""

    async def held(self, outermost: DocumentId) -> tuple[int, int]:
        """How many documents came in *outermost*, deleted ones too but no absent ones, and their bytes."""
        ...

    async def held_below(self, container: DocumentId) -> tuple[int, int]:
        """The same for what came in *container*, which may have come in another one."""
        ...

    async def held_by_version(self, container: DocumentId, *, number: int) -> tuple[int, int]:
        """How many documents came in version *number* of *container*, and their bytes, at any depth."""
        ...


class Absences(Protocol):
    """What knows which documents are absent, as their containers show no version in which they came."""

    async def lock(self, container: DocumentId) -> Collection[DocumentId]:
        """Let nobody else change what came in *container*, at any depth, until this transaction ends.

        Gives all of that, deleted and absent ones too.
        """
        ...

    async def leaving(self, container: DocumentId, *, since: int, number: int) -> Collection[DocumentId]:
        """What came in versions of *container* from *since* on, but not in *number*, and nobody changed."""
        ...

    async def appearing(self, container: DocumentId, *, number: int) -> Collection[DocumentId]:
        """What came in version *number* of *container*, and is absent."""
        ...

    async def put_away(self, ids: Collection[DocumentId]) -> None:
        """Have documents be absent, and count them no longer."""
        ...

    async def bring(self, ids: Collection[DocumentId]) -> None:
        """Have documents be absent no longer, and count them again."""
        ...

    async def give_up(self, container: DocumentId) -> None:
        """Have what came in *container* and is absent be erased soon."""
        ...


class Chunks(Protocol):
    """Where the chunks of documents are kept."""

    async def add(self, document: DocumentId, chunks: Sequence[Chunk], *, generation: str) -> None:
        """Keep *chunks* of *document*, which are seen once it shows their *generation*."""
        ...

    async def drop(self, document: DocumentId, *, but: str | None, limit: int) -> int:
        """Drop up to so many chunks of *document*, of all generations *but* one; tells how many."""
        ...

    async def litter(self, document: DocumentId, *, littered: bool) -> None:
        """Note whether *document* has chunks that it does not show."""
        ...

    async def littered(self, *, limit: int) -> Mapping[DocumentId, TenantId]:
        """Documents of all tenants with chunks that they do not show, though nobody works on them."""
        ...

    async def of_document(self, document: DocumentId) -> Sequence[Chunk]:
        """The chunks of *document*, in order."""
        ...

    async def page(self, document: DocumentId, *, part: Slice, by: Viewer) -> Page[Chunk]:
        """A page of the document's chunks, in order; none where the viewer may not read."""
        ...

    async def get_many(self, ids: Collection[ChunkId], *, by: Viewer) -> Mapping[ChunkId, Chunk]:
        """Those of the chunks that the viewer may read, by id."""
        ...


class Findings(Protocol):
    """Where the findings of documents are kept."""

    async def replace(self, document: DocumentId, findings: Sequence[Finding]) -> None:
        """Keep *findings* as all there are of *document*."""
        ...

    async def page(self, document: DocumentId, *, part: Slice, by: Viewer) -> Page[Finding]:
        """A page of the document's findings, in order; none where the viewer may not read."""
        ...

    async def get_many(self, ids: Collection[FindingId], *, by: Viewer) -> Mapping[FindingId, Finding]:
        """Those of the findings that the viewer may read, by id."""
        ...


class Versions(Protocol):
    """Where the versions of documents are kept."""

    async def get(self, document: DocumentId, number: int) -> Version | None:
        """The version of *document* with that number, if it is noted."""
        ...

    async def add(self, version: Version) -> None:
        """Keep a new version; its document stays as it is."""
        ...

    async def put(self, version: Version) -> None:
        """Keep *version* as it now is; its bytes stay what they are."""
        ...

    async def show(self, document: Document) -> None:
        """Keep which version *document* shows now, and its bytes; count the difference in size."""
        ...

    async def twins(
        self, file_hash: str, *, besides: DocumentId | None, limit: int, by: Viewer
    ) -> Sequence[SeenDocument]:
        """Documents that show these bytes, as far as the viewer may read them, the oldest first."""
        ...

    async def page(self, document: DocumentId, *, part: Slice, by: Viewer) -> Page[Version]:
        """A page of the versions that are noted, the latest first; none where the viewer may not read."""
        ...


class Work(notebooks.Work, Protocol):
    """A transaction in which documents can be read and written."""

    @property
    def documents(self) -> Documents:
        """The documents."""
        ...

    @property
    def places(self) -> Places:
        """Where they lie."""
        ...

    @property
    def containers(self) -> Containers:
        """What came in which of them."""
        ...

    @property
    def room(self) -> Room:
        """How much of that there is."""
        ...

    @property
    def absences(self) -> Absences:
        """What of that is absent."""
        ...

    @property
    def chunks(self) -> Chunks:
        """Their chunks."""
        ...

    @property
    def versions(self) -> Versions:
        """Their versions."""
        ...

    @property
    def findings(self) -> Findings:
        """What is sensitive in them."""
        ...


async def coming(work: Work, document: Document) -> Version | None:
    """The version that a document does not show yet; none where there is none."""
    return None if document.coming is None else await work.versions.get(document.id, document.coming)


async def noted(work: Work, document: Document) -> Version:
    """The version that a document shows, with what is known of it kept, before it shows another.

    Documents that are older than versions have none noted; their first one is noted now.
    """
    found = await work.versions.get(document.id, document.number)
    if found is None:
        await work.versions.add(found := Version.first(document))
    await work.versions.put(seen := found.seen_in(document))
    return seen
