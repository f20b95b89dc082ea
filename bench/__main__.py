"""Measure, print a table, and write `bench/results/spine.json`."""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import aether, files, load, machine, operations
from bench.machine import Usage

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench")
    asked.add_argument("--seconds", type=float, default=5.0, help="how long each operation is asked for")
    asked.add_argument("--files", type=int, default=100, help="how many files are imported")
    given = asked.parse_args()
    figures: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.described(),
    }
    with aether.folder() as data:
        with aether.up(data, "--empty") as running:
            figures["first start, s"] = round(running.ready_s, 2)
        with aether.up(data, "--empty") as running:
            figures["later start, s"] = round(running.ready_s, 2)
            figures["operations"] = [
                _measured(running, it, given.seconds) for it in operations.seeded(running)
            ]
            figures["import"] = _imported(running, given.files)
            figures["api memory, MiB"] = round(Usage.of(running.pid).rss_mib)
    _show(figures)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "spine.json").write_text(json.dumps(figures, indent=2) + "\n")


def _measured(running: aether.Running, operation: operations.Operation, seconds: float) -> dict[str, object]:
    url = f"{running.url}/graphql"
    ask = {"token": running.token, "at_once": operation.at_once}
    asyncio.run(load.run(url, operation.bodies, **ask, seconds=1.0))
    graph = next(pid for pid, line in machine.children(running.pid).items() if "ArcadeDB" in line)
    before, graph_before = Usage.of(running.pid), Usage.of(graph)
    found = asyncio.run(load.run(url, operation.bodies, **ask, seconds=seconds))
    spent = Usage.of(running.pid).cpu_s - before.cpu_s
    graph_spent = Usage.of(graph).cpu_s - graph_before.cpu_s
    return {
        "name": operation.name,
        "at_once": operation.at_once,
        **asdict(found),
        "api_cpu_ms": round(1000 * spent / max(found.requests, 1), 2),
        "graph_cpu_ms": round(1000 * graph_spent / max(found.requests, 1), 2),
    }


def _imported(running: aether.Running, count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        size = files.mixed(Path(folder), count)
        begun = time.perf_counter()
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "aether.cli",
                "import",
                folder,
                "--notebook=Imported",
                f"--url={running.url}",
            ],
            check=False,
            capture_output=True,
        )
        taken = time.perf_counter() - begun
    return {
        "files": count,
        "mb": round(size / 1e6, 2),
        "seconds": round(taken, 1),
        "files_per_s": round(count / taken, 2),
        "exit_code": done.returncode,
    }


def _show(figures: dict[str, object]) -> None:
    rows = figures["operations"]
    assert isinstance(rows, list)
    print(json.dumps({name: value for name, value in figures.items() if name != "operations"}, indent=2))
    columns = [
        "name",
        "at_once",
        "per_s",
        "p50_ms",
        "p95_ms",
        "p99_ms",
        "api_cpu_ms",
        "graph_cpu_ms",
        "failed",
    ]
    print("| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))
    for row in rows:
        print("| " + " | ".join(str(row[column]) for column in columns) + " |")


if __name__ == "__main__":
    main()
