"""Findings in the API: what is sensitive in documents, masked."""

import strawberry

from aether.domain import documents
from aether.domain.documents import FindingId
from aether.domain.sensitive import SensitiveKind
from aether.graphql.context import Info
from aether.graphql.nodes import Node


@strawberry.type
class Finding(Node):
    """Something sensitive that a document says, and where it stands in it; the value itself is not told.

    Attributes:
        kind: What it is.
        masked: What stands there, as it may be shown, such as `•••• 4242`.
        confidence: How sure it is, above 0 and at most 1.
        page: The page it is on, from 1; none where there are no pages.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
        document_id: The document it is of.
        document_hash: The SHA-256 of the bytes it was found in: its version of the document.
    """

    kind: SensitiveKind
    masked: str
    confidence: float
    page: int | None
    start: int
    end: int
    document_id: strawberry.ID
    document_hash: str

    @classmethod
    def of(cls, finding: documents.Finding) -> "Finding":
        """*finding*, shown to those who may read its document."""
        return cls(
            id=strawberry.ID(finding.id),
            kind=finding.kind,
            masked=finding.masked,
            confidence=finding.confidence,
            page=finding.page,
            start=finding.start,
            end=finding.end,
            document_id=strawberry.ID(finding.document),
            document_hash=finding.file_hash,
        )


def findings_listing(document: str) -> str:
    """What cursors of the findings of *document* are signed for."""
    return f"findings/{document}"


async def finding_by_id(info: Info, id: str) -> Finding | None:
    """The finding with this id, if the viewer may read its document."""
    finding = FindingId(id)
    found = await info.context.read(documents.findings_by_id, [finding], by=info.context.viewer)
    return Finding.of(found[finding]) if finding in found else None
