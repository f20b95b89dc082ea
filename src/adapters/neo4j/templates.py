"""Templates in the graph: `(:NotebookTemplate)`, the outline as JSON text."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, paged, text_of, value_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.pages import Page, Place, Slice
from aether.domain.templates import Outline, Template, TemplateId, Templates
from aether.domain.tenants import TenantId
from aether.domain.users import UserId


class Neo4jTemplates(Templates):
    """Where templates are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[TemplateId]) -> Mapping[TemplateId, Template]:
        rows = await self._run("templates/get_many", ids=list(ids))
        return {row["template"]["id"]: template_of(row["template"]) for row in rows}

    @override
    async def add(self, template: Template) -> None:
        await self._run(
            "templates/add",
            id=template.id,
            name=template.name,
            description=template.description,
            outline=text_of(asdict(template.outline)),
            created_by=template.created_by,
            created_at=template.created_at,
        )

    @override
    async def remove(self, id: TemplateId) -> None:
        await self._run("templates/remove", id=id)

    @override
    async def page(self, *, part: Slice) -> Page[Template]:
        return await paged(
            self._run,
            "templates/page",
            part,
            of=lambda row: template_of(row["template"]),
            place_of=lambda row: Place(key=row["key"], id=row["template"]["id"]),
        )


def template_of(row: Row) -> Template:
    """The template in a row's map."""
    return Template(
        id=TemplateId(row["id"]),
        tenant=TenantId(row["tenant"]),
        name=row["name"],
        description=row["description"],
        outline=_outline_of(value_of(row["outline"])),
        created_by=UserId(row["created_by"]),
        created_at=instant(row["created_at"]),
    )


def _outline_of(value: Mapping[str, Any]) -> Outline:
    return Outline(
        name=value["name"],
        description=value["description"],
        tags=tuple(value["tags"]),
        children=tuple(map(_outline_of, value["children"])),
    )
