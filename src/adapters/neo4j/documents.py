"""Documents in the graph: `(:Notebook)-[:CONTAINS]->(:Document)-[:HAS_CHUNK]->(:Chunk)`.

What is sensitive in them hangs on them too: `(:Document)-[:HAS_FINDING]->(:Finding)`.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from typing_extensions import override

from aether.adapters.neo4j.jobs import failure_of
from aether.adapters.neo4j.rows import instant, instant_or_none, lock, paged, text_of, value_of, words_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.access import Permission
from aether.domain.blobs import BlobKey
from aether.domain.documents import (
    Chunk,
    ChunkId,
    Chunks,
    Document,
    DocumentId,
    DocumentOrder,
    Documents,
    EmbeddingStatus,
    Finding,
    FindingId,
    Findings,
    Inside,
    Places,
    ProcessingStatus,
    SeenDocument,
    Understanding,
    first_version,
)
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId
from aether.domain.pages import Page, Place, Slice
from aether.domain.sensitive import SensitiveKind
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.viewers import Viewer

FINDINGS_AT_A_TIME = 1_000


class Neo4jDocuments(Documents):
    """Where documents are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def lock(self, ids: Collection[DocumentId]) -> Mapping[DocumentId, Document]:
        rows = await self._run("documents/lock", ids=list(ids), lock=lock())
        return {row["document"]["id"]: document_of(row["document"]) for row in rows}

    @override
    async def add(self, documents: Sequence[Document]) -> None:
        await self._run("documents/add", rows=[_new(document) for document in documents])

    @override
    async def put(self, document: Document) -> None:
        await self._run("documents/put", **_kept(document))

    @override
    async def remove(self, id: DocumentId, *, deletion: str, by: UserId, at: Moment) -> None:
        await self._run(
            "documents/remove", id=id, deletion=deletion, user=by, now=at.now, second=int(at.now.timestamp())
        )

    @override
    async def get_many(self, ids: Collection[DocumentId], *, by: Viewer) -> Mapping[DocumentId, SeenDocument]:
        rows = await self._run("documents/get_many", viewer=by.user, ids=list(ids))
        return {row["document"]["id"]: seen_of(row) for row in rows}

    @override
    async def page(
        self,
        notebook: NotebookId,
        *,
        status: ProcessingStatus | None,
        order: DocumentOrder,
        part: Slice,
        by: Viewer,
    ) -> Page[SeenDocument]:
        return await paged(
            self._run,
            "documents/page",
            part,
            of=seen_of,
            place_of=lambda row: Place(key=row["key"], id=row["document"]["id"]),
            viewer=by.user,
            notebook=notebook,
            status=status and status.value,
            order=order.value,
        )

    @override
    async def unprocessed(self, ids: Collection[DocumentId]) -> Sequence[DocumentId]:
        return [DocumentId(row["id"]) for row in await self._run("documents/unprocessed", ids=list(ids))]


class Neo4jPlaces(Places):
    """What knows where documents lie."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def move(self, ids: Collection[DocumentId], *, to: NotebookId, at: Moment) -> None:
        await self._run("documents/move", ids=list(ids), notebook=to, now=at.now)

    @override
    async def below(self, notebook: NotebookId) -> Mapping[DocumentId, tuple[NotebookId, ...] | None]:
        return _paths(await self._run("documents/below", notebook=notebook))

    @override
    async def paths(self, ids: Collection[DocumentId]) -> Mapping[DocumentId, tuple[NotebookId, ...] | None]:
        return _paths(await self._run("documents/paths", ids=list(ids)))

    @override
    async def place(self, paths: Mapping[DocumentId, tuple[NotebookId, ...] | None]) -> None:
        rows = [
            {"id": id, "scope": "" if path is None else " ".join((str(self._run.tenant), *path))}
            for id, path in paths.items()
        ]
        await self._run("documents/place", rows=rows)

    @override
    async def place_some(self, documents: Collection[DocumentId], *, limit: int) -> int:
        (row,) = await self._run("documents/place_chunks", ids=list(documents), most=limit)
        return int(row["placed"])


class Neo4jChunks(Chunks):
    """Where the chunks of documents are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def add(self, document: DocumentId, chunks: Sequence[Chunk], *, generation: str) -> None:
        rows = [_row(chunk) for chunk in chunks]
        await self._run("documents/add_chunks", document=document, generation=generation, rows=rows)

    @override
    async def litter(self, document: DocumentId, *, littered: bool) -> None:
        await self._run("documents/litter", document=document, littered=True if littered else None)

    @override
    async def littered(self, *, limit: int) -> Mapping[DocumentId, TenantId]:
        rows = await self._run("documents/littered", most=limit)
        return {DocumentId(row["id"]): TenantId(row["tenant"]) for row in rows}

    @override
    async def drop(self, document: DocumentId, *, but: str | None, limit: int) -> int:
        (row,) = await self._run("documents/drop_chunks", document=document, but=but, most=limit)
        return int(row["dropped"])

    @override
    async def of_document(self, document: DocumentId) -> Sequence[Chunk]:
        return [chunk_of(row["chunk"]) for row in await self._run("documents/chunks", document=document)]

    @override
    async def page(self, document: DocumentId, *, part: Slice, by: Viewer) -> Page[Chunk]:
        return await paged(
            self._run,
            "documents/chunk_page",
            part,
            of=lambda row: chunk_of(row["chunk"]),
            place_of=lambda row: Place(key=row["chunk"]["ordinal"], id=row["chunk"]["id"]),
            at=_behind,
            viewer=by.user,
            document=document,
        )

    @override
    async def get_many(self, ids: Collection[ChunkId], *, by: Viewer) -> Mapping[ChunkId, Chunk]:
        rows = await self._run("documents/seen_chunks", viewer=by.user, ids=list(ids))
        return {row["chunk"]["id"]: chunk_of(row["chunk"]) for row in rows}


class Neo4jFindings(Findings):
    """Where the findings of documents are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def replace(self, document: DocumentId, findings: Sequence[Finding]) -> None:
        await self._run("documents/forget_findings", document=document)
        for begin in range(0, len(findings), FINDINGS_AT_A_TIME):
            rows = [_finding_row(finding) for finding in findings[begin : begin + FINDINGS_AT_A_TIME]]
            await self._run("documents/add_findings", document=document, rows=rows)

    @override
    async def page(self, document: DocumentId, *, part: Slice, by: Viewer) -> Page[Finding]:
        return await paged(
            self._run,
            "documents/finding_page",
            part,
            of=lambda row: finding_of(row["finding"]),
            place_of=lambda row: Place(key=row["finding"]["ordinal"], id=row["finding"]["id"]),
            at=_behind,
            viewer=by.user,
            document=document,
        )

    @override
    async def get_many(self, ids: Collection[FindingId], *, by: Viewer) -> Mapping[FindingId, Finding]:
        rows = await self._run("documents/seen_findings", viewer=by.user, ids=list(ids))
        return {row["finding"]["id"]: finding_of(row["finding"]) for row in rows}


def _paths(rows: Sequence[Row]) -> Mapping[DocumentId, tuple[NotebookId, ...] | None]:
    return {row["id"]: tuple(reversed(row["path"])) if row["live"] else None for row in rows}


def _behind(part: Slice) -> dict[str, Any]:
    """Where a page of things begins that are numbered in their document."""
    return {"after": part.after.key if part.after else -1, "most": part.first + 1}


def _new(document: Document) -> dict[str, Any]:
    inside = document.inside
    return {
        "container": inside and inside.container,
        "outermost": inside and inside.outermost,
        "path_inside": inside and inside.path,
        "depth": inside and inside.depth,
        "id": document.id,
        "notebook": document.notebook,
        "name": document.name,
        "search_name": document.name.casefold(),
        "words": words_of(document.name),
        "original_filename": document.original_filename,
        "declared_type": document.declared_type,
        "file_size": document.file_size,
        "file_hash": document.file_hash,
        "blob": document.blob,
        "processing_status": document.status.value,
        "processing_tier": document.tier,
        "embedding_status": document.embedding.value,
        "version": document.version,
        "version_id": first_version(document.id),
        "uploaded_by": document.uploaded_by,
        "uploaded_at": document.uploaded_at,
        "updated_at": document.updated_at,
    }


def _kept(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "search_name": document.name.casefold(),
        "words": words_of(document.name),
        "processing_status": document.status.value,
        "embedding_status": document.embedding.value,
        **understood(document.understanding),
        "pii_detected": document.pii_detected,
        "finding_count": document.finding_count,
        "chunk_count": document.chunk_count,
        "vector_count": document.vector_count,
        "generation": document.generation,
        "failure_code": document.failure and document.failure.code,
        "failure_message": document.failure and document.failure.message,
        "version": document.version,
        "coming": document.coming,
        "updated_at": document.updated_at,
        "processed_at": document.processed_at,
    }


def understood(found: Understanding | None) -> dict[str, Any]:
    """What is kept of what processing found out."""
    return {
        "content_type": found and found.content_type,
        "title": found and found.title,
        "page_count": found and found.page_count,
        "characters": found and found.characters,
        "extractor": found and found.extractor,
        "texts": found and found.texts,
        "extracted_metadata": found and text_of(found.metadata),
    }


def seen_of(row: Row) -> SeenDocument:
    """The document in a row, as its viewer sees it."""
    return SeenDocument(document=document_of(row["document"]), permission=Permission(row["permission"]))


def document_of(row: Row) -> Document:
    """The document in a row's map."""
    return Document(
        id=DocumentId(row["id"]),
        tenant=TenantId(row["tenant"]),
        notebook=NotebookId(row["notebook"]),
        name=row["name"],
        original_filename=row["original_filename"],
        declared_type=row["declared_type"],
        file_size=row["file_size"],
        file_hash=row["file_hash"],
        blob=BlobKey(row["blob"]),
        status=ProcessingStatus(row["processing_status"]),
        embedding=EmbeddingStatus(row["embedding_status"]),
        understanding=understanding_of(row),
        pii_detected=row["pii_detected"] or False,
        finding_count=row["finding_count"] or 0,
        chunk_count=row["chunk_count"],
        vector_count=row["vector_count"],
        generation=row["generation"],
        failure=failure_of(row),
        version=row["version"],
        number=row["number"] or 1,
        coming=row["coming"],
        uploaded_by=UserId(row["uploaded_by"]),
        uploaded_at=instant(row["uploaded_at"]),
        updated_at=instant(row["updated_at"]),
        processed_at=instant_or_none(row["processed_at"]),
        inside=_inside_of(row),
    )


def _inside_of(row: Row) -> Inside | None:
    if row["container"] is None:
        return None
    return Inside(
        container=DocumentId(row["container"]),
        outermost=DocumentId(row["outermost"]),
        path=row["path_inside"],
        depth=row["depth"],
    )


def understanding_of(row: Row) -> Understanding | None:
    """What is understood of the document, or of its version, in a row's map."""
    if row["texts"] is None:
        return None
    return Understanding(
        content_type=row["content_type"],
        title=row["title"],
        page_count=row["page_count"],
        characters=row["characters"],
        extractor=row["extractor"],
        texts=BlobKey(row["texts"]),
        metadata=value_of(row["extracted_metadata"]),
    )


def _row(chunk: Chunk) -> dict[str, Any]:
    return {
        "id": chunk.id,
        "ordinal": chunk.ordinal,
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "headings": list(chunk.headings),
        "text": chunk.text,
        "text_hash": chunk.text_hash,
        "file_hash": chunk.file_hash,
        "vectored": chunk.vectored,
    }


def chunk_of(row: Row) -> Chunk:
    """The chunk in a row's map."""
    return Chunk(
        id=ChunkId(row["id"]),
        document=DocumentId(row["document"]),
        ordinal=row["ordinal"],
        page=row["page"],
        start=row["start"],
        end=row["end"],
        headings=tuple(row["headings"]),
        text=row["text"],
        text_hash=row["text_hash"],
        file_hash=row["file_hash"],
        vectored=row["vectored"],
    )


def _finding_row(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "ordinal": finding.ordinal,
        "kind": finding.kind.value,
        "page": finding.page,
        "start": finding.start,
        "end": finding.end,
        "confidence": finding.confidence,
        "masked": finding.masked,
        "file_hash": finding.file_hash,
    }


def finding_of(row: Row) -> Finding:
    """The finding in a row's map."""
    return Finding(
        id=FindingId(row["id"]),
        document=DocumentId(row["document"]),
        ordinal=row["ordinal"],
        kind=SensitiveKind(row["kind"]),
        page=row["page"],
        start=row["start"],
        end=row["end"],
        confidence=row["confidence"],
        masked=row["masked"],
        file_hash=row["file_hash"],
    )
