"""Why a file gives no text: one class for each reason, so that a person can be told what to do."""

from aether.domain.errors import Invalid


class FileUnreadable(Invalid):
    """A file that gives no text. Each reason is a class of its own."""

    code = "FILE_UNREADABLE"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


class FileUnsupported(FileUnreadable):
    """What the bytes are is known or not, but Aether does not read it."""

    code = "FILE_UNSUPPORTED"


class FileMislabelled(FileUnreadable):
    """The name promises a format, and the bytes are nothing that could be meant by it."""

    code = "FILE_MISLABELLED"


class FileEncrypted(FileUnreadable):
    """Reading it takes a password."""

    code = "FILE_ENCRYPTED"


class FileBroken(FileUnreadable):
    """It is damaged beyond repair."""

    code = "FILE_BROKEN"


class FileTooComplex(FileUnreadable):
    """Reading it takes more time or memory than a file may have, or it unpacks without bounds."""

    code = "FILE_TOO_COMPLEX"
