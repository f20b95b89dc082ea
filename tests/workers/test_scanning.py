"""Files are looked through before they are read, and what harms is kept from everybody."""

import asyncio
from dataclasses import replace

import pytest

from aether.adapters.clamav.scanner import ClamavScanner
from aether.adapters.embedded.ports import free_port
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
