"""Files are looked through before they are read, and what harms is kept from everybody."""

import asyncio
from dataclasses import replace

import pytest

from aether.adapters.clamav.scanner import ClamavScanner
from aether.adapters.embedded.ports import free_port
from aether.domain.endings import ended
from aether.domain.scanning import Scanner
from aether.workers.context import Ports
from tests.adapters.test_clamav import answering
from tests.graphql.house import Caller, House
from tests.workers.breaking import Breaking
from tests.workers.test_pipeline import job_of, run, shown, understood

TEXT = b"The Elbe is tidal below Geesthacht."


@pytest.fixture
def ports(house: House) -> Ports:
    return house.opened.worker_ports


def scanned(ports: Ports, scanner: Scanner) -> Ports:
    return replace(ports, scanner=scanner)


async def test_what_harms_is_not_read_and_not_given_out(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.txt", TEXT)
    reader = Breaking(ports.reader)
    async with answering(b"stream: Eicar-Test FOUND\0") as (scanner, heard):
        await run(replace(scanned(ports, scanner), reader=reader), job)

    assert reader.calls == []
    assert sum(heard) == len(TEXT) + len(b"zINSTREAM\0")
    assert (await job_of(ada, job))["status"] == "FAILED"
    it = await shown(ada, document)
    assert (it["processingStatus"], it["error"]["code"]) == ("FAILED", "FILE_INFECTED")
    refused = await ada.client.get(f"/documents/{document}/content")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "DOCUMENT_QUARANTINED")


async def test_a_file_that_is_found_clean_later_is_read_and_given_out(ada: Caller, ports: Ports) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.txt", TEXT)
    async with answering(b"stream: Eicar-Test FOUND\0") as (scanner, _):
        await run(scanned(ports, scanner), job)
    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    async with answering(b"stream: OK\0") as (scanner, _):
        await run(scanned(ports, scanner), again)

    await understood(ada, document, again)
    assert (await ada.client.get(f"/documents/{document}/content")).content == TEXT


async def infected(ada: Caller, ports: Ports) -> tuple[str, str]:
    """A notebook, and a document in it that was found to carry a virus."""
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook, "rivers.txt", TEXT)
    async with answering(b"stream: Eicar-Test FOUND\0") as (scanner, _):
        await run(scanned(ports, scanner), job)
    return notebook, document


async def kept_back(ada: Caller, document: str) -> bool:
    """Whether nobody is given the bytes of a document, nor a picture of them."""
    doors = (f"/documents/{document}/content", f"/documents/{document}/pages/1/image")
    return [(await ada.client.get(door)).status_code for door in doors] == [403, 403]


@pytest.mark.engines
async def test_what_harms_is_kept_from_everybody_until_it_is_found_clean(ada: Caller, ports: Ports) -> None:
    _, document = await infected(ada, ports)

    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    assert await kept_back(ada, document)
    away = scanned(ports, ClamavScanner(f"tcp://127.0.0.1:{free_port()}"))
    running = asyncio.create_task(run(away, again))
    await asyncio.sleep(0.5)
    assert (await job_of(ada, again))["status"] == "RUNNING"
    assert await kept_back(ada, document)
    await ada.do("cancelJob", id=again)
    await ended(running)

    assert await kept_back(ada, document)
    assert (await shown(ada, document))["error"]["code"] == "FILE_INFECTED"


@pytest.mark.engines
async def test_what_harms_is_not_carried_elsewhere(ada: Caller, ports: Ports) -> None:
    notebook, document = await infected(ada, ports)
    other = await ada.notebook()

    assert await ada.refused("copyDocument", id=document, notebookId=other) == ("DOCUMENT_QUARANTINED", [])
    copy = (await ada.do("duplicateNotebook", "notebook { documentCount }", id=notebook))["notebook"]
    assert copy == {"documentCount": 0}

    sent = await ada.client.put(f"/upload?document={document}&name=b.txt", content=b"Clean.")
    assert sent.status_code == 202
    refused = await ada.refused("restoreDocumentVersion", id=document, number=1)
    assert refused == ("DOCUMENT_QUARANTINED", [])
    old = await ada.client.get(f"/documents/{document}/content?version=1")
    assert (old.status_code, old.json()["error"]["code"]) == (403, "DOCUMENT_QUARANTINED")


async def test_a_scanner_that_is_away_is_waited_for_and_nothing_is_read_meanwhile(
    ada: Caller, ports: Ports
) -> None:
    document, job = await ada.upload(await ada.notebook(), "rivers.txt", TEXT)
    reader, port = Breaking(ports.reader), free_port()
    running = asyncio.create_task(
        run(replace(scanned(ports, ClamavScanner(f"tcp://127.0.0.1:{port}")), reader=reader), job)
    )
    await asyncio.sleep(0.3)
    assert reader.calls == []

    async with answering(b"stream: OK\0", port=port):
        await running
    assert reader.calls == ["read"]
    await understood(ada, document, job)
