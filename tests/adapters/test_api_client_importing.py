"""Importing into an Aether that is slow, away, cut off, or says no."""

import unicodedata
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from starlette.responses import Response
from typing_extensions import override

from aether.adapters.api_client import client as api_client
from aether.adapters.api_client import files, live, operations
from aether.adapters.api_client.client import Away, Client, Declined, connected
from aether.adapters.api_client.files import File
from aether.adapters.api_client.importing import Import, Outcome, Watcher
from aether.adapters.api_client.live import Live
from aether.adapters.embedded.ports import free_port
from aether.domain.errors import Invalid, Missing, Unauthenticated
from tests.adapters.test_api_client_house import (
    BIG,
    DONE,
    SEALED,
    TOKEN,
    House,
    Line,
    drawn,
    standing,
    trouble,
)
from tests.servers.waiting import until


class Log(Watcher):
    def __init__(self) -> None:
        self.stages: list[tuple[str, str]] = []
        self.waits: list[tuple[str, float]] = []

    @override
    def begin(self, files: object) -> None: ...

    @override
    def sent(self, file: File, count: int) -> None: ...

    @override
    def staged(self, file: File, stage: str, progress: int) -> None:
        self.stages.append((file.path.name, stage))

    @override
    def ended(self, file: File, outcome: Outcome) -> None: ...

    @override
    def wait(self, reason: str, seconds: float) -> None:
        self.waits.append((reason, seconds))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with standing() as built:
        yield built


@pytest.fixture
async def line(house: House) -> AsyncIterator[Line]:
    async with drawn(house) as found:
        yield found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are too short to be noticed."""
    monkeypatch.setattr(api_client, "PAUSE_S", 0.01)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, one of them two folders down."""
    (tmp_path / "rivers" / "north").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("The Elbe.")
    (tmp_path / "b.txt").write_text("The Rhine.")
    (tmp_path / "rivers" / "north" / "c.txt").write_text("The Oder.")
    return tmp_path


@asynccontextmanager
async def client_of(port: int, token: str | None = TOKEN) -> AsyncIterator[Client]:
    async with connected(f"http://127.0.0.1:{port}", token=token, key=None) as client:
        yield client


async def bring(
    *paths: Path,
    port: int,
    notebook: str = "Water",
    jobs: int = 4,
    token: str | None = TOKEN,
    patience_s: float = 2,
) -> tuple[Import, Log]:
    log = Log()
    async with client_of(port, token) as client, aclosing(Live(client)) as socket:
        importing = Import(client, socket, log, patience_s=patience_s)
        await importing.run(files.found(paths), notebook=notebook, jobs=jobs)
    return importing, log


def outcomes(importing: Import) -> dict[str, str]:
    return {file.path.name: outcome.value for file, outcome in importing.outcomes.items()}


def codes(importing: Import) -> dict[str, str]:
    return {file.path.name: failure.code for file, failure in importing.failures.items()}


ALL = {"Water": ["a.txt", "b.txt"], "Water/rivers/north": ["c.txt"]}


async def test_folders_become_notebooks_and_their_files_documents(house: House, folder: Path) -> None:
    importing, log = await bring(folder, port=house.port)

    assert house.tree() == ALL
    assert set(outcomes(importing).values()) == {"ready"}
    assert sorted(log.stages) == [("a.txt", "extract"), ("b.txt", "extract"), ("c.txt", "extract")]
    assert house.polls == 0


async def test_what_is_there_is_not_sent_again(house: House, folder: Path) -> None:
    await bring(folder, port=house.port)
    (folder / "a.txt").write_text("The Ems..")
    for document in house.documents[house.notebooks[0]["id"]]:
        document["processingStatus"] = "COMPLETED"
    again, _ = await bring(folder, port=house.port)

    assert outcomes(again) == {"a.txt": "ready", "b.txt": "already there", "c.txt": "ready"}
    assert house.tree() == {**ALL, "Water": ["a.txt", "a.txt", "b.txt"]}
    assert len(house.notebooks) == 3
    assert house.uploads == 4


async def test_names_are_known_again_in_whatever_form_they_are_written(house: House, tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Flüsse.txt")
    (tmp_path / name).write_text("The Elbe.")

    await bring(tmp_path, port=house.port)
    await bring(tmp_path, port=house.port)

    assert house.uploads == 1


async def test_twins_are_sent_once(house: House, tmp_path: Path) -> None:
    for twin in ("one", "two", "three"):
        (tmp_path / twin).mkdir()
        (tmp_path / twin / "a.txt").write_text("The Elbe." if twin != "three" else "The Rhine")

    importing, _ = await bring(*(tmp_path / it for it in ("one", "two", "three")), port=house.port)

    assert house.tree() == {"Water": ["a.txt", "a.txt"]}
    assert len(importing.outcomes) == 3


async def test_what_was_refused_before_is_told_again_and_not_sent(house: House, folder: Path) -> None:
    id = house.notebook("Water")
    house.keep(id, "a.txt", b"The Elbe.", processingStatus="FAILED", error=SEALED)

    importing, _ = await bring(folder / "a.txt", port=house.port)

    assert codes(importing) == {"a.txt": "FILE_ENCRYPTED"}
    assert house.uploads == 0


async def test_uploads_are_tried_again_after_as_long_as_aether_says(house: House, folder: Path) -> None:
    house.troubles = [trouble(503, "STORE_DOWN", Retry_After="1"), trouble(503, "STORE_DOWN")]

    importing, log = await bring(folder / "a.txt", port=house.port)

    assert outcomes(importing) == {"a.txt": "ready"}
    assert log.waits == [("It is so.", 1.0), ("It is so.", 0.02)]
    assert house.uploads == 3


async def test_operations_are_tried_again_too(house: House, folder: Path) -> None:
    away = {"message": "The graph is away.", "extensions": {"code": "GRAPH_UNAVAILABLE"}}
    house.faults = [away, {**away, "extensions": {**away["extensions"], "retryAfterSeconds": 0.05}}]  # type: ignore[dict-item]

    importing, log = await bring(folder, port=house.port)

    assert set(outcomes(importing).values()) == {"ready"}
    assert [seconds for _, seconds in log.waits] == [0.01, 0.05]


async def test_an_upload_that_was_cut_off_is_sent_whole(house: House, line: Line, tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(BIG)
    line.cuts = 2

    importing, log = await bring(tmp_path, port=line.port)

    assert outcomes(importing) == {"big.txt": "ready"}
    assert [it["fileSize"] for held in house.documents.values() for it in held] == [str(len(BIG))]
    assert len(log.waits) == 2


async def test_what_was_kept_is_not_sent_again_when_the_answer_got_lost(
    house: House, line: Line, folder: Path
) -> None:
    line.losses = 3

    importing, _ = await bring(folder, port=line.port)

    assert set(outcomes(importing).values()) == {"ready"}
    assert house.tree() == ALL
    assert line.losses == 0


async def test_an_aether_that_stays_away_ends_the_import(folder: Path) -> None:
    with pytest.raises(Away, match="does not answer at"):
        await bring(folder, port=free_port(), patience_s=0.1)


async def test_an_aether_that_goes_away_ends_the_import(house: House, folder: Path) -> None:
    house.collapses = True

    with pytest.raises(Away, match="It is so"):
        await bring(folder, port=house.port, jobs=1, patience_s=0.1)

    assert house.uploads == 1


async def test_one_file_that_is_never_taken_does_not_hold_up_the_others(house: House, folder: Path) -> None:
    house.troubles = [trouble(503, "UPLOAD_STALLED", Retry_After="1"), trouble(503, "UPLOAD_STALLED")]

    importing, _ = await bring(folder, port=house.port, jobs=1, patience_s=1)

    assert codes(importing) == {"a.txt": "UPLOAD_STALLED"}
    assert set(outcomes(importing).values()) == {"ready", "failed"}


@pytest.mark.parametrize("size", [10, len(BIG)])
async def test_a_file_that_is_too_large_is_told_and_the_others_go_on(
    size: int, house: House, folder: Path
) -> None:
    (folder / "0.txt").write_bytes(BIG[:size])
    house.troubles = [trouble(413, "FILE_TOO_LARGE")]

    importing, _ = await bring(folder, port=house.port, jobs=1)

    assert codes(importing) == {"0.txt": "FILE_TOO_LARGE"}
    assert house.tree() == ALL


async def test_an_answer_that_is_not_aethers_is_told_by_its_status(house: House, folder: Path) -> None:
    house.troubles = [Response("<h1>Too large</h1>", 413)]

    importing, _ = await bring(folder / "a.txt", port=house.port)

    (failure,) = importing.failures.values()
    assert failure.code == "HTTP_413"
    assert "413 Request Entity Too Large" in failure.message or "413 Content Too Large" in failure.message


async def test_a_token_that_has_expired_ends_the_import(house: House, folder: Path) -> None:
    with pytest.raises(Unauthenticated, match="expired"):
        await bring(folder, port=house.port, token="old")

    assert house.uploads == 0


async def test_on_this_machine_the_ready_token_is_taken_and_renewed(house: House) -> None:
    house.ready = "old"
    async with client_of(house.port, None) as client:
        with pytest.raises(Unauthenticated):
            await client.ask(operations.ANYTHING)

        house.ready = TOKEN
        with pytest.raises(Away, match="there is a new one"):
            await client.ask(operations.ANYTHING)
        assert await client.ask(operations.ANYTHING)


async def test_elsewhere_one_has_to_say_who_one_is() -> None:
    async with connected("http://aether.example", token=None, key=None) as client:
        with pytest.raises(Unauthenticated, match="--token"):
            await client.ask(operations.ANYTHING)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://aether.example", "http://", "http://[::1"])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(Invalid, match=r"http://127\.0\.0\.1:8080"):
        async with connected(url, token=TOKEN, key=None):
            pass


async def test_an_api_key_lets_in_as_well() -> None:
    async with connected("http://aether.example", token=None, key="aek_1") as client:
        assert await client.credential() == {"X-API-Key": "aek_1"}


async def test_no_more_files_are_on_their_way_than_asked_for(house: House, tmp_path: Path) -> None:
    house.pause_s = 0.02
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text(str(number))

    await bring(tmp_path, port=house.port, jobs=3)

    assert house.most_at_once == 3


@pytest.mark.parametrize(("sockets", "subscriptions"), [("refused", 0), ("broken", 1), ("silent", 1)])
async def test_without_a_socket_that_tells_aether_is_asked(
    sockets: str, subscriptions: int, house: House, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SILENCE_S", 0.1)
    house.sockets = sockets

    importing, _ = await bring(folder / "a.txt", port=house.port)

    assert outcomes(importing) == {"a.txt": "ready"}
    assert house.subscriptions == subscriptions
    assert house.polls == 1
    await until(lambda: house.left == (sockets == "silent"))


async def test_a_job_that_fails_tells_why(house: House, folder: Path) -> None:
    house.fates = {
        "a.txt": {**DONE, "status": "FAILED", "error": SEALED},
        "b.txt": {**DONE, "status": "CANCELLED"},
    }

    importing, _ = await bring(folder, port=house.port)

    assert codes(importing) == {"a.txt": "FILE_ENCRYPTED", "b.txt": "JOB_CANCELLED"}
    assert outcomes(importing)["c.txt"] == "ready"


async def test_a_folder_that_is_refused_fails_its_files_only(house: House, folder: Path) -> None:
    (folder / "forbidden").mkdir()
    (folder / "forbidden" / "d.txt").write_text("The Main.")

    importing, _ = await bring(folder, port=house.port)

    assert codes(importing) == {"d.txt": "NOTEBOOK_TOO_DEEP"}
    assert house.tree() == ALL


async def test_a_file_that_cannot_be_read_is_told(house: House, folder: Path) -> None:
    found = files.found([folder])
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text("The Rhine, which grows.")
    async with client_of(house.port) as client, aclosing(Live(client)) as socket:
        importing = Import(client, socket, Log())
        await importing.run(found, notebook="Water", jobs=4)

    assert codes(importing) == {"a.txt": "FILE_NOT_READ", "b.txt": "FILE_CHANGED"}
    assert house.tree() == {"Water/rivers/north": ["c.txt"]}


async def test_a_notebook_at_the_top_is_meant_before_others_of_its_name(house: House, folder: Path) -> None:
    house.notebook("Water", parent=house.notebook("Archive"))
    house.notebook("Water", permission="READ")
    top = house.notebook("Water")

    await bring(folder / "a.txt", port=house.port)

    assert list(house.documents) == [top]


async def test_of_several_notebooks_one_is_named_by_its_id(house: House, folder: Path) -> None:
    house.notebook("Water")
    second = house.notebook("Water")

    with pytest.raises(Declined, match=second):
        await bring(folder / "a.txt", port=house.port)
    await bring(folder / "a.txt", port=house.port, notebook=second)
    with pytest.raises(Missing):
        await bring(folder / "a.txt", port=house.port, notebook=f"notebook_{'z' * 26}")

    assert [it["name"] for it in house.documents[second]] == ["a.txt"]
