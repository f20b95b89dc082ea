"""The race: servers in turn, the same load on each, and what it cost them and the graph."""

import asyncio
import itertools
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bench.machine import Usage
from bench.read import generator
from bench.read.operations import BODIES, Choice, Operation, choices
from bench.read.servers import Server
from bench.read.world import World

CHECKED = 12
"""So many choices are asked of all servers beforehand."""
QUIET_S, QUIET_SHARE, QUIET_WITHIN_S = 0.25, 0.2, 3.0


class Unequal(Exception):
    """Two servers do not answer the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """What one server did in one repetition. Times are in milliseconds.

    Attributes:
        load: How much of one core the generator took.
    """

    per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float
    graph_cpu_ms: float
    rss_mib: float
    requests: int
    failed: int
    bytes: int
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long and how often each server is asked, and by how many clients if not by the operation's own."""

    seconds: float
    repetitions: int
    warm_s: float
    at_once: int | None = None


def check(servers: Sequence[Server], operation: Operation, world: World) -> None:
    """Have all servers answer the same choices.

    Raises:
        Unequal: One does not answer what the first one answers.
    """
    for choice in itertools.islice(choices(world), CHECKED if operation.reads else 1):
        told = [operation.words[it.dialect].rows(_asked(it, operation, choice)) for it in servers]
        for server, rows in zip(servers, told, strict=True):
            if operation.reads and rows != told[0]:
                raise Unequal(f"{operation.letter}: {server.name} answers {rows}, but {told[0]} is right.")


def _asked(server: Server, operation: Operation, choice: Choice) -> Any:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token := operation.token(server, choice):
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(server.url, operation.body(server, choice).encode(), headers)
    try:
        with urllib.request.urlopen(request) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        raise Unequal(f"{operation.letter}: {server.name} answers {error.read().decode()}") from None
    if "errors" in told:
        raise Unequal(f"{operation.letter}: {server.name} answers {told['errors']}")
    return told["data"]


async def run(
    servers: Sequence[Server], operation: Operation, world: World, *, pace: Pace, graph: int
) -> dict[str, Any]:
    """Race *servers* over *operation*; the figures of each, medians over the repetitions.

    Args:
        servers: They take turns, in this order.
        operation: What they are asked.
        world: What is in the graph.
        pace: How long and how often.
        graph: The process of the graph.
    """
    laps: dict[str, list[Lap]] = {server.name: [] for server in servers}
    at_once = pace.at_once or operation.at_once
    asked = {
        server.name: [
            (operation.token(server, choice), operation.body(server, choice))
            for choice in itertools.islice(choices(world), BODIES)
        ]
        for server in servers
    }

    async def lap(server: Server, seconds: float) -> Lap:
        task = generator.Task(url=server.url, requests=asked[server.name], at_once=at_once, seconds=seconds)
        return await asyncio.to_thread(_lap, server, task, graph)

    for server in servers:
        await lap(server, pace.warm_s)
    for _ in range(pace.repetitions):
        for server in servers:
            laps[server.name].append(await lap(server, pace.seconds))
    return {
        "operation": operation.letter,
        "name": operation.name,
        "at_once": at_once,
        "servers": {name: _medians(each) for name, each in laps.items()},
    }


def _lap(server: Server, task: generator.Task, graph: int) -> Lap:
    pids = (server.pid, graph)
    before = [Usage.of(pid) for pid in pids]
    load = generator.run(task)
    # What is still done after the last answer belongs to it.
    _await_quiet(lambda: sum(Usage.of(pid).cpu_s for pid in pids))
    own, engine = (
        (Usage.of(pid).cpu_s - was.cpu_s) * 1000 / load.figures.requests
        for pid, was in zip(pids, before, strict=True)
    )
    figures = asdict(load.figures)
    return Lap(
        **figures,
        cpu_ms=round(own, 3),
        graph_cpu_ms=round(engine, 3),
        rss_mib=round(Usage.of(server.pid).rss_mib),
        load=load.share,
    )


def _await_quiet(used: Callable[[], float]) -> None:
    ends = time.monotonic() + QUIET_WITHIN_S
    while time.monotonic() < ends:
        before = used()
        time.sleep(QUIET_S)
        if used() - before < QUIET_SHARE * QUIET_S:
            return


def _medians(laps: Sequence[Lap]) -> dict[str, Any]:
    listed = [asdict(lap) for lap in laps]
    found: dict[str, Any] = {name: round(median(lap[name] for lap in listed), 3) for name in listed[0]}
    return {**found, "failed": sum(lap.failed for lap in laps), "each_per_s": [lap.per_s for lap in laps]}
