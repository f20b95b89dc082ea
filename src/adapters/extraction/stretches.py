"""Stretches: pages that are handed out while others are still to be read, and handed in to go on from.

A stretch names the version of the reader that read it; another one reads its pages again.
"""

from collections.abc import Callable, Sequence
from typing import Any

from aether.domain.texts import Stretch

PAGES = 100
"""How many pages a stretch has, if they cost little to read."""


class Stretches:
    """What was read before, and where what is read now is handed out.

    Args:
        given: The stretches of an earlier reading, in order.
        give: Takes each stretch as it is done; nothing is handed out without it.
    """

    def __init__(
        self, given: Sequence[Stretch] = (), *, give: Callable[[Stretch], None] | None = None
    ) -> None:
        self._given = given
        self._give = give
        self._done = 0

    def before(self, *, of: int, version: str) -> list[Any]:
        """The pages that this *version* read of a file with *of* pages, up to the first gap."""
        pages: list[Any] = []
        for stretch in self._given:
            content = stretch.content
            fits = (stretch.since, stretch.of, content.get("version")) == (len(pages), of, version)
            if not fits or len(content["pages"]) != stretch.until - stretch.since:
                break
            pages += content["pages"]
        self._done = len(pages)
        return pages

    def add(
        self, pages: Sequence[Sequence[Sequence[Any]]], *, of: int, version: str, dear: bool = False
    ) -> None:
        """Hand out what is new in *pages*, all that are read so far, if it is worth it.

        It is where the last page was *dear* to read, and where many or all are read. The parts of a
        page are rows of JSON values.
        """
        fresh = len(pages) - self._done
        if self._give and fresh and (dear or fresh >= PAGES or len(pages) == of):
            rows = [[list(part) for part in page] for page in pages[self._done :]]
            content = {"version": version, "pages": rows}
            self._give(Stretch(since=self._done, until=len(pages), of=of, content=content))
            self._done = len(pages)
