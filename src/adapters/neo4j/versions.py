"""Versions of documents in the graph: `(:Document)-[:HAS_VERSION]->(:DocumentVersion)`."""

from collections.abc import Sequence

from typing_extensions import override

from aether.adapters.neo4j.documents import seen_of, understanding_of, understood
from aether.adapters.neo4j.jobs import failure_of
from aether.adapters.neo4j.rows import instant, paged
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.blobs import BlobKey
from aether.domain.documents import (
    Document,
    DocumentId,
    ProcessingStatus,
    SeenDocument,
    Version,
    VersionId,
    Versions,
)
from aether.domain.pages import Page, Place, Slice
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


class Neo4jVersions(Versions):
    """Where versions of documents are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get(self, document: DocumentId, number: int) -> Version | None:
        row = await self._run.one("versions/get", document=document, number=number)
        return None if row is None else version_of(row["version"])

    @override
    async def add(self, version: Version) -> None:
        await self._run(
            "versions/add",
            id=version.id,
            document=version.document,
            number=version.number,
            original_filename=version.original_filename,
            declared_type=version.declared_type,
            file_size=version.file_size,
            file_hash=version.file_hash,
            blob=version.blob,
            processing_status=version.status.value,
            note=version.note,
            uploaded_by=version.uploaded_by,
            uploaded_at=version.uploaded_at,
        )

    @override
    async def put(self, version: Version) -> None:
        await self._run(
            "versions/put",
            id=version.id,
            processing_status=version.status.value,
            failure_code=version.failure and version.failure.code,
            failure_message=version.failure and version.failure.message,
            **understood(version.understanding),
        )

    @override
    async def show(self, document: Document) -> None:
        await self._run(
            "versions/show",
            id=document.id,
            number=document.number,
            original_filename=document.original_filename,
            declared_type=document.declared_type,
            file_size=document.file_size,
            file_hash=document.file_hash,
            blob=document.blob,
            processing_tier=document.tier,
        )

    @override
    async def twins(
        self, file_hash: str, *, besides: DocumentId | None, limit: int, by: Viewer
    ) -> Sequence[SeenDocument]:
        rows = await self._run("versions/twins", viewer=by.user, hash=file_hash, besides=besides, most=limit)
        return [seen_of(row) for row in rows]

    @override
    async def page(self, document: DocumentId, *, part: Slice, by: Viewer) -> Page[Version]:
        return await paged(
            self._run,
            "versions/page",
            part,
            of=lambda row: version_of(row["version"]),
            place_of=lambda row: Place(key=row["version"]["number"], id=row["version"]["id"]),
            at=lambda part: {"before": part.after.key if part.after else None, "most": part.first + 1},
            viewer=by.user,
            document=document,
        )


def version_of(row: Row) -> Version:
    """The version in a row's map."""
    return Version(
        id=VersionId(row["id"]),
        document=DocumentId(row["document"]),
        number=row["number"],
        original_filename=row["original_filename"],
        declared_type=row["declared_type"],
        file_size=row["file_size"],
        file_hash=row["file_hash"],
        blob=BlobKey(row["blob"]),
        status=ProcessingStatus(row["processing_status"]),
        understanding=understanding_of(row),
        failure=failure_of(row),
        note=row["note"] or "",
        uploaded_by=UserId(row["uploaded_by"]),
        uploaded_at=instant(row["uploaded_at"]),
    )
