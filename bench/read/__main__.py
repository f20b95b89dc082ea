"""Race Aether against @neo4j/graphql, print a table, and write `bench/results/read.json`."""

import argparse
import asyncio
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aether import logs
from bench import machine
from bench.read import engines, operations, race, seed, servers
from bench.read.world import World, described

RESULTS = Path(__file__).parents[1] / "results"
PEER = "peer"
"""The server that the others are compared to."""
LOG_LINES = 10


def main() -> None:
    given = _parser().parse_args()
    logs.set_up(level="error", json=False)
    servers.install()
    begun = time.perf_counter()
    figures: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.described(),
        "versions": _versions(),
        "asked": {name: value for name, value in vars(given).items() if name != "out"},
        "graphs": [asyncio.run(_raced(name, given)) for name in given.engines.split(",")],
    }
    figures["seconds"] = round(time.perf_counter() - begun)
    print("\n".join(_table(figures["graphs"])))
    given.out.parent.mkdir(exist_ok=True)
    given.out.write_text(json.dumps(figures, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.read", description=__doc__)
    add = parser.add_argument
    add("--engines", default="arcadedb,neo4j", help="the graphs to race on (%(default)s)")
    add("--scale", type=float, default=1.0, help="the size of the graph, from 0.05; 1 is 200,000 documents")
    add("--seconds", type=float, default=5.0, help="how long each repetition takes (%(default)s)")
    add("--warm", type=float, default=5.0, help="how long each server is warmed up (%(default)s)")
    add("--repetitions", type=int, default=3, help="how often each server is asked (%(default)s)")
    add("--operations", default="abcd", help="which of them (%(default)s)")
    add("--at-once", type=int, help="how many clients, instead of each operation's own number")
    add("--levels", type=int, default=4, help="how far the peer's rules let rights flow down (%(default)s)")
    add("--log-level", default="info", help="Aether's; info is what it is deployed with (%(default)s)")
    add("--out", type=Path, default=RESULTS / "read.json", help="where figures are written (%(default)s)")
    return parser


async def _raced(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """The figures of all operations on one engine."""
    world = World(scale=given.scale)
    with tempfile.TemporaryDirectory(prefix="aether-race-") as folder:
        async with engines.running(name, Path(folder)) as engine:
            begun = time.perf_counter()
            await seed.plant(world, engine.settings)
            planted_s = round(time.perf_counter() - begun, 1)
            print(f"{engine.name}: {described(world)} planted in {planted_s} s", flush=True)
            try:
                rows = await _operations(engine, world, given)
            except Exception:
                _show_logs(Path(folder))
                raise
    return {"engine": engine.name, "world": described(world), "planted_s": planted_s, "operations": rows}


async def _operations(
    engine: engines.Engine, world: World, given: argparse.Namespace
) -> list[dict[str, Any]]:
    pace = race.Pace(
        seconds=given.seconds, repetitions=given.repetitions, warm_s=given.warm, at_once=given.at_once
    )
    chosen = [each for each in operations.ALL if each.letter in given.operations]
    rows = []
    async with servers.running(engine, world, log_level=given.log_level, levels=given.levels) as raced:
        for operation in chosen:
            await asyncio.to_thread(race.check, raced, operation, world)
        for operation in chosen:
            rows.append(await race.run(raced, operation, world, pace=pace, graph=engine.pid))
            print(json.dumps(rows[-1]), flush=True)
    return rows


def _show_logs(folder: Path) -> None:
    """Show how the servers' logs end, before they are gone."""
    for log in sorted(folder.glob("stack/logs/*.log")):
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        print(f"--- {log.name}", *lines, sep="\n", file=sys.stderr)


def _versions() -> dict[str, str]:
    lock = json.loads((servers.PEER / "package-lock.json").read_text())["packages"]
    peer = {name: lock[f"node_modules/{name}"]["version"] for name in lock[""]["dependencies"]}
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
    ours = {name: version(name) for name in ("arcadedb-embedded", "neo4j", "strawberry-graphql", "uvicorn")}
    return {"python": platform.python_version(), **ours, "node": node.stdout.strip(), **peer}


_COLUMNS = ("per_s", "p50_ms", "p95_ms", "p99_ms", "cpu_ms", "graph_cpu_ms", "rss_mib", "failed", "load")


def _table(graphs: Sequence[dict[str, Any]]) -> Iterator[str]:
    heads = ("graph", "operation", "at once", "server", *_COLUMNS, "per_s ratio", "cpu ratio")
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for graph in graphs:
        for row in graph["operations"]:
            peer = row["servers"][PEER]
            for server, it in row["servers"].items():
                ratios = (f"{it['per_s'] / peer['per_s']:.2f}", f"{it['cpu_ms'] / peer['cpu_ms']:.2f}")
                cells = (graph["engine"], row["operation"], row["at_once"], server)
                yield "| " + " | ".join(map(str, (*cells, *(it[name] for name in _COLUMNS), *ratios))) + " |"


if __name__ == "__main__":
    main()
