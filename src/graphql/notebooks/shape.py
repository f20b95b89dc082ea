"""What a notebook looks like."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from aether.domain import activities as domain_activities
from aether.domain import collaborations as domain_collaborations
from aether.domain import documents as domain_documents
from aether.domain import notebooks
from aether.domain.access import Permission
from aether.domain.compliance import Classification, Regime
from aether.domain.compliance import ComplianceSettings as DomainComplianceSettings
from aether.domain.documents import DocumentOrder, ProcessingStatus
from aether.domain.notebooks import NotebookId, NotebookStatus, Order, Seen, Visibility
from aether.domain.viewers import Viewer
from aether.graphql.activities import Activity
from aether.graphql.context import Info
from aether.graphql.documents import Document, documents_of
from aether.graphql.jobs import Job
from aether.graphql.lists import Connection, connection, part
from aether.graphql.nodes import Node
from aether.graphql.scalars import BigInt
from aether.graphql.users import User, user_by_id

if TYPE_CHECKING:
    from aether.graphql.collaborations import Collaboration


@strawberry.type
class ComplianceSettings:
    """What must be observed for the documents of one notebook.

    Attributes:
        regimes: The bodies of rules that apply.
        classification: How far its documents may travel.
        retention_days: Days after which documents are to be deleted; none to keep them.
        scan_for_personal_data: Whether documents are searched for personal data.
        redact_personal_data: Whether what is found is hidden from those without clearance.
        legal_hold: Whether nothing may be deleted.
    """

    regimes: list[Regime]
    classification: Classification
    retention_days: int | None
    scan_for_personal_data: bool
    redact_personal_data: bool
    legal_hold: bool

    @classmethod
    def of(cls, settings: DomainComplianceSettings) -> "ComplianceSettings":
        """*settings*, shown to those who may read the notebook."""
        return cls(
            regimes=sorted(settings.regimes),
            classification=settings.classification,
            retention_days=settings.retention_days,
            scan_for_personal_data=settings.scan_for_personal_data,
            redact_personal_data=settings.redact_personal_data,
            legal_hold=settings.legal_hold,
        )


@strawberry.type
class Notebook(Node):
    """A titled collection of documents, which may lie in another one.

    Attributes:
        name: Its title.
        description: What it is about.
        visibility: Who may read it.
        status: Where it is in its life.
        tags: Words that its keepers put on it.
        compliance: What must be observed for its documents.
        document_count: How many documents lie directly in it.
        total_size_bytes: Their size together.
        version: Rises with every change that people make; give it back to notice theirs.
        created_at: When it was made.
        updated_at: When it was last changed.
        viewer_permission: What one may do to it.
        viewer_has_starred: Whether one has starred it.
        star_count: How many people have.
    """

    name: str
    description: str
    visibility: Visibility
    status: NotebookStatus
    tags: list[str]
    compliance: ComplianceSettings
    document_count: int
    total_size_bytes: BigInt
    version: int
    created_at: datetime
    updated_at: datetime
    viewer_permission: Permission
    viewer_has_starred: bool
    star_count: int
    owner_id: strawberry.Private[str]
    parent_id: strawberry.Private[str | None]

    @classmethod
    def of(cls, seen: Seen, viewer: Viewer) -> "Notebook":
        """*seen*, as its viewer sees it."""
        notebook = seen.notebook
        return cls(
            id=strawberry.ID(notebook.id),
            name=notebook.name,
            description=notebook.description,
            visibility=notebook.visibility,
            status=notebook.status,
            tags=list(notebook.tags),
            compliance=ComplianceSettings.of(notebook.compliance),
            document_count=notebook.document_count,
            total_size_bytes=BigInt(notebook.total_size_bytes),
            version=notebook.version,
            created_at=notebook.created_at,
            updated_at=notebook.updated_at,
            viewer_permission=min(seen.permission, viewer.ceiling),
            viewer_has_starred=seen.starred,
            star_count=seen.stars,
            owner_id=notebook.owner,
            parent_id=notebook.parent,
        )

    @strawberry.field
    async def owner(self, info: Info) -> User | None:
        """Whose it is."""
        return await user_by_id(info, self.owner_id)

    @strawberry.field
    async def parent(self, info: Info) -> "Notebook | None":
        """The notebook it lies in; none at the top, or if one may not read that."""
        return None if self.parent_id is None else await notebook_by_id(info, self.parent_id)

    @strawberry.field
    async def ancestors(self, info: Info) -> "list[Notebook]":
        """The notebooks above it that one may read, from the top down."""
        found = await info.context.read(notebooks.ancestors, NotebookId(self.id), by=info.context.viewer)
        return [Notebook.of(seen, info.context.viewer) for seen in found]

    @strawberry.field
    async def children(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        order_by: Order = Order.NAME,
    ) -> "Connection[Notebook]":
        """The notebooks directly in it.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
            order_by: How they are ordered.
        """
        chosen = notebooks.Filter(parent=NotebookId(self.id))
        return await notebooks_of(info, chosen, order=Order(order_by), first=first, after=after)

    @strawberry.field
    async def documents(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        order_by: DocumentOrder = DocumentOrder.NAME,
        status: ProcessingStatus | None = None,
    ) -> Connection[Document]:
        """The documents directly in it.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
            order_by: How they are ordered.
            status: Only those that are understood so far.
        """
        chosen = status and ProcessingStatus(status)
        listing = documents_listing(self.id, order=DocumentOrder(order_by), status=chosen)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(
            domain_documents.page,
            notebook=NotebookId(self.id),
            status=chosen,
            order=DocumentOrder(order_by),
            part=wanted,
            by=info.context.viewer,
        )
        return documents_of(info, page, wanted=wanted, listing=listing)

    @strawberry.field
    async def collaborators(
        self, info: Info
    ) -> list[Annotated["Collaboration", strawberry.lazy("aether.graphql.collaborations")]]:
        """Who else works on it, invited or active, the oldest first."""
        from aether.graphql.collaborations import Collaboration

        found = await info.context.read(
            domain_collaborations.of_notebook, notebook=NotebookId(self.id), by=info.context.viewer
        )
        return [Collaboration.of(each) for each in found]

    @strawberry.field
    async def activity(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Activity]:
        """What was done to it and to what lies directly in it, the latest first.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        listing = activity_listing(self.id)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(
            domain_activities.of_notebook, notebook=self.id, part=wanted, by=info.context.viewer.user
        )
        return connection(info, page, Activity.of, slice=wanted, listing=listing)

    @strawberry.field
    async def upload_jobs(self, info: Info, unfinished: bool = False) -> list[Job]:
        """The latest 100 jobs on it and its documents, the latest first.

        Args:
            unfinished: Only those that are not over.
        """
        found = await info.context.read(
            domain_documents.jobs_of_notebook,
            notebook=NotebookId(self.id),
            live=unfinished,
            by=info.context.viewer,
        )
        return [Job.of(job) for job in found]


def notebooks_listing(chosen: notebooks.Filter, order: Order) -> str:
    """What cursors of a list of notebooks are signed for."""
    return f"notebooks/{chosen}/{order}"


def documents_listing(notebook: str, *, order: DocumentOrder, status: ProcessingStatus | None) -> str:
    """What cursors of the documents of *notebook* are signed for."""
    return f"documents/{notebook}/{order}/{status}"


def activity_listing(notebook: str) -> str:
    """What cursors of what was done to *notebook* are signed for."""
    return f"activity/{notebook}"


async def notebook_by_id(info: Info, id: str) -> Notebook | None:
    """The notebook with this id, if the viewer may read it."""
    seen = await info.context.loaders.notebooks.load(NotebookId(id))
    return None if seen is None else Notebook.of(seen, info.context.viewer)


async def notebooks_of(
    info: Info, chosen: notebooks.Filter, *, order: Order, first: int, after: str | None
) -> Connection[Notebook]:
    """A page of notebooks, as the viewer sees them."""
    listing = notebooks_listing(chosen, order)
    wanted = part(info, first=first, after=after, listing=listing)
    page = await info.context.read(notebooks.page, chosen, order=order, part=wanted, by=info.context.viewer)
    return connection(
        info, page, lambda seen: Notebook.of(seen, info.context.viewer), slice=wanted, listing=listing
    )
