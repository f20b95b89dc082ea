"""Access: who may see what, and how it can be explained.

A person reads a notebook if they own it, collaborate on it (active), or it is public in
their tenant; rights flow down from a notebook to those below it. Documents, chunks and
whatever else lies in a notebook have the rights of the notebook. The rule itself stands
once, in `cypher/access/`, in two forms: towards the viewer for a thing at hand, from the
viewer for lists.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from aether.domain.errors import Forbidden, Missing
from aether.domain.users import UserId


class Permission(IntEnum):
    """What somebody may do to a notebook; each includes those before it."""

    READ = 1
    COMMENT = 2
    WRITE = 3
    ADMIN = 4


class PermissionMissing(Forbidden):
    """The viewer may see the thing, but not do this to it."""

    code = "PERMISSION_REQUIRED"

    def __init__(self, wanted: Permission) -> None:
        super().__init__(f"This takes the permission to {wanted.name.lower()}.")
        self.wanted = wanted


class GrantKind(StrEnum):
    """How a permission came about."""

    OWNER = "owner"
    COLLABORATOR = "collaborator"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One reason why somebody may see a notebook.

    Attributes:
        notebook: Where the grant stands: the notebook itself or one above it.
        path: The ids from there down to the notebook in question, both included.
    """

    kind: GrantKind
    permission: Permission
    notebook: str
    path: tuple[str, ...]


class Access(Protocol):
    """What the graph grants."""

    async def permissions(self, notebooks: Collection[str], *, of: UserId) -> Mapping[str, Permission]:
        """What *of* may do to each of the live notebooks; those they may not read are left out."""
        ...

    async def grants(self, notebook: str, *, of: UserId) -> Collection[Grant]:
        """Every reason why *of* may see *notebook*, the nearest first."""
        ...

    async def roots(self, *, of: UserId) -> Collection[str]:
        """The notebooks at which *of*'s rights begin: owned, shared with them, or public.

        Everything they can read lies at or below one of them, and nothing else does.
        """
        ...


class Work(Protocol):
    """A transaction in which rights can be asked for."""

    @property
    def access(self) -> Access:
        """The rights."""
        ...


def demand(granted: Permission | None, wanted: Permission, *, missing: Missing) -> Permission:
    """*granted*, if it is at least *wanted*.

    Raises:
        Missing: Nothing is granted: the given refusal, so that a stranger learns nothing.
        PermissionMissing: Something is granted, but less than wanted.
    """
    if granted is None:
        raise missing
    if granted < wanted:
        raise PermissionMissing(wanted)
    return granted
