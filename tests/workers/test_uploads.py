"""Uploads that nobody finishes, as the worker's sweeper finds them."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from aether.adapters.system import moment
from aether.workers import uploads
from tests.graphql.house import Caller, House
from tests.servers.waiting import until

ASKED = "query ($id: ID!) { upload(id: $id) { status } }"


async def begun(caller: Caller, notebook: str) -> str:
    """The id of a new upload, whose first bytes are there."""
    made = await caller.do("createUpload", "upload { id url }", notebookId=notebook, name="a.txt", size=9)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    answer = await caller.client.patch(
        made["upload"]["url"],
        content=b"Elbe",
        headers={**headers, "Content-Type": "application/offset+octet-stream"},
    )
    assert answer.status_code == 204
    return str(made["upload"]["id"])


async def expired(house: House, id: str) -> None:
    """Have the upload be one that expired a while ago."""
    at = moment().now - timedelta(minutes=1)
    await house.opened.driver.execute_query(
        "MATCH (upload:Upload {id: $id}) SET upload.expires_at = $at, upload.expires_second = $second",
        id=id,
        at=at,
        second=int(at.timestamp()),
    )


async def test_what_nobody_finished_in_time_is_forgotten_with_its_bytes(
    house: House, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SWEEP_S", 0.02)
    notebook = await ada.notebook()
    late, living = await begun(ada, notebook), await begun(ada, notebook)
    staging = house.settings.data / "blobs" / "staging"
    await expired(house, late)

    with structlog.testing.capture_logs() as logs:
        sweeping = asyncio.create_task(uploads.sweep_uploads(house.opened.worker_ports))
        await until(lambda: any(it["event"] == "uploads_swept" for it in logs))
        sweeping.cancel()
        await asyncio.wait({sweeping})

    assert not (staging / late).exists()
    assert (await ada.ask(ASKED, id=late))["upload"] is None
    assert (staging / living).read_bytes() == b"Elbe"
    assert (await ada.ask(ASKED, id=living))["upload"] == {"status": "RECEIVING"}


async def test_what_still_comes_is_not_forgotten_under_whoever_brings_it(house: House, ada: Caller) -> None:
    id = await begun(ada, await ada.notebook())
    await expired(house, id)
    await house.opened.redis.set(f"aether:lease:{id}", "1", px=60_000)

    await house.opened.receiver.sweep()

    assert (await ada.ask(ASKED, id=id))["upload"] == {"status": "EXPIRED"}
    assert (house.settings.data / "blobs" / "staging" / id).exists()


async def test_batches_are_swept_when_they_are_old(house: House, ada: Caller) -> None:
    notebook, made = await ada.notebook(), []
    for name in ("old.txt", "young.txt"):
        files = [{"name": name, "size": 9}]
        made.append(await ada.do("createUploads", "batch { id }", notebookId=notebook, files=files))
    old, young = (it["batch"]["id"] for it in made)
    lasts = house.opened.receiver.limits.batches_last
    await house.opened.driver.execute_query(
        "MATCH (batch:UploadBatch {id: $id}) SET batch.created_second = $second",
        id=old,
        second=int((moment().now - lasts).timestamp()) - 1,
    )

    await house.opened.receiver.sweep()

    query = "query ($id: ID!) { uploadBatch(id: $id) { total } }"
    assert (await ada.ask(query, id=old))["uploadBatch"] is None
    assert (await ada.ask(query, id=young))["uploadBatch"] == {"total": 1}
    assert await ada.refused("cancelUploadBatch", id=old) == ("UPLOAD_BATCH_NOT_FOUND", [])
