"""`aether up` starts, stops, starts again, and says in one sentence why it does not."""

import socket
from pathlib import Path

import httpx
import pytest

from aether.adapters.api_client import operations
from aether.adapters.embedded.ports import free_port
from tests.e2e import ups
from tests.servers.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VIEWER = "{ viewer { username } }"


def sentence(code: int | None, out: str, err: str) -> str:
    """The one sentence, for a person, with which a command refused."""
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("aether: ")
    assert line.endswith(".")
    return line


async def everything(running: ups.Up) -> list[str]:
    """The names of all notebooks."""
    async with ups.asking(running) as ada:
        found = await ada.everything(operations.NOTEBOOKS, "notebooks", text="", parent=None)
        return sorted(notebook["name"] for notebook in found)


async def test_it_is_stopped_and_begun_again(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()

    async with ups.up(data, "--empty", port=port) as running:
        code, token, _ = await ups.said("token", "ada", "--data", data, "--port", str(port))
        assert code == 0
        async with ups.asking(running, token.strip()) as ada:
            assert (await ada.ask(VIEWER))["viewer"]["username"] == "ada"
            await ada.change(operations.CREATE_NOTEBOOK, name="Rivers", parent=None)

        second = await ups.said("up", "--data", data, "--port", str(free_port()))
        reset = await ups.said("up", "--data", data, "--port", str(free_port()), "--reset")
        for refused in (second, reset):
            assert f"in use by process {running.process.pid}" in sentence(*refused)
        assert await everything(running) == ["Rivers"]

        pids = running.pids()
        assert len(pids) >= 5
        assert await running.stopped() == 0
        await until(lambda: not any(map(ups.alive, pids)), within_s=1)

    async with ups.up(data, "--empty", port=port) as running:
        assert await everything(running) == ["Rivers"]
        async with ups.asking(running, token.strip()) as ada:
            assert (await ada.ask(VIEWER))["viewer"]["username"] == "ada"

        pids = running.pids()
        running.process.kill()
        await running.process.wait()
        await until(lambda: not any(map(ups.alive, pids)), within_s=5)

    async with ups.up(data, "--empty", "--reset", port=port) as running:
        assert await everything(running) == []
        async with httpx.AsyncClient(base_url=running.url, trust_env=False) as client:
            ready = (await client.get("/readyz")).json()
        assert ready == {
            "status": "ok",
            "parts": dict.fromkeys(("graph", "redis", "vectors", "blobs"), "ok"),
        }


async def test_a_port_that_somebody_has_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        refused = await ups.said("up", "--data", tmp_path / "data", "--port", str(port), "--empty")

    assert f"port {port}" in sentence(*refused)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AETHER_PORT", "99999", "AETHER_PORT is wrong: "),
        ("AETHER_PORT", "eighty", "AETHER_PORT is wrong: "),
        ("AETHER_LOG_LEVEL", "loud", "AETHER_LOG_LEVEL is wrong: "),
        ("AETHER_SESSION_KEY", "short", "AETHER_SESSION_KEY is wrong: "),
        ("AETHER_MAX_UPLOAD_BYTES", "0", "AETHER_MAX_UPLOAD_BYTES is wrong: "),
        ("AETHER_CORS_ORIGINS", "rivers", "AETHER_CORS_ORIGINS"),
        ("AETHER_PUBLIC_URL", "http://rivers.example", "http://rivers.example is not"),
    ],
)
async def test_a_wrong_setting_is_told_in_one_sentence(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    refused = await ups.said("up", "--data", tmp_path / "data", **{name: value})

    said = sentence(*refused)

    assert told in said
    assert "short" not in said
    assert not (tmp_path / "data").exists()


async def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("It was a dark and stormy night.")

    for more in ((), ("--reset",)):
        refused = await ups.said("up", "--data", tmp_path, "--port", str(free_port()), *more)

        assert "not a data folder of Aether" in sentence(*refused)
    assert [path.name for path in tmp_path.iterdir()] == ["novel.txt"]


async def test_what_does_not_answer_is_told_part_by_part(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"

    code, out, _ = await ups.said(
        "check",
        AETHER_DATA=str(tmp_path / "data"),
        AETHER_GRAPH_URL=f"bolt://{nowhere}",
        AETHER_REDIS_URL=f"redis://{nowhere}/0",
        AETHER_QDRANT_URL=f"http://{nowhere}",
        AETHER_ISSUER=f"http://{nowhere}/realms/aether",
        AETHER_PUBLIC_URL="https://aether.example",
    )

    told = dict(line.split(": ", 1) for line in out.splitlines())
    assert code == 1
    assert told.keys() == {"graph", "redis", "vectors", "blobs", "issuer"}
    assert [name for name, how in told.items() if how == "answers"] == ["blobs"]


async def test_nothing_is_checked_before_it_is_said_where_it_is(tmp_path: Path) -> None:
    assert "AETHER_GRAPH_URL must be set, or run `aether up`" in sentence(
        *await ups.said("check", AETHER_DATA=str(tmp_path))
    )
