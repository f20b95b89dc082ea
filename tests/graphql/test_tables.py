"""Tables of documents, in the API."""

from itertools import chain

import pytest

from aether.graphql import shelves
from tests.adapters import extraction_samples as samples
from tests.graphql.house import Answer, Caller

pytestmark = pytest.mark.usefixtures("at_work")

TABLES = """
query ($id: ID!, $first: Int! = 20, $after: String, $rows: Int! = 20, $from: String, $offset: Int! = 0) {
  document(id: $id) { tables(first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage }
    edges { node {
      ordinal page box { top } start end headings rowCount columnCount headerRowCount headers
      documentId documentHash
      rows(first: $rows, after: $from, offset: $offset) {
        totalCount pageInfo { endCursor hasNextPage hasPreviousPage }
        edges { node { ordinal header start end cells { column text start end rowSpan columnSpan } } }
      }
    } }
  } }
}
"""
WIDE = """query ($id: ID!, $first: Int! = 20, $offset: Int! = 0) {
document(id: $id) { tables(first: 1) { edges { node {
  columnCount rows { edges { node { cells(first: $first, offset: $offset) { column text } } } }
} } } } }"""
PAGE = """<h1>Rivers</h1><p>Before.</p><h2>Gauges</h2>
<table><thead><tr><th rowspan=2>Place<th colspan=2>Level<tr><th>min<th>max</thead>
<tr><td>Ulm<td>1<td>2<tr><td><td>3<td>4 | 5</table>
<h2>Mouths</h2><table><tr><td>Elbe<td>Cuxhaven</table>"""


def tables(answer: Answer) -> list[Answer]:
    return [edge["node"] for edge in answer["document"]["tables"]["edges"]]


def cells(table: Answer) -> list[list[str]]:
    return [[cell["text"] for cell in edge["node"]["cells"]] for edge in table["rows"]["edges"]]


async def brought(caller: Caller, name: str, data: bytes) -> str:
    """The id of a new document, once it is understood."""
    document, job = await caller.upload(await caller.notebook(), name, data)
    await caller.over(job)
    return document


@pytest.mark.engines
async def test_the_tables_of_a_document_come_in_order_each_with_its_grid(ada: Caller) -> None:
    document = await brought(ada, "rivers.html", PAGE.encode())
    chunks = "query ($id: ID!) { document(id: $id) { fileHash chunks { edges { node { start text } } } } }"
    shown = (await ada.ask(chunks, id=document))["document"]

    gauges, mouths = tables(await ada.ask(TABLES, id=document))

    assert (gauges["ordinal"], mouths["ordinal"]) == (0, 1)
    assert (gauges["headings"], mouths["headings"]) == (["Rivers", "Gauges"], ["Rivers", "Mouths"])
    assert (gauges["page"], gauges["box"]) == (None, None)
    assert (gauges["rowCount"], gauges["columnCount"], gauges["headerRowCount"]) == (4, 3, 2)
    assert (gauges["headers"], mouths["headers"]) == (["Place", "Level min", "Level max"], [])
    assert (gauges["documentId"], gauges["documentHash"]) == (document, shown["fileHash"])
    assert cells(gauges) == [
        ["Place", "Level", ""],
        ["", "min", "max"],
        ["Ulm", "1", "2"],
        ["", "3", "4 ¦ 5"],
    ]
    assert cells(mouths) == [["Elbe", "Cuxhaven"]]
    rows = [edge["node"] for edge in gauges["rows"]["edges"]]
    assert [(row["ordinal"], row["header"]) for row in rows] == [(0, True), (1, True), (2, False), (3, False)]
    assert [(it["rowSpan"], it["columnSpan"]) for it in rows[0]["cells"]] == [(2, 1), (1, 2), (1, 1)]
    said = {it["node"]["start"]: it["node"]["text"] for it in shown["chunks"]["edges"]}
    (begin,) = said
    for cell in chain.from_iterable(row["cells"] for row in rows):
        assert said[begin][cell["start"] - begin : cell["end"] - begin] == cell["text"]
    assert gauges["start"] == rows[0]["start"] == rows[0]["cells"][0]["start"]
    assert gauges["end"] == rows[-1]["end"] == rows[-1]["cells"][-1]["end"]


async def test_a_long_table_is_told_page_by_page(ada: Caller) -> None:
    lines = [f"gauge {number},{number}" for number in range(250)]
    document = await brought(ada, "levels.csv", "\n".join(["name,level", *lines]).encode())

    (first,) = tables(await ada.ask(TABLES, id=document, first=1, rows=100))
    (second,) = tables(
        await ada.ask(
            TABLES, id=document, first=1, rows=100, **{"from": first["rows"]["pageInfo"]["endCursor"]}
        )
    )
    (last,) = tables(await ada.ask(TABLES, id=document, first=1, rows=100, offset=240))

    assert first["rows"]["totalCount"] == first["rowCount"] == 251
    assert cells(first) + cells(second) == [["name", "level"], *([f"gauge {n}", f"{n}"] for n in range(199))]
    assert cells(last) == [[f"gauge {n}", f"{n}"] for n in range(239, 250)]
    pages = [it["rows"]["pageInfo"] for it in (first, second, last)]
    assert [(it["hasPreviousPage"], it["hasNextPage"]) for it in pages] == [
        (False, True),
        (True, True),
        (False, False),
    ]
    (beyond,) = tables(await ada.ask(TABLES, id=document, first=1, offset=9_999))
    assert (cells(beyond), beyond["rows"]["pageInfo"]["hasNextPage"]) == ([], False)


async def test_a_wide_table_is_told_some_columns_at_a_time(ada: Caller) -> None:
    document = await brought(ada, "wide.csv", ",".join(f"c{n}" for n in range(150)).encode())

    async def told(**wanted: int) -> list[tuple[int, str]]:
        (table,) = tables(await ada.ask(WIDE, id=document, **wanted))
        (row,) = table["rows"]["edges"]
        assert table["columnCount"] == 150
        return [(cell["column"], cell["text"]) for cell in row["node"]["cells"]]

    assert await told() == [(n, f"c{n}") for n in range(20)]
    assert await told(first=100, offset=100) == [(n, f"c{n}") for n in range(100, 150)]
    for wrong in ({"first": 0}, {"first": 101}, {"offset": -1}):
        assert await ada.faults(WIDE, id=document, **wrong) == ["INVALID"]


async def test_many_tables_come_in_pages_and_their_cursors_fit_nothing_else(ada: Caller) -> None:
    document = await brought(ada, "many.md", "\n\n".join(f"|a{n}|b|\n|-|-|" for n in range(5)).encode())
    other = await brought(ada, "other.md", b"|a|b|\n|-|-|")

    first = await ada.ask(TABLES, id=document, first=3)
    after = first["document"]["tables"]["pageInfo"]["endCursor"]
    rest = await ada.ask(TABLES, id=document, first=3, after=after)

    assert [it["headers"][0] for it in tables(first) + tables(rest)] == [f"a{n}" for n in range(5)]
    told = [it["document"]["tables"] for it in (first, rest)]
    assert [(it["totalCount"], it["pageInfo"]["hasNextPage"]) for it in told] == [(5, True), (5, False)]
    of_row = tables(first)[0]["rows"]["pageInfo"]["endCursor"]
    for foreign in (
        {"id": other, "after": after},
        {"id": document, "after": of_row},
        {"id": document, "from": after},
    ):
        assert set(await ada.faults(TABLES, **foreign)) == {"CURSOR_INVALID"}
    for wrong in ({"first": 0}, {"first": 101, "rows": 1}, {"rows": 0}, {"offset": -1}):
        assert set(await ada.faults(TABLES, id=document, **wrong)) == {"INVALID"}


async def test_a_sheet_is_found_with_its_page(ada: Caller) -> None:
    document = await brought(ada, "levels.xlsx", samples.SAMPLES["a.xlsx"].data)

    (table,) = tables(await ada.ask(TABLES, id=document))

    assert (table["page"], table["headings"], table["headerRowCount"]) == (1, ["Gauges"], 0)
    assert cells(table)[1] == ["Bad Köln", "5.25", "2024-05-01", "TRUE"]


@pytest.mark.engines
async def test_who_may_read_the_text_may_see_its_tables_and_nobody_else(
    ada: Caller, ben: Caller, eve: Caller, mallory: Caller, nobody: Caller
) -> None:
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook, "rivers.html", PAGE.encode())
    await ada.over(job)
    await ada.share(notebook, ben, "READ")

    assert [it["headings"][-1] for it in tables(await ben.ask(TABLES, id=document))] == ["Gauges", "Mouths"]
    for stranger in (eve, mallory):
        assert await stranger.ask(TABLES, id=document) == {"document": None}
    assert await nobody.faults(TABLES, id=document) == ["UNAUTHENTICATED"]
    await ada.do("revokeCollaboration", id=notebook, userId=await ben.id())
    assert await ben.ask(TABLES, id=document) == {"document": None}


async def test_tables_are_those_of_the_version_that_is_shown(ada: Caller) -> None:
    document = await brought(ada, "levels.csv", b"Ulm,1\n")
    before = await ada.ask(TABLES, id=document)
    version = {"document": document, "name": "levels.csv"}
    told = (await ada.client.put("/upload", params=version, content=b"Bonn,2\nKiel,3\n")).json()
    await ada.over(told["job"]["id"])

    (table,) = tables(await ada.ask(TABLES, id=document))

    assert cells(table) == [["Bonn", "2"], ["Kiel", "3"]]
    after = before["document"]["tables"]["pageInfo"]["endCursor"]
    assert await ada.faults(TABLES, id=document, after=after) == ["CURSOR_INVALID"]


async def test_what_is_not_understood_or_has_no_tables_has_none(ada: Caller) -> None:
    for name, data in (("broken.pdf", b"%PDF-1.7\n"), ("plain.txt", b"a | b\n")):
        document = await brought(ada, name, data)

        assert (await ada.ask(TABLES, id=document))["document"]["tables"] == {
            "totalCount": 0,
            "edges": [],
            "pageInfo": {"endCursor": None, "hasNextPage": False},
        }


async def test_a_text_that_is_too_long_is_refused(ada: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    document = await brought(ada, "levels.csv", b"Too long,1\n")
    monkeypatch.setattr(shelves, "BYTES_MOST", 10)

    assert await ada.faults(TABLES, id=document) == ["TEXT_TOO_LARGE"]
