"""Where the children of a data folder serve, and their passwords: the same after each start.

A port that somebody else took meanwhile is replaced; a password never changes, for the data
behind it knows the first one.
"""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aether.adapters.embedded import arcadedb, qdrant, redis
from aether.adapters.embedded.ports import free_port

_FILE = "addresses.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where each child serves, whether it is wanted or not."""

    graph: arcadedb.Address
    redis: redis.Address
    vectors: qdrant.Address


def of(folder: Path) -> Addresses:
    """The addresses of *folder*, whose ports are free now; kept for the next time."""
    kept = _read(folder / _FILE)
    addresses = Addresses(
        graph=arcadedb.Address(
            bolt=free_port(kept["graph"]["bolt"]),
            http=free_port(kept["graph"]["http"]),
            password=kept["graph"]["password"],
        ),
        redis=redis.Address(port=free_port(kept["redis"]["port"]), password=kept["redis"]["password"]),
        vectors=qdrant.Address(port=free_port(kept["vectors"]["port"]), key=kept["vectors"]["key"]),
    )
    _write(folder / _FILE, asdict(addresses))
    return addresses


def _read(file: Path) -> dict[str, Any]:
    if file.exists():
        kept: dict[str, Any] = json.loads(file.read_text())
        return kept
    return {
        "graph": {"bolt": None, "http": None, "password": secrets.token_urlsafe()},
        "redis": {"port": None, "password": secrets.token_urlsafe()},
        "vectors": {"port": None, "key": secrets.token_urlsafe()},
    }


def _write(file: Path, kept: dict[str, Any]) -> None:
    partial = file.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(kept, indent=2))
    partial.replace(file)
