"""Asking: what one request adds to a plan."""

from collections.abc import Callable
from typing import Any

from graphql.execution.values import VariableValues

from aether.domain.pages import MOST, Place
from aether.domain.viewers import Viewer
from aether.domain.views import Value
from aether.graphql.cursors import Cursors


class Odd(Exception):
    """Something does not fit; the ordinary execution is to say what."""


Bind = Callable[[VariableValues, Viewer, "Asked", dict[str, Value]], None]
"""Works out the values of one branch for a request."""


class Asked:
    """The pages that one request asks for.

    Attributes:
        first: How many things each page shows at most, by the page's number.
        found: What else was looked for, by its number.
    """

    def __init__(self, cursors: Cursors, mine: str) -> None:
        """Ask for none yet.

        Args:
            cursors: Signs places.
            mine: What makes cursors good for one viewer only.
        """
        self._cursors = cursors
        self._mine = mine
        self.first: dict[str, int] = {}
        self.found: dict[str, Any] = {}
        self._pages: dict[str, tuple[Any, Callable[[str, Any], str]]] = {}

    def begin(
        self, number: str, args: Any, listing: Callable[[str, Any], str], values: dict[str, Value]
    ) -> None:
        """Ask for the page that *args* tell, and put where it begins into *values*.

        Raises:
            Odd: The page is too long or too short.
            CursorInvalid: It does not begin at any place.
        """
        first = args["first"]
        if not 1 <= first <= MOST:
            raise Odd
        self.first[number] = first
        self._pages[number] = (args, listing)
        values[f"{number}_most"] = first + 1
        if args["after"] is not None:
            # Whether it was signed for this list is known once we know what the list hangs on.
            place = self._cursors.seeming(args["after"])
            values[f"{number}_key"], values[f"{number}_id"] = place.key, place.id

    def listing(self, number: str, above: str) -> str:
        """What cursors of the list that hangs on *above* are signed for.

        Raises:
            CursorInvalid: The page was to begin behind a cursor of another list.
        """
        args, listing = self._pages[number]
        told = f"{self._mine}/{listing(above, args)}"
        if args["after"] is not None:
            self._cursors.read(args["after"], listing=told)
        return told

    def cursor(self, listing: str, row: list[Any]) -> str:
        """The cursor of a row."""
        return self._cursors.of(Place(key=row[0], id=row[1]), listing=listing)
