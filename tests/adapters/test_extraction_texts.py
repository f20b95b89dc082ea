"""What is read from texts with a structure of their own."""

# ruff: noqa: ISC004 - each text is one string, over several lines

from pathlib import Path

import pytest

from aether.domain.texts import BlockKind, Role
from tests.adapters.extraction_desk import CODE, HEADING, ITEM, PARAGRAPH, TABLE, Desk, blocks, roles
from tests.adapters.extraction_samples import SAMPLES

Blocks = list[tuple[BlockKind, int | None, str]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


READ: dict[str, Blocks] = {
    "a.json": [(TABLE, None, "place | level | open\nUlm | 5.25\nKöln |  | true")],
    "a.jsonl": [(TABLE, None, "place | level\nUlm\nElbe | 2")],
    "a.ipynb": [
        (HEADING, 1, "Gauges"),
        (PARAGRAPH, None, "Water runs."),
        (CODE, None, "flow()"),
        (CODE, None, "5.25"),
        (TABLE, None, "Köln | 5.25"),
        (CODE, None, "Dry: no water"),
        (PARAGRAPH, None, "As it is."),
    ],
    "a.xml": [
        (PARAGRAPH, None, "report kind: yearly"),
        (HEADING, 1, "Rivers"),
        (PARAGRAPH, None, "gauge id: 7\nplace: Köln\nlevel unit: m\nlevel: 5.25"),
        (HEADING, 1, "Prose"),
        (PARAGRAPH, None, "Water runs downhill."),
    ],
    "a.svg": [(PARAGRAPH, None, "Rivers"), (PARAGRAPH, None, "A map"), (PARAGRAPH, None, "The Elbe")],
    "a.opml": [
        (HEADING, 1, "Water"),
        (ITEM, None, "Levels\nhttp://example.org/f"),
        (ITEM, None, "Alone"),
    ],
    "a.yaml": [(CODE, None, "rivers:\n  - Elbe\n\n  - Rhine"), (CODE, None, "level: 5")],
    "a.toml": [(CODE, None, 'name = "x"'), (HEADING, 2, "tool.flow"), (CODE, None, "level = 5")],
    "a.ini": [(HEADING, 1, "gauge"), (CODE, None, "level=5")],
    "a.rst": [
        (HEADING, 1, "Rivers"),
        (PARAGRAPH, None, "Water runs fast, see the sea and Elbe:"),
        (CODE, None, "flow()\n\n  deeper"),
        (HEADING, 2, "Gauges"),
        (ITEM, None, "The Elbe\nnear Ulm"),
        (ITEM, None, "The Rhine"),
        (TABLE, None, "Place | Level\nUlm | 5.25"),
        (TABLE, None, "a | b\nc | d"),
        (CODE, None, "if x:\n    y()"),
        (PARAGRAPH, None, "Mind this."),
        (PARAGRAPH, None, "Mostly."),
        (HEADING, 2, "Mouths"),
        (PARAGRAPH, None, "End."),
    ],
    "a.tex": [
        (HEADING, 1, "Rivers of the North"),
        (HEADING, 2, "Sources"),
        (PARAGRAPH, None, "Water runs downhill in Köln, 5 % of $x^2$ m."),
        (PARAGRAPH, None, "Mostly."),
        (ITEM, None, "The Elbe"),
        (ITEM, None, "b The Rhine"),
        (HEADING, 3, "Gauges"),
        (TABLE, None, "Place | Level\nUlm | 5.25"),
        (CODE, None, "if x: % stays\n    y()"),
        (PARAGRAPH, None, "After."),
    ],
    "a.adoc": [
        (HEADING, 1, "Rivers"),
        (PARAGRAPH, None, "Water runs fast, see the sea. (Mostly.)"),
        (HEADING, 2, "Gauges"),
        (ITEM, None, "The Elbe"),
        (ITEM, None, "The Rhine"),
        (TABLE, None, "Place | Level\nUlm | 5.25"),
        (CODE, None, "if x:\n    y()"),
        (HEADING, 3, "Mouths"),
        (PARAGRAPH, None, "End."),
    ],
    "a.org": [
        (HEADING, 1, "Sources"),
        (PARAGRAPH, None, "Water runs to the sea."),
        (ITEM, None, "The Elbe\nnear Ulm"),
        (ITEM, None, "The Rhine"),
        (HEADING, 2, "Gauges"),
        (TABLE, None, "Place | Level\nUlm | 5.25"),
        (CODE, None, "if x:\n    y()"),
        (PARAGRAPH, None, "Mostly."),
    ],
    "a.srt": [(PARAGRAPH, None, "00:00:01 Water runs downhill."), (PARAGRAPH, None, "00:01:00 It rests.")],
    "a.vtt": [
        (PARAGRAPH, None, "by Ada"),
        (PARAGRAPH, None, "00:01 Ada: Water & silt run."),
        (PARAGRAPH, None, "01:00:00 It rests."),
    ],
    "a.ics": [
        (HEADING, 1, "Read the gauge"),
        (
            PARAGRAPH,
            None,
            "Start: 2024-05-01T10:30:00\nEnd: 2024-05-01T11:00:00Z\nLocation: Ulm, bridge\n"
            "Attendee: Bo, B. <bo@example.org>\nDescription: Bring\nboots.",
        ),
    ],
    "a.vcf": [
        (HEADING, 1, "Ada Löve"),
        (
            PARAGRAPH,
            None,
            "Name: Lovelace, Ada\nEmail: ada@example.org\nBirthday: 1815-12-10\n"
            "Organization: Institute, Water",
        ),
    ],
    "a.bib": [
        (HEADING, 1, "Rivers of the North"),
        (PARAGRAPH, None, "book: ada24\nauthor: Ada Löve and Bo\npublisher: Water Press Ulm\nyear: 2024"),
        (HEADING, 1, "Silt"),
        (PARAGRAPH, None, "article: bo23\njournal: J. Mud"),
    ],
    "a.py": [(CODE, None, "import x"), (CODE, None, "def flow():\n    y()\n\n    z()")],
}
TOLD = {
    "a.json": (None, {"charset": "utf-8", "well_formed": True}),
    "a.ipynb": ("Rivers", {"programming_language": "python", "cell_count": 3}),
    "a.opml": ("Feeds", {"root": "opml"}),
    "a.toml": (None, {"charset": "utf-8"}),
    "a.rst": ("Rivers", {"charset": "utf-8", "author": "Ada"}),
    "a.tex": ("Rivers of the North", {"charset": "utf-8", "author": "Ada"}),
    "a.adoc": ("Rivers", {"charset": "utf-8", "author": "Ada"}),
    "a.org": ("Rivers of the North", {"charset": "utf-8", "author": "Ada"}),
    "a.vtt": ("Rivers", {"charset": "utf-8", "cue_count": 2}),
    "a.ics": ("Gauges", {"charset": "utf-8", "entry_count": 1}),
    "a.bib": (None, {"charset": "utf-8", "entry_count": 2}),
    "a.py": (None, {"charset": "utf-8", "programming_language": "Python"}),
}


@pytest.mark.parametrize("name", READ)
async def test_the_structure_of_a_text_is_kept(desk: Desk, name: str) -> None:
    assert blocks(await desk.read(SAMPLES[name].data, name)) == READ[name]


@pytest.mark.parametrize("name", TOLD)
async def test_what_a_text_says_of_itself_is_kept(desk: Desk, name: str) -> None:
    said = await desk.read(SAMPLES[name].data, name)

    assert (said.title, said.metadata) == TOLD[name]


@pytest.mark.parametrize("name", ["a.rst", "a.tex", "a.org"])
async def test_footnotes_of_texts_are_notes(desk: Desk, name: str) -> None:
    said = await desk.read(SAMPLES[name].data, name)

    assert [what for role, _, what in roles(said) if role is Role.NOTE] == ["Mostly."]


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b'{"a": [1, {"b": 2}]}', [(CODE, None, '{"a": [1, {"b": 2}]}')]),
        (b'{"a": 1,}', [(CODE, None, '{"a": 1,}')]),
        (b"[1, 2]", [(CODE, None, "[1, 2]")]),
        (b'[{"a": {"b": 1}}]', [(CODE, None, '[{"a": {"b": 1}}]')]),
        (b'[{"a": []}, {"b": "x\\n y"}]', [(TABLE, None, "a | b\n[]\n| x y")]),
    ],
)
async def test_json_that_is_no_list_of_records_is_code(desk: Desk, data: bytes, read: Blocks) -> None:
    assert blocks(await desk.read(data, "a.json")) == read


async def test_json_in_one_long_line_is_set_for_people(desk: Desk) -> None:
    data = b'{"a": [' + b"1," * 2_000 + b'2], "b": "K\\u00f6ln"}'

    lines = (await desk.read(data, "a.json")).text.split("\n")

    assert lines[:3] == ["{", '  "a": [', "    1,"]
    assert lines[-2:] == ['  "b": "Köln"', "}"]


async def test_json_lines_of_which_one_is_torn_are_kept_as_they_are(desk: Desk) -> None:
    said = await desk.read(b'{"a": 1}\n{"a":\n', "a.jsonl")

    assert blocks(said) == [(CODE, None, '{"a": 1}\n{"a":')]
    assert not said.metadata["well_formed"]


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("x.RS", "Rust"),
        ("Dockerfile", "Dockerfile"),
        ("Makefile", "Makefile"),
        ("a.b.tsx", "TypeScript"),
        ("q.cypher", "Cypher"),
        ("s.sql", "SQL"),
    ],
)
async def test_the_language_of_code_follows_from_its_name(desk: Desk, name: str, language: str) -> None:
    said = await desk.read(b"<html> is what it writes", name)

    assert said.content_type == "text/x-source"
    assert said.metadata["programming_language"] == language


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"\'Etude \c{c}a \v{z} \ss{} na\"{\i}ve \o", "Étude ça ž ß naïve ø"),
        (r"``A'' --- b -- c~d\\e", "“A” \u2014 b \u2013 c d\ne"),
        (r"\emph{a \textbf{b}} \cite[p.~1]{x}\label{y}c", "a b c"),
        (r"\href{http://x.org}{the sea} \& 5\% \{x\}", "the sea & 5% {x}"),
        (r"so $\alpha_{1}$ and \[x \ne y\]", r"so $\alpha_{1}$ and \[x \ne y\]"),
        ("a % b\nc", "a c"),
    ],
)
async def test_what_a_reader_of_latex_would_see_is_read(desk: Desk, written: str, text: str) -> None:
    assert (await desk.read(written.encode(), "a.tex")).text == text


async def test_xml_that_is_not_well_formed_is_kept_as_it_is(desk: Desk) -> None:
    said = await desk.read(b'<?xml version="1.0"?>\n<a>Silt & mud\n\n<b>stay.</a>', "a.xml")

    assert [kind for kind, _, _ in blocks(said)] == [CODE, CODE]
    assert "Silt & mud" in said.text
    assert said.metadata == {"well_formed": False}


async def test_a_feed_is_read_entry_by_entry(desk: Desk) -> None:
    feed = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Gauges</title><link>http://a</link>
      <item><title>High water</title><description>Ulm is wet.</description></item>
      <item><title>Low water</title><description>Ulm is dry.</description></item></channel></rss>"""

    said = await desk.read(feed, "feed.rss")

    assert blocks(said) == [
        (PARAGRAPH, None, "rss version: 2.0"),
        (HEADING, 1, "Gauges"),
        (PARAGRAPH, None, "link: http://a"),
        (HEADING, 2, "High water"),
        (PARAGRAPH, None, "description: Ulm is wet."),
        (HEADING, 2, "Low water"),
        (PARAGRAPH, None, "description: Ulm is dry."),
    ]
