"""Uploads in the API: begun here, brought in pieces by tus, and looked at."""

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

from aether.domain import batches, callbacks, checks
from aether.domain.batches import BatchId, Entry
from aether.domain.documents import DocumentId
from aether.domain.errors import Refused, Unavailable
from aether.domain.jobs import Failure, JobPriority
from aether.domain.notebooks import NotebookId
from aether.domain.receiving import Received
from aether.domain.uploads import Draft, UploadId, UploadMissing, UploadStatus
from aether.graphql.batches import UploadBatch, batch_by_id
from aether.graphql.callbacks import RegisteredCallback, registered
from aether.graphql.context import Info
from aether.graphql.documents import Document, document_by_id
from aether.graphql.jobs import Job, JobFailure, job_by_id
from aether.graphql.refusals import Payload, UserError, mutation
from aether.graphql.scalars import BigInt
from aether.graphql.versions import twins_of

if TYPE_CHECKING:
    from aether.graphql.notebooks import Notebook

FILES_MOST = 100
NAME_MOST = 255


@strawberry.type
class Upload:
    """A file on its way, which only whoever brings it sees.

    Attributes:
        id: Its id.
        url: Where its bytes are to go, by the tus protocol, version 1.0.0.
        status: Where it is in its life.
        name: The name of the file; none for a part of one.
        content_type: The media type that it was announced with.
        offset: How many bytes are kept.
        length: How many bytes will come; none if that is told later.
        created_at: When it was begun.
        expires_at: When it expires, unless bytes come.
        error: Why it could not be finished; none unless it `FAILED`.
    """

    id: strawberry.ID
    url: str
    status: UploadStatus
    name: str | None
    content_type: str | None
    offset: BigInt
    length: BigInt | None
    created_at: datetime
    expires_at: datetime
    error: JobFailure | None
    notebook_id: strawberry.Private[str | None]
    document_id: strawberry.Private[str | None]
    job_id: strawberry.Private[str | None]

    @classmethod
    def of(cls, received: Received, *, now: datetime) -> "Upload":
        """An upload at *now*, shown to whoever brings it."""
        upload = received.upload
        return cls(
            id=strawberry.ID(upload.id),
            url=f"/uploads/{upload.id}",
            status=upload.status(now=now),
            name=upload.filename,
            content_type=upload.declared_type,
            offset=BigInt(received.offset),
            length=None if upload.length is None else BigInt(upload.length),
            created_at=upload.created_at,
            expires_at=upload.expires_at,
            error=JobFailure.of(upload.failure),
            notebook_id=upload.notebook,
            document_id=upload.document,
            job_id=upload.job,
        )

    @strawberry.field
    async def notebook(
        self, info: Info
    ) -> Annotated["Notebook", strawberry.lazy("aether.graphql.notebooks")] | None:
        """The notebook it goes to; none for a part of a file."""
        from aether.graphql.notebooks import notebook_by_id

        return None if self.notebook_id is None else await notebook_by_id(info, self.notebook_id)

    @strawberry.field
    async def document(self, info: Info) -> Document | None:
        """The document that it became; none before all bytes are there."""
        return None if self.document_id is None else await document_by_id(info, self.document_id)

    @strawberry.field
    async def job(self, info: Info) -> Job | None:
        """The job that processes the document."""
        return None if self.job_id is None else await job_by_id(info, self.job_id)


@strawberry.input
class UploadFileInput:
    """A file that is about to come.

    Attributes:
        name: Its name, at most 255 characters; folders are left out.
        size: Its size in bytes; leave it out if that is told with the last bytes.
        content_type: Its media type; its bytes decide in the end.
    """

    name: str
    size: BigInt | None = None
    content_type: str | None = None


@strawberry.input
class CreateUploadInput(UploadFileInput):
    """A file that is about to come, and where it goes.

    Attributes:
        notebook_id: The notebook it goes to; may be left out for a new version of a document.
        document_id: The document of which it is a new version; leave it out for a document of its own.
        sha256: The SHA-256 of its bytes, in hexadecimal; those that have the same are told as `twins`.
        callback_url: What is told when the document has been processed; begins with `https://`.
    """

    notebook_id: strawberry.ID | None = None
    document_id: strawberry.ID | None = None
    sha256: str | None = None
    callback_url: str | None = None


@strawberry.input
class CreateUploadsInput:
    """Files that are about to come, and where they go.

    Attributes:
        notebook_id: The notebook they go to.
        files: From 1 to 100 files.
    """

    notebook_id: strawberry.ID
    files: list[UploadFileInput]


@strawberry.input
class AbortUploadInput:
    """Which upload to give up.

    Attributes:
        id: One of one's own uploads.
    """

    id: strawberry.ID


@strawberry.type
class CreateUploadPayload(Payload):
    """An upload that takes bytes from now on.

    Attributes:
        upload: The upload; none if it was refused.
        callback: The callback, with its secret; none if it was refused, or not asked for.
        twins: Up to 20 documents with the bytes of `sha256`, of those that one may read.
    """

    upload: Upload | None = None
    callback: RegisteredCallback | None = None
    twins: list[Document] = strawberry.field(default_factory=list)


@strawberry.type
class CreateUploadResult:
    """What became of one file of many.

    Attributes:
        ok: Whether its bytes can come.
        upload: The upload; none if it was refused.
        user_errors: Why it was refused; empty if it was not.
    """

    ok: bool
    upload: Upload | None
    user_errors: list[UserError]


@strawberry.type
class CreateUploadsPayload(Payload):
    """What became of each file.

    Attributes:
        results: One for each file, in the order given.
        batch: The files together; `uploadBatch` tells later what has become of them.
    """

    results: list[CreateUploadResult] = strawberry.field(default_factory=list)
    batch: UploadBatch | None = None


@strawberry.type
class AbortUploadPayload(Payload):
    """The upload that is given up.

    Attributes:
        upload_id: Its id; none if it was refused.
    """

    upload_id: strawberry.ID | None = None


@strawberry.type
class UploadQueries:
    """Questions about uploads."""

    @strawberry.field
    async def upload(self, info: Info, id: strawberry.ID) -> Upload | None:
        """One's own upload with this id, for a day or so after it is complete.

        Args:
            id: The upload's id.
        """
        try:
            found = await info.context.ports.receiver.look(UploadId(id), by=info.context.viewer)
        except UploadMissing:
            return None
        return Upload.of(found, now=info.context.ports.moment().now)


@strawberry.type
class UploadMutations:
    """Changes to uploads."""

    @mutation
    async def create_upload(self, info: Info, input: CreateUploadInput) -> CreateUploadPayload:
        """Begin an upload, whose bytes go to its `url`; takes the permission to write.

        Args:
            input: The file, and where it goes.
        """
        if input.callback_url is not None:
            callbacks.target(input.callback_url, rules=info.context.ports.callback_rules)
        twins = [] if input.sha256 is None else await twins_of(info, input.sha256)
        upload = await _begun(info, input, input.notebook_id, target=input.document_id)
        callback = input.callback_url and await registered(
            info, input.callback_url, subject=upload.id, once=True
        )
        return CreateUploadPayload(upload=upload, callback=callback or None, twins=twins)

    @mutation
    async def create_uploads(self, info: Info, input: CreateUploadsInput) -> CreateUploadsPayload:
        """Begin many uploads to one notebook; each is begun or refused by itself.

        Of more than ten what they become is processed with low priority, so that nobody waits behind them.

        Args:
            input: The files, and where they go.
        """
        checks.number(len(input.files), field="files", least=1, most=FILES_MOST)
        soon, results = JobPriority.of(len(input.files)), list[CreateUploadResult]()
        away: Unavailable | None = None
        for file in input.files:
            begun, errors = None, []
            try:
                begun = await _begun(info, file, input.notebook_id, priority=soon) if away is None else None
            except Refused as refusal:
                errors = [UserError.of(refusal)]
            except Unavailable as unavailable:
                if not results:
                    raise
                away = unavailable
            if away is not None:
                errors = [UserError.of(away)]
            results.append(CreateUploadResult(ok=begun is not None, upload=begun, user_errors=errors))
        batch = await _together(info, input, results) if any(it.ok for it in results) else None
        return CreateUploadsPayload(results=results, batch=batch)

    @mutation
    async def abort_upload(self, info: Info, input: AbortUploadInput) -> AbortUploadPayload:
        """Give an upload up, and forget its bytes.

        Args:
            input: Which upload.
        """
        await info.context.ports.receiver.abort(UploadId(input.id), by=info.context.viewer)
        return AbortUploadPayload(upload_id=input.id)


async def _together(info: Info, input: CreateUploadsInput, results: list[CreateUploadResult]) -> UploadBatch:
    """The batch of these files."""
    at, viewer = info.context.ports.moment(), info.context.viewer
    entries = [
        Entry(
            name=file.name[:NAME_MOST],
            size=file.size,
            upload=None if it.upload is None else UploadId(it.upload.id),
            refusal=next(map(_failure, it.user_errors), None),
        )
        for file, it in zip(input.files, results, strict=True)
    ]
    id, notebook = BatchId(at.id("batch")), NotebookId(input.notebook_id)
    await info.context.write(batches.add, entries, id=id, notebook=notebook, by=viewer, now=at.now)
    return await batch_by_id(info, id)


def _failure(error: UserError) -> Failure:
    return Failure(code=cast("Enum", error.code).name, message=error.message)


async def _begun(
    info: Info,
    file: UploadFileInput,
    notebook: str | None,
    *,
    target: str | None = None,
    priority: JobPriority = JobPriority.NORMAL,
) -> Upload:
    ports = info.context.ports
    draft = Draft(
        notebook=None if notebook is None else NotebookId(notebook),
        target=None if target is None else DocumentId(target),
        filename=file.name,
        declared_type=file.content_type,
        length=file.size,
        priority=priority,
    )
    upload = await ports.receiver.begin(draft, by=info.context.viewer)
    return Upload.of(Received(upload=upload, offset=0), now=ports.moment().now)
