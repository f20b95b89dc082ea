"""The feed: the present, then the future, then an end; and whatever was missed."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from aether.adapters.embedded import redis as embedded
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.redis import feed as feeds
from aether.adapters.redis.feed import FeedDown, RedisFeed
from aether.adapters.system import moment
from aether.domain.events import BEGINNING, Cursor, Event, EventId, Feed, PlaceInvalid, Report, cursor
from aether.domain.tenants import TenantId
from tests.servers.waiting import until


class Topic:
    """A topic of a test's own, and what is told of it."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.tenant = TenantId(moment().id("tenant"))
        self.name = "job/x"

    def event(self, kind: str, *, final: bool = False, once: bool = True) -> Event:
        return Event(
            id=EventId(moment().id("event") if once else ""),
            tenant=self.tenant,
            topic=self.name,
            kind=kind,
            payload={"ä": [1, None, {"x": "y"}]},
            at=datetime.now(UTC),
            final=final,
        )

    async def tell(self, *kinds: str) -> list[Cursor]:
        return [await self.feed.publish(self.event(kind)) for kind in kinds]

    async def end(self) -> Cursor:
        return await self.feed.publish(self.event("end", final=True))

    async def heard(self, after: Cursor | None = None, *, many: int | None = None) -> list[Report]:
        """What a listener hears: until the end, or so many."""
        found: list[Report] = []
        async with asyncio.timeout(10), aclosing(self.follow(after)) as reports:
            async for report in reports:
                found.append(report)
                if len(found) == many:
                    break
        return found

    def follow(self, after: Cursor | None = None) -> AsyncGenerator[Report]:
        following = self.feed.follow(self.tenant, self.name, after=after)
        return cast("AsyncGenerator[Report]", following)


def kinds(reports: list[Report]) -> list[str]:
    return [report.event.kind for report in reports]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def topic(redis: Redis) -> AsyncIterator[Topic]:
    feed = RedisFeed(redis)
    yield Topic(feed)
    await feed.close()


async def test_a_listener_hears_the_latest_then_each_new_one_then_the_end(topic: Topic) -> None:
    await topic.tell("a", "b")
    listening = asyncio.create_task(topic.heard())
    await asyncio.sleep(0.2)
    await topic.tell("c", "d")
    await topic.end()

    reports = await listening

    assert kinds(reports) == ["b", "c", "d", "end"]
    assert [report.gap for report in reports] == [False] * 4


async def test_an_event_is_heard_as_it_was_told(topic: Topic) -> None:
    told = topic.event("a")
    at = await topic.feed.publish(told)

    (report,) = await topic.heard(many=1)

    assert report == Report(cursor=at, event=told)


async def test_who_listens_before_anything_is_told_hears_all_of_it(topic: Topic) -> None:
    listening = asyncio.create_task(topic.heard())
    for kind in "abcdef":
        await topic.tell(kind)
        await asyncio.sleep(0.02)
    await topic.end()

    reports = await listening

    assert kinds(reports) == [*"abcdef", "end"]
    assert not any(report.gap for report in reports)


async def test_what_ended_is_told_to_be_over_at_once(topic: Topic) -> None:
    await topic.tell("a")
    await topic.end()

    assert kinds(await topic.heard()) == ["end"]


async def test_behind_a_cursor_everything_comes_again_exactly_once(topic: Topic) -> None:
    cursors = await topic.tell(*(str(number) for number in range(450)))
    listening = asyncio.create_task(topic.heard(cursors[9]))
    await topic.tell("x", "y")
    await topic.end()

    assert kinds(await listening) == [*map(str, range(10, 450)), "x", "y", "end"]
    assert kinds(await topic.heard(BEGINNING)) == [*map(str, range(450)), "x", "y", "end"]


async def test_listeners_that_begin_while_events_pour_in_miss_none(topic: Topic) -> None:
    all_there = asyncio.Event()

    async def pour() -> int:
        poured = 0
        while poured < 300 or not all_there.is_set():
            await topic.tell(str(poured))
            poured += 1
        await topic.end()
        return poured

    pouring = asyncio.create_task(pour())
    listeners = []
    for _ in range(10):
        listeners.append(asyncio.create_task(topic.heard()))
        await asyncio.sleep(0.01)
    all_there.set()
    every = await asyncio.gather(*listeners)
    poured = await pouring

    for reports in every:
        heard = kinds(reports)
        assert heard[-1] == "end"
        first = int(heard[0])
        assert heard[:-1] == [str(number) for number in range(first, poured)]


async def test_what_was_trimmed_is_told_as_a_gap(topic: Topic, redis: Redis) -> None:
    cursors = await topic.tell(*"abcdef")
    await redis.xtrim(f"aether:events:{topic.tenant}:{topic.name}", maxlen=2, approximate=False)
    await topic.end()

    reports = await topic.heard(cursors[0])

    assert kinds(reports) == ["e", "f", "end"]
    assert [report.gap for report in reports] == [True, False, False]
    assert [report.gap for report in await topic.heard(cursors[4])] == [False, False]


async def test_a_topic_that_was_forgotten_is_a_gap_too(topic: Topic, redis: Redis) -> None:
    (at,) = await topic.tell("a")
    await redis.delete(f"aether:events:{topic.tenant}:{topic.name}")
    listening = asyncio.create_task(topic.heard(at))
    await asyncio.sleep(0.2)
    await topic.tell("b")
    await topic.end()

    assert [(report.event.kind, report.gap) for report in await listening] == [("b", True), ("end", False)]


async def test_a_slow_listener_loses_nothing(topic: Topic) -> None:
    many = 3 * feeds.WAITING_MOST
    found: list[Report] = []

    async def dawdle() -> None:
        async for report in topic.follow():
            found.append(report)
            if len(found) == 1:
                await pouring
                await asyncio.sleep(0.3)

    async def pour() -> None:
        await asyncio.sleep(0.2)
        for number in range(1, many):
            await topic.tell(str(number))
        await topic.end()

    await topic.tell("0")
    pouring = asyncio.create_task(pour())
    async with asyncio.timeout(20):
        await dawdle()

    assert kinds(found) == [*map(str, range(many)), "end"]
    assert not any(report.gap for report in found)


async def test_one_slow_listener_holds_up_no_other(topic: Topic) -> None:
    await topic.tell("0")
    async with aclosing(topic.follow()) as stuck:
        await anext(stuck)
        quick = asyncio.create_task(topic.heard())
        await asyncio.sleep(0.2)
        for number in range(2 * feeds.WAITING_MOST):
            await topic.tell(str(number))
        await topic.end()

        assert len(await quick) == 2 * feeds.WAITING_MOST + 2


async def test_an_event_that_two_relays_hand_on_appears_once(topic: Topic, redis: Redis) -> None:
    other = RedisFeed(redis)
    told = [topic.event(kind) for kind in "abc"]

    cursors = await asyncio.gather(
        *(feed.publish(event) for event in told for feed in (topic.feed, other, topic.feed))
    )
    await topic.end()

    assert sorted(kinds(await topic.heard(BEGINNING))) == ["a", "b", "c", "end"]
    assert len([cursor for cursor in cursors if cursor]) == 3


async def test_what_may_be_told_again_is_told_again(topic: Topic) -> None:
    for _ in range(3):
        await topic.feed.publish(topic.event("progress", once=False))
    await topic.end()

    assert kinds(await topic.heard(BEGINNING)) == ["progress"] * 3 + ["end"]


async def test_nothing_comes_behind_the_end(topic: Topic) -> None:
    """A relay may hand events on in another order, and a worker learns late that its job is over."""
    await topic.tell("a")
    await topic.end()
    late = topic.event("running")
    for event in (late, late, topic.event("progress", once=False)):
        assert await topic.feed.publish(event) == ""

    assert kinds(await topic.heard()) == ["end"]
    assert kinds(await topic.heard(BEGINNING)) == ["a", "end"]


async def test_tenants_and_topics_hear_nothing_of_each_other(topic: Topic) -> None:
    other, elsewhere = Topic(topic.feed), Topic(topic.feed)
    elsewhere.tenant, elsewhere.name = topic.tenant, "job/y"
    listening = asyncio.gather(topic.heard(), other.heard(), elsewhere.heard())
    await asyncio.sleep(0.15)
    for each, kind in ((topic, "a"), (other, "b"), (elsewhere, "c")):
        await each.tell(kind)
        await each.end()

    assert list(map(kinds, await listening)) == [["a", "end"], ["b", "end"], ["c", "end"]]


async def test_who_stops_listening_is_forgotten(topic: Topic) -> None:
    assert isinstance(topic.feed, RedisFeed)
    await topic.tell("a")

    await topic.heard(many=1)

    assert topic.feed._listeners == {}
    await topic.end()
    assert kinds(await topic.heard()) == ["end"]


@pytest.mark.parametrize(
    "given", ["", "x", "1", "1-", "-1", "1-1-1", "1-x", "9" * 19 + "-0", "(1-0", "$", "+"]
)
def test_a_cursor_of_ones_own_making_is_refused(given: str) -> None:
    with pytest.raises(PlaceInvalid):
        cursor(given)


async def test_the_farthest_cursor_is_no_fault(topic: Topic) -> None:
    at = cursor("9" * 18 + "-" + "9" * 18)
    await topic.tell("a")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await topic.heard(at)


async def test_a_listener_outlives_a_redis_that_is_killed(tmp_path: Path) -> None:
    at = embedded.Address(port=free_port(), password=secrets.token_urlsafe())
    supervisor = Supervisor(tmp_path)
    await supervisor.start(embedded.child(tmp_path / "data", at))
    async with Redis.from_url(at.url) as client:
        feed = RedisFeed(client)
        topic = Topic(feed)
        await topic.tell("a")
        listening = asyncio.create_task(topic.heard())
        await asyncio.sleep(1.2)  # what it was told is on the disk within a second

        os.kill(pid := supervisor.pids()["redis"], signal.SIGKILL)
        with pytest.raises(FeedDown):
            await topic.tell(*["lost"] * 50)
        with pytest.raises(FeedDown):
            await topic.heard()
        await until(lambda: supervisor.pids().get("redis", pid) != pid)
        await topic.tell("b")
        await topic.end()

        heard = kinds(await listening)
        assert [kind for kind in heard if kind != "lost"] == ["a", "b", "end"]
        await feed.close()
    await supervisor.stop()
