"""What a file of a batch shows of its upload."""

from datetime import UTC, datetime, timedelta

from aether.adapters.system import moment
from aether.domain import batches
from aether.domain.batches import Entry, FileStatus
from aether.domain.jobs import Failure
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from aether.domain.uploads import Draft, Limits, Upload, UploadId
from aether.domain.users import UserId

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LIMITS = Limits(most=1000, lasts=timedelta(hours=1))
ENTRY = Entry(name="elbe.txt", size=10)


def upload() -> Upload:
    """An upload of ten bytes, just begun."""
    return Upload.new(
        Draft(notebook=NotebookId("notebook_1"), filename="elbe.txt", length=10),
        id=UploadId(moment().id("upload")),
        tenant=TenantId("tenant_1"),
        owner=UserId("user_1"),
        limits=LIMITS,
        now=NOW,
    )


def test_a_file_that_is_being_finished_has_all_its_bytes_and_is_uploading_still() -> None:
    finishing = upload().finishing(sha256=None, limits=LIMITS, now=NOW)

    file = batches.of_upload(ENTRY, finishing, kept=10, now=NOW)

    assert (file.status, file.progress, file.failure) == (FileStatus.UPLOADING, 50, None)


def test_a_file_that_could_not_be_finished_says_why() -> None:
    failure = Failure(code="NOTEBOOK_ARCHIVED", message="It is archived.")
    failed = upload().failed(failure, limits=LIMITS, now=NOW)

    file = batches.of_upload(ENTRY, failed, kept=0, now=NOW)

    assert (file.status, file.progress, file.failure) == (FileStatus.FAILED, 100, failure)
