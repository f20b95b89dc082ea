"""Settings: read once, each wrong one named in one sentence."""

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from aether import settings
from aether.settings import LogFormat, Profile, Settings, SettingsWrong

CLUSTER = {
    "AETHER_GRAPH_URL": "neo4j://graph:7687",
    "AETHER_REDIS_URL": "redis://:password@redis:6379/0",
    "AETHER_QDRANT_URL": "http://qdrant:6333",
    "AETHER_ISSUER": "https://id.example.com/realms/aether",
    "AETHER_PUBLIC_URL": "https://aether.example.com",
}


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without settings, and no settings around it."""
    for name in list(os.environ):
        if name.startswith(settings.PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a cluster has to set."""
    for name, value in CLUSTER.items():
        monkeypatch.setenv(name, value)


def wrong(**given: object) -> str:
    """The one sentence that tells what is wrong."""
    with pytest.raises(SettingsWrong) as raised:
        settings.read(**given)
    said = str(raised.value)
    assert re.fullmatch(r"[^\n]+\.", said), said
    return said


def test_a_laptop_sets_nothing() -> None:
    found = settings.read(profile=Profile.EMBEDDED)

    assert (found.host, found.port, found.data) == ("127.0.0.1", 8080, Path(".data"))
    assert found.origin == "http://127.0.0.1:8080"
    assert len(found.session_key.get_secret_value()) >= 32
    assert found.session_key != settings.read(profile=Profile.EMBEDDED).session_key


@pytest.mark.usefixtures("cluster")
def test_a_cluster_is_read_from_the_environment() -> None:
    found = settings.read()

    assert found.profile is Profile.CLUSTER
    assert found.graph_url == CLUSTER["AETHER_GRAPH_URL"]
    assert found.origin == "https://aether.example.com"


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("name", ["GRAPH_URL", "REDIS_URL", "QDRANT_URL", "ISSUER"])
def test_a_cluster_says_where_its_parts_are(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(f"AETHER_{name}")

    assert wrong() == f"AETHER_{name} must be set, or run `aether up`."


def test_audimodal_is_told_with_a_key_and_secrets_that_can_be_ones() -> None:
    url, key = "https://audimodal.example/api/v1", SecretStr("a-key")
    secret = "whsec_" + "A" * 32
    both = SecretStr(f"{secret} whsec_{'B' * 32}")

    found = settings.read(
        profile="embedded", audimodal_url=url, audimodal_key=key, audimodal_webhook_secret=both
    )

    assert found.audimodal_secrets == both.get_secret_value().split()
    assert wrong(profile="embedded", audimodal_url=url) == "AETHER_AUDIMODAL_URL needs AETHER_AUDIMODAL_KEY."
    assert "AETHER_AUDIMODAL_WEBHOOK_SECRET" in wrong(
        profile="embedded", audimodal_webhook_secret=SecretStr("secret")
    )


@pytest.mark.usefixtures("cluster")
def test_a_file_is_read_and_the_environment_goes_before_it(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (nowhere / ".env").write_text("AETHER_PORT=9000\nAETHER_HOST=10.0.0.1\nAETHER_UNKNOWN=1\n")
    monkeypatch.setenv("AETHER_HOST", "10.0.0.2")

    found = settings.read(worker_jobs=2)

    assert (found.port, found.host, found.worker_jobs) == (9000, "10.0.0.2", 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "laptop"),
        ("PORT", "99999"),
        ("PORT", "-1"),
        ("PORT", "eighty"),
        ("SESSION_KEY", "too-short-to-sign"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("GRAPH_URL", "localhost"),
        ("GRAPH_URL", "http://graph:7474"),
        ("GRAPH_POOL", "0"),
        ("GRAPH_DEADLINE_S", "0"),
        ("GRAPH_DEADLINE_S", "nan"),
        ("GRAPH_HEAP", "lots"),
        ("REDIS_URL", "redis.example.com:6379"),
        ("QDRANT_URL", "qdrant:6333"),
        ("ISSUER", "id.example.com"),
        ("CORS_ORIGINS", "https://rivers.example.com"),
        ("CORS_ORIGINS", "[1]"),
        ("MAX_UPLOAD_BYTES", "0"),
        ("WORKER_JOBS", "0"),
        ("WORKER_LEASE_S", "0"),
        ("TOKEN_SKEW_S", "-1"),
    ],
)
def test_a_wrong_one_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"AETHER_{name}", value)

    said = wrong() if name == "PROFILE" else wrong(profile=Profile.EMBEDDED)

    assert said.startswith(f"AETHER_{name} is wrong: ")
    assert "short-to-sign" not in said


@pytest.mark.parametrize(
    "origin", ["http://aether.example.com", "http://10.0.0.7:8080", "aether.example.com"]
)
def test_pages_with_logins_are_served_by_https(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("AETHER_PUBLIC_URL", origin)

    assert origin in wrong(profile=Profile.EMBEDDED)


def test_a_child_reads_what_its_parent_has() -> None:
    parent = settings.read(
        profile=Profile.EMBEDDED,
        data=Path("some where"),
        cors_origins=["https://a.example", 'https://b.example/"quoted"'],
        graph_password=SecretStr("pass word'\"\\"),
        graph_deadline_s=2.5,
        log_format=LogFormat.CONSOLE,
        model=Path("/models/é"),
        default_tenant="riverside",
    )

    told = settings.environment(parent)

    with pytest.MonkeyPatch.context() as child:
        for name, value in told.items():
            child.setenv(name, value)
        assert settings.read() == parent


def test_no_secret_is_shown() -> None:
    found = settings.read(
        profile=Profile.EMBEDDED, graph_password=SecretStr("canary"), qdrant_key=SecretStr("canary")
    )

    assert "canary" not in f"{found} {found!r}"
    assert found.session_key.get_secret_value() not in repr(found)


def test_every_setting_is_explained_in_one_table() -> None:
    rows = settings.table().splitlines()[2:]

    assert [row.split("`")[1] for row in rows] == [f"AETHER_{name.upper()}" for name in Settings.model_fields]
    assert all(re.search(r"\. \|$", row) for row in rows), rows
    written = Path(__file__).parents[1] / "deploy" / "settings.md"
    assert written.read_text() == settings.table(), "run: python -m aether.cli settings > deploy/settings.md"
