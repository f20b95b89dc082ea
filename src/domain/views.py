"""Views: what of the graph is to be shown to a viewer, asked for as a whole.

A view is put in words of the domain, prepared once, and read in one statement as often as
it is asked for. What it gives is plain and positional, so that whoever shows it need not
look anything up: a selection is a list in the order of its items, an instant the
milliseconds since 1970, a map its JSON text. What a viewer may not see is absent, as everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aether.domain.viewers import Viewer

Value = str | int | float | bool | None | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of a list is shown. It is given as its rows `[key, id, selection]`, and its total.

    Attributes:
        most: The value that says how many rows there are at most.
        after: The value before whose `_key` and `_id` lies the beginning; none at the list's own.
        counted: Whether the total is asked for; it is none otherwise.
    """

    most: str
    after: str | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Something that hangs on a thing, or on nothing in particular: a thing, a list, or part of one.

    Attributes:
        word: What it is called, such as `owner`.
        choices: What the reading depends on, such as `order`.
        slots: The values that narrow it, each by the name under which it is told when the view is shown.
        part: Which part of it; none where it is no list in parts.
    """

    word: str
    selection: "Selection"
    choices: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, str] = field(default_factory=dict)
    part: Part | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is shown of a thing.

    Attributes:
        kind: What it is, such as `notebook`.
        items: Its own values by their words, and what hangs on it.
    """

    kind: str
    items: tuple["str | Branch", ...] = ()


class View(Protocol):
    """A view, prepared."""

    @property
    def name(self) -> str:
        """What metrics and explanations call it."""
        ...

    async def show(self, values: Mapping[str, Value], *, by: Viewer) -> Sequence[Any] | None:
        """What *by* sees, an item for each branch that was asked for; none if *by* is not in the graph.

        Raises:
            Unavailable: The graph does not answer.
        """
        ...


class Views(Protocol):
    """Prepares views."""

    def prepare(self, branches: Sequence[Branch]) -> View:
        """The view of *branches*.

        Raises:
            NotShown: One of its words is not known.
        """
        ...


class NotShown(Exception):
    """A view asks for what none shows."""
