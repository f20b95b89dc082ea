"""Finding by words: scoped before it is ranked, whatever is typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from neo4j import AsyncDriver

from aether.adapters.neo4j.passages import _terms
from aether.adapters.system import moment
from aether.domain import documents, jobs, notebooks
from aether.domain.documents import Chunk
from aether.domain.graph import Graph, Work
from aether.domain.jobs import JobKind, JobStatus
from aether.domain.notebooks import Changes, Notebook
from aether.domain.passages import Match, Shape
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.graph.graphs import Settled
from tests.make import Home


@pytest.fixture
def home(plain: Home, driver: AsyncDriver, engine: Engine) -> Home:
    """A tenant of this test's own, on a graph that finds by words what was just written."""
    return Home(tenant=plain.tenant, graph=Settled(plain.graph, driver, engine))


async def matching(
    graph: Graph, text: str, *within: Notebook, shape: Shape = Shape.CHUNK, limit: int = 10
) -> list[Match]:
    async def look(work: Work) -> list[Match]:
        scope = [book.id for book in within] or None
        return list(await work.passages.matching(text, shape=shape, within=scope, limit=limit))

    return await graph.read(look)


async def ids(graph: Graph, text: str, *within: Notebook, shape: Shape = Shape.CHUNK) -> set[str]:
    return {match.id for match in await matching(graph, text, *within, shape=shape)}


async def filed(graph: Graph, by: Viewer, book: Notebook, *texts: str, name: str = "x.txt") -> list[Chunk]:
    """The chunks of a document that was processed."""
    document, job = await make.document(graph, by, book, name)
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    kept = make.chunks(document, *texts)
    await graph.write(documents.keep_chunks, kept, job=job.id, attempt=1, at=moment())
    return kept


async def placed(graph: Graph, by: Viewer, book: Notebook) -> None:
    """Have the job done that follows a move, a deletion or a return."""
    for job in await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=by):
        await _place(graph, job)


async def _place(graph: Graph, job: jobs.Job) -> None:
    if job.kind is JobKind.REINDEX and job.status is JobStatus.PENDING:
        await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
        paths = await graph.write(documents.places, job)
        await graph.write(documents.place, paths, job=job.id, attempt=1)
        while await graph.write(documents.place_chunks, list(paths), job=job.id, attempt=1):
            pass


async def test_words_are_found_in_text_names_and_descriptions(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada, "Salmon runs", description="Where eels climb")
    (chunk, _) = await filed(graph, ada, book, "The salmon climbs.", "Nothing here.", name="Salmon count.txt")

    assert await ids(graph, "salmon", book) == {chunk.id}
    assert await ids(graph, "SALMON", book, shape=Shape.DOCUMENT) == {chunk.document}
    assert await ids(graph, "salmon", book, shape=Shape.NOTEBOOK) == {book.id}
    assert await ids(graph, "eels", book, shape=Shape.NOTEBOOK) == {book.id}
    assert await ids(graph, "trout", book) == set()


async def test_any_word_leads_there_and_more_of_them_rank_higher(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    one, both = await filed(graph, ada, book, "the salmon leaps", "the salmon and the trout leap")

    found = await matching(graph, "salmon trout", book)

    assert [match.id for match in found] == [both.id, one.id]
    assert found[0].score > found[1].score > 0


async def test_a_quoted_phrase_is_found_as_it_stands(graph: Graph, ada: Viewer, engine: Engine) -> None:
    book = await make.notebook(graph, ada)
    exact, loose, _ = await filed(
        graph, ada, book, "the spring flood came", "a flood in the spring", "in spring"
    )

    # ArcadeDB is content with all words of a phrase, in any order.
    found = {exact.id} if engine.name == "neo4j" else {exact.id, loose.id}
    assert await ids(graph, '"spring flood"', book) == found


async def test_words_that_a_name_joins_are_found_one_by_one(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada, "Rhine/Q3_report-final (2)")
    (chunk, *_) = await filed(graph, ada, book, "x", name="spring_flood.2026.pdf")

    for word in ("spring", "FLOOD", "2026", "pdf", "spring_flood.2026.pdf", "flood.2026"):
        assert await ids(graph, word, book, shape=Shape.DOCUMENT) == {chunk.document}
    for word in ("rhine", "q3", "report", "final", "Q3_report", "Rhine/Q3"):
        assert await ids(graph, word, book, shape=Shape.NOTEBOOK) == {book.id}


async def test_what_is_one_word_to_the_index_is_found_as_it_was_written(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    kept = await filed(graph, ada, book, "don't", "eel.txt", "snake_case", "well-known", "AT&T")

    for chunk in kept:
        assert chunk.id in await ids(graph, chunk.text, book)
        assert chunk.id in await ids(graph, f"({chunk.text}),", book)


async def test_what_lies_elsewhere_is_left_out_before_anything_is_ranked(graph: Graph, ada: Viewer) -> None:
    here = await make.notebook(graph, ada)
    elsewhere = await make.notebook(graph, ada)
    (wanted, _) = await filed(graph, ada, here, "once a salmon", "other")
    await filed(graph, ada, elsewhere, *(["salmon salmon salmon"] * 12))

    found = await matching(graph, "salmon", here, limit=1)

    assert [match.id for match in found] == [wanted.id]
    assert len(await matching(graph, "salmon", here, elsewhere, limit=100)) == 13
    assert len(await matching(graph, "salmon", limit=100)) == 13


async def test_a_notebook_holds_what_lies_below_it(graph: Graph, ada: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3, name="eel")
    (chunk, *_) = await filed(graph, ada, low, "eel")

    for within in (top, middle, low):
        assert await ids(graph, "eel", within) == {chunk.id}
    assert await ids(graph, "eel", middle, shape=Shape.NOTEBOOK) == {middle.id, low.id}


async def test_what_was_moved_is_found_where_it_now_lies(graph: Graph, ada: Viewer) -> None:
    old, new = await make.notebook(graph, ada), await make.notebook(graph, ada)
    book = await make.notebook(graph, ada, "eels", parent=old)
    (chunk, *_) = await filed(graph, ada, book, "eel", name="eel.txt")

    await graph.write(notebooks.move, id=book.id, to=new.id, version=None, by=ada, at=moment())
    await placed(graph, ada, book)

    assert await ids(graph, "eel", old) == set()
    assert await ids(graph, "eel", new) == {chunk.id}
    assert await ids(graph, "eel.txt", old, shape=Shape.DOCUMENT) == set()
    assert await ids(graph, "eel.txt", new, shape=Shape.DOCUMENT) == {chunk.document}
    assert await ids(graph, "eels", old, shape=Shape.NOTEBOOK) == set()
    assert await ids(graph, "eels", new, shape=Shape.NOTEBOOK) == {book.id}


async def test_what_is_deleted_takes_up_no_room_and_returns_when_it_does(
    anybody: Graph, graph: Graph, ada: Viewer
) -> None:
    top = await make.notebook(graph, ada)
    gone = await make.notebook(graph, ada, "eels", parent=top)
    (first, *_) = await filed(graph, ada, gone, *(["eel eel eel"] * 12), name="eel.txt")
    (kept, *_) = await filed(graph, ada, top, "an eel among many words", name="eel two.txt")

    await graph.write(notebooks.remove, id=gone.id, version=None, by=ada, at=moment())
    for job in await anybody.read(jobs.unfinished, running=False, limit=100_000):
        if job.notebook == gone.id:
            await _place(graph, job)

    assert [match.id for match in await matching(graph, "eel", top, limit=1)] == [kept.id]
    assert [match.id for match in await matching(graph, "eel.txt", top, shape=Shape.DOCUMENT, limit=1)] == [
        kept.document
    ]
    assert await ids(graph, "eels", top, shape=Shape.NOTEBOOK) == set()
    await graph.write(notebooks.restore, id=gone.id, by=ada, at=moment())
    await placed(graph, ada, gone)
    assert first.id in {match.id for match in await matching(graph, "eel", top, limit=50)}
    assert await ids(graph, "eel.txt", top, shape=Shape.DOCUMENT) == {first.document, kept.document}
    assert await ids(graph, "eels", top, shape=Shape.NOTEBOOK) == {gone.id}


async def test_a_deleted_document_is_found_by_nobody_at_once(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    (chunk, *_) = await filed(graph, ada, book, "eel", name="eel.txt")

    await graph.write(documents.remove, id=chunk.document, version=None, by=ada, at=moment())

    assert await ids(graph, "eel", book) == set()
    assert await ids(graph, "eel.txt", book, shape=Shape.DOCUMENT) == set()


async def test_what_is_renamed_is_found_by_its_new_name(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada, "trout")
    (chunk, *_) = await filed(graph, ada, book, "x", name="trout.txt")

    await graph.write(notebooks.update, Changes(name="eel"), id=book.id, version=None, by=ada, at=moment())
    await graph.write(documents.rename, id=chunk.document, name="eel", version=None, by=ada, at=moment())

    for word, found in (("eel", True), ("trout", False)):
        assert bool(await ids(graph, word, book, shape=Shape.NOTEBOOK)) is found
        assert bool(await ids(graph, word, book, shape=Shape.DOCUMENT)) is found


async def test_another_tenants_words_are_never_found(
    home: Home, abroad: Home, ada: Viewer, mallory: Viewer
) -> None:
    book = await make.notebook(home.graph, ada, "eels")
    await filed(home.graph, ada, book, "eel", name="eel.txt")
    own = await make.notebook(abroad.graph, mallory, "x")

    for shape in Shape:
        for text in ("eel eels eel.txt", book.id, f"eel {home.tenant.id}"):
            assert await ids(abroad.graph, text, book, shape=shape) == set()
            assert await ids(abroad.graph, text, book, own, shape=shape) == set()
            assert await ids(abroad.graph, text, shape=shape) == set()


async def test_a_text_that_names_a_notebook_does_not_get_into_it(
    graph: Graph, ada: Viewer, eve: Viewer
) -> None:
    """Whoever knows an id could write it into a document, to be found where they do not belong."""
    target = await make.notebook(graph, ada)
    forged = f"eel {target.id} scope:{target.id} scope_:{target.id} {ada.tenant} scope_:{ada.tenant}"
    own = await make.notebook(graph, eve, forged, description=forged)
    await filed(graph, eve, own, forged, name=f"eel scope_:{target.id}")

    for shape in Shape:
        assert await ids(graph, "eel", target, shape=shape) == set()


HOSTILE = [
    '"',
    '""',
    '"unclosed phrase',
    "*",
    "?",
    "eel*",
    "*eel",
    "(((",
    ")",
    "eel) OR (scope:*",
    "scope:tenant_x",
    "eel AND",
    "OR",
    "NOT eel",
    "AND OR NOT",
    "eel~",
    "eel~0.9",
    "eel^9999999999999999999999",
    "[a TO z]",
    "{* TO *}",
    "text:eel OR text:*",
    "eel && || !",
    "\\",
    "\\u0000",
    "eel\\",
    "/regex/",
    "/.*/",
    "+-eel",
    "- eel",
    ":",
    "eel:",
    "_",
    "__",
    "_exists_:text",
    "'); MATCH (n) DETACH DELETE n //",
    "$tenant",
    "x" * 1_000,
    " ".join("eel" + str(n) for n in range(200)),
    '"' + " ".join("eel" for _ in range(300)) + '"',
    "\u202e eel",
    "\U0001f41f",
    "日本語",
    "\x00",
    "TO",
    "e\u0301el",
]


@pytest.mark.parametrize("shape", Shape)
async def test_no_query_fails_or_leaves_its_scope(graph: Graph, ada: Viewer, shape: Shape) -> None:
    here = await make.notebook(graph, ada, "eel here")
    (chunk, *_) = await filed(graph, ada, here, "eel here", name="eel here.txt")
    other = await make.notebook(graph, ada, "eel elsewhere", description="scope tenant exists text")
    await filed(graph, ada, other, "eel elsewhere scope exists text regex", name="eel elsewhere.txt")
    allowed = {chunk.id, chunk.document, here.id}

    for text in HOSTILE:
        assert await ids(graph, text, here, shape=shape) <= allowed, text


async def test_operators_are_words_like_any_other(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    chunk, other = await filed(graph, ada, book, "neither eel nor trout", "nothing of the kind")

    assert await ids(graph, "NOT eel", book) == {chunk.id}
    assert await ids(graph, "-eel", book) == {chunk.id}
    assert await ids(graph, "kind AND", book) == {other.id}


async def test_many_roots_are_as_good_as_one(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    (chunk, *_) = await filed(graph, ada, book, "eel")

    async def look(work: Work) -> list[Match]:
        scope = [f"notebook_none{n}" for n in range(499)] + [book.id]
        text = " ".join(f"eel w{n}" for n in range(40))
        return list(await work.passages.matching(text, shape=Shape.CHUNK, within=scope, limit=5))

    assert [match.id for match in await graph.read(look)] == [chunk.id]


async def test_who_reads_nothing_finds_nothing(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await filed(graph, ada, book, "eel")

    async def look(work: Work) -> list[Match]:
        return list(await work.passages.matching("eel", shape=Shape.CHUNK, within=[], limit=5))

    assert await graph.read(look) == []


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from('eel "*?()[]{}~^:\\/+-!&|_$\n') | st.characters(), max_size=40))
def test_whatever_is_typed_becomes_a_query_of_words_only(text: str) -> None:
    for term in _terms(text):
        quoted = term.startswith('"') and term.endswith('"') and len(term) > 2
        forbidden = '"\\' if quoted else '+-&|!(){}[]^"~*?:\\/ \n'
        assert not set(term[1:-1] if quoted else term) & set(forbidden)
        assert term not in {"AND", "OR", "NOT", "TO"}
