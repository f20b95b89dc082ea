"""Passages of documents in the API."""

from typing import TYPE_CHECKING

import strawberry

from aether.domain import documents
from aether.domain.documents import ChunkId
from aether.graphql.context import Info
from aether.graphql.nodes import Node

if TYPE_CHECKING:
    pass


@strawberry.type
class Chunk(Node):
    """A passage of a document, and where it stands in it.

    Attributes:
        ordinal: Its place among the document's chunks, from 0.
        page: The page it begins on, from 1; none where there are no pages.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
        headings: The headings above it, from the top down.
        text: What it says.
        document_id: The document it is of.
        document_hash: The SHA-256 of the bytes it was read from: its version of the document.
    """

    ordinal: int
    page: int | None
    start: int
    end: int
    headings: list[str]
    text: str
    document_id: strawberry.ID
    document_hash: str

    @classmethod
    def of(cls, chunk: documents.Chunk) -> "Chunk":
        """*chunk*, shown to those who may read its document."""
        return cls(
            id=strawberry.ID(chunk.id),
            ordinal=chunk.ordinal,
            page=chunk.page,
            start=chunk.start,
            end=chunk.end,
            headings=list(chunk.headings),
            text=chunk.text,
            document_id=strawberry.ID(chunk.document),
            document_hash=chunk.file_hash,
        )


def chunks_listing(document: str) -> str:
    """What cursors of the passages of *document* are signed for."""
    return f"chunks/{document}"


async def chunk_by_id(info: Info, id: str) -> Chunk | None:
    """The passage with this id, if the viewer may read its document."""
    chunk = ChunkId(id)
    found = (await info.context.read(documents.chunks_by_id, [chunk], by=info.context.viewer)).get(chunk)
    return None if found is None else Chunk.of(found)
