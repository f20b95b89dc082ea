"""Files that are brought together: watched, cancelled, and known when their uploads are forgotten."""

import pytest

from aether.domain.jobs import JobId
from aether.workers.jobs import run_job
from tests.graphql.house import Answer, Caller, House
from tests.graphql.test_uploads import brought

BATCH = """
id total progress counts { uploading waiting running done failed cancelled }
notebook { id } files { name size status progress uploadId error { code } document { name } job { status } }
"""
ASKED = f"query ($id: ID!) {{ uploadBatch(id: $id) {{ {BATCH} }} }}"
NONE = dict.fromkeys(("uploading", "waiting", "running", "done", "failed", "cancelled"), 0)


@pytest.fixture
async def begun(ada: Caller) -> tuple[str, list[str], Answer]:
    """The notebook, the addresses of the uploads, and the batch of two files and one that was refused."""
    notebook = await ada.notebook()
    files = [
        {"name": "elbe.txt", "size": 9},
        {"name": "none.txt", "size": 0},
        {"name": "oder.txt", "size": 9},
    ]
    made = await ada.do(
        "createUploads",
        f"results {{ upload {{ url }} }} batch {{ {BATCH} }}",
        notebookId=notebook,
        files=files,
    )
    urls = [it["upload"]["url"] for it in made["results"] if it["upload"]]
    return notebook, urls, made["batch"]


async def asked(caller: Caller, batch: Answer) -> Answer:
    """The batch as it is now."""
    return (await caller.ask(ASKED, id=batch["id"]))["uploadBatch"]  # type: ignore[no-any-return]


async def test_a_batch_begins_with_what_can_come_and_what_was_refused(
    begun: tuple[str, list[str], Answer],
) -> None:
    notebook, _, batch = begun

    assert (batch["total"], batch["counts"]) == (3, NONE | {"uploading": 2, "failed": 1})
    assert batch["notebook"] == {"id": notebook}
    assert [(it["name"], it["status"]) for it in batch["files"]] == [
        ("elbe.txt", "UPLOADING"),
        ("none.txt", "FAILED"),
        ("oder.txt", "UPLOADING"),
    ]
    assert batch["files"][1]["error"] == {"code": "FILE_EMPTY"}
    assert batch["files"][1]["uploadId"] is None


async def test_a_batch_tells_how_far_its_bytes_and_its_jobs_are(
    house: House, ada: Caller, begun: tuple[str, list[str], Answer]
) -> None:
    _, urls, batch = begun

    seen = [batch["progress"]]
    assert await brought(ada, urls[0], 0, b"The ") == 204
    seen.append((await asked(ada, batch))["progress"])
    assert await brought(ada, urls[0], 4, b"Elbe.") == 204
    waiting = await asked(ada, batch)
    seen.append(waiting["progress"])
    assert await brought(ada, urls[1], 0, b"The Oder.") == 204
    ids = await house.opened.driver.execute_query("MATCH (job:Job) WHERE job.open RETURN job.id AS id")
    for record in ids.records:
        await run_job({"ports": house.opened.worker_ports}, f"{JobId(record['id'])}:1")
    done = await asked(ada, batch)
    seen.append(done["progress"])

    assert waiting["counts"] == NONE | {"uploading": 1, "waiting": 1, "failed": 1}
    assert waiting["files"][0]["document"] == {"name": "elbe.txt"}
    assert waiting["files"][0]["job"] == {"status": "PENDING"}
    assert done["counts"] == NONE | {"done": 2, "failed": 1}
    assert seen == sorted(set(seen))
    assert seen[-1] == 100


async def test_a_batch_outlives_its_uploads(
    house: House, ada: Caller, begun: tuple[str, list[str], Answer]
) -> None:
    _, urls, batch = begun
    assert await brought(ada, urls[0], 0, b"The Elbe.") == 204

    await house.opened.driver.execute_query(
        "UNWIND $ids AS given MATCH (upload:Upload {id: given}) DETACH DELETE upload",
        ids=[url.rpartition("/")[2] for url in urls],
    )

    left = await asked(ada, batch)
    assert [it["status"] for it in left["files"]] == ["WAITING", "FAILED", "FAILED"]
    assert left["files"][2]["error"] == {"code": "UPLOAD_GONE"}


async def test_a_cancelled_batch_takes_no_bytes_and_runs_no_jobs(
    ada: Caller, begun: tuple[str, list[str], Answer]
) -> None:
    _, urls, batch = begun
    assert await brought(ada, urls[0], 0, b"The Elbe.") == 204

    given = await ada.do("cancelUploadBatch", f"batch {{ {BATCH} }}", id=batch["id"])

    assert given["batch"]["counts"] == NONE | {"cancelled": 2, "failed": 1}
    assert given["batch"]["progress"] == 100
    assert given["batch"]["files"][0]["job"] == {"status": "CANCELLED"}
    assert await brought(ada, urls[1], 0, b"The Oder.") == 410
    again = await ada.do("cancelUploadBatch", f"batch {{ {BATCH} }}", id=batch["id"])
    assert again == given


async def test_nobody_else_sees_a_batch(
    ada: Caller, ben: Caller, begun: tuple[str, list[str], Answer]
) -> None:
    notebook, _, batch = begun
    await ada.share(notebook, ben, "ADMIN")

    assert (await ben.ask(ASKED, id=batch["id"]))["uploadBatch"] is None
    assert await ben.refused("cancelUploadBatch", id=batch["id"]) == ("UPLOAD_BATCH_NOT_FOUND", [])


async def test_where_nothing_could_be_begun_there_is_no_batch(ada: Caller) -> None:
    files = [{"name": "none.txt", "size": 0}]

    made = await ada.payload(
        "createUploads", "results { ok } batch { id }", notebookId=await ada.notebook(), files=files
    )

    assert made["results"] == [{"ok": False}]
    assert made["batch"] is None


async def test_of_many_files_each_lets_others_go_first(ada: Caller) -> None:
    notebook = await ada.notebook()

    for count, expected in ((10, "NORMAL"), (11, "LOW")):
        files = [{"name": f"{n}.txt", "size": 9} for n in range(count)]
        made = await ada.do(
            "createUploads", "results { upload { url id } }", notebookId=notebook, files=files
        )
        upload = made["results"][0]["upload"]
        assert await brought(ada, upload["url"], 0, b"The Elbe.") == 204
        query = "query ($id: ID!) { upload(id: $id) { job { priority } } }"
        told = (await ada.ask(query, id=upload["id"]))["upload"]
        assert told["job"]["priority"] == expected
