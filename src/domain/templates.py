"""Templates: outlines from which notebooks are made.

A template belongs to a tenant and is open to everybody in it; those with the role of a
notebook admin keep them.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NewType, Protocol

from aether.domain import checks, notebooks
from aether.domain.errors import Invalid, Missing
from aether.domain.moments import Moment
from aether.domain.notebooks import DEPTH_MOST, Draft, Notebook, NotebookId
from aether.domain.pages import Page, Slice
from aether.domain.tenants import TenantId
from aether.domain.users import Role, UserId
from aether.domain.viewers import Viewer

TemplateId = NewType("TemplateId", str)

NAME_MOST = 255
DESCRIPTION_MOST = 2_000
OUTLINE_MOST = 100
"""The most notebooks that one template makes."""


class TemplateMissing(Missing):
    """There is no such template."""

    code = "TEMPLATE_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no template {id}.")


class OutlineInvalid(Invalid):
    """The outline makes too many notebooks, or too many levels of them."""

    code = "OUTLINE_INVALID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A notebook to be made, and those below it."""

    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    children: tuple["Outline", ...] = ()

    def levels(self) -> int:
        """How many levels of notebooks it makes."""
        return 1 + max((child.levels() for child in self.children), default=0)

    def size(self) -> int:
        """How many notebooks it makes."""
        return 1 + sum(child.size() for child in self.children)

    def checked(self) -> "Outline":
        """This outline, if notebooks can be made from it.

        Raises:
            OutlineInvalid: It is too large or too deep.
            Invalid: A name, description or tag in it breaks a limit.
        """
        if self.size() > OUTLINE_MOST:
            raise OutlineInvalid(f"A template makes at most {OUTLINE_MOST} notebooks.", field="outline")
        if self.levels() > DEPTH_MOST:
            raise OutlineInvalid(f"A template makes at most {DEPTH_MOST} levels.", field="outline")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An outline with a name."""

    id: TemplateId
    tenant: TenantId
    name: str
    description: str
    outline: Outline
    created_by: UserId
    created_at: datetime


class Templates(Protocol):
    """Where templates are kept."""

    async def get_many(self, ids: Collection[TemplateId]) -> Mapping[TemplateId, Template]:
        """Those of the templates that exist, by id."""
        ...

    async def add(self, template: Template) -> None:
        """Keep a new template."""
        ...

    async def remove(self, id: TemplateId) -> None:
        """Forget a template; the notebooks made from it stay."""
        ...

    async def page(self, *, part: Slice) -> Page[Template]:
        """A page of the tenant's templates, by name."""
        ...


class Work(notebooks.Work, Protocol):
    """A transaction in which templates can be read and written."""

    @property
    def templates(self) -> Templates:
        """The templates."""
        ...


async def create(
    work: Work,
    *,
    id: TemplateId,
    name: str,
    description: str,
    outline: Outline,
    by: Viewer,
    at: Moment,
) -> Template:
    """Keep an outline as a template of the tenant."""
    by.creates()
    by.needs(Role.NOTEBOOK_ADMIN)
    template = Template(
        id=id,
        tenant=by.tenant,
        name=checks.line(name, field="name", most=NAME_MOST),
        description=checks.prose(description, field="description", most=DESCRIPTION_MOST),
        outline=outline.checked(),
        created_by=by.user,
        created_at=at.now,
    )
    list(_notebooks(template.outline, parent=None, by=by, at=at))
    await work.templates.add(template)
    return template


async def remove(work: Work, *, id: TemplateId, by: Viewer) -> None:
    """Forget a template; the notebooks made from it stay."""
    by.creates()
    by.needs(Role.NOTEBOOK_ADMIN)
    await _existing(work, id)
    await work.templates.remove(id)


async def use(
    work: Work, *, id: TemplateId, name: str | None, parent: NotebookId | None, by: Viewer, at: Moment
) -> Notebook:
    """Make notebooks from a template: the topmost is given back, under *name* if one is given."""
    by.creates()
    template = await _existing(work, id)
    if parent is not None:
        await notebooks.place(work, parent, levels=template.outline.levels(), by=by)
    made = list(_notebooks(template.outline, parent=parent, by=by, at=at, name=name))
    await work.notebooks.add(made)
    await notebooks.tell(work, made[0].id, "notebook_created", by=by, at=at, template=id, name=made[0].name)
    return made[0]


async def page(work: Work, *, part: Slice) -> Page[Template]:
    """A page of the tenant's templates, by name."""
    return await work.templates.page(part=part)


async def get_many(work: Work, ids: Collection[TemplateId]) -> Mapping[TemplateId, Template]:
    """Those of the templates that exist, by id."""
    return await work.templates.get_many(ids)


async def _existing(work: Work, id: TemplateId) -> Template:
    if (template := (await work.templates.get_many([id])).get(id)) is None:
        raise TemplateMissing(id)
    return template


def _notebooks(
    outline: Outline,
    *,
    parent: NotebookId | None,
    by: Viewer,
    at: Moment,
    name: str | None = None,
    path: tuple[int, ...] = (),
) -> Iterator[Notebook]:
    notebook = Notebook.new(
        Draft(name=name or outline.name, description=outline.description, tags=outline.tags),
        id=NotebookId(at.id("notebook", "template", *path)),
        tenant=by.tenant,
        owner=by.user,
        parent=parent,
        now=at.now,
    )
    yield notebook
    for place, child in enumerate(outline.children):
        yield from _notebooks(child, parent=notebook.id, by=by, at=at, path=(*path, place))
