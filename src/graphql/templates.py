"""Templates in the API: outlines from which notebooks are made."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from aether.domain import templates
from aether.domain.notebooks import NotebookId
from aether.domain.templates import Outline, TemplateId
from aether.graphql.context import Info
from aether.graphql.lists import Connection, connection, part
from aether.graphql.nodes import Node
from aether.graphql.notebooks.changes import NotebookPayload
from aether.graphql.refusals import Payload, mutation

TEMPLATES_LISTING = "templates"
"""What cursors of the list of templates are signed for."""


def outline_told(outline: Mapping[str, Any]) -> dict[str, Any]:
    """*outline* as clients are told it, its fields in their order."""
    return {
        "name": outline["name"],
        "description": outline["description"],
        "tags": list(outline["tags"]),
        "children": list(map(outline_told, outline["children"])),
    }


@strawberry.type
class NotebookTemplate(Node):
    """An outline from which notebooks are made.

    Attributes:
        name: What it is called.
        description: What it is good for.
        outline: The notebooks it makes: `name`, `description`, `tags`, and `children` of the same shape.
        created_at: When it was made.
    """

    name: str
    description: str
    outline: JSON
    created_at: datetime

    @classmethod
    def of(cls, template: templates.Template) -> "NotebookTemplate":
        """*template*, shown to everybody in its tenant."""
        return cls(
            id=strawberry.ID(template.id),
            name=template.name,
            description=template.description,
            outline=JSON(outline_told(asdict(template.outline))),
            created_at=template.created_at,
        )


async def template_by_id(info: Info, id: str) -> NotebookTemplate | None:
    """The template with this id, in one's own organisation."""
    template = TemplateId(id)
    found = (await info.context.read(templates.get_many, [template])).get(template)
    return None if found is None else NotebookTemplate.of(found)


@strawberry.input
class OutlineInput:
    """A notebook that a template makes, and those below it.

    Attributes:
        name: Its title.
        description: What it is about.
        tags: Its tags.
        children: The notebooks in it; a template makes at most 100 altogether.
    """

    name: str
    description: str = ""
    tags: list[str] = strawberry.field(default_factory=list)
    children: "list[OutlineInput]" = strawberry.field(default_factory=list)

    def outline(self) -> Outline:
        """This, as the domain has it."""
        return Outline(
            name=self.name,
            description=self.description,
            tags=tuple(self.tags),
            children=tuple(child.outline() for child in self.children),
        )


@strawberry.input
class CreateNotebookTemplateInput:
    """What template to keep.

    Attributes:
        name: What it is called, at most 255 characters.
        description: What it is good for, at most 2,000 characters.
        outline: The notebooks it makes.
    """

    name: str
    outline: OutlineInput
    description: str = ""


@strawberry.input
class DeleteNotebookTemplateInput:
    """Which template to forget.

    Attributes:
        id: The template.
    """

    id: strawberry.ID


@strawberry.input
class CreateNotebookFromTemplateInput:
    """Which template to make notebooks from, and where.

    Attributes:
        template_id: The template.
        name: The title of the topmost notebook; the template's if it is left out.
        parent_id: The notebook it is to lie in; at the top if it is left out.
    """

    template_id: strawberry.ID
    name: str | None = None
    parent_id: strawberry.ID | None = None


@strawberry.type
class CreateNotebookTemplatePayload(Payload):
    """The new template.

    Attributes:
        template: The template; none if it was refused.
    """

    template: NotebookTemplate | None = None


@strawberry.type
class DeleteNotebookTemplatePayload(Payload):
    """The template that is gone.

    Attributes:
        template_id: Its id; none if it was refused.
    """

    template_id: strawberry.ID | None = None


@strawberry.type
class CreateNotebookFromTemplatePayload(NotebookPayload):
    """The topmost of the new notebooks."""


@strawberry.type
class TemplateQueries:
    """Questions about templates."""

    @strawberry.field
    async def notebook_templates(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[NotebookTemplate]:
        """The templates of one's organisation, by name.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        wanted = part(info, first=first, after=after, listing=TEMPLATES_LISTING)
        page = await info.context.read(templates.page, part=wanted)
        return connection(info, page, NotebookTemplate.of, slice=wanted, listing=TEMPLATES_LISTING)


@strawberry.type
class TemplateMutations:
    """Changes to templates."""

    @mutation
    async def create_notebook_template(
        self, info: Info, input: CreateNotebookTemplateInput
    ) -> CreateNotebookTemplatePayload:
        """Keep an outline as a template; takes the role of a notebook admin.

        Args:
            input: What template.
        """
        at = info.context.ports.moment()
        template = await info.context.write(
            templates.create,
            id=TemplateId(at.id("template")),
            name=input.name,
            description=input.description,
            outline=input.outline.outline(),
            by=info.context.viewer,
            at=at,
        )
        return CreateNotebookTemplatePayload(template=NotebookTemplate.of(template))

    @mutation
    async def delete_notebook_template(
        self, info: Info, input: DeleteNotebookTemplateInput
    ) -> DeleteNotebookTemplatePayload:
        """Forget a template; takes the role of a notebook admin.

        Args:
            input: Which template.
        """
        await info.context.write(templates.remove, id=TemplateId(input.id), by=info.context.viewer)
        return DeleteNotebookTemplatePayload(template_id=input.id)

    @mutation
    async def create_notebook_from_template(
        self, info: Info, input: CreateNotebookFromTemplateInput
    ) -> CreateNotebookFromTemplatePayload:
        """Make notebooks from a template.

        Args:
            input: Which template, and where.
        """
        made = await info.context.write(
            templates.use,
            id=TemplateId(input.template_id),
            name=input.name,
            parent=None if input.parent_id is None else NotebookId(input.parent_id),
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return CreateNotebookFromTemplatePayload(shown=made.id)
