"""What is told of tables holds for the text that they were found in. Jobs run here when a test says so."""

from dataclasses import replace
from typing import Any

from aether.domain.texts import Extracted
from aether.workers.context import Ports
from tests.graphql.house import Caller, House
from tests.workers.test_pipeline import run

TABLES = """query ($id: ID!, $tables: String, $rows: String) { document(id: $id) {
  tables(first: 1, after: $tables) { edges { cursor node { rows(first: 1, after: $rows) {
    edges { cursor node { cells { text } } }
  } } } }
} }"""


class Knowing:
    """A reader that has learnt since: it finds no table but the last."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    async def read(self, *args: Any, **named: Any) -> Extracted:
        extracted: Extracted = await self._reader.read(*args, **named)
        return replace(extracted, blocks=extracted.blocks[-1:])


async def test_cursors_of_tables_end_with_the_text_that_they_were_cut_from(ada: Caller, house: House) -> None:
    ports: Ports = house.opened.worker_ports

    async def first(**after: str) -> dict[str, Any]:
        edges = (await ada.ask(TABLES, id=document, **after))["document"]["tables"]["edges"]
        return edges[0]  # type: ignore[no-any-return]

    document, job = await ada.upload(await ada.notebook(), "two.md", b"|a|\n|-|\n|1|\n\n|b|\n|-|\n|2|\n")
    await run(ports, job)
    old = await first()
    of_table, of_row = old["cursor"], old["node"]["rows"]["edges"][0]["cursor"]
    assert (await first(tables=of_table))["node"]["rows"]["edges"][0]["node"]["cells"] == [{"text": "b"}]

    same = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    await run(ports, same)
    assert (await first(rows=of_row))["node"]["rows"]["edges"][0]["node"]["cells"] == [{"text": "1"}]

    other = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    await run(replace(ports, reader=Knowing(ports.reader)), other)
    assert (await first())["node"]["rows"]["edges"][0]["node"]["cells"] == [{"text": "b"}]
    for after in ({"tables": of_table}, {"rows": of_row}):
        assert await ada.faults(TABLES, id=document, **after) == ["CURSOR_INVALID"]
