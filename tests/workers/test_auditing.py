"""What lost its other half is found, and mended where that is certain; what has it is let be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from neo4j.exceptions import ClientError

from aether.adapters.neo4j.errors import GONE
from aether.adapters.system import moment
from aether.domain.auditing import Audit
from aether.domain.blobs import BlobMissing, pieces_of
from aether.domain.moments import Moment
from aether.domain.orphans import Found, OrphanKind
from aether.domain.tenants import TenantId
from aether.domain.vectors import Vector
from tests.graphql.house import Caller, House

pytestmark = [pytest.mark.usefixtures("at_work"), pytest.mark.engines]


async def audit(house: House, *, repair: bool = False, days: float = 2) -> Mapping[OrphanKind, Found]:
    """What is found so many days from now."""

    def then() -> Moment:
        now = moment()
        return replace(now, now=now.now + timedelta(days=days))

    opened = house.opened
    search = Audit(opened.graph, opened.blobs, opened.vectors, moment=then, repair=repair)
    return {found.kind: found for found in await search.all()}


async def run(house: House, statement: str, **params: object) -> None:
    """Run a statement, again where a worker that has a job of another test removed what it met."""
    query: Any = statement
    while True:
        try:
            await house.opened.driver.execute_query(query, params, database_=house.settings.graph_database)
        except ClientError as error:
            if error.code != GONE:
                raise
        else:
            return


@pytest.fixture
async def clean(house: House) -> House:
    """An Aether in which other tests have left no orphans that can be mended."""
    await audit(house, repair=True)
    await run(house, "MATCH (n:Document)-[:HAS_CHUNK|HAS_FINDING|HAS_VERSION]->(m) DETACH DELETE m, n")
    await run(house, "MATCH (n:Document) DETACH DELETE n")
    await audit(house, repair=True)
    assert not any(found.many for found in (await audit(house)).values())
    return house


async def document(caller: Caller, name: str) -> str:
    id, job = await caller.upload(await caller.notebook(), name, f"Eels, {name} of them.".encode())
    assert (await caller.over(job))["status"] == "COMPLETED"
    return id


async def test_every_kind_of_orphan_is_found_and_mended(clean: House, ada: Caller) -> None:
    house, tenant = clean, TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"])
    bereft, unindexed, whole = [await document(ada, name) for name in ("one", "two", "three")]
    assert not any(found.many for found in (await audit(house)).values())

    query = "query ($id: ID!) { document(id: $id) { fileHash chunks { edges { node { id } } } } }"
    told = (await ada.ask(query, id=bereft))["document"]
    path = house.settings.data / "blobs" / told["fileHash"][:2] / told["fileHash"][2:4] / told["fileHash"]
    path.unlink()
    (edge,) = (await ada.ask(query, id=unindexed))["document"]["chunks"]["edges"]
    await house.opened.vectors.remove(tenant, unindexed)
    stray = Vector(id="chunk_stray", document="document_gone", path=("x",), model="x", values=[1.0] * 384)
    await house.opened.vectors.put(tenant, [stray])
    lost = await house.opened.blobs.keep(pieces_of(b"Nobody knows of these bytes."), most=100)
    for label in ("Chunk", "Finding", "DocumentVersion"):
        id = f"lost_{label}_{tenant}"
        await run(
            house,
            f"CREATE (n:{label} {{id: $id, tenant: $tenant, document: 'document_gone'}})",
            id=id,
            tenant=tenant,
        )

    found = await audit(house)

    expected = {
        OrphanKind.BLOB: [lost.key],
        OrphanKind.DOCUMENT: [bereft],
        OrphanKind.CHUNK_UNINDEXED: [edge["node"]["id"]],
        OrphanKind.VECTOR: ["chunk_stray"],
        OrphanKind.CHUNK: [f"lost_Chunk_{tenant}"],
        OrphanKind.FINDING: [f"lost_Finding_{tenant}"],
        OrphanKind.VERSION: [f"lost_DocumentVersion_{tenant}"],
    }
    assert {kind: each.first for kind, each in found.items()} == expected
    assert {each.many for each in found.values()} == {1}
    assert {each.mended for each in found.values()} == {0}

    mended = await audit(house, repair=True)

    assert {kind: each.mended for kind, each in mended.items()} == {
        kind: int(kind is not OrphanKind.DOCUMENT) for kind in OrphanKind
    }
    jobs = "query ($id: ID!) { document(id: $id) { jobs { id } } }"
    latest = (await ada.ask(jobs, id=unindexed))["document"]["jobs"][0]["id"]
    assert (await ada.over(latest))["status"] == "COMPLETED"
    left = {kind: each.first for kind, each in (await audit(house)).items() if each.many}
    assert left == {OrphanKind.DOCUMENT: [bereft]}
    assert (await ada.client.get(f"/documents/{whole}/content")).content == b"Eels, three of them."


async def test_what_is_young_may_yet_get_its_other_half(clean: House) -> None:
    lost = await clean.opened.blobs.keep(pieces_of(b"These bytes have just come."), most=100)

    assert (await audit(clean, repair=True, days=0.5))[OrphanKind.BLOB].many == 0
    assert await clean.opened.blobs.size(lost.key)
    assert (await audit(clean, repair=True))[OrphanKind.BLOB].first == [lost.key]
    with pytest.raises(BlobMissing):
        await clean.opened.blobs.size(lost.key)
