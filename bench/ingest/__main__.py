"""Measure, print tables, and write `bench/results/ingest.json`."""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine
from bench.ingest import corpus, product, queries, reading, scans

RESULTS = Path(__file__).parents[1] / "results"
PEERS = ("kreuzberg==4.10.4", "markitdown[docx,pdf,pptx,xls,xlsx]==0.1.8")
"""What others read files with; both MIT. They are installed beside us, and ship with nothing."""
COLUMNS = ("s", "cpu_s", "rss_mib", "characters")
PATIENCE_S = 90


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.ingest")
    asked.add_argument("--times", type=int, default=3, help="how often a file is read; the best counts")
    asked.add_argument("--only", choices=["reading", "product"], help="measure only this")
    given = asked.parse_args()
    figures: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine.described(),
    }
    with tempfile.TemporaryDirectory() as folder:
        files = corpus.written(Path(folder))
        if given.only != "product":
            figures["scans"] = scans.measured()  # first: a child is as large as whoever it is forked from
            figures["queries"] = queries.measured()
            figures["reading"] = _raced(files, given.times)
        if given.only != "reading":
            figures["product"] = product.measured(files)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ingest.json").write_text(json.dumps(figures, indent=2) + "\n")
    _show(figures)


def _raced(files: dict[str, Path], times: int) -> dict[str, dict[str, Any]]:
    """What each tool takes for each file, one after the other, each in a process of its own."""
    theirs = _peers()
    return {
        name: {
            tool: _read(theirs if tool != "aether" else sys.executable, tool, path, times)
            for tool in reading.TOOLS
        }
        | {"bytes": path.stat().st_size}
        for name, path in files.items()
    }


def _peers() -> str:
    """The Python of an environment that holds the others."""
    place = Path(".cache/bench-ingest")
    python = place / "bin/python"
    if not python.exists():
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *PEERS], check=True)
    return str(python)


def _read(python: str, tool: str, path: Path, times: int) -> dict[str, Any]:
    command = [python, str(Path(reading.__file__)), tool, str(path), str(times)]
    try:
        done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {PATIENCE_S} s"}
    if done.returncode:
        return {"failed": done.stderr.decode().strip().rpartition("\n")[2][:200]}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _show(figures: dict[str, Any]) -> None:
    for name, row in figures.get("reading", {}).items():
        print(f"\n{name} ({row['bytes'] / 1e6:.1f} MB)")
        for tool in reading.TOOLS:
            print(f"  {tool:12}", "  ".join(f"{it} {row[tool].get(it, '-')}" for it in COLUMNS))
    print(json.dumps({part: figures.get(part, {}) for part in ("queries", "scans")}, indent=2))
    print(json.dumps(figures.get("product", {}), indent=2))


if __name__ == "__main__":
    main()
