"""Scanning: whether a file would harm whoever opens it, asked before anything reads it."""

from collections.abc import AsyncIterator
from typing import Protocol

from aether.domain.errors import Invalid, Unavailable


class FileInfected(Invalid):
    """The file would harm whoever opens it."""

    code = "FILE_INFECTED"

    def __init__(self, signature: str) -> None:
        super().__init__(f"The file contains {signature}; it is kept from everybody.", field="file")


class FileNotScanned(Invalid):
    """The scanner does not take the file."""

    code = "FILE_NOT_SCANNED"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The scanner does not take the file: {reason}.", field="file")


class ScannerDown(Unavailable):
    """The scanner does not answer."""

    code = "SCANNER_DOWN"

    def __init__(self) -> None:
        super().__init__("The virus scanner does not answer; the file is scanned once it does.")


class Scanner(Protocol):
    """Looks through files."""

    async def scan(self, stream: AsyncIterator[bytes]) -> None:
        """Look through the bytes of a file.

        Raises:
            FileInfected: They would harm whoever opens it.
            FileNotScanned: They are too many for the scanner, or it cannot make sense of them.
            ScannerDown: It does not answer.
        """
        ...

    async def ping(self) -> None:
        """Ask whether there is a scanner.

        Raises:
            ScannerDown: It does not answer.
        """
        ...
