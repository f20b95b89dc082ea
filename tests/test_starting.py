"""What processes import before they do anything: each second of it is one in which nobody works."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

NOWHERE = {
    "AETHER_PROFILE": "embedded",
    "AETHER_GRAPH_URL": "bolt://127.0.0.1:9",
    "AETHER_REDIS_URL": "redis://127.0.0.1:9",
    "AETHER_QDRANT_URL": "http://127.0.0.1:9",
}
"""Where nothing answers."""
MODELS = {"torch", "transformers", "sentence_transformers", "sklearn", "onnx", "onnxruntime", "numpy._core"}
FILES = {"PIL", "pikepdf", "pypdfium2", "lxml", "selectolax", "python_calamine", "libarchive"}
STORES = {"qdrant_client", "aiobotocore", "botocore", "hvac"}
SERVED = {"strawberry", "graphql", "aether.graphql", "starlette", "uvicorn"}


def named(told: str) -> set[str]:
    """The modules in what `-X importtime` tells."""
    lines = (line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:"))
    return set(lines)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AETHER_")}
    there = {"AETHER_DATA": str(tmp_path), "AETHER_EMBEDDER_SOCKET": str(tmp_path / "embedder")}
    return {**kept, **NOWHERE, **there}


async def test_a_worker_begins_without_what_only_some_jobs_need(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """It is looked at when it has asked for its first job; nobody answers, so it gets none."""
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-m", "aether.worker"),
        cwd=tmp_path,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    assert worker.stderr
    told = b""
    async with asyncio.timeout(60):
        while b"queue_away" not in told:
            line = await worker.stderr.readline()
            assert line, told.decode()
            told += line
        worker.terminate()
        told += await worker.stderr.read()
        assert await worker.wait() == 0
    found = named(told.decode())
    assert "aether.workers.jobs" in found
    assert found & (MODELS | FILES | STORES | SERVED) == set()


def test_the_api_begins_without_what_it_never_does_itself(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import aether.asgi"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found = named(done.stderr)
    assert "aether.graphql.schema" in found
    assert found & (MODELS | FILES | STORES | {"aether.adapters.arq.worker"}) == set()
