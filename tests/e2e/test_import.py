"""A folder is imported into a real Aether, is cut off, goes on, and is found."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pikepdf
import pytest

from aether.adapters.api_client import operations
from aether.adapters.api_client.client import Client, connected
from aether.adapters.embedded.ports import free_port
from aether.adapters.embedded.probes import answers
from tests import make_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

START_S = 120.0
"""What starting everything may take on a machine that has other things to do, in seconds."""
FILES = {
    "boats.html": b"<h1>Boats</h1><p>The ferry crosses at noon.",
    "gauges.docx": make_files.word(),
    "herons.md": b"# Herons\n\nThree herons stood at the weir.",
    "log.txt": b"The lock was opened at six.",
    "maps/delta.txt": b"The delta has seven arms.",
    "maps/north/elbe.pdf": make_files.pdf(["The Elbe is tidal below Geesthacht."]),
    "maps/north/oder.md": b"# Oder\n\nThe Oder has polders.",
    "notes.txt": b"Bring boots.",
    "rivers.pdf": make_files.pdf(["Water runs downhill."], ["The Zambezi floods in April."]),
}
SEALED = "sealed.pdf"
KEPT = {
    "Water": ["boats.html", "gauges.docx", "herons.md", "log.txt", "notes.txt", "rivers.pdf", SEALED],
    "maps": ["delta.txt"],
    "north": ["elbe.pdf", "oder.md"],
}


def sealed_pdf() -> bytes:
    """A PDF that takes a password, so large that it takes a while to send."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_files.pdf(["Secret."]))) as file:
        file.Root.Ballast = file.make_stream(os.urandom(60_000_000))
        file.save(written, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    return written.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("files")
    for name, data in {**FILES, SEALED: sealed_pdf(), ".hidden.txt": b"no"}.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


async def aether(*words: str | Path, quiet: bool = True) -> asyncio.subprocess.Process:
    output = asyncio.subprocess.PIPE if quiet else None
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "aether.cli", *words, stdout=output, stderr=asyncio.subprocess.STDOUT
    )


async def said(*words: str | Path) -> tuple[int | None, str]:
    """The exit code and the words of a command that ends."""
    process = await aether(*words)
    out, _ = await process.communicate()
    return process.returncode, out.decode()


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[str]:
    """The address of an Aether that keeps everything in *data*."""
    port = free_port()
    process = await aether("up", "--data", data, "--port", str(port), "--empty", quiet=False)
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(START_S):
            while not await answers(f"{url}/graphiql/config"):
                assert process.returncode is None
                await asyncio.sleep(0.2)
        yield url
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with running(tmp_path_factory.mktemp("aether")) as found:
        yield found


async def kept(client: Client) -> dict[str, list[str]]:
    """The names of all documents, by the name of their notebook."""
    notebooks = await client.everything(operations.NOTEBOOKS, "notebooks", text="", parent=None)
    return {
        notebook["name"]: [
            document["name"]
            for document in await client.everything(
                operations.DOCUMENTS, "notebook", "documents", id=notebook["id"]
            )
        ]
        for notebook in notebooks
    }


async def test_an_import_that_was_killed_goes_on_where_it_stopped(url: str, folder: Path) -> None:
    command = ("import", folder, "--notebook", "Water", "--url", url)

    async with connected(url, token=None, key=None) as client:
        importer = await aether(*command, "--jobs", "1")
        while not any((await kept(client)).values()):
            assert importer.returncode is None
            await asyncio.sleep(0.02)
        importer.send_signal(signal.SIGKILL)
        await importer.communicate()
        before = sum(map(len, (await kept(client)).values()))

        code, told = await said(*command)

        assert 0 < before < 10
        assert code == 1
        assert await kept(client) == KEPT
        (row,) = [line.split(maxsplit=2) for line in told.splitlines() if "FILE_ENCRYPTED" in line]
        assert row == [str(folder / SEALED), "FILE_ENCRYPTED", "The PDF is protected by a password."]
        assert "1 failed" in told

        code, told = await said(*command)

        assert code == 1
        assert "0 ready, 9 already there, 1 failed" in told
        assert await kept(client) == KEPT


async def test_what_was_imported_is_found(url: str, folder: Path) -> None:
    await said("import", folder, "--notebook", "Water", "--url", url)

    found = await said("search", "herons at the weir", "--notebook", "Water", "--url", url)
    nothing = await said("search", "xyzzyplugh", "--mode", "fulltext", "--url", url)

    assert found[0] == 0
    assert found[1].startswith(" 1. herons.md")
    assert "Three herons stood at the weir." in found[1]
    assert nothing == (1, "Nothing was found.\n")
