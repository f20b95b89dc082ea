"""Uploads: files on their way into notebooks, in as many pieces as it takes.

An upload is a node, so that any replica goes on with it; its bytes lie in the staging, whose
size is the one truth about how many are kept. Bytes are only ever added behind those that
are there, by whoever names their number. When all are there they become a blob and a
document, once, however often that is tried. Who brings it is the only one who sees it.
"""

from aether.domain.uploads.entity import (
    ALGORITHMS,
    METADATA_MOST,
    PARTS_MOST,
    Checksum,
    Draft,
    Limits,
    Upload,
    UploadId,
    UploadKind,
    UploadStatus,
    document_of,
    told,
    topic_of,
)
from aether.domain.uploads.finishing import fail, finish_later, finished, given_up, take_up, to_finish
from aether.domain.uploads.keeping import (
    abort,
    begin,
    complete,
    expired,
    forget,
    get,
    go_on,
    opened,
    parts_of,
)
from aether.domain.uploads.ports import Staging, Uploads, Work
from aether.domain.uploads.refusals import (
    OPEN_MOST,
    ChecksumWrong,
    LengthWrong,
    OffsetWrong,
    PartUnfinished,
    TooManyUploads,
    UploadBusy,
    UploadComplete,
    UploadGone,
    UploadIsFinal,
    UploadMissing,
    UploadOverrun,
    UploadTaken,
)

__all__ = [
    "ALGORITHMS",
    "METADATA_MOST",
    "OPEN_MOST",
    "PARTS_MOST",
    "Checksum",
    "ChecksumWrong",
    "Draft",
    "LengthWrong",
    "Limits",
    "OffsetWrong",
    "PartUnfinished",
    "Staging",
    "TooManyUploads",
    "Upload",
    "UploadBusy",
    "UploadComplete",
    "UploadGone",
    "UploadId",
    "UploadIsFinal",
    "UploadKind",
    "UploadMissing",
    "UploadOverrun",
    "UploadStatus",
    "UploadTaken",
    "Uploads",
    "Work",
    "abort",
    "begin",
    "complete",
    "document_of",
    "expired",
    "fail",
    "finish_later",
    "finished",
    "forget",
    "get",
    "given_up",
    "go_on",
    "opened",
    "parts_of",
    "take_up",
    "to_finish",
    "told",
    "topic_of",
]
