"""Direct uploads in the API: large files whose parts clients bring to the store themselves."""

import strawberry

from aether.domain import checks
from aether.domain.direct import PARTS_AT_A_TIME, Direct
from aether.domain.notebooks import NotebookId
from aether.domain.presigning import PARTS_MOST, PresigningOff
from aether.domain.receiving import Received
from aether.domain.uploads import Draft, UploadId
from aether.graphql.context import Info
from aether.graphql.refusals import Payload, mutation
from aether.graphql.scalars import BigInt
from aether.graphql.uploads import Upload


@strawberry.type
class DirectUploadPart:
    """Where a part of a file goes.

    Attributes:
        number: Its number; the first is 1.
        size: How many bytes it has: send just as many, as the body of a `PUT`.
        url: Where they go, for at most 15 minutes; the answer's `ETag` is what `completeDirectUpload` takes.
    """

    number: int
    size: BigInt
    url: str


@strawberry.input
class CreateDirectUploadInput:
    """A file that is about to come to the store.

    Attributes:
        notebook_id: The notebook it goes to.
        name: Its name, at most 255 characters; folders are left out.
        size: Its size in bytes.
        content_type: Its media type; its bytes decide in the end.
    """

    notebook_id: strawberry.ID
    name: str
    size: BigInt
    content_type: str | None = None


@strawberry.input
class DirectUploadPartInput:
    """A part that the store has.

    Attributes:
        number: Its number.
        etag: What the store called it.
    """

    number: int
    etag: str


@strawberry.input
class CompleteDirectUploadInput:
    """A file all of whose parts are in the store.

    Attributes:
        id: One of one's own direct uploads.
        parts: Each of its parts, once.
        sha256: The hash of the file, in hexadecimal; if it is another one the file is refused.
    """

    id: strawberry.ID
    parts: list[DirectUploadPartInput]
    sha256: str | None = None


@strawberry.type
class CreateDirectUploadPayload(Payload):
    """An upload whose parts go to the store.

    Attributes:
        upload: The upload; none if it was refused.
        part_size: How many bytes each part has but the last.
        part_count: How many parts there are.
    """

    upload: Upload | None = None
    part_size: BigInt | None = None
    part_count: int | None = None


@strawberry.type
class CompleteDirectUploadPayload(Payload):
    """The upload, which has become a document, or will soon.

    Attributes:
        upload: The upload, `COMPLETED`, or `FINISHING` if it has more than 64 MiB; none if it was refused.
    """

    upload: Upload | None = None


@strawberry.type
class DirectUploadQueries:
    """Questions about direct uploads."""

    @strawberry.field
    async def direct_upload_parts(
        self, info: Info, upload_id: strawberry.ID, first: int = 100, after: int = 0
    ) -> list[DirectUploadPart]:
        """Where the next parts of one's own direct upload go; none once they are put together.

        Args:
            upload_id: The upload.
            first: How many, from 1 to 1000.
            after: The number of the part behind which to begin.
        """
        found = await _direct(info).part_urls(
            UploadId(upload_id),
            after=checks.number(after, field="after", least=0, most=PARTS_MOST),
            first=checks.number(first, field="first", least=1, most=PARTS_AT_A_TIME),
            by=info.context.viewer,
        )
        return [DirectUploadPart(number=it.number, size=BigInt(it.size), url=it.url) for it in found]


@strawberry.type
class DirectUploadMutations:
    """Changes to direct uploads."""

    @mutation
    async def create_direct_upload(
        self, info: Info, input: CreateDirectUploadInput
    ) -> CreateDirectUploadPayload:
        """Begin an upload whose parts go to the store; takes the permission to write.

        Args:
            input: The file, and where it goes.
        """
        draft = Draft(
            notebook=NotebookId(input.notebook_id),
            filename=input.name,
            declared_type=input.content_type,
            length=input.size,
        )
        upload, cut = await _direct(info).begin(draft, by=info.context.viewer)
        shown = Upload.of(Received(upload=upload, offset=0), now=info.context.ports.moment().now)
        return CreateDirectUploadPayload(upload=shown, part_size=BigInt(cut.size), part_count=cut.count)

    @mutation
    async def complete_direct_upload(
        self, info: Info, input: CompleteDirectUploadInput
    ) -> CompleteDirectUploadPayload:
        """Make a document of an upload whose parts are all in the store; doing it twice makes one.

        A file of more than 64 MiB is finished after the answer: its upload is `FINISHING`, and ends
        `COMPLETED` or `FAILED`, as `uploadProgress` and `upload` tell. What was asked for first counts.

        Args:
            input: The upload and its parts.
        """
        upload = await _direct(info).complete(
            UploadId(input.id),
            [(part.number, part.etag) for part in input.parts],
            sha256=input.sha256,
            by=info.context.viewer,
        )
        shown = Upload.of(
            Received(upload=upload, offset=upload.length or 0), now=info.context.ports.moment().now
        )
        return CompleteDirectUploadPayload(upload=shown)


def _direct(info: Info) -> Direct:
    """What has uploads brought to the store.

    Raises:
        RoleMissing: The viewer may only read.
        PresigningOff: Nothing has.
    """
    info.context.viewer.creates()
    if info.context.ports.direct is None:
        raise PresigningOff
    return info.context.ports.direct
