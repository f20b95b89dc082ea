import pytest

from aether.adapters.system import moment
from aether.domain import notebooks, templates
from aether.domain.access import Permission
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.notebooks import (
    DEPTH_MOST,
    Filter,
    Notebook,
    NotebookMissing,
    NotebookTooDeep,
    Order,
)
from aether.domain.pages import Slice
from aether.domain.templates import (
    OUTLINE_MOST,
    Outline,
    OutlineInvalid,
    Template,
    TemplateId,
    TemplateMissing,
)
from aether.domain.users import Role
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.make import Home

STUDY = Outline(
    name="Study",
    description="One river",
    tags=("study",),
    children=(Outline(name="Field", children=(Outline(name="Samples"),)), Outline(name="Reading")),
)


@pytest.fixture
async def keeper(home: Home) -> Viewer:
    """Who keeps the tenant's templates."""
    return await home.person("keeper", Role.NOTEBOOK_ADMIN)


async def create(graph: Graph, by: Viewer, outline: Outline = STUDY, name: str = "Study") -> Template:
    at = moment()
    return await graph.write(
        templates.create,
        id=TemplateId(at.id("template")),
        name=name,
        description="",
        outline=outline,
        by=by,
        at=at,
    )


async def use(
    graph: Graph, by: Viewer, template: Template, *, name: str | None = None, parent: Notebook | None = None
) -> Notebook:
    into = parent.id if parent else None
    return await graph.write(templates.use, id=template.id, name=name, parent=into, by=by, at=moment())


async def below(graph: Graph, by: Viewer, book: Notebook) -> dict[str, Notebook]:
    page = await graph.read(notebooks.page, Filter(parent=book.id), order=Order.NAME, part=Slice(), by=by)
    return {item.notebook.name: item.notebook for item, _ in page.items}


def nested(levels: int) -> Outline:
    outline = Outline(name="lowest")
    for _ in range(levels - 1):
        outline = Outline(name="x", children=(outline,))
    return outline


async def test_a_template_is_read_back_as_it_was_and_makes_its_notebooks(
    graph: Graph, keeper: Viewer, ada: Viewer
) -> None:
    template = await create(graph, keeper)
    assert await graph.read(templates.get_many, [template.id]) == {template.id: template}

    top = await use(graph, ada, template, name="The Rhine")

    assert (top.name, top.description, top.tags, top.owner) == (
        "The Rhine",
        "One river",
        ("study",),
        ada.user,
    )
    inner = await below(graph, ada, top)
    assert inner.keys() == {"Field", "Reading"}
    assert (await below(graph, ada, inner["Field"])).keys() == {"Samples"}
    again = await use(graph, ada, template)
    assert (again.name, again.id == top.id) == ("Study", False)


async def test_a_template_is_used_where_one_may_write(
    graph: Graph, keeper: Viewer, ada: Viewer, ben: Viewer
) -> None:
    template = await create(graph, keeper)
    mine = await make.notebook(graph, ada)

    made = await use(graph, ada, template, parent=mine)

    assert made.parent == mine.id
    with pytest.raises(NotebookMissing):
        await use(graph, ben, template, parent=mine)
    await make.shared(graph, ada, mine, ben, permission=Permission.WRITE)
    await use(graph, ben, template, parent=mine)
    deep = await make.chain(graph, ada, DEPTH_MOST - 2)
    with pytest.raises(NotebookTooDeep):
        await use(graph, ada, template, parent=deep[-1])


async def test_keeping_templates_takes_the_role_for_it(home: Home, keeper: Viewer, ada: Viewer) -> None:
    template = await create(home.graph, keeper)
    admin = await home.person("root", Role.ADMIN)

    with pytest.raises(RoleMissing):
        await create(home.graph, ada)
    with pytest.raises(RoleMissing):
        await home.graph.write(templates.remove, id=template.id, by=ada)
    await home.graph.write(templates.remove, id=template.id, by=admin)
    with pytest.raises(TemplateMissing):
        await home.graph.write(templates.remove, id=template.id, by=admin)
    with pytest.raises(TemplateMissing):
        await use(home.graph, ada, template)


async def test_what_was_made_from_a_template_outlives_it(graph: Graph, keeper: Viewer, ada: Viewer) -> None:
    template = await create(graph, keeper)
    top = await use(graph, ada, template)

    await graph.write(templates.remove, id=template.id, by=keeper)

    assert (await below(graph, ada, top)).keys() == {"Field", "Reading"}


async def test_a_reader_uses_no_template(home: Home, keeper: Viewer) -> None:
    template = await create(home.graph, keeper)
    reader = await home.person("rita", Role.VIEWER)

    with pytest.raises(RoleMissing):
        await use(home.graph, reader, template)


@pytest.mark.parametrize(
    "outline",
    [
        Outline(name="wide", children=tuple(Outline(name=str(n)) for n in range(OUTLINE_MOST))),
        nested(DEPTH_MOST + 1),
    ],
)
async def test_an_outline_too_wide_or_too_deep_is_refused(
    graph: Graph, keeper: Viewer, outline: Outline
) -> None:
    with pytest.raises(OutlineInvalid):
        await create(graph, keeper, outline)


async def test_the_largest_outline_is_kept_and_used(graph: Graph, keeper: Viewer, ada: Viewer) -> None:
    wide = Outline(name="wide", children=tuple(Outline(name=f"{n:02}") for n in range(OUTLINE_MOST - 1)))
    deep = nested(DEPTH_MOST)

    made = await use(graph, ada, await create(graph, keeper, wide))
    await use(graph, ada, await create(graph, keeper, deep))

    page = await graph.read(
        notebooks.page, Filter(parent=made.id), order=Order.NAME, part=Slice(first=100), by=ada
    )
    assert [item.notebook.name for item, _ in page.items] == [f"{n:02}" for n in range(OUTLINE_MOST - 1)]


async def test_a_name_inside_an_outline_is_held_to_the_limits(graph: Graph, keeper: Viewer) -> None:
    with pytest.raises(Invalid):
        await create(graph, keeper, Outline(name="ok", children=(Outline(name="  "),)))
    with pytest.raises(Invalid):
        await create(graph, keeper, Outline(name="ok", tags=("x" * 65,)))


async def test_pages_of_templates_go_by_name_and_neither_skip_nor_repeat(
    graph: Graph, keeper: Viewer
) -> None:
    for name in ("b", "A", "same", "same", "c", "same"):
        await create(graph, keeper, name=name)
    found: list[Template] = []
    part = Slice(first=2)
    while True:
        page = await graph.read(templates.page, part=part)
        found += [template for template, _ in page.items]
        if not page.has_next:
            break
        part = Slice(first=2, after=page.items[-1][1])

    assert [template.name for template in found] == ["A", "b", "c", "same", "same", "same"]
    assert len({template.id for template in found}) == 6
