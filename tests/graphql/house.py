"""A whole Aether in this process, over real engines, and the people who ask it things.

It serves on a free port, so that what listens on a socket is heard too. Nothing works in the
background but what a test turns on with `at_work`.
"""

import asyncio
import contextlib
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import uvicorn
from arq.worker import Worker, func
from pydantic import SecretStr
from starlette.applications import Starlette
from typing_extensions import override

from aether import bootstrap, settings
from aether.adapters import system
from aether.adapters.arq.queue import QUEUE, TASK
from aether.adapters.embedded import qdrant
from aether.adapters.embedded.children import Child, Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.local_issuer.keys import SigningKey
from aether.adapters.local_issuer.mint import NAME, Mint
from aether.adapters.sentence_transformers.models import Model
from aether.domain.users import Profile as Person
from aether.domain.users import Role
from aether.settings import Profile, Settings
from aether.workers.jobs import run_job, sweep
from tests.engines import Engine

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What an Aether needs besides a graph and a Redis: vectors, and an embedder behind a socket."""

    vectors: qdrant.Address
    embedder: Path


@asynccontextmanager
async def beside(folder: Path) -> AsyncIterator[Beside]:
    """Vectors and an embedder; its model loads while the first tests run."""
    at = Beside(
        vectors=qdrant.Address(port=free_port(), key=secrets.token_urlsafe()), embedder=folder / "embedder"
    )
    supervisor = Supervisor(folder)
    await supervisor.start(qdrant.child(folder / "vectors", at.vectors), embedder(at.embedder))
    yield at
    await supervisor.stop()


def embedder(at: Path) -> Child:
    """The embedder, behind the socket *at*."""

    async def at_once() -> bool:
        return True

    module = ("-m", "aether.adapters.sentence_transformers")
    model = f"--model={Model.packaged().folder}"
    return Child(
        name="embedder", argv=(sys.executable, *module, f"--socket={at}", model, "--threads=2"), ready=at_once
    )


@dataclass(frozen=True, kw_only=True)
class House:
    """An Aether that serves."""

    settings: Settings
    opened: bootstrap.Outside
    app: Starlette
    mint: Mint

    @property
    def url(self) -> str:
        """Where it is."""
        return self.settings.origin

    def guest(self, *, ttl: timedelta = timedelta(hours=1), domain: str, name: str, roles: Roles) -> str:
        """A token for somebody."""
        return self.mint.access(person(name, roles, domain=domain), ttl_s=int(ttl.total_seconds()))
