"""The command line: `aether up | api | worker | migrate | check | schema | settings | token`."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import uvicorn

from aether import bootstrap, logs, settings, up
from aether.adapters.embedded import folders
from aether.domain.errors import AetherError
from aether.graphql import schema
from aether.settings import LogFormat, Profile, Settings, SettingsWrong


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; gives back the exit code."""
    asked = _parser().parse_args(argv)
    try:
        return int(asked.run(asked) or 0)
    except (SettingsWrong, AetherError, PermissionError) as fault:
        print(f"aether: {fault}", file=sys.stderr)  # noqa: T201 - this is what a person reads
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aether", description="A self-hosted knowledge workspace.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    start = commands.add_parser("up", help="run everything on this machine, with a demo workspace")
    start.add_argument("--data", type=Path, help="the folder to keep everything in (.data)")
    start.add_argument("--port", type=int, help="the port to listen on (8080)")
    start.add_argument("--empty", action="store_true", help="begin without the demo workspace")
    start.add_argument("--reset", action="store_true", help="delete everything in the folder first")
    start.set_defaults(run=_up)

    for name, run, said in (
        ("api", _api, "run the API"),
        ("worker", _worker, "run a worker"),
        ("migrate", _migrate, "bring the graph and the vector store to the state this Aether needs"),
        ("check", _check, "say whether every configured service can be reached"),
        ("schema", _schema, "print the GraphQL schema"),
        ("settings", _settings, "print every setting with its meaning"),
    ):
        commands.add_parser(name, help=said).set_defaults(run=run)

    token = commands.add_parser("token", help="print a token of the local issuer")
    token.add_argument("username", help="one of the demo people, such as ada")
    token.add_argument("--hours", type=float, default=24.0, help="how long it lasts (24)")
    token.add_argument("--data", type=Path, help="the folder of `aether up` (.data)")
    token.add_argument("--port", type=int, help="the port of `aether up` (8080)")
    token.set_defaults(run=_token)
    return parser


def _read(asked: argparse.Namespace, **given: object) -> Settings:
    named = {name: value for name in ("data", "port") if (value := getattr(asked, name, None)) is not None}
    found = settings.read(**named, **given)
    logs.set_up(level=found.log_level, json=found.log_format is LogFormat.JSON)
    return found


def _embedded(asked: argparse.Namespace) -> Settings:
    return _read(asked, profile=Profile.EMBEDDED, **_console())


def _console() -> dict[str, object]:
    return {"log_format": LogFormat.CONSOLE} if sys.stderr.isatty() else {}


def _up(asked: argparse.Namespace) -> None:
    found = _embedded(asked)
    if asked.reset:
        folders.reset(found.data)
    asyncio.run(up.up(found, empty=asked.empty))


def _api(asked: argparse.Namespace) -> None:
    found = _read(asked)
    uvicorn.run(
        bootstrap.api(found),
        host=found.host,
        port=found.port,
        log_config=None,
        access_log=False,
        proxy_headers=True,
        timeout_graceful_shutdown=10,
    )


def _worker(asked: argparse.Namespace) -> None:
    asyncio.run(bootstrap.work(_read(asked)))


def _migrate(asked: argparse.Namespace) -> None:
    done = asyncio.run(bootstrap.migrate(_read(asked)))
    for name in done or ["nothing to do"]:
        print(name)  # noqa: T201


def _check(asked: argparse.Namespace) -> int:
    faults = asyncio.run(bootstrap.check(_read(asked)))
    for name, fault in faults.items():
        print(f"{name}: {'answers' if fault is None else fault}")  # noqa: T201
    return int(any(faults.values()))


def _schema(_: argparse.Namespace) -> None:
    sys.stdout.write(schema.sdl())


def _settings(_: argparse.Namespace) -> None:
    sys.stdout.write(settings.table())


def _token(asked: argparse.Namespace) -> None:
    found = _embedded(asked)
    issuer = up.issuer(found)
    if issuer is None:
        raise SettingsWrong("AETHER_ISSUER is set: ask that issuer for a token.")
    print(issuer.mint(asked.username, ttl=timedelta(hours=asked.hours)))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
