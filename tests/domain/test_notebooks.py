from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aether.domain.compliance import ComplianceSettings
from aether.domain.errors import Invalid
from aether.domain.notebooks import (
    Changes,
    Draft,
    Notebook,
    NotebookArchived,
    NotebookId,
    NotebookStale,
    NotebookStatus,
    Visibility,
)
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def book() -> Notebook:
    return Notebook.new(
        Draft(name=" Currents ", tags=("a", "b", "a")),
        id=NotebookId("notebook_x"),
        tenant=TenantId("tenant_x"),
        owner=UserId("user_x"),
        parent=None,
        now=NOW,
    )


def test_a_notebook_at_birth(book: Notebook) -> None:
    assert (book.name, book.tags, book.version) == ("Currents", ("a", "b"), 1)
    assert (book.status, book.visibility) == (NotebookStatus.ACTIVE, Visibility.PRIVATE)
    assert (book.document_count, book.total_size_bytes) == (0, 0)
    assert book.created_at == book.updated_at == NOW


def test_what_is_not_given_stays(book: Notebook) -> None:
    changed = book.changed(Changes(description=" More "), now=LATER)

    assert changed == replace(book, description="More", version=2, updated_at=LATER)


def test_no_change_makes_no_version(book: Notebook) -> None:
    for same in (
        book.changed(Changes(), now=LATER),
        book.changed(Changes(name="Currents", tags=("a", "b"), visibility=Visibility.PRIVATE), now=LATER),
        book.governed(ComplianceSettings(), now=LATER),
        book.archived(False, now=LATER),
        book.under(None, now=LATER),
    ):
        assert same is book


def test_each_change_makes_one_version(book: Notebook) -> None:
    for changed in (
        book.changed(Changes(name="Tides", tags=(), visibility=Visibility.PUBLIC), now=LATER),
        book.governed(ComplianceSettings(legal_hold=True), now=LATER),
        book.archived(True, now=LATER),
        book.under(NotebookId("notebook_y"), now=LATER),
    ):
        assert (changed.version, changed.updated_at, changed.created_at) == (2, LATER, NOW)


def test_a_change_is_held_to_the_limits(book: Notebook) -> None:
    for wrong in (
        Changes(name=""),
        Changes(name="x" * 256),
        Changes(description="x" * 10_001),
        Changes(tags=tuple(map(str, range(51)))),
        Changes(tags=("",)),
    ):
        with pytest.raises(Invalid):
            book.changed(wrong, now=LATER)
    with pytest.raises(Invalid):
        book.governed(ComplianceSettings(retention_days=0), now=LATER)


def test_a_version_is_checked_where_one_is_given(book: Notebook) -> None:
    assert book.at_version(None) is book
    assert book.at_version(1) is book
    for wrong in (0, 2, -1):
        with pytest.raises(NotebookStale, match=f"at version 1, not {wrong}"):
            book.at_version(wrong)


def test_only_an_archived_notebook_is_closed(book: Notebook) -> None:
    assert book.open() is book
    archived = book.archived(True, now=LATER)
    with pytest.raises(NotebookArchived):
        archived.open()
    assert archived.archived(False, now=LATER).open().status is NotebookStatus.ACTIVE
