"""Diffs in the API: what became of a document's text from one version to another."""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Annotated

import orjson
import strawberry

from aether.domain import diffs, documents
from aether.domain.diffs import DiffTooLarge, LineKind, TextMissing
from aether.domain.documents import DocumentId
from aether.graphql.context import Info

BYTES_MOST = 20_000_000
"""The largest text with its anchors that is compared, in bytes of JSON."""


@strawberry.type
class DiffLine:
    """A line of either text, or of both.

    Attributes:
        kind: What became of it.
        text: What it says.
    """

    kind: LineKind
    text: str


@strawberry.type
class DiffHunk:
    """Lines that differ, with up to three of those around them.

    Attributes:
        from_line: The number of the first line in the old text, from 1.
        to_line: The number of the first line in the new text, from 1.
        lines: The lines, in order.
    """

    from_line: int
    to_line: int
    lines: list[DiffLine]


@strawberry.type
class DocumentDiff:
    """What became of a document's text from one version to another.

    Attributes:
        added: How many lines are new.
        removed: How many lines are gone.
        hunks: Where they are; none if the texts are the same.
    """

    added: int
    removed: int
    hunks: list[DiffHunk]

    @classmethod
    def of(cls, hunks: list[DiffHunk]) -> "DocumentDiff":
        """The diff that has these hunks."""
        kinds = [line.kind for hunk in hunks for line in hunk.lines]
        return cls(added=kinds.count(LineKind.ADDED), removed=kinds.count(LineKind.REMOVED), hunks=hunks)


@strawberry.type
class DiffQueries:
    """Questions about what changed."""

    @strawberry.field
    async def document_diff(
        self,
        info: Info,
        document_id: strawberry.ID,
        from_: Annotated[int, strawberry.argument(name="from")],
        to: int,
    ) -> DocumentDiff | None:
        """What became of a document's text from one of its versions to another, if one may read it.

        Args:
            document_id: The document.
            from_: The number of the old version.
            to: The number of the new version.
        """
        id = DocumentId(document_id)
        if await info.context.loaders.documents.load(id) is None:
            return None
        old, new = [await _text(info, id, number) for number in (from_, to)]
        hunks = await asyncio.to_thread(diffs.diff, old, new)
        return DocumentDiff.of([_shown(hunk) for hunk in hunks])


def _shown(hunk: diffs.Hunk) -> DiffHunk:
    lines = [DiffLine(kind=line.kind, text=line.text) for line in hunk.lines]
    return DiffHunk(from_line=hunk.before, to_line=hunk.after, lines=lines)


async def _text(info: Info, id: DocumentId, number: int) -> str:
    version = await info.context.read(documents.version, id=id, number=number, by=info.context.viewer)
    if version.understanding is None:
        raise TextMissing(number)
    blobs, key = info.context.ports.blobs, version.understanding.texts
    if await blobs.size(key) > BYTES_MOST:
        raise DiffTooLarge(f"The text of version {number} is too long to be compared.")
    pieces = [piece async for piece in blobs.open(key)]
    return await asyncio.to_thread(_text_in, pieces)


def _text_in(pieces: Sequence[bytes]) -> str:
    lines = map(orjson.loads, BytesIO(b"".join(pieces)))
    return "".join(line.get("text", "") for line in lines)
