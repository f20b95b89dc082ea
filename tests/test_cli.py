"""The command line, as far as it takes no Aether that runs; what does is in `e2e`."""

import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from aether import cli, settings
from aether.graphql import schema


def said(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """What a command of its own process says; it may read settings and set logs up."""
    command = [sys.executable, "-m", "aether.cli", *words]
    path = ":".join(it for it in sys.path if it)
    return subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": path, **env}, check=False
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence with which a command refused."""
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("aether: ")
    assert line.endswith(".")
    return line


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema"]) == 0
    assert capsys.readouterr().out == schema.sdl()


def test_the_settings_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["settings"]) == 0
    assert capsys.readouterr().out == settings.table()


@pytest.mark.parametrize("words", [[], ["fly"], ["up", "--port", "eighty"], ["token"], ["import", "x"]])
def test_what_is_no_command_is_explained(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(words)

    assert raised.value.code == 2
    assert "usage: aether" in capsys.readouterr().err


def test_a_token_is_printed_for_somebody_of_the_demo(tmp_path: Path) -> None:
    done = said("token", "ada", "--hours", "2", "--data", str(tmp_path / "data"))

    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert (claims["preferred_username"], claims["exp"] - claims["iat"]) == ("ada", 7200)
    assert done.stderr == ""


def test_a_token_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))

    assert "knows no nobody" in refusal(said("token", "nobody", *data))
    assert "from 1 to 86400" in refusal(said("token", "ada", "--hours", "25", *data))
    assert "ask that issuer" in refusal(said("token", "ada", *data, AETHER_ISSUER="https://id.example.com"))


def test_a_folder_that_is_none_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")

    assert str(tmp_path / "file") in refusal(said("token", "ada", "--data", str(tmp_path / "file")))
