"""Every statement, planned and run on a graph that holds one of everything."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from neo4j import READ_ACCESS, WRITE_ACCESS, AsyncDriver, AsyncGraphDatabase

from aether.adapters.neo4j import nodes, statements
from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.neo4j.statements import TENANT, Mode, Statement
from aether.adapters.system import moment, secret
from aether.domain import (
    batches,
    callbacks,
    collaborations,
    copies,
    documents,
    jobs,
    keys,
    notebooks,
    templates,
    trash,
    uploads,
    users,
)
from aether.domain.access import Permission
from aether.domain.batches import BatchId, Entry
from aether.domain.blobs import Blob, BlobKey
from aether.domain.callbacks import Outcome
from aether.domain.documents import Document, DocumentId, Unpacked
from aether.domain.graph import Graph, Work
from aether.domain.jobs import Failure, Job
from aether.domain.keys import KeyId
from aether.domain.notebooks import Notebook, NotebookId, Visibility
from aether.domain.templates import Outline, TemplateId
from aether.domain.tenants import Tenant
from aether.domain.uploads import Draft, Limits, UploadId
from aether.domain.users import Role
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.graph.graphs import CYPHER

STATEMENTS = statements.load(CYPHER)

VALUES: dict[str, Any] = {
    "string": "x",
    "integer": 1,
    "boolean": True,
    "datetime": datetime(2026, 11, 21, tzinfo=UTC),
    "any": None,
    "list<string>": ["x"],
    "list<integer>": [1],
    "list<map>": [],
}


def params_of(statement: Statement) -> dict[str, Any]:
    """A value for each parameter, of the type that the header declares."""
    text = (CYPHER / f"{statement.name}.cypher").read_text()
    declared = re.search(r"^// params: *(.*)$", text, re.MULTILINE)
    pairs = [one.split(": ") for one in declared[1].split(", ") if one] if declared else []
    values = {name: VALUES[kind] for name, kind in pairs}
    return values | ({TENANT: "x"} if statement.tenanted else {})


@pytest.fixture(scope="session")
async def sampled(driver: AsyncDriver, engine: Engine) -> AsyncDriver:
    """A driver for a graph with one of everything in it, and every property set at least once."""
    home = await make.home(Neo4jGraph(driver, STATEMENTS, database=engine.database))
    graph = home.graph
    ada, ben, cleo = await home.person("ada", *Role), await home.person("ben"), await home.person("cleo")
    await graph.write(users.portray, avatar="x", by=ada.user, at=moment())
    await graph.write(_put_tenant, replace(home.tenant, realm="x"))
    top, low = await make.chain(graph, ada, 2)
    public = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    await make.shared(graph, ada, top, ben, permission=Permission.ADMIN)
    await make.invited(graph, ada, public, ben, cleo)
    await graph.write(collaborations.revoke, notebook=public.id, user=cleo.user, by=ada, at=moment())
    await graph.write(notebooks.mark, id=top.id, starred=True, by=ada, at=moment())
    await graph.write(notebooks.view, id=top.id, seconds=1, by=ada, at=moment())
    document, job = await make.document(graph, ada, low)
    await _processed(graph, document, job, ada)
    await _revised(graph, document, ada)
    _, job = await make.document(graph, ada, low)
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    failure = Failure(code="x", message="x")
    await graph.write(documents.fail, failure, job=job.id, attempt=1, at=moment())
    await graph.write(copies.fork, id=top.id, name=None, reason="x", by=ben, at=moment())
    binned, _ = await make.document(graph, ada, public)
    await graph.write(documents.remove, id=binned.id, version=None, by=ada, at=moment())
    purged, _ = await make.document(graph, ada, public)
    await graph.write(documents.remove, id=purged.id, version=None, by=ada, at=moment())
    await graph.write(trash.purge, id=purged.id, by=ada, at=moment())
    await graph.write(notebooks.remove, id=top.id, version=None, by=ben, at=moment())
    await _template(graph, ada)
    await _key(graph, ada)
    await _upload(graph, ada, public.id)
    await _callback(graph, ada, public)
    return driver


async def _put_tenant(work: Work, tenant: Tenant) -> None:
    await work.tenants.put(tenant)


async def _processed(graph: Graph, document: Document, job: Job, by: Viewer) -> None:
    """Have a document be understood, and what came in it be erased."""
    understood = replace(make.understanding(title="x"), page_count=1)
    chunks = [replace(chunk, page=1) for chunk in make.chunks(document, "eel")]
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    held = Unpacked(path="x/y", name="y", blob=make.blob("y"))
    (inner,) = await graph.write(documents.unpack, [held], job=job.id, attempt=1, at=moment())
    erased = DocumentId(inner.subject)
    await graph.write(documents.remove, id=erased, version=None, by=by, at=moment())
    await graph.write(trash.purge, id=erased, by=by, at=moment())
    held = replace(held, path="x/z", name="z")
    await graph.write(documents.unpack, [held], job=job.id, attempt=1, at=moment())
    findings = [replace(finding, page=1) for finding in make.findings(document, "card")]
    await graph.write(documents.keep_understanding, understood, findings, job=job.id, attempt=1, at=moment())
    await graph.write(documents.keep_chunks, chunks, job=job.id, attempt=1, at=moment())
    await graph.write(documents.complete, job=job.id, attempt=1, at=moment())


async def _revised(graph: Graph, document: Document, by: Viewer) -> None:
    """Have a document a version that is understood, and cannot be shown all the same."""
    arrival = documents.Arrival(filename="x", declared_type="x", blob=make.blob("x"))
    at, limits = moment(), Limits(most=1, lasts=timedelta(hours=1))
    draft = Draft(notebook=None, target=document.id, filename="x", length=1)
    await graph.write(uploads.begin, draft, id=UploadId(at.id("upload")), limits=limits, by=by, at=at)
    added = await graph.write(documents.add_version, arrival, id=document.id, by=by, at=moment())
    assert added.job is not None
    of: Any = {"job": added.job.id, "attempt": 1}
    await graph.write(jobs.claim, id=added.job.id, attempt=1, at=moment())
    understood = replace(make.understanding(title="x"), page_count=1)
    await graph.write(documents.keep_understanding, understood, **of, at=moment())
    await graph.write(documents.fail, Failure(code="x", message="x"), **of, at=moment())


async def _template(graph: Graph, by: Viewer) -> None:
    at, outline = moment(), Outline(name="x")
    await graph.write(
        templates.create, id=TemplateId(at.id("t")), name="x", description="", outline=outline, by=by, at=at
    )


async def _key(graph: Graph, by: Viewer) -> None:
    at, told = moment(), secret()
    made = await graph.write(
        keys.create,
        id=KeyId(at.id("k")),
        secret=told,
        name="x",
        ceiling=Permission.READ,
        days=1,
        by=by,
        at=at,
    )
    await graph.write(keys.touch, secret=told, at=moment())
    await graph.write(keys.revoke, id=made.id, by=by, at=moment())


async def _callback(graph: Graph, by: Viewer, notebook: Notebook) -> None:
    _, job = await make.document(graph, by, notebook)
    callback = await make.callback(graph, by, notebook.id)
    ended = await graph.write(jobs.cancel, id=job.id, at=moment())
    event = make.end_of(ended)
    (delivery,) = await graph.write(callbacks.tell, event, at=moment())
    for status in (500, callbacks.entity.GONE):
        later = replace(moment(), now=moment().now + timedelta(minutes=1))
        held = await graph.write(callbacks.claim, id=delivery.id, at=later)
        assert held
        outcome = Outcome(status=status, error="x")
        await graph.write(callbacks.settle, outcome, id=delivery.id, attempt=held[0].attempts, at=moment())
    await graph.write(callbacks.remove, id=callback.id, by=by, at=moment())


async def _upload(graph: Graph, by: Viewer, notebook: NotebookId) -> None:
    batch = BatchId(moment().id("batch"))
    entries = [Entry(name="x", size=1)]
    await graph.write(batches.add, entries, id=batch, notebook=notebook, by=by, now=moment().now)
    limits = Limits(most=1, lasts=timedelta(hours=1))
    for end in ("complete", "abort", "finish", "fail"):
        at = moment()
        id = UploadId(at.id("upload"))
        draft = Draft(notebook=notebook, filename="x", declared_type="x", length=1)
        begun = await graph.write(uploads.begin, draft, id=id, limits=limits, by=by, at=at)
        if end == "complete":
            blob = Blob(key=BlobKey("x"), size=1, sha256="x")
            await graph.write(uploads.complete, blob, id=id, by=by, at=at)
        elif end == "abort":
            await graph.write(uploads.abort, id=id, by=by, at=at)
        elif end == "finish":
            await graph.write(uploads.finish_later, id=id, sha256="x", limits=limits, by=by, at=at)
        else:
            await graph.write(uploads.fail, begun, Failure(code="X", message="x"), limits=limits, at=at)


@pytest.fixture
async def candid(engine: Engine, sampled: AsyncDriver) -> AsyncIterator[AsyncDriver]:
    """A driver that is told of everything that the planner has to say."""
    assert sampled is not None
    async with AsyncGraphDatabase.driver(engine.uri, auth=(engine.user, engine.password)) as opened:
        yield opened


async def test_the_planner_has_nothing_to_say_against_any_statement(
    candid: AsyncDriver, engine: Engine
) -> None:
    if engine.name != "neo4j":
        pytest.skip("ArcadeDB's planner says nothing")
    told: list[str] = []
    for name, statement in STATEMENTS.items():
        _, summary, _ = await candid.execute_query(
            cast("Any", f"EXPLAIN {statement.text}"), params_of(statement), database_=engine.database
        )
        said = [it for it in summary.gql_status_objects if it.is_notification]
        told += [f"{name}: {it.gql_status} {it.status_description}" for it in said]

    assert told == []


async def test_no_statement_looks_through_everything_that_has_a_label(
    candid: AsyncDriver, engine: Engine
) -> None:
    if engine.name != "neo4j":
        pytest.skip("ArcadeDB tells no plan")
    scans: set[str] = set()
    for name, statement in STATEMENTS.items():
        _, summary, _ = await candid.execute_query(
            cast("Any", f"EXPLAIN {statement.text}"), params_of(statement), database_=engine.database
        )
        found = operators(cast("dict[str, Any]", summary.plan))
        if found & {"NodeByLabelScan", "AllNodesScan"}:
            scans.add(name)

    # The outbox holds what was not handed on yet, which is little.
    assert scans == {"events/unsent"}


def operators(plan: dict[str, Any]) -> set[str]:
    own = {plan["operatorType"].partition("@")[0].removesuffix("+")}
    return own.union(*(operators(child) for child in plan.get("children", [])))


async def test_every_statement_runs_and_gives_its_columns(sampled: AsyncDriver, engine: Engine) -> None:
    for name, statement in STATEMENTS.items():
        access = READ_ACCESS if statement.mode is Mode.READ else WRITE_ACCESS
        async with (
            sampled.session(database=engine.database, default_access_mode=access) as session,
            await session.begin_transaction() as transaction,
        ):
            result = await transaction.run(statement.text, params_of(statement))
            columns = list(result.keys())
            await result.consume()
            await transaction.rollback()
        # ArcadeDB names the columns of rows alone, and there are none here.
        if columns or engine.name != "arcadedb":
            assert sorted(columns) == sorted(statement.returns), name


async def test_the_graph_holds_what_the_nodes_declare_and_nothing_else(
    sampled: AsyncDriver, engine: Engine
) -> None:
    declared = {node.__label__: node for node in nodes.NODES}
    rows, _, _ = await sampled.execute_query(
        "MATCH (n) UNWIND keys(n) AS key RETURN DISTINCT labels(n) AS labels, key", database_=engine.database
    )
    for row in rows:
        (label,) = row["labels"]
        properties = declared[label].defined_properties(aliases=False, rels=False)
        assert row["key"] in {kept.db_property or name for name, kept in properties.items()}, label


async def test_relationships_hold_what_is_declared_and_nothing_else(
    sampled: AsyncDriver, engine: Engine
) -> None:
    models: dict[tuple[str, str, str], set[str]] = {}
    for node in nodes.NODES:
        for relation in node.defined_properties(aliases=False, properties=False).values():
            told = relation.definition
            other = relation._raw_class.rpartition(".")[2]
            ends = (node.__label__, other) if told["direction"].value > 0 else (other, node.__label__)
            own = told["model"].defined_properties(aliases=False, rels=False) if told["model"] else {}
            models[ends[0], told["relation_type"], ends[1]] = set(own)
    rows, _, _ = await sampled.execute_query(
        """
        MATCH (a)-[r]->(b)
        RETURN DISTINCT labels(a)[0] AS start, type(r) AS type, labels(b)[0] AS end, keys(r) AS keys
        """,
        database_=engine.database,
    )
    for row in rows:
        assert set(row["keys"]) <= models[row["start"], row["type"], row["end"]], row["type"]
    assert {(row["start"], row["type"], row["end"]) for row in rows} == models.keys()
