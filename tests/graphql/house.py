"""A whole Aether in this process, over real engines, and the people who ask it things.

It serves on a free port, so that what listens on a socket is heard too. Nothing works in the
background but what a test turns on with `at_work`.
"""

import asyncio
import contextlib
import json
import secrets
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import httpx
import uvicorn
from arq.connections import ArqRedis
from pydantic import SecretStr
from starlette.applications import Starlette
from typing_extensions import override

from aether import settings
from aether.adapters import system
from aether.adapters.arq.worker import ArqWorker
from aether.adapters.embedded import qdrant
from aether.adapters.embedded.children import Child, Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.local_issuer.keys import SigningKey
from aether.adapters.local_issuer.mint import NAME, Mint
from aether.adapters.sentence_transformers.models import Model
from aether.bootstrap.parts import Outside, outside, relaying
from aether.bootstrap.serving import application, identity
from aether.bootstrap.tending import migrate
from aether.domain import events
from aether.domain.endings import ended
from aether.domain.users import Profile, Role
from aether.settings import Settings
from aether.workers.jobs import run_job, sweep
from tests.engines import Engine
from tests.servers.waiting import until

Answer = dict[str, Any]

PAGES = "https://pages.example"
"""Where pages are that may ask too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What an Aether needs besides a graph and a Redis."""

    vectors: qdrant.Address
    embedder: Path


@asynccontextmanager
async def beside(folder: Path) -> AsyncIterator[Beside]:
    """Vectors, and an embedder whose model loads while the first tests run."""
    at = Beside(
        vectors=qdrant.Address(port=free_port(), key=secrets.token_urlsafe()), embedder=folder / "embedder"
    )
    supervisor = Supervisor(folder)
    await supervisor.start(qdrant.child(folder / "vectors", at.vectors), embedder(at.embedder))
    try:
        yield at
    finally:
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
    opened: Outside
    app: Starlette
    mint: Mint

    def token(self, name: str, *roles: Role, of: str, ttl: timedelta = timedelta(hours=1)) -> str:
        """A token of the person called *name* in the organisation *of*."""
        profile = Profile(
            subject=f"{of}/{name}",
            issuer=NAME,
            tenant=of,
            username=name,
            email=f"{name}@{of}.example",
            full_name=name.title(),
            roles=frozenset(roles or {Role.USER}),
        )
        return self.mint.access(profile, ttl_s=int(ttl.total_seconds()))

    def person(self, name: str, *roles: Role, of: str) -> "Caller":
        """Somebody who asks with a token."""
        return self.caller(Authorization=f"Bearer {self.token(name, *roles, of=of)}")

    def caller(self, **headers: str) -> "Caller":
        """Somebody who asks with *headers*, or nobody in particular."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.1", 50_000))
        client = httpx.AsyncClient(transport=transport, base_url=self.settings.origin, headers=headers)
        return Caller(house=self, client=client)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Hand events on, and run jobs, in the meantime."""
        async with relaying(self.opened):
            sweeping = asyncio.create_task(sweep(self.opened.worker_ports))
            redis = ArqRedis.from_url(self.settings.redis_url)
            run = partial(run_job, {"ports": self.opened.worker_ports})
            worker = ArqWorker(redis, self.opened.queue, run, slots=10)
            working = asyncio.create_task(worker.run())
            try:
                yield
            finally:
                await ended(working, sweeping)
                await redis.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who asks, and what their client sends with every request."""

    house: House
    client: httpx.AsyncClient

    async def post(self, body: object, **headers: str) -> httpx.Response:
        """The answer to whatever *body* is."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json", **headers}
        return await self.client.post("/graphql", content=content, headers=sent)

    async def answer(self, query: str, /, **variables: object) -> Answer:
        """The whole answer to *query*, errors included."""
        body = {"query": query, "variables": variables}
        answered: Answer = (await self.client.post("/graphql", json=body)).json()
        return answered

    async def ask(self, query: str, /, **variables: object) -> Answer:
        """The data of the answer, which has no errors."""
        answered = await self.answer(query, **variables)
        assert "errors" not in answered, answered["errors"]
        return cast("Answer", answered["data"])

    async def faults(self, query: str, /, **variables: object) -> list[str]:
        """The codes of the errors in the answer."""
        errors = (await self.answer(query, **variables)).get("errors", [])
        return [error["extensions"]["code"] for error in errors]

    async def payload(self, mutation: str, wanted: str = "", /, **input: object) -> Answer:
        """What *mutation* answers, refusals included."""
        type = INPUTS.get(mutation, f"{mutation[0].upper()}{mutation[1:]}Input")
        answered = f"{mutation}(input: $input) {{ {wanted} {ERRORS} }}"
        data = await self.ask(f"mutation ($input: {type}!) {{ {answered} }}", input=input)
        return cast("Answer", data[mutation])

    async def do(self, mutation: str, wanted: str = "", /, **input: object) -> Answer:
        """What *mutation* answers, once it is done."""
        payload = await self.payload(mutation, wanted, **input)
        assert payload["userErrors"] == []
        return payload

    async def refused(self, mutation: str, /, **input: object) -> tuple[str, list[str]]:
        """The code and the field of the one refusal of *mutation*."""
        (error,) = (await self.payload(mutation, **input))["userErrors"]
        return error["code"], error["field"]

    async def id(self) -> str:
        """Their own id."""
        return cast("str", (await self.ask("{ viewer { id } }"))["viewer"]["id"])

    async def notebook(self, name: str = "Currents", **more: object) -> str:
        """The id of a new notebook of theirs."""
        made = await self.do("createNotebook", "notebook { id }", name=name, **more)
        return cast("str", made["notebook"]["id"])

    async def quiet(self) -> None:
        """Wait until every event was handed on."""
        while await self.house.opened.graph.read(events.unsent, limit=1):
            await asyncio.sleep(0.02)

    async def share(self, notebook: str, other: "Caller", permission: str = "READ") -> None:
        """Have *other* work on *notebook*."""
        await self.do("shareNotebook", id=notebook, userIds=[await other.id()], permission=permission)
        await other.do("acceptCollaboration", id=notebook)

    async def put(self, notebook: str, name: str, data: bytes, **headers: str) -> httpx.Response:
        """The answer to an upload."""
        return await self.client.put(
            "/upload", params={"notebook": notebook, "name": name}, content=data, headers=headers
        )

    async def upload(
        self, notebook: str, name: str = "rivers.txt", data: bytes = b"Rivers run."
    ) -> tuple[str, str]:
        """The ids of a new document and of the job that processes it."""
        answer = await self.put(notebook, name, data)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        told = answer.json()
        return told["document"]["id"], told["job"]["id"]

    async def over(self, job: str, *, within_s: float = 60) -> Answer:
        """A job, once it is over."""
        async with asyncio.timeout(within_s):
            while True:
                found = await self.ask(f"query ($id: ID!) {{ job(id: $id) {{ {JOB} }} }}", id=job)
                if found["job"]["finishedAt"] is not None:
                    return cast("Answer", found["job"])
                await asyncio.sleep(0.05)


def code_of(answer: httpx.Response) -> str:
    """The code of the one error in *answer*, which names the request."""
    (error,) = answer.json()["errors"]
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    return str(error["extensions"]["code"])


ERRORS = "userErrors { code field message }"
JOB = "id kind status stage progress attempt error { code message } finishedAt"
INPUTS = {
    "cancelJob": "JobInput",
    "retryJob": "JobInput",
    "restoreNotebook": "NotebookInput",
    "starNotebook": "NotebookInput",
    "unstarNotebook": "NotebookInput",
    "acceptCollaboration": "NotebookInput",
}


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(
    engine: Engine, *, redis_url: str, beside: Beside, folder: Path, **more: object
) -> AsyncIterator[House]:
    """An Aether over *engine*, whose outbox and jobs are emptied first."""
    found = _settings(engine, redis_url=redis_url, beside=beside, folder=folder, **more)
    await migrate(found)
    local = LocalIssuer(
        profile=found.profile.value, folder=folder / "issuer", people=[], base_url=found.origin
    )
    async with outside(found) as opened, identity(found, local) as known:
        await opened.driver.execute_query("MATCH (n) WHERE n:Event OR n:Job DETACH DELETE n")
        await opened.redis.flushdb()
        app = application(opened, known)
        mint = Mint(SigningKey.kept_in(folder / "issuer"), now=lambda: datetime.now(UTC))
        async with listening(app, found):
            yield House(settings=found, opened=opened, app=app, mint=mint)


def _settings(engine: Engine, *, redis_url: str, beside: Beside, folder: Path, **more: object) -> Settings:
    values: Mapping[str, object] = {
        "profile": "embedded",
        "data": folder,
        "port": free_port(),
        "cors_origins": [PAGES],
        "graph_url": engine.uri,
        "graph_user": engine.user,
        "graph_password": SecretStr(engine.password),
        "graph_database": engine.database,
        "graph_sql_url": engine.http or "",
        "redis_url": redis_url,
        "qdrant_url": beside.vectors.url,
        "qdrant_key": SecretStr(beside.vectors.key),
        "qdrant_collection": f"aether_{engine.name}",
        "embedder_socket": beside.embedder,
    }
    return settings.read(**{**values, **more})


@asynccontextmanager
async def listening(
    app: Starlette, found: Settings, *, lifespan: Literal["on", "off"] = "off"
) -> AsyncIterator[None]:
    """Serve *app* where *found* says."""
    config = uvicorn.Config(
        app, host=found.host, port=found.port, log_config=None, lifespan=lifespan, timeout_graceful_shutdown=1
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        yield
    finally:
        server.should_exit = True
        await serving


def anywhere() -> str:
    """The name of an organisation that nobody has used."""
    return system.moment().id("organisation")
