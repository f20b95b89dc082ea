"""What mutations of notebooks take."""

import strawberry

from aether.domain import notebooks
from aether.domain.compliance import Classification, Regime
from aether.domain.compliance import ComplianceSettings as DomainComplianceSettings
from aether.domain.notebooks import Visibility


@strawberry.input
class ComplianceInput:
    """What must be observed for the documents of a notebook.

    Attributes:
        regimes: The bodies of rules that apply.
        classification: How far its documents may travel.
        retention_days: Days after which documents are to be deleted, from 1 to 36500; none to keep them.
        scan_for_personal_data: Whether documents are searched for personal data.
        redact_personal_data: Whether what is found is hidden; takes the search for it.
        legal_hold: Whether nothing may be deleted.
    """

    regimes: list[Regime] = strawberry.field(default_factory=list)
    classification: Classification = Classification.INTERNAL
    retention_days: int | None = None
    scan_for_personal_data: bool = True
    redact_personal_data: bool = False
    legal_hold: bool = False

    def settings(self) -> DomainComplianceSettings:
        """This, as the domain has it."""
        return DomainComplianceSettings(
            regimes=frozenset(map(Regime, self.regimes)),
            classification=Classification(self.classification),
            retention_days=self.retention_days,
            scan_for_personal_data=self.scan_for_personal_data,
            redact_personal_data=self.redact_personal_data,
            legal_hold=self.legal_hold,
        )


@strawberry.input
class CreateNotebookInput:
    """The notebook to make.

    Attributes:
        name: Its title, at most 255 characters.
        parent_id: The notebook it lies in; at the top if it is left out.
        description: What it is about, at most 10,000 characters.
        visibility: Who may read it besides its owner and collaborators.
        tags: At most 50 words of at most 64 characters.
        compliance: What must be observed for its documents.
    """

    name: str
    parent_id: strawberry.ID | None = None
    description: str = ""
    visibility: Visibility = Visibility.PRIVATE
    tags: list[str] = strawberry.field(default_factory=list)
    compliance: ComplianceInput | None = None

    def draft(self) -> notebooks.Draft:
        """This, as the domain has it."""
        return notebooks.Draft(
            name=self.name,
            description=self.description,
            visibility=Visibility(self.visibility),
            tags=tuple(self.tags),
            compliance=(self.compliance or ComplianceInput()).settings(),
        )


@strawberry.input
class NotebookChangesInput:
    """What to change; what is left out stays.

    Attributes:
        name: Its title, at most 255 characters.
        description: What it is about, at most 10,000 characters.
        visibility: Who may read it; takes the permission to administer.
        tags: All its tags, at most 50.
    """

    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    tags: list[str] | None = None

    def changes(self) -> notebooks.Changes:
        """This, as the domain has it."""
        return notebooks.Changes(
            name=self.name,
            description=self.description,
            visibility=None if self.visibility is None else Visibility(self.visibility),
            tags=None if self.tags is None else tuple(self.tags),
        )


@strawberry.input
class UpdateNotebookInput:
    """Which notebook to change, and how.

    Attributes:
        id: The notebook.
        changes: What to change.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    changes: NotebookChangesInput
    version: int | None = None


@strawberry.input
class MoveNotebookInput:
    """Which notebook to move, and where.

    Attributes:
        id: The notebook.
        parent_id: The notebook it is to lie in; at the top if it is left out.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    parent_id: strawberry.ID | None = None
    version: int | None = None


@strawberry.input
class ArchiveNotebookInput:
    """Which notebook to archive, or to open again.

    Attributes:
        id: The notebook.
        archived: Whether it is to be archived.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    archived: bool = True
    version: int | None = None


@strawberry.input
class UpdateComplianceSettingsInput:
    """Which notebook to put under which settings.

    Attributes:
        id: The notebook.
        compliance: All its settings from now on.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    compliance: ComplianceInput
    version: int | None = None


@strawberry.input
class DeleteNotebookInput:
    """Which notebook to delete.

    Attributes:
        id: The notebook; all below it goes with it.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    version: int | None = None


@strawberry.input
class NotebookInput:
    """Which notebook is meant.

    Attributes:
        id: The notebook.
    """

    id: strawberry.ID


@strawberry.input
class RecordViewInput:
    """Which notebook one has looked at, and how long.

    Attributes:
        id: The notebook.
        duration_seconds: How long, from 0 to 86400 seconds.
    """

    id: strawberry.ID
    duration_seconds: int


@strawberry.input
class BulkUpdateNotebooksInput:
    """Which notebooks to change, all in the same way.

    Attributes:
        ids: From 1 to 100 notebooks.
        changes: What to change in each.
    """

    ids: list[strawberry.ID]
    changes: NotebookChangesInput


@strawberry.input
class BulkDeleteNotebooksInput:
    """Which notebooks to delete.

    Attributes:
        ids: From 1 to 100 notebooks; all below them goes with them.
    """

    ids: list[strawberry.ID]


@strawberry.input
class DuplicateNotebookInput:
    """Which notebook to copy, and where.

    Attributes:
        id: The notebook; all below it that one may read is copied too.
        parent_id: Where the copy is to lie; at the top if it is left out.
        name: The copy's title; the original's if it is left out.
        with_documents: Whether documents are copied too, at most 1,000.
    """

    id: strawberry.ID
    parent_id: strawberry.ID | None = None
    name: str | None = None
    with_documents: bool = True


@strawberry.input
class ForkNotebookInput:
    """Which notebook to copy to one's own, and why.

    Attributes:
        id: The notebook; all below it that one may read is copied too.
        name: The copy's title; the original's if it is left out.
        reason: Why, at most 1,000 characters.
    """

    id: strawberry.ID
    name: str | None = None
    reason: str = ""
