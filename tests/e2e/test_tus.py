"""Uploads by the client that everybody uses, `tus-js-client`, which knows nothing of us."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import asyncio
import hashlib
import json
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from tests.graphql.conftest import (  # noqa: F401 - pytest finds them by their names
    ada,
    beside,
    here,
    house,
    pytest_generate_tests,
)
from tests.graphql.house import Caller, House

CLIENT = Path(__file__).parent / "tus"
SIZE = 3_000_000


@pytest.fixture(scope="session")
async def client() -> Path:
    """The folder of the client, installed."""
    if shutil.which("npm") is None:
        pytest.skip("TUS-JS-CLIENT DID NOT RUN: there is no npm here")
    if not (CLIENT / "node_modules").is_dir():
        npm = await asyncio.create_subprocess_exec(
            *("npm", "ci", "--no-fund", "--no-audit", "--ignore-scripts"),
            cwd=CLIENT,
            stdout=PIPE,
            stderr=STDOUT,
        )
        said, _ = await npm.communicate()
        if npm.returncode:
            pytest.skip(f"TUS-JS-CLIENT DID NOT RUN: npm cannot fetch it: {said.decode()[-500:]}")
    return CLIENT


def test_what_is_locked_names_no_registry() -> None:
    locked = json.loads((CLIENT / "package-lock.json").read_text())["packages"]

    assert "node_modules/tus-js-client" in locked
    assert [name for name, it in locked.items() if "resolved" in it] == []


@pytest.mark.npm
async def test_the_usual_client_pauses_breaks_off_and_goes_on(
    house: House, ada: Caller, client: Path
) -> None:
    notebook = await ada.notebook()
    begun = await ada.do(
        "createUpload", "upload { url }", notebookId=notebook, name="begun.bin", size=SIZE, contentType=None
    )
    token = ada.client.headers["authorization"].removeprefix("Bearer ")
    node = await asyncio.create_subprocess_exec(
        *("node", "run.mjs", house.settings.origin, token, notebook, begun["upload"]["url"]),
        cwd=client,
        stdout=PIPE,
        stderr=PIPE,
    )
    said, complaints = await node.communicate()
    assert node.returncode == 0, complaints.decode()
    told = json.loads(said)

    by_name = {result["name"]: result for result in told["results"]}
    assert len(by_name) == 7
    for name, result in by_name.items():
        got = await ada.client.get(f"/documents/{result['document']}/content")
        assert hashlib.sha256(got.content).hexdigest() == told["sha256"], name
    broken = by_name["broken.bin"]
    assert broken["breaks"] == 3
    assert broken["begun"] == 1
    assert len(broken["offsets"]) > 3
    assert broken["offsets"] == sorted(broken["offsets"])
    assert broken["offsets"][-1] > 0
    asked = "query ($id: ID!) { notebook(id: $id) { documents { edges { node { name fileSize } } } } }"
    edges = (await ada.ask(asked, id=notebook))["notebook"]["documents"]["edges"]
    assert sorted(edge["node"]["name"] for edge in edges) == sorted({*by_name, "begun.bin"} - {"given.bin"})
    assert {edge["node"]["fileSize"] for edge in edges} == {SIZE}
