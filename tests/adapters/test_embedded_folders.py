"""A data folder has one owner at a time, and nothing that is not ours is ever deleted."""

import asyncio
import sys
from pathlib import Path

import pytest

from aether.adapters.embedded import addresses, folders
from aether.adapters.embedded.ports import free_port

OWNER = """
import sys, time
from pathlib import Path
from aether.adapters.embedded import folders

with folders.owned(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(600)
"""


async def test_a_second_owner_is_refused_and_told_the_first_ones_process(tmp_path: Path) -> None:
    first = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path / "data"), stdout=asyncio.subprocess.PIPE
    )
    assert first.stdout
    await first.stdout.readline()

    with pytest.raises(folders.FolderInUse, match=f"process {first.pid}:"), folders.owned(tmp_path / "data"):
        pass
    with pytest.raises(folders.FolderInUse):
        folders.reset(tmp_path / "data")

    first.kill()
    await first.wait()
    with folders.owned(tmp_path / "data"):
        pass


def test_a_folder_with_other_things_is_neither_used_nor_reset(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("ten years")

    with pytest.raises(folders.FolderForeign), folders.owned(tmp_path):
        pass
    with pytest.raises(folders.FolderForeign):
        folders.reset(tmp_path)

    assert [it.name for it in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_reset_deletes_the_data_and_nothing_that_a_link_leads_to(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.tex").write_text("ten years")
    with folders.owned(tmp_path / "data") as home:
        (home / "graph").mkdir()
        (home / "graph" / "pages").write_text("0")
        (home / "link").symlink_to(elsewhere)

    folders.reset(tmp_path / "data")

    assert (elsewhere / "thesis.tex").exists()
    assert not (tmp_path / "data" / "graph").exists()
    assert not (tmp_path / "data" / "link").is_symlink()
    with folders.owned(tmp_path / "data"):
        pass


def test_addresses_stay_and_a_taken_port_is_replaced(tmp_path: Path) -> None:
    import socket

    first = addresses.of(tmp_path)
    assert addresses.of(tmp_path) == first

    with socket.create_server(("127.0.0.1", first.redis.port)):
        second = addresses.of(tmp_path)

    assert second.redis.port != first.redis.port
    assert second.redis.password == first.redis.password
    assert second.graph == first.graph


def test_secrets_are_for_their_owner_only_and_never_printed(tmp_path: Path) -> None:
    found = addresses.of(tmp_path)

    assert (tmp_path / "addresses.json").stat().st_mode & 0o077 == 0
    assert found.graph.password not in repr(found)
    assert found.redis.password not in repr(found)
    assert found.vectors.key not in repr(found)


def test_a_preferred_port_is_given_when_it_is_free() -> None:
    port = free_port()

    assert free_port(port) == port
