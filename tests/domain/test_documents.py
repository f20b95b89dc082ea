from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aether.domain.blobs import Blob, BlobKey
from aether.domain.documents import (
    Arrival,
    Document,
    DocumentId,
    DocumentStale,
    EmbeddingStatus,
    ProcessingStatus,
    filename,
)
from aether.domain.errors import Invalid
from aether.domain.jobs import Failure
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def document() -> Document:
    arrival = Arrival(
        filename="rivers.pdf",
        declared_type="application/pdf",
        blob=Blob(key=BlobKey("0" * 64), size=5, sha256="0" * 64),
    )
    return Document.new(
        arrival,
        id=DocumentId("document_x"),
        tenant=TenantId("tenant_x"),
        notebook=NotebookId("notebook_x"),
        by=UserId("user_x"),
        now=NOW,
    )


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.txt", "a.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\a.txt", "a.txt"),
        ("C:\\a b\\c d.txt", "c d.txt"),
        (" .profile", ".profile"),
        ("ä\u0308.txt", "ä\u0308.txt"),
    ],
)
def test_a_name_is_kept_without_its_folders(given: str, name: str) -> None:
    assert filename(given) == name


@pytest.mark.parametrize("given", ["", "/", "a/", ".", "..", " . ", "\\", "a\x00", "x" * 256])
def test_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refusal:
        filename(given)

    assert refusal.value.field == "filename"


@pytest.mark.parametrize(
    ("size", "tier"), [(0, 1), (9_999_999, 1), (10_000_000, 2), (1_000_000_000, 2), (1_000_000_001, 3)]
)
def test_tiers_go_by_size(document: Document, size: int, tier: int) -> None:
    assert replace(document, file_size=size).tier == tier


def test_only_people_raise_the_version(document: Document) -> None:
    failure = Failure(code="x", message="x")

    assert document.renamed("x", now=NOW).version == 2
    assert document.renamed("rivers.pdf", now=NOW) is document
    for processed in (
        document.begun(now=NOW),
        document.chunked([], generation="first", now=NOW),
        document.completed(now=NOW),
        document.failed(failure, now=NOW),
    ):
        assert processed.version == 1
    assert document.at_version(1).at_version(None) is document
    with pytest.raises(DocumentStale):
        document.at_version(2)


def test_a_failure_says_how_far_embedding_came(document: Document) -> None:
    failure = Failure(code="x", message="x")

    early = document.begun(now=NOW).failed(failure, now=NOW)
    late = document.begun(now=NOW).chunked([], generation="first", now=NOW).failed(failure, now=NOW)

    assert (early.status, early.embedding) == (ProcessingStatus.FAILED, EmbeddingStatus.PENDING)
    assert (late.status, late.embedding) == (ProcessingStatus.FAILED, EmbeddingStatus.FAILED)
    assert late.begun(now=NOW).failure is None
