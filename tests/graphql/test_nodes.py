"""Nodes in the API: whatever has an id can be asked for by it."""

import pytest

from aether.domain.users import Role
from aether.graphql import schema
from tests.graphql.house import Caller, House

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


@pytest.mark.usefixtures("at_work")
@pytest.mark.engines
async def test_every_kind_of_node_is_found_by_its_id(house: House, here: str) -> None:
    owner = house.person("olga", Role.NOTEBOOK_ADMIN, Role.USER, of=here)
    notebook = await owner.notebook()
    document, job = await owner.upload(notebook, "who.txt", b"Write to ada@example.org.")
    await owner.over(job)
    chunks = "query ($id: ID!) { document(id: $id) { chunks { edges { node { id } } } } }"
    chunk = (await owner.ask(chunks, id=document))["document"]["chunks"]["edges"][0]["node"]["id"]
    findings = chunks.replace("chunks", "findings")
    finding = (await owner.ask(findings, id=document))["document"]["findings"]["edges"][0]["node"]["id"]
    template = await owner.do(
        "createNotebookTemplate", "template { id }", name="Plan", outline={"name": "Plan"}
    )
    key = await owner.do("createApiKey", "apiKey { id }", name="Script")
    ids = {
        "Notebook": notebook,
        "Document": document,
        "Chunk": chunk,
        "Finding": finding,
        "Job": job,
        "NotebookTemplate": template["template"]["id"],
        "ApiKey": key["apiKey"]["id"],
        "User": await owner.id(),
        "Tenant": (await owner.ask("{ tenant { id } }"))["tenant"]["id"],
    }

    for type, id in ids.items():
        assert await owner.ask(NODE, id=id) == {"node": {"__typename": type, "id": id}}
    sketch = schema.build()._schema
    nodes = sketch.get_possible_types(sketch.type_map["Node"])  # type: ignore[arg-type]
    assert {type.name for type in nodes} == ids.keys()


@pytest.mark.parametrize(
    "id", ["", "notebook", "notebook_", "_", "nonsense_1", "NOTEBOOK_1", "x" * 10_000, "é_ü\x00"]
)
async def test_what_is_no_id_finds_nothing(ada: Caller, id: str) -> None:
    assert await ada.ask(NODE, id=id) == {"node": None}
