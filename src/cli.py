"""The command line: `aether up|api|worker|migrate|check|schema|settings|token|import|search`.

A command imports what it takes, so that one of them does not wait for what another needs.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from aether import logs, settings
from aether.adapters import system
from aether.domain.errors import AetherError
from aether.settings import LogFormat, Profile, Settings, SettingsWrong

COUNT_MOST = 100
"""The most files sent, or hits shown, at a time."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; gives back the exit code."""
    asked = _parser().parse_args(argv)
    try:
        return int(asked.run(asked) or 0)
    except (SettingsWrong, AetherError, OSError, ModuleNotFoundError) as fault:
        print(f"aether: {_sentence(fault)}", file=sys.stderr)  # noqa: T201 - this is what a person reads
        return 2
    except KeyboardInterrupt:
        return 130


def _sentence(fault: Exception) -> str:
    """*fault* in words; what the system tells of a file names the file."""
    if isinstance(fault, OSError) and fault.filename is not None:
        return f"{fault.filename}: {fault.strerror}."
    return str(fault)


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
        ("schema", _schema, "print the GraphQL schema"),
        ("settings", _settings, "print every setting with its meaning"),
    ):
        commands.add_parser(name, help=said).set_defaults(run=run)

    checking = commands.add_parser("check", help="say whether every configured service can be reached")
    checking.add_argument("--orphans", action="store_true", help="look for what lost what it belongs to")
    checking.add_argument("--repair", action="store_true", help="and mend what can be mended for certain")
    checking.set_defaults(run=_check)

    token = commands.add_parser("token", help="print a token of the local issuer")
    token.add_argument("username", help="one of the demo people, such as ada")
    token.add_argument("--hours", type=float, default=24.0, help="how long it lasts (24)")
    token.add_argument("--data", type=Path, help="the folder of `aether up` (.data)")
    token.add_argument("--port", type=int, help="the port of `aether up` (8080)")
    token.set_defaults(run=_token)

    bring = commands.add_parser("import", help="bring files and folders into a notebook of a running Aether")
    bring.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder with all below"
    )
    bring.add_argument("--notebook", required=True, help="its name, or its id; made if it is missing")
    bring.add_argument("--jobs", type=_count, default=4, help="how many files are sent at a time (4)")
    bring.set_defaults(run=_import)

    search = commands.add_parser("search", help="look words up in a running Aether")
    search.add_argument("words", help="what to look for, as one argument")
    search.add_argument("--notebook", help="only in this notebook and below: its name, or its id")
    search.add_argument("--first", type=_count, default=10, help="how many hits, at most 100 (10)")
    search.add_argument("--mode", choices=["hybrid", "fulltext", "semantic"], default="hybrid")
    search.add_argument("--json", action="store_true", help="print the hits as JSON")
    search.set_defaults(run=_search)

    for client in (bring, search):
        client.add_argument("--url", default="http://127.0.0.1:8080", help="where Aether is (%(default)s)")
        client.add_argument(
            "--token", help="who you are; or set AETHER_TOKEN, or AETHER_API_KEY to an API key"
        )
    return parser


def _count(text: str) -> int:
    if not 1 <= (count := int(text)) <= COUNT_MOST:
        raise argparse.ArgumentTypeError(f"must be from 1 to {COUNT_MOST}; it is {count}")
    return count


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
    import uvloop

    from aether import up

    uvloop.run(up.up(_embedded(asked), empty=asked.empty, reset=asked.reset))


def _api(asked: argparse.Namespace) -> None:
    with system.staying(), system.without("numpy", "pygments", "rich"):
        import uvicorn

        from aether.bootstrap import serving

    found = _read(asked)
    uvicorn.run(
        serving.api(found),
        host=found.host,
        port=found.port,
        log_config=None,
        access_log=False,
        ws_max_size=1 << 20,
        proxy_headers=True,
        timeout_graceful_shutdown=10,
    )


def _worker(asked: argparse.Namespace) -> None:
    with system.staying(), system.without("click", "numpy", "pygments", "rich"):
        from aether.bootstrap import working

    asyncio.run(working.work(_read(asked)))


def _migrate(asked: argparse.Namespace) -> None:
    from aether.bootstrap import tending

    done = asyncio.run(tending.migrate(_read(asked)))
    for name in done or ["nothing to do"]:
        print(name)  # noqa: T201


def _check(asked: argparse.Namespace) -> int:
    from aether.bootstrap import tending

    faults = asyncio.run(tending.check(_read(asked)))
    for name, fault in faults.items():
        print(f"{name}: {'answers' if fault is None else fault}")  # noqa: T201
    if any(faults.values()) or not (asked.orphans or asked.repair):
        return int(any(faults.values()))
    found = asyncio.run(tending.orphans(_read(asked), repair=asked.repair))
    for each in found:
        print(f"{each.kind}: {each.many}, mended: {each.mended}", *each.first)  # noqa: T201
    return int(any(each.many for each in found))


def _schema(_: argparse.Namespace) -> None:
    from aether.graphql import schema

    sys.stdout.write(schema.sdl())


def _settings(_: argparse.Namespace) -> None:
    sys.stdout.write(settings.table())


def _token(asked: argparse.Namespace) -> None:
    from aether import serving

    found = _embedded(asked)
    issuer = serving.issuer(found)
    if issuer is None:
        raise SettingsWrong("AETHER_ISSUER is set: ask that issuer for a token.")
    print(issuer.mint(asked.username, ttl=timedelta(hours=asked.hours)))  # noqa: T201


def _import(asked: argparse.Namespace) -> int:
    from aether.adapters.api_client import commands

    importing = commands.import_paths(asked.paths, notebook=asked.notebook, jobs=asked.jobs, **_client(asked))
    return asyncio.run(importing)


def _search(asked: argparse.Namespace) -> int:
    from aether.adapters.api_client import commands

    searching = commands.search(
        asked.words,
        notebook=asked.notebook,
        first=asked.first,
        mode=asked.mode,
        as_json=asked.json,
        **_client(asked),
    )
    return asyncio.run(searching)


def _client(asked: argparse.Namespace) -> dict[str, Any]:
    """Where Aether is, and who asks: by what was typed, or else by the environment."""
    token = asked.token or os.environ.get("AETHER_TOKEN")
    return {"url": asked.url, "token": token, "key": os.environ.get("AETHER_API_KEY")}


if __name__ == "__main__":
    sys.exit(main())
