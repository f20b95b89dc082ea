"""Jobs in the API, of which nobody runs any here."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aether.adapters.redis import estimates
from aether.adapters.system import moment
from aether.domain import jobs
from aether.domain.estimates import Estimate, Run
from aether.domain.events import Event, EventId
from aether.domain.jobs import JobId
from aether.domain.tenants import TenantId
from tests.graphql.house import JOB, Answer, Caller, House
from tests.graphql.wire import talking

PROGRESS = """
subscription ($id: ID!, $after: String) { jobProgress(id: $id, after: $after) {
  cursor gap done job { progress }
} }
"""


async def job_of(caller: Caller, id: str) -> object:
    return (await caller.ask(f"query ($id: ID!) {{ job(id: $id) {{ {JOB} document {{ id }} }} }}", id=id))[
        "job"
    ]


@pytest.mark.engines
async def test_an_upload_waits_for_its_turn(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook())

    assert await job_of(ada, job) == {
        "id": job,
        "kind": "PROCESSING",
        "status": "PENDING",
        "stage": "validate",
        "progress": 0,
        "attempt": 1,
        "error": None,
        "finishedAt": None,
        "document": {"id": document},
    }


@pytest.mark.engines
async def test_a_job_is_cancelled_for_good_and_tried_again_by_another(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook())

    cancelled = await ada.do("cancelJob", "job { status finishedAt }", id=job)

    assert cancelled["job"]["status"] == "CANCELLED"
    assert cancelled["job"]["finishedAt"] is not None
    assert await ada.refused("cancelJob", id=job) == ("JOB_OVER", [])
    query = "query ($id: ID!) { document(id: $id) { processingStatus error { code } } }"
    ended = {"processingStatus": "FAILED", "error": {"code": "JOB_CANCELLED"}}
    assert await ada.ask(query, id=document) == {"document": ended}

    again = (await ada.do("retryJob", "job { id status }", id=job))["job"]
    assert (again["id"] != job, again["status"]) == (True, "PENDING")
    assert await ada.refused("retryJob", id=job) == ("DOCUMENT_BUSY", [])
    assert await ada.refused("reprocessDocument", id=document) == ("DOCUMENT_BUSY", [])


async def test_what_ends_with_its_document_is_cancelled(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook())

    await ada.do("deleteDocument", id=document)

    query = f"query ($id: ID!) {{ job(id: $id) {{ {JOB} document {{ id }} }} }}"
    found = (await ada.ask(query, id=job))["job"]
    assert (found["status"], found["document"]) == ("CANCELLED", None)


async def test_jobs_of_a_notebook_are_listed_the_latest_first(ada: Caller) -> None:
    notebook = await ada.notebook()
    first, second = [(await ada.upload(notebook, name))[1] for name in ("a.txt", "b.txt")]
    await ada.do("cancelJob", id=first)

    query = """
    query ($id: ID!) { notebook(id: $id) {
      all: uploadJobs { id } live: uploadJobs(unfinished: true) { id }
    } }
    """
    found = (await ada.ask(query, id=notebook))["notebook"]

    assert [it["id"] for it in found["all"]] == [second, first]
    assert [it["id"] for it in found["live"]] == [second]


async def test_jobs_are_there_for_those_who_read_their_notebook(
    ada: Caller, ben: Caller, eve: Caller, mallory: Caller
) -> None:
    notebook = await ada.notebook()
    _, job = await ada.upload(notebook)
    await ada.share(notebook, ben)

    assert await job_of(ben, job) is not None
    for stranger in (eve, mallory):
        assert await job_of(stranger, job) is None
        for mutation in ("cancelJob", "retryJob"):
            assert await stranger.refused(mutation, id=job) == ("JOB_NOT_FOUND", [])


async def test_a_job_that_goes_on_is_replayed_from_any_cursor(house: House, ada: Caller) -> None:
    _, job = await ada.upload(await ada.notebook())
    tenant = TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"])
    found = (await house.opened.graph.within(tenant).read(jobs.get_many, [JobId(job)]))[JobId(job)]
    for done in range(6):
        payload = jobs.told(found) | {"progress": done, "done": done}
        event = Event(
            id=EventId(""), tenant=tenant, topic=f"job/{job}", kind="k", payload=payload, at=moment().now
        )
        await house.opened.feed.publish(event)

    async def replayed(after: str, count: int) -> list[dict[str, object]]:
        async with talking(ada) as wire:
            await wire.begin(PROGRESS, id=job, after=after)
            told = [(await wire.next())["jobProgress"] for _ in range(count)]
            await asyncio.sleep(0.05)
            await wire.still()
            return told

    whole = await replayed("0-0", 6)
    assert [it["done"] for it in whole] == list(range(6))
    assert not any(it["gap"] for it in whole)
    for place, each in enumerate(whole):
        assert await replayed(str(each["cursor"]), 5 - place) == whole[place + 1 :]


ETA = "query ($id: ID!) { job(id: $id) { status eta { earliest likely latest } } }"


@pytest.fixture
async def remembered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten jobs of files with an ending of their own are remembered."""
    monkeypatch.setattr(estimates, "FRESH_S", 0.0)
    stages = {"validate": 1.0, "extract": 2.0, "chunk": 3.0, "embed": 30.0, "index": 4.0}
    for _ in range(10):
        await house.opened.estimates.note(Run(suffix=".slow", size=10, seconds=stages))


async def eta_of(caller: Caller, job: str) -> tuple[float, float, float] | None:
    """In how many seconds from now a job will be over."""
    told = (await caller.ask(ETA, id=job))["job"]["eta"]
    now = moment().now
    return told and tuple(
        (datetime.fromisoformat(told[it]) - now).total_seconds() for it in ("earliest", "likely", "latest")
    )


@pytest.mark.usefixtures("remembered")
async def test_of_a_job_that_waits_is_told_when_it_will_be_over(ada: Caller) -> None:
    notebook = await ada.notebook()
    _, job = await ada.upload(notebook, "a.slow")

    found = await eta_of(ada, job)

    assert found is not None
    assert 38 <= found[0] <= found[1] <= found[2]
    await ada.do("cancelJob", id=job)
    assert await eta_of(ada, job) is None


@pytest.mark.usefixtures("remembered")
async def test_of_a_job_that_runs_its_worker_knows_best(house: House, ada: Caller) -> None:
    _, job = await ada.upload(await ada.notebook(), "a.slow")
    tenant = TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"])
    graph = house.opened.graph.within(tenant)
    claimed = await graph.write(jobs.claim, id=JobId(job), attempt=1, at=moment())
    await graph.write(jobs.advance, id=JobId(job), attempt=1, stage="embed", at=moment())

    found = await eta_of(ada, job)
    assert found is not None
    assert found[1] == pytest.approx(34, abs=5)

    now = moment().now
    said = Estimate(now - timedelta(seconds=5), now + timedelta(seconds=70), now + timedelta(seconds=90))
    await house.opened.estimates.tell(claimed.ticket, said)
    told = await eta_of(ada, job)
    assert told == pytest.approx((0, 70, 90), abs=5)

    await graph.write(jobs.give_back, id=JobId(job), attempt=1, at=moment())
    await graph.write(jobs.claim, id=JobId(job), attempt=2, at=moment())
    anew = await eta_of(ada, job)
    assert anew == pytest.approx(found, abs=5)


@pytest.mark.usefixtures("remembered")
async def test_of_many_jobs_is_told_after_one_look_at_what_is_remembered(house: House, ada: Caller) -> None:
    async def looks() -> int:
        stats = await house.opened.redis.info("commandstats")
        return int(stats.get("cmdstat_lrange", {"calls": 0})["calls"])

    notebook = await ada.notebook()
    for number in range(5):
        await ada.upload(notebook, f"{number}.slow")
    before = await looks()

    found = await ada.ask(
        "query ($id: ID!) { notebook(id: $id) { uploadJobs { eta { likely } } } }", id=notebook
    )

    told = [it["eta"] for it in found["notebook"]["uploadJobs"]]
    assert (len(told), all(told), await looks() - before) == (5, True, 1)


@pytest.mark.usefixtures("remembered")
async def test_no_stranger_is_told_when_a_job_will_be_over(ada: Caller, eve: Caller) -> None:
    _, job = await ada.upload(await ada.notebook(), "a.slow")

    assert (await eve.ask(ETA, id=job))["job"] is None


@pytest.mark.usefixtures("remembered")
async def test_who_follows_a_job_is_told_too(house: House, ada: Caller) -> None:
    _, job = await ada.upload(await ada.notebook(), "a.slow")
    tenant = TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"])
    found = (await house.opened.graph.within(tenant).read(jobs.get_many, [JobId(job)]))[JobId(job)]
    now = moment().now
    said = Estimate(now, now + timedelta(seconds=1), now + timedelta(seconds=2))
    payload = jobs.told(found) | {"status": "running", "eta": said.told()}
    event = Event(id=EventId(""), tenant=tenant, topic=f"job/{job}", kind="k", payload=payload, at=now)
    await house.opened.feed.publish(event)

    query = """subscription ($id: ID!) { jobProgress(id: $id, after: "0-0") {
      job { status eta { earliest likely latest } } } }"""
    async with talking(ada) as wire:
        await wire.begin(query, id=job)
        told = (await wire.next())["jobProgress"]["job"]

    assert told["status"] == "RUNNING"
    assert [datetime.fromisoformat(it) for it in told["eta"].values()] == [
        it.replace(microsecond=it.microsecond // 1000 * 1000) for it in said
    ]


@pytest.mark.usefixtures("remembered")
async def test_who_follows_a_job_for_long_is_told_by_the_stage_it_is_in_now(
    house: House, ada: Caller
) -> None:
    _, job = await ada.upload(await ada.notebook(), "a.slow")
    tenant = TenantId((await ada.ask("{ tenant { id } }"))["tenant"]["id"])
    graph, now = house.opened.graph.within(tenant), moment()
    long_ago = replace(now, now=now.now - timedelta(hours=1))
    await graph.write(jobs.claim, id=JobId(job), attempt=1, at=long_ago)

    query = "subscription ($id: ID!) { jobProgress(id: $id) { job { stage eta { likely } } } }"
    async with talking(ada) as wire:
        await wire.begin(query, id=job)
        await wire.next()
        found = await graph.write(jobs.advance, id=JobId(job), attempt=1, stage="embed", at=moment())
        event = Event(
            id=EventId(""), tenant=tenant, topic=f"job/{job}", kind="k", payload=jobs.told(found), at=now.now
        )
        await house.opened.feed.publish(event)
        told: Answer = {"stage": ""}
        while told["stage"] != "embed":
            told = (await wire.next())["jobProgress"]["job"]

    likely = datetime.fromisoformat(told["eta"]["likely"])
    assert (likely - moment().now).total_seconds() == pytest.approx(34, abs=10)
