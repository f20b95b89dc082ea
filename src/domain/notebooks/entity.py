"""The notebook itself: its limits, its refusals, its changes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from aether.domain import checks
from aether.domain.compliance import ComplianceSettings
from aether.domain.errors import Conflict, Invalid, Missing
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

NotebookId = NewType("NotebookId", str)

NAME_MOST = 255
DESCRIPTION_MOST = 10_000
TAGS_MOST = 50
TAG_LONGEST = 64
DEPTH_MOST = 20
"""The most levels of notebooks, one inside the other."""
SUBTREE_MOST = 1_000
"""The most notebooks that one operation moves, deletes or copies."""


class Visibility(StrEnum):
    """Who may read a notebook: its owner alone, also its collaborators, or everybody in the tenant.

    Shared is what a private notebook is called once somebody collaborates on it.
    """

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"


class NotebookStatus(StrEnum):
    """Where a notebook is in its life."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DELETED = "deleted"


class NotebookMissing(Missing):
    """There is no such notebook, or the viewer may not know of it."""

    code = "NOTEBOOK_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no notebook {id}.")


class NotebookArchived(Conflict):
    """The notebook is archived: nothing in it changes until it is opened again."""

    code = "NOTEBOOK_ARCHIVED"

    def __init__(self, id: str) -> None:
        super().__init__(f"The notebook {id} is archived; open it again first.")


class NotebookStale(Conflict):
    """Somebody else changed the notebook since it was read."""

    code = "NOTEBOOK_STALE"

    def __init__(self, id: str, *, expected: int, found: int) -> None:
        super().__init__(f"The notebook {id} is at version {found}, not {expected}: read it again.")


class NotebookCycle(Conflict):
    """A notebook cannot lie in itself or in one below it."""

    code = "NOTEBOOK_CYCLE"

    def __init__(self, id: str) -> None:
        super().__init__(f"The notebook {id} cannot be moved into itself or below itself.")


class NotebookTooDeep(Invalid):
    """There would be more levels of notebooks than there may be."""

    code = "NOTEBOOK_TOO_DEEP"

    def __init__(self, levels: int) -> None:
        super().__init__(
            f"Notebooks can have at most {DEPTH_MOST} levels; this makes {levels}.", field="parent_id"
        )


class NotebookTooLarge(Invalid):
    """There is more below the notebook than one operation takes on."""

    code = "NOTEBOOK_TOO_LARGE"

    def __init__(self, id: str) -> None:
        super().__init__(
            f"There are more than {SUBTREE_MOST} notebooks below {id}: take its parts one by one.", field="id"
        )


class NotebookHeld(Conflict):
    """The notebook is under legal hold: nothing in it may be deleted."""

    code = "NOTEBOOK_HELD"

    def __init__(self, id: str) -> None:
        super().__init__(f"The notebook {id} is under legal hold and cannot be deleted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody gives to have a notebook made."""

    name: str
    description: str = ""
    visibility: Visibility = Visibility.PRIVATE
    tags: tuple[str, ...] = ()
    compliance: ComplianceSettings = field(default_factory=ComplianceSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What somebody wants changed; what is none stays."""

    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """A titled collection of documents.

    Attributes:
        parent: The notebook it lies in; none at the top.
        document_count: The live documents directly in it.
        total_size_bytes: Their size together.
        version: Rises with every change that people make; starts at 1.
        deletion: What it was deleted with, so that it comes back with it; none if it lives.
    """

    id: NotebookId
    tenant: TenantId
    owner: UserId
    parent: NotebookId | None
    name: str
    description: str
    visibility: Visibility
    status: NotebookStatus
    compliance: ComplianceSettings
    tags: tuple[str, ...]
    document_count: int = 0
    total_size_bytes: int = 0
    version: int = 1
    created_at: datetime
    updated_at: datetime
    deletion: str | None = None

    @classmethod
    def new(
        cls,
        draft: Draft,
        *,
        id: NotebookId,
        tenant: TenantId,
        owner: UserId,
        parent: NotebookId | None,
        now: datetime,
    ) -> "Notebook":
        """A notebook at birth."""
        return cls(
            id=id,
            tenant=tenant,
            owner=owner,
            parent=parent,
            name=checks.line(draft.name, field="name", most=NAME_MOST),
            description=checks.prose(draft.description, field="description", most=DESCRIPTION_MOST),
            visibility=draft.visibility,
            status=NotebookStatus.ACTIVE,
            compliance=draft.compliance.checked(),
            tags=checks.words(draft.tags, field="tags", most=TAGS_MOST, longest=TAG_LONGEST),
            created_at=now,
            updated_at=now,
        )

    def at_version(self, expected: int | None) -> "Notebook":
        """This notebook, if nobody changed it since *expected*; none asks for no check."""
        if expected is not None and expected != self.version:
            raise NotebookStale(self.id, expected=expected, found=self.version)
        return self

    def open(self) -> "Notebook":
        """This notebook, if things in it may change."""
        if self.status is NotebookStatus.ARCHIVED:
            raise NotebookArchived(self.id)
        return self

    def changed(self, changes: Changes, *, now: datetime) -> "Notebook":
        """This notebook with *changes*."""
        name = self.name if changes.name is None else checks.line(changes.name, field="name", most=NAME_MOST)
        description = self.description
        if changes.description is not None:
            description = checks.prose(changes.description, field="description", most=DESCRIPTION_MOST)
        tags = self.tags
        if changes.tags is not None:
            tags = checks.words(changes.tags, field="tags", most=TAGS_MOST, longest=TAG_LONGEST)
        return self._next(
            replace(
                self,
                name=name,
                description=description,
                tags=tags,
                visibility=changes.visibility or self.visibility,
            ),
            now,
        )

    def governed(self, compliance: ComplianceSettings, *, now: datetime) -> "Notebook":
        """This notebook under other compliance settings."""
        return self._next(replace(self, compliance=compliance.checked()), now)

    def archived(self, archived: bool, *, now: datetime) -> "Notebook":
        """This notebook, archived or open again."""
        status = NotebookStatus.ARCHIVED if archived else NotebookStatus.ACTIVE
        return self._next(replace(self, status=status), now)

    def under(self, parent: NotebookId | None, *, now: datetime) -> "Notebook":
        """This notebook in another place."""
        return self._next(replace(self, parent=parent), now)

    def _next(self, changed: "Notebook", now: datetime) -> "Notebook":
        if changed == self:
            return self
        return replace(changed, version=self.version + 1, updated_at=now)
