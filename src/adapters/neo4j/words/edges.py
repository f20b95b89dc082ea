"""What words are made of: how a branch is read, and what can be asked of things of one kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

READABLE = "<readable {}>"
LEVEL = "<level {}>"
"""Where the compiler puts the access rule for a notebook, by what it is called here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How a branch is read: at most one thing, unless it says otherwise.

    Attributes:
        to: The kind of what it leads to.
        match: What finds it; nothing if it is at hand already.
        same: Which of those at hand it is.
        where: What holds for it besides.
        slots: What holds for it where a value is given.
        choices: What holds for it where something is chosen, by `name=choice`.
        beside: What comes with it, by the name after `it_`.
        many: Whether it is a list.
        casts: How the values of slots are to be written.
        keys: What a list is ordered by, `that_key`, as chosen by `order`.
        order: How it is ordered, if not by the key and the id.
        most: How long it is at most.
        beyond: What lies behind a place.
        total: How many there are in the whole list; they are counted if it is empty.
        gate: What must hold, or the list is none and not empty.
        seen: For a list of notebooks that the viewer sees, what finds each `notebook`, as chosen by `shelf`.
    """

    to: str
    match: str = ""
    same: str = ""
    where: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    casts: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    many: bool = False
    order: str = ""
    most: int | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    beyond: str = "that_key > $after_key OR (that_key = $after_key AND that.id > $after_id)"
    total: str = ""
    gate: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What can be asked of things of one kind."""

    leaves: Mapping[str, str]
    branches: Mapping[str, Edge] = field(default_factory=dict)


def own(*names: str) -> dict[str, str]:
    """Leaves that are properties of the thing at hand, under their own names."""
    return {name: f"it.{name}" for name in names}


def instants(*names: str) -> dict[str, str]:
    """Leaves that are instants, in milliseconds since 1970."""
    return {name: f"datetime(it.{name}).epochMillis" for name in names}


def within_ceiling(level: str) -> str:
    """The level of a permission, no higher than the viewer's credential lets them go."""
    return f"[level IN [{level}] | CASE WHEN level < $ceiling THEN level ELSE $ceiling END][0]"


def user(id: str) -> Edge:
    """A branch to the person whose *id* is read so."""
    return Edge(to="user", match=f"MATCH (that:User {{id: {id}, tenant: $tenant}})")
