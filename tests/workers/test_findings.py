"""What becomes of the sensitive on its way: noted, masked, and told to nobody."""

from typing import Any

import pytest
import structlog

from aether.workers.context import Ports
from tests import make_files
from tests.graphql.house import Answer, Caller, House
from tests.workers.breaking import Breaking, Crash
from tests.workers.test_pipeline import run, strand, with_port

CARD, MAIL, IBAN = "4242 4242 4242 4242", "ada.lovelace@example.org", "DE89 3704 0044 0532 0130 00"
SECRET = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2eF4hJ6"
VALUES = (CARD, MAIL, IBAN, SECRET, "hunter2hunter")
SAYING = make_files.pdf(
    [f"Paid with {CARD} by {MAIL}."], [f"Account {IBAN}."], [f"token: {SECRET}", "password=hunter2hunter"]
)
FINDINGS = """
query ($id: ID!) { document(id: $id) { piiDetected findings(first: 50) {
  totalCount edges { node { id kind masked confidence page start end documentId documentHash } }
} } }
"""
TEXT = "query ($id: ID!) { document(id: $id) { chunks(first: 50) { edges { node { text start } } } } }"


@pytest.fixture
def ports(house: House) -> Ports:
    return house.opened.worker_ports


async def found(caller: Caller, document: str) -> list[Answer]:
    shown = (await caller.ask(FINDINGS, id=document))["document"]
    edges = shown["findings"]["edges"]
    assert shown["findings"]["totalCount"] == len(edges)
    return [edge["node"] for edge in edges]


@pytest.mark.engines
async def test_what_is_sensitive_is_noted_where_it_stands_and_masked(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "paid.pdf", SAYING)

    await run(ports, job)

    findings = await found(ada, document)
    assert [(it["kind"], it["page"], it["masked"]) for it in findings] == [
        ("CREDIT_CARD", 1, "•••• 4242"),
        ("EMAIL", 1, "a•••@e•••.org"),
        ("IBAN", 2, "DE•• •••• 3000"),
        ("GITHUB_TOKEN", 3, "ghp_••••••••"),
        ("PASSWORD", 3, "••••••••"),
    ]
    chunks = (await ada.ask(TEXT, id=document))["document"]["chunks"]["edges"]
    for finding, value in zip(findings, VALUES, strict=True):
        assert finding["documentId"] == document
        assert value in {
            it["node"]["text"][finding["start"] - it["node"]["start"] : finding["end"] - it["node"]["start"]]
            for it in chunks
            if it["node"]["start"] <= finding["start"]
        }


@pytest.mark.parametrize(
    ("text", "pii"), [("Rivers run.", False), ("password=hunter2hunter", False), (f"Mail {MAIL}", True)]
)
async def test_a_secret_alone_says_nothing_of_a_person(
    ada: Caller, ports: Ports, text: str, pii: bool
) -> None:
    document, job = await ada.upload(await ada.notebook(), "note.txt", text.encode())
    assert (await ada.ask(FINDINGS, id=document))["document"]["piiDetected"] is False

    await run(ports, job)

    assert (await ada.ask(FINDINGS, id=document))["document"]["piiDetected"] is pii


@pytest.mark.engines
async def test_the_value_stands_in_the_text_and_nowhere_else(
    ada: Caller, ports: Ports, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    document, job = await ada.upload(await ada.notebook(), "paid.pdf", SAYING)

    with structlog.testing.capture_logs() as logged:
        with pytest.raises(Crash):
            await run(with_port(ports, "embedder", Breaking(ports.embedder, "embed")), job)
        await strand(ports, job)
        await run(ports, job, attempt=2)

    assert "document_completed" in {it["event"] for it in logged}
    nodes = await everything(house, leaving_out="Chunk")
    assert len(await found(ada, document)) == len(VALUES)
    jobs = await ada.ask("query ($id: ID!) { job(id: $id) { status error { message } } }", id=job)
    sent = [
        await house.opened.redis.xrange(key) async for key in house.opened.redis.scan_iter(_type="stream")
    ]
    assert sent
    for told in (logged, caplog.text, nodes, jobs, sent, await found(ada, document)):
        for value in VALUES:
            assert value not in str(told)


async def everything(house: House, *, leaving_out: str) -> list[dict[str, Any]]:
    """What the graph holds of this test's documents."""
    rows, _, _ = await house.opened.driver.execute_query(
        "MATCH (n) WHERE n:Document OR n:Finding OR n:Job OR n:Event OR n:Activity RETURN n",
        database_=house.settings.graph_database,
    )
    labels = {label for row in rows for label in row["n"].labels}
    assert {"Document", "Finding", "Job", "Event", "Activity"} <= labels
    assert leaving_out not in labels
    return [dict(row["n"]) for row in rows]


@pytest.mark.engines
async def test_findings_are_replaced_when_a_document_is_processed_once_more(
    ada: Caller, ports: Ports
) -> None:
    document, job = await ada.upload(await ada.notebook(), "paid.pdf", SAYING)
    await run(ports, job)
    before = await found(ada, document)

    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    await run(ports, again)

    assert await found(ada, document) == before != []


@pytest.mark.engines
async def test_findings_go_and_come_back_with_their_document(ada: Caller, ports: Ports) -> None:
    old, new = await ada.notebook("Old"), await ada.notebook("New")
    inner = await ada.notebook("Inner", parentId=old)
    document, job = await ada.upload(inner, "paid.pdf", SAYING)
    await run(ports, job)
    findings = await found(ada, document)
    node = "query ($id: ID!) { node(id: $id) { ... on Finding { id kind } } }"
    one = {"id": findings[0]["id"], "kind": "CREDIT_CARD"}

    await ada.do("moveNotebook", id=inner, parentId=new)
    assert await found(ada, document) == findings
    assert await ada.ask(node, id=one["id"]) == {"node": one}
    await ada.do("deleteNotebook", id=inner)
    assert await ada.ask(node, id=one["id"]) == {"node": None}
    await ada.do("restoreNotebook", id=inner)
    assert await found(ada, document) == findings
    await ada.do("deleteDocument", id=document)

    assert await ada.ask(FINDINGS, id=document) == {"document": None}
    assert await ada.ask(node, id=one["id"]) == {"node": None}
