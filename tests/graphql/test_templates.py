"""Templates in the API."""

import pytest

from aether.domain.users import Role
from tests.graphql.house import Caller, House

OUTLINE = {
    "name": "Project",
    "description": "What we do.",
    "tags": ["plan"],
    "children": [{"name": "Notes"}, {"name": "Papers", "children": [{"name": "To read"}]}],
}
TEMPLATES = """
query ($first: Int, $after: String) { notebookTemplates(first: $first, after: $after) {
  totalCount edges { node { id name outline } } pageInfo { endCursor hasNextPage }
} }
"""


@pytest.fixture
def keeper(house: House, here: str) -> Caller:
    """Who keeps templates."""
    return house.person("kay", Role.NOTEBOOK_ADMIN, Role.USER, of=here)


async def kept(caller: Caller, name: str = "Project") -> str:
    made = await caller.do("createNotebookTemplate", "template { id }", name=name, outline=OUTLINE)
    return str(made["template"]["id"])


@pytest.mark.engines
async def test_notebooks_are_made_from_a_template(ada: Caller, keeper: Caller) -> None:
    template = await kept(keeper)
    above = await ada.notebook("Above")

    made = await ada.do(
        "createNotebookFromTemplate", "notebook { id name }", templateId=template, name="Elbe", parentId=above
    )

    query = """
    query ($id: ID!) { notebook(id: $id) {
      description tags parent { name }
      children { edges { node { name children { edges { node { name } } } } } }
    } }
    """
    assert made["notebook"]["name"] == "Elbe"
    assert (await ada.ask(query, id=made["notebook"]["id"]))["notebook"] == {
        "description": "What we do.",
        "tags": ["plan"],
        "parent": {"name": "Above"},
        "children": {
            "edges": [
                {"node": {"name": "Notes", "children": {"edges": []}}},
                {"node": {"name": "Papers", "children": {"edges": [{"node": {"name": "To read"}}]}}},
            ]
        },
    }


async def test_templates_are_listed_by_name_in_pages(ada: Caller, keeper: Caller) -> None:
    for name in "cab":
        await kept(keeper, name)

    first = (await ada.ask(TEMPLATES, first=2))["notebookTemplates"]
    rest = (await ada.ask(TEMPLATES, after=first["pageInfo"]["endCursor"]))["notebookTemplates"]

    assert [edge["node"]["name"] for page in (first, rest) for edge in page["edges"]] == ["a", "b", "c"]
    outline = first["edges"][0]["node"]["outline"]
    assert outline["children"][1]["children"] == [
        {"name": "To read", "description": "", "tags": [], "children": []}
    ]


async def test_only_notebook_admins_keep_templates(ada: Caller, keeper: Caller) -> None:
    template = await kept(keeper)

    assert await ada.refused("createNotebookTemplate", name="x", outline=OUTLINE) == ("ROLE_REQUIRED", [])
    assert await ada.refused("deleteNotebookTemplate", id=template) == ("ROLE_REQUIRED", [])

    await keeper.do("deleteNotebookTemplate", id=template)
    refused = await ada.refused("createNotebookFromTemplate", templateId=template)
    assert refused == ("TEMPLATE_NOT_FOUND", [])


@pytest.mark.parametrize(
    "outline",
    [
        {"name": "a", "children": [{"name": f"{n}"} for n in range(100)]},
        {"name": ""},
        {"name": "a", "children": [{"name": "b" * 256}]},
        {"name": "a", "children": [{"name": "b", "tags": ["c" * 65]}]},
    ],
    ids=["too many", "nameless", "too long", "a tag too long"],
)
async def test_an_outline_that_makes_no_notebooks_is_refused(keeper: Caller, outline: object) -> None:
    code, field = await keeper.refused("createNotebookTemplate", name="x", outline=outline)

    assert code in {"OUTLINE_INVALID", "INVALID"}
    assert field[0] == "input"
    assert (await keeper.ask(TEMPLATES))["notebookTemplates"]["totalCount"] == 0


async def test_templates_of_another_organisation_are_not_there(keeper: Caller, mallory: Caller) -> None:
    template = await kept(keeper)

    refused = await mallory.refused("createNotebookFromTemplate", templateId=template)
    assert refused == ("TEMPLATE_NOT_FOUND", [])
    assert (await mallory.ask(TEMPLATES))["notebookTemplates"]["totalCount"] == 0
