"""What happens, live: notebooks and jobs, told as it comes and again to whoever comes back."""

import asyncio

import pytest

from aether.adapters.redis.feed import _key
from aether.adapters.system import moment
from aether.domain.events import Event, EventId
from aether.domain.tenants import TenantId
from tests import make_files
from tests.graphql.house import Caller, House
from tests.graphql.wire import CHANGED, PROGRESS, Wire, talking

pytestmark = pytest.mark.usefixtures("at_work")


async def test_changes_are_told_as_they_come(wire: Wire, ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben, "WRITE")
    await ada.quiet()
    await wire.begin(CHANGED, id=notebook)
    latest = (await wire.next())["notebookChanged"]

    await ben.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
    await ada.do("archiveNotebook", id=notebook)
    renamed, archived = [(await wire.next())["notebookChanged"] for _ in range(2)]

    assert latest["kind"] == "collaboration_accepted"
    assert (renamed["kind"], renamed["actor"], renamed["gap"]) == (
        "notebook_updated",
        {"username": "ben"},
        False,
    )
    assert renamed["details"] == {"version": 2}
    assert renamed["notebook"]["name"] == "Torrents"
    assert (archived["kind"], archived["notebook"]["version"]) == ("notebook_archived", 3)


async def test_whoever_comes_back_is_told_exactly_what_they_missed(wire: Wire, ada: Caller) -> None:
    notebook = await ada.notebook()
    for name in ("One", "Two", "Three"):
        await ada.do("updateNotebook", id=notebook, changes={"name": name})
    await wire.begin(CHANGED, id=notebook, after="0-0")
    seen = [(await wire.next())["notebookChanged"] for _ in range(4)]
    assert [each["details"].get("version") for each in seen] == [None, 2, 3, 4]

    for place, each in enumerate(seen):
        async with talking(ada) as again:
            await again.begin(CHANGED, id=notebook, after=each["cursor"])
            missed = [(await again.next())["notebookChanged"] for _ in seen[place + 1 :]]
            await again.still()

        assert missed == [{**it, "notebook": missed[0]["notebook"]} for it in seen[place + 1 :]]


async def test_whoever_comes_back_too_late_is_told_of_the_gap(house: House, wire: Wire, ada: Caller) -> None:
    notebook = await ada.notebook()
    await wire.begin(CHANGED, id=notebook)
    seen = (await wire.next())["notebookChanged"]
    for name in ("One", "Two"):
        await ada.do("updateNotebook", id=notebook, changes={"name": name})
        await wire.next()
    await house.opened.redis.xtrim(
        _key(await tenant_of(ada), f"notebook/{notebook}"), maxlen=1, approximate=False
    )

    async with talking(ada) as again:
        await again.begin(CHANGED, id=notebook, after=seen["cursor"])
        found = (await again.next())["notebookChanged"]

    assert (found["gap"], found["details"], found["notebook"]["name"]) == (True, {"version": 3}, "Two")


async def tenant_of(caller: Caller) -> TenantId:
    return TenantId((await caller.ask("{ tenant { id } }"))["tenant"]["id"])


@pytest.mark.parametrize(
    "after", ["junk", "1-x", "-", "+", "$", "1-2-3", "99999999999999999999-0", "\u0661-\u0662"]
)
@pytest.mark.parametrize("query", [CHANGED, PROGRESS], ids=["notebook", "job"])
async def test_a_cursor_that_nobody_gave_out_is_refused(
    wire: Wire, ada: Caller, query: str, after: str
) -> None:
    notebook = await ada.notebook()
    _, job = await ada.upload(notebook)

    await wire.begin(query, id=notebook if query is CHANGED else job, after=after)

    assert await wire.fault() == "CURSOR_INVALID"


async def test_whoever_loses_the_right_is_told_nothing_more(guest: Wire, ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)
    await ada.quiet()
    await guest.begin(CHANGED, id=notebook)
    await guest.next()

    await ada.do("revokeCollaboration", id=notebook, userId=await ben.id())

    assert await guest.fault() == "NOTEBOOK_NOT_FOUND"


async def test_a_deleted_notebook_ends_what_is_told_of_it(wire: Wire, ada: Caller) -> None:
    notebook = await ada.notebook()
    await wire.begin(CHANGED, id=notebook)
    await wire.next()

    await ada.do("deleteNotebook", id=notebook)

    assert await wire.fault() == "NOTEBOOK_NOT_FOUND"


async def test_a_client_that_reads_slowly_loses_nothing(house: House, wire: Wire, ada: Caller) -> None:
    notebook, tenant, user = await ada.notebook(), await tenant_of(ada), await ada.id()
    await wire.begin(CHANGED, id=notebook)
    await wire.next()

    for number in range(600):
        payload = {"notebook": notebook, "by": user, "number": number, "ballast": "x" * 2_000}
        event = Event(
            id=EventId(""),
            tenant=tenant,
            topic=f"notebook/{notebook}",
            kind="notebook_updated",
            payload=payload,
            at=moment().now,
        )
        await house.opened.feed.publish(event)
    told = [(await wire.next())["notebookChanged"]["details"]["number"] for _ in range(600)]

    assert told == list(range(600))


async def test_a_job_is_followed_to_its_end(wire: Wire, ada: Caller) -> None:
    lines = [f"Line {number} tells of rivers and gauges." for number in range(40)]
    _, job = await ada.upload(await ada.notebook(), "rivers.pdf", make_files.pdf(*[lines] * 5))

    await wire.begin(PROGRESS, id=job)
    told = [each["jobProgress"] for each in await wire.rest()]

    last = told[-1]["job"]
    assert (last["status"], last["stage"], last["progress"]) == ("COMPLETED", "index", 100)
    assert last["finishedAt"] is not None
    stages = list(dict.fromkeys(each["job"]["stage"] for each in told))
    assert stages == ["validate", "extract", "chunk", "embed", "index"]
    progress = [each["job"]["progress"] for each in told]
    assert progress == sorted(progress)
    assert (5, 5) in [(each["done"], each["of"]) for each in told]
    assert not any(each["gap"] for each in told)


async def test_of_a_job_that_is_over_the_end_is_told(wire: Wire, ada: Caller) -> None:
    _, job = await ada.upload(await ada.notebook())
    over = await ada.over(job)

    await wire.begin(PROGRESS, id=job)
    (told,) = await wire.rest()

    assert told["jobProgress"]["job"] == {name: over[name] for name in told["jobProgress"]["job"]}


async def test_of_a_job_that_is_over_the_end_is_told_to_whoever_comes_back(wire: Wire, ada: Caller) -> None:
    _, job = await ada.upload(await ada.notebook())
    await wire.begin(PROGRESS, id=job)
    told = [each["jobProgress"] for each in await wire.rest()]

    for each in told:
        await wire.begin(PROGRESS, id=job, after=each["cursor"])
        (end,) = await wire.rest()
        assert end["jobProgress"]["job"] == told[-1]["job"]


async def test_all_uploads_of_a_notebook_are_followed_at_once(wire: Wire, ada: Caller) -> None:
    notebook = await ada.notebook()
    query = """
    subscription ($id: ID!) { notebookUploads(notebookId: $id) { job { id status document { name } } } }
    """
    await wire.begin(query, id=notebook)
    await asyncio.sleep(0.3)
    jobs = {name: (await ada.upload(notebook, name))[1] for name in ("one.txt", "two.txt")}

    done: dict[str, str] = {}
    while len(done) < 2:
        job = (await wire.next())["notebookUploads"]["job"]
        if job["status"] == "COMPLETED":
            done[job["document"]["name"]] = job["id"]

    assert done == jobs
