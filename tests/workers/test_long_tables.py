"""Tables so long that not every chunk gets a vector. Jobs run here when a test says so."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aether.domain import documents, orphans
from aether.domain.documents import DocumentId
from aether.domain.tenants import TenantId
from aether.domain.vectors import Stored
from aether.workers.context import Ports
from aether.workers.jobs import run_job
from tests.adapters.extraction_samples import said, xlsx
from tests.graphql.house import Caller, House
from tests.workers.breaking import Breaking, Crash
from tests.workers.test_pipeline import strand

pytestmark = pytest.mark.engines

ROWS, MOST = 5_000, 6
SEARCH = """query ($query: String!, $mode: SearchMode!, $in: ID) {
  search(query: $query, mode: $mode, notebookId: $in) { edges { node {
    document { id } chunk { text headings }
  } } }
}"""
COUNTS = "query ($id: ID!) { document(id: $id) { embeddingStatus chunkCount vectorCount } }"


class Noting:
    """An embedder that notes what it embeds."""

    def __init__(self, embedder: Any) -> None:
        self._embedder = embedder
        self.texts: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    async def embed(self, texts: Sequence[str]) -> Any:
        self.texts += texts
        return await self._embedder.embed(texts)


def workbook(*, edited: Collection[int] = ()) -> bytes:
    """A sheet of gauges, each with a name of its own; the rows that are *edited* say another word."""
    header = f'<row r="1">{said("A1", "Station")}{said("B1", "Salinity of the water")}</row>'
    rows = (
        f'<row r="{row}">{said(f"A{row}", f"gauge{row}")}'
        f"{said(f'B{row}', f'dredged{row}' if row in edited else f'{row * 7919 % 1000} permille')}</row>"
        for row in range(2, ROWS + 2)
    )
    return xlsx(header + "".join(rows))


@pytest.fixture
def ports(house: House) -> Ports:
    return replace(house.opened.worker_ports, table_vectors_most=MOST)


async def run(ports: Ports, job: str, attempt: int = 1) -> list[str]:
    """Run a job; gives back what was embedded."""
    embedder: Any = Noting(ports.embedder)
    await run_job({"ports": replace(ports, embedder=embedder)}, f"{job}:{attempt}")
    return list(embedder.texts)


async def again(ada: Caller, ports: Ports, document: str) -> list[str]:
    """Process a document once more; gives back what was embedded."""
    return await run(ports, (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"])


async def hits(ada: Caller, query: str, mode: str, notebook: str) -> list[dict[str, Any]]:
    found = (await ada.ask(SEARCH, query=query, mode=mode, **{"in": notebook}))["search"]["edges"]
    return [edge["node"]["chunk"] for edge in found if edge["node"]["chunk"]]


async def counts(ada: Caller, document: str) -> tuple[str, int, int]:
    told = (await ada.ask(COUNTS, id=document))["document"]
    return told["embeddingStatus"], told["chunkCount"], told["vectorCount"]


async def whole(ada: Caller, ports: Ports, document: str) -> Collection[str]:
    """Assert that those chunks have vectors, and only those, that are to have them; gives back their ids."""
    tenant = TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"])
    graph = ports.graph.within(tenant)
    chunks = await graph.read(documents.chunks_to_index, document=DocumentId(document))
    vectors, _ = await ports.vectors.listed(tenant, document=document)
    wanted = {chunk.id for chunk in chunks if chunk.vectored}
    assert {it.id for it in vectors} == wanted
    indexed = await graph.read(orphans.indexed, chunks=[chunk.id for chunk in chunks])
    assert {it.id for it in indexed} == wanted
    later = ports.moment().now + timedelta(days=2)
    others = [Stored(id=it.id, document=it.document, tenant=tenant) for it in chunks if not it.vectored]
    assert await graph.read(orphans.strays, vectors=[*vectors, *others], since=later) == others
    assert await counts(ada, document) == ("DONE", len(chunks), len(wanted))
    return wanted


async def test_every_row_is_found_by_its_words_and_by_meaning_what_the_table_is_about(
    ada: Caller, ports: Ports
) -> None:
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook, "gauges.xlsx", workbook())
    broken: Any = Breaking(ports.embedder, "embed")

    with pytest.raises(Crash):
        await run(replace(ports, embedder=broken), job)
    (late,) = await hits(ada, f"gauge{ROWS}", "FULLTEXT", notebook)
    assert f"gauge{ROWS}" in late["text"]
    await strand(ports, job)
    embedded = await run(ports, job, attempt=2)

    assert len(embedded) == 1 + MOST  # the name of the sheet stands with its first rows
    assert len(await whole(ada, ports, document)) == 1 + MOST
    assert (await counts(ada, document))[1] > 20 * MOST
    first, *_ = await hits(ada, "how salty the water is", "SEMANTIC", notebook)
    assert first["text"].startswith("Gauges\n\nStation | Salinity of the water\ngauge2 |")
    assert await hits(ada, f"gauge{ROWS}", "FULLTEXT", notebook) == [late]


async def test_neither_another_run_nor_an_edit_embeds_more_than_what_changed(
    ada: Caller, ports: Ports
) -> None:
    document, job = await ada.upload(await ada.notebook(), "gauges.xlsx", workbook())
    await run(ports, job)
    before = await whole(ada, ports, document)

    assert await again(ada, ports, document) == []
    assert await whole(ada, ports, document) == before
    edited: list[int] = []
    for row in (3, 40, ROWS // 2, ROWS):
        edited.append(row)
        sent = await ada.client.put(
            "/upload",
            params={"document": document, "name": "gauges.xlsx"},
            content=workbook(edited=edited),
        )
        embedded = await run(ports, sent.json()["job"]["id"])
        assert (row == 3) <= len(embedded) <= 3
        assert len(await whole(ada, ports, document)) == 1 + MOST


async def test_another_bound_holds_once_a_document_is_processed_again(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "gauges.xlsx", workbook())
    await run(ports, job)
    few = await whole(ada, ports, document)

    embedded = await again(ada, replace(ports, table_vectors_most=2 * MOST), document)

    many = await whole(ada, ports, document)
    assert (len(embedded), len(many)) == (MOST, 1 + 2 * MOST)
    assert await again(ada, ports, document) == []
    assert await whole(ada, ports, document) == few


async def test_a_table_that_is_short_has_all_its_vectors(ada: Caller, ports: Ports) -> None:
    rows = "".join(f"gauge{row},{row * 7919 % 1000} permille\n" for row in range(60))
    document, job = await ada.upload(await ada.notebook(), "gauges.csv", rows.encode())

    embedded = await run(ports, job)

    chunks = await counts(ada, document)
    assert 1 < chunks[1] == chunks[2] == len(embedded) <= MOST


async def test_documents_from_before_there_was_a_bound_have_all_their_vectors(
    ada: Caller, house: House, ports: Ports
) -> None:
    document, job = await ada.upload(await ada.notebook(), "eels.txt", b"Eels sleep in winter.")
    await run(ports, job)
    await house.opened.driver.execute_query(
        "MATCH (it:Document {id: $id})-[:HAS_CHUNK]->(chunk) REMOVE it.vector_count, chunk.vectored",
        {"id": document},
        database_=house.settings.graph_database,
    )

    assert len(await whole(ada, ports, document)) == 1
    assert await again(ada, ports, document) == []
