"""The public audits of GraphQL over HTTP, by the package `graphql-http`."""

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from tests.graphql.house import House

AUDITS = Path(__file__).parents[1] / "e2e" / "audits"


@pytest.fixture(scope="session")
async def audits() -> Path:
    """The folder of the audits, installed."""
    if shutil.which("npm") is None:
        pytest.skip("THE AUDITS DID NOT RUN: there is no npm here")
    if not (AUDITS / "node_modules").is_dir():
        npm = await asyncio.create_subprocess_exec(
            *("npm", "ci", "--no-fund", "--no-audit"), cwd=AUDITS, stdout=PIPE, stderr=STDOUT
        )
        said, _ = await npm.communicate()
        if npm.returncode:
            pytest.skip(f"THE AUDITS DID NOT RUN: npm cannot fetch them: {said.decode()[-500:]}")
    return AUDITS


@pytest.mark.npm
async def test_every_public_audit_is_passed(house: House, audits: Path) -> None:
    node = await asyncio.create_subprocess_exec(
        *("node", "run.mjs", f"{house.settings.origin}/graphql"), cwd=audits, stdout=PIPE
    )
    said, _ = await node.communicate()
    results = json.loads(said)

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
