"""Members: the files within a file, handed out one by one while it is read.

They are counted and measured as they unpack, whatever the archive says of them. What cannot be handed
out is noted with the reason; what would unpack without bounds ends the whole reading.
"""

import lzma
import re
import tarfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aether.adapters.extraction.packages import TORN
from aether.domain.texts import BlockKind, Draft, FileTooComplex

MEMBERS_MOST = 1_000
UNPACKED_MOST = 10**9
"""How much the members of a file may be together, in bytes."""
RATIO_MOST = 100
"""How many times the size of their file they may be together, beyond `RATIO_FROM`."""
RATIO_FROM = 10 * 10**6
PIECE = 2**18
PATH_MOST = 1_000
"""The longest path, in characters."""
NAME_MOST = 200
"""The longest name, in characters; a longer one is cut in its middle."""
TOLD_MOST = 100
"""How many of those that are left out are told of one by one."""

SPOILED = (*TORN, tarfile.TarError, lzma.LZMAError)
"""What a damaged member raises while it is unpacked."""

Tell = Callable[[Mapping[str, Any] | bytes], None]

_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Characters that are not seen, or that turn round what is."""


class Members:
    """The files within a file.

    Args:
        size: The size of the file itself, in bytes.
        tell: Where they go; they are only listed without it.
    """

    def __init__(self, size: int = 0, *, tell: Tell | None = None) -> None:
        self._tell = tell
        self._room = min(UNPACKED_MOST, max(RATIO_FROM, RATIO_MOST * size))
        self._listed: list[str] = []
        self._left_out: list[tuple[str, str, str]] = []

    @property
    def full(self) -> bool:
        """Whether there is no place for another one."""
        return len(self._listed) >= MEMBERS_MOST

    def add(self, path: str, pieces: Callable[[], Iterable[bytes]]) -> None:
        """Hand out a member, if its path is one; *pieces* are asked for only if it is.

        Raises:
            FileTooComplex: There are too many of them, or they are too large together.
        """
        if _JUNK.search(path):
            return
        if self.full:
            raise FileTooComplex(f"The file holds more than {MEMBERS_MOST:,} files.")
        if (shown := _shown(path)) is None:
            self.leave_out(path, "MEMBER_UNSAFE", "Its path leads elsewhere.")
            return
        self._listed.append(shown)
        if self._tell is None:
            return
        self._tell({"member": {"path": shown, "name": _cut(shown.rpartition("/")[2])}})
        self._hand_out(shown, pieces, self._tell)

    def attach(self, name: str, data: bytes) -> None:
        """Hand out what is attached to a message, which is whole without what is one too many.

        Raises:
            FileTooComplex: All of them together are too large.
        """
        if self.full:
            self.leave_out(name, FileTooComplex.code, "It is one of too many.")
        elif data:
            self.add(name, lambda: (data,))

    def leave_out(self, path: str, code: str, message: str) -> None:
        """Note that a member is not handed out, and why."""
        self._left_out.append((_shown(path) or "".join(filter(_seen, path))[:PATH_MOST], code, message))

    def count(self, size: int) -> None:
        """Take note that *size* bytes were unpacked.

        Raises:
            FileTooComplex: All of them together are too many.
        """
        self._room -= size
        if self._room < 0:
            raise FileTooComplex("The file unpacks into far more than files may.")

    def list_in(self, draft: Draft) -> None:
        """Add what there is within the file to *draft*."""
        for path in self._listed:
            draft.add(path, BlockKind.LIST_ITEM)

    def told(self) -> dict[str, Any]:
        """What the metadata say of them; nothing if there are none."""
        if not self._listed and not self._left_out:
            return {}
        left_out = [
            {"path": path, "code": code, "message": message} for path, code, message in self._left_out
        ]
        told: dict[str, Any] = {"files": len(self._listed), "files_unpacked": self._tell is not None}
        if left_out:
            told |= {"files_left_out": len(left_out), "left_out": left_out[:TOLD_MOST]}
        return told

    def _hand_out(self, path: str, pieces: Callable[[], Iterable[bytes]], tell: Tell) -> None:
        try:
            for piece in pieces():
                self.count(len(piece))
                for start in range(0, len(piece), PIECE):
                    tell(piece[start : start + PIECE])
        except SPOILED:
            self.leave_out(path, "FILE_BROKEN", "It is damaged.")
            tell({"spoiled": "A file within the file is damaged."})
        except BaseException:
            tell({"spoiled": "The file is refused."})
            raise
        else:
            tell(b"")


def _shown(path: str) -> str | None:
    """A path in its plain form; none if it is no way down from where it begins."""
    plain = unicodedata.normalize("NFC", "".join(filter(_seen, path.replace("\\", "/"))))
    steps = [step.strip() for step in plain.split("/")]
    if plain.startswith("/") or _DRIVE.match(plain) or ".." in steps or len(plain) > PATH_MOST:
        return None
    kept = [step for step in steps if step.strip(".")]
    return "/".join(kept) or None


def _seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _HIDDEN


def _cut(name: str) -> str:
    """A name that is short enough, its ending kept."""
    if len(name) <= NAME_MOST:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending) <= NAME_MOST // 10 else ""
    return f"{name[: NAME_MOST - len(kept) - 1]}…{kept}"
