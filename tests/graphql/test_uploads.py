"""Uploads as clients begin, watch and abort them; how their bytes come is in tests/adapters/test_tus.py."""

from datetime import datetime, timedelta

from tests.graphql.house import Caller, House

TUS = {"Tus-Resumable": "1.0.0"}
UPLOAD = """
id url status name contentType offset length createdAt expiresAt
notebook { id } document { id name fileSize } job { status stage }
"""
ASKED = f"query ($id: ID!) {{ upload(id: $id) {{ {UPLOAD} }} }}"
NOWHERE = "upload_00000000000000000000000000"


async def brought(caller: Caller, url: str, offset: int, data: bytes) -> int:
    """The status of the answer to these bytes."""
    headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    return (await caller.client.patch(url, content=data, headers=headers)).status_code


async def test_an_upload_is_begun_watched_and_becomes_a_document(ada: Caller) -> None:
    notebook = await ada.notebook()

    made = await ada.do(
        "createUpload",
        f"upload {{ {UPLOAD} }}",
        notebookId=notebook,
        name="a/elbe.txt",
        size=9,
        contentType="text/plain",
    )
    begun = made["upload"]
    assert await brought(ada, begun["url"], 0, b"The ") == 204
    between = (await ada.ask(ASKED, id=begun["id"]))["upload"]
    assert await brought(ada, begun["url"], 4, b"Elbe.") == 204
    done = (await ada.ask(ASKED, id=begun["id"]))["upload"]

    assert begun["url"] == f"/uploads/{begun['id']}"
    assert (begun["name"], begun["contentType"], begun["length"]) == ("elbe.txt", "text/plain", 9)
    assert (begun["status"], begun["offset"], begun["document"]) == ("RECEIVING", 0, None)
    assert begun["notebook"] == {"id": notebook}
    lasts = datetime.fromisoformat(begun["expiresAt"]) - datetime.fromisoformat(begun["createdAt"])
    assert lasts == timedelta(hours=24)
    assert (between["status"], between["offset"]) == ("RECEIVING", 4)
    assert (done["status"], done["offset"]) == ("COMPLETED", 9)
    assert done["document"]["name"] == "elbe.txt"
    assert done["document"]["fileSize"] == 9
    assert done["job"] == {"status": "PENDING", "stage": "validate"}


async def test_a_size_can_be_told_later(ada: Caller) -> None:
    made = await ada.do(
        "createUpload", "upload { url length }", notebookId=await ada.notebook(), name="a.txt"
    )

    assert made["upload"]["length"] is None
    headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    answer = await ada.client.patch(
        made["upload"]["url"], content=b"Elbe", headers={**headers, "Upload-Length": "4"}
    )
    assert "aether-document" in answer.headers


async def test_what_cannot_come_is_refused_before_its_first_byte(
    house: House, ada: Caller, ben: Caller, eve: Caller, vera: Caller
) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)
    told = {"notebookId": notebook, "name": "a.txt", "size": 5}

    async def refused(caller: Caller, **more: object) -> str:
        code, _ = await caller.refused("createUpload", **{**told, **more})
        return code

    assert await refused(ada, size=house.settings.max_upload_bytes + 1) == "FILE_TOO_LARGE"
    assert await refused(ada, size=0) == "FILE_EMPTY"
    assert await refused(ada, size=-5) == "FILE_EMPTY"
    assert await refused(ada, name="..") == "INVALID"
    assert await refused(ben) == "PERMISSION_REQUIRED"
    assert await refused(vera) == "ROLE_REQUIRED"
    assert await refused(eve) == "NOTEBOOK_NOT_FOUND"
    assert await refused(ada, notebookId="notebook_none") == "NOTEBOOK_NOT_FOUND"


async def test_many_are_begun_each_by_itself(house: House, ada: Caller) -> None:
    files = [
        {"name": "a.txt", "size": 1},
        {"name": "b.txt", "size": house.settings.max_upload_bytes + 1},
        {"name": "c.txt"},
        {"name": "", "size": 3},
    ]

    made = await ada.do(
        "createUploads",
        "results { ok upload { name } userErrors { code field } }",
        notebookId=await ada.notebook(),
        files=files,
    )

    assert made["results"] == [
        {"ok": True, "upload": {"name": "a.txt"}, "userErrors": []},
        {"ok": False, "upload": None, "userErrors": [{"code": "FILE_TOO_LARGE", "field": ["input", "file"]}]},
        {"ok": True, "upload": {"name": "c.txt"}, "userErrors": []},
        {"ok": False, "upload": None, "userErrors": [{"code": "INVALID", "field": ["input", "filename"]}]},
    ]


async def test_a_batch_has_its_limits(ada: Caller) -> None:
    notebook = await ada.notebook()
    for many in (0, 101):
        files = [{"name": f"{n}.txt", "size": 1} for n in range(many)]
        assert await ada.refused("createUploads", notebookId=notebook, files=files) == (
            "INVALID",
            ["input", "files"],
        )


async def test_nobody_else_sees_or_aborts_an_upload(ada: Caller, ben: Caller, mallory: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben, "ADMIN")
    made = await ada.do("createUpload", "upload { id }", notebookId=notebook, name="a.txt", size=5)
    id = made["upload"]["id"]

    for stranger in (ben, mallory):
        assert (await stranger.ask(ASKED, id=id))["upload"] is None
        assert await stranger.refused("abortUpload", id=id) == ("UPLOAD_NOT_FOUND", [])
    assert (await ada.ask(ASKED, id=id))["upload"]["status"] == "RECEIVING"
    assert (await ada.ask(ASKED, id=NOWHERE))["upload"] is None


async def test_an_aborted_upload_takes_nothing_more(ada: Caller) -> None:
    notebook = await ada.notebook()
    made = await ada.do("createUpload", "upload { id url }", notebookId=notebook, name="a.txt", size=5)
    id, url = made["upload"]["id"], made["upload"]["url"]
    assert await brought(ada, url, 0, b"El") == 204

    assert (await ada.do("abortUpload", "uploadId", id=id))["uploadId"] == id

    assert await brought(ada, url, 2, b"be.") == 410
    shown = (await ada.ask(ASKED, id=id))["upload"]
    assert (shown["status"], shown["offset"]) == ("ABORTED", 0)
    assert await ada.refused("abortUpload", id=id) == ("UPLOAD_GONE", [])


async def test_nobody_in_particular_begins_nothing(nobody: Caller) -> None:
    assert await nobody.faults(ASKED, id=NOWHERE) == ["UNAUTHENTICATED"]
    begun = 'mutation { createUpload(input: {notebookId: "x", name: "x"}) { upload { id } } }'
    assert await nobody.faults(begun) == ["UNAUTHENTICATED"]
