"""Why something cannot be done with an upload."""

from aether.domain.errors import Conflict, Forbidden, Invalid, Missing

OPEN_MOST = 1_000
"""The most unfinished uploads that one person can have at a time."""


class UploadMissing(Missing):
    """There is no such upload, or it is somebody else's."""

    code = "UPLOAD_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no upload {id}.")


class UploadGone(Missing):
    """The upload was aborted, could not be finished, or has expired: nothing of it is left."""

    code = "UPLOAD_GONE"

    def __init__(self, id: str) -> None:
        super().__init__(f"The upload {id} was aborted, could not be finished or has expired; begin another.")


class UploadComplete(Conflict):
    """The upload is a document already: it cannot be aborted any more."""

    code = "UPLOAD_COMPLETE"

    def __init__(self, id: str, document: str) -> None:
        super().__init__(f"The upload {id} is the document {document} already; delete that.")


class UploadIsFinal(Forbidden):
    """The upload is put together of others, and takes no bytes of its own."""

    code = "UPLOAD_IS_FINAL"

    def __init__(self, id: str) -> None:
        super().__init__(f"The upload {id} is put together of others, and takes no bytes of its own.")


class UploadBusy(Conflict):
    """Bytes of the upload are coming on another connection right now.

    Attributes:
        retry_after_s: After how many seconds that connection counts no longer if it falls silent.
    """

    code = "UPLOAD_BUSY"

    def __init__(self, id: str, *, retry_after_s: float) -> None:
        super().__init__(f"Bytes of the upload {id} are coming on another connection right now.")
        self.retry_after_s = retry_after_s


class UploadTaken(Conflict):
    """Another connection goes on with the upload, since this one was silent for too long."""

    code = "UPLOAD_TAKEN"

    def __init__(self, id: str) -> None:
        super().__init__(f"Another connection goes on with the upload {id}.")


class OffsetWrong(Conflict):
    """The bytes do not begin where the upload stops.

    Attributes:
        offset: Where it stops: how many bytes are kept.
    """

    code = "UPLOAD_OFFSET_WRONG"

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset:,} bytes are kept, so the next ones must begin at offset {offset}.")
        self.offset = offset


class LengthWrong(Invalid):
    """The length of the upload cannot be this."""

    code = "UPLOAD_LENGTH_WRONG"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="length")


class UploadOverrun(Invalid):
    """There are more bytes than were announced."""

    code = "UPLOAD_OVERRUN"

    def __init__(self, length: int) -> None:
        super().__init__(f"There are more bytes than the {length:,} that were announced.", field="length")


class ChecksumWrong(Invalid):
    """The bytes are not those of the checksum; none of them was kept."""

    code = "UPLOAD_CHECKSUM_WRONG"

    def __init__(self) -> None:
        super().__init__("The bytes are not those of the checksum; send them again.", field="checksum")


class PartUnfinished(Conflict):
    """A part of the upload is not complete."""

    code = "UPLOAD_PART_UNFINISHED"

    def __init__(self, id: str) -> None:
        super().__init__(f"The part {id} is not complete.")


class TooManyUploads(Invalid):
    """The viewer has as many unfinished uploads as one person can have."""

    code = "TOO_MANY_UPLOADS"

    def __init__(self) -> None:
        super().__init__(
            f"One person can have at most {OPEN_MOST:,} unfinished uploads; finish or abort some.",
            field="notebook",
        )
