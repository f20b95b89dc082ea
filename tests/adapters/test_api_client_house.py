"""A stand-in for Aether, and the contract that it is built to: the schema."""

import asyncio
import hashlib
import itertools
import unicodedata
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import chain
from typing import Any

import graphql
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from typing_extensions import override

from aether.adapters.api_client import operations
from aether.adapters.embedded.ports import free_port
from aether.graphql import schema
from tests.servers.waiting import until

TOKEN = "good"
BIG = b"\xb7" * 1_500_000
RUNNING = {"status": "RUNNING", "stage": "extract", "progress": 20, "error": None}
DONE = {"status": "COMPLETED", "stage": "index", "progress": 100, "error": None}
SEALED = {"code": "FILE_ENCRYPTED", "message": "The PDF is protected by a password."}


class Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class House:
    """An Aether as far as its API shows, with the troubles that a test asks for.

    Attributes:
        troubles: Answers that the next uploads get instead of being kept.
        fates: What the processing of the files of a name ends with, instead of well.
        collapses: Whether the next upload is the last thing that is heard of it.
        sockets: What becomes of subscriptions: `open`, `refused`, `broken` or `silent`.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.token = self.ready = TOKEN
        self.notebooks: list[dict[str, Any]] = []
        self.documents: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.jobs: dict[str, Mapping[str, Any]] = {}
        self.troubles: list[Response] = []
        self.faults: list[Mapping[str, Any]] = []
        self.fates: dict[str, Mapping[str, Any]] = {}
        self.hits: list[Mapping[str, Any]] = []
        self.collapses = self.away = False
        self.sockets = "open"
        self.uploads = self.polls = self.subscriptions = self.left = self.at_once = self.most_at_once = 0
        self.pause_s = 0.0
        self._ids = itertools.count()
        self.app = Starlette(
            routes=[
                Route("/graphql", self.graphql, methods=["POST"]),
                Route("/upload", self.upload, methods=["PUT"]),
                Route("/graphiql/config", self.config),
                WebSocketRoute("/graphql", self.socket),
            ]
        )

    def id(self, kind: str) -> str:
        return f"{kind}_{next(self._ids):026}"

    def notebook(self, name: str, *, parent: str | None = None, permission: str = "ADMIN") -> str:
        above = None if parent is None else {"id": parent}
        id = self.id("notebook")
        self.notebooks.append({"id": id, "name": name, "parent": above, "viewerPermission": permission})
        return id

    def keep(self, notebook: str, name: str, data: bytes, **more: Any) -> dict[str, Any]:
        name = unicodedata.normalize("NFC", name)
        job = self.id("job")
        self.jobs[job] = self.fates.get(name, DONE)
        document = {
            "id": self.id("document"),
            "name": name,
            "fileSize": str(len(data)),
            "fileHash": hashlib.sha256(data).hexdigest(),
            "processingStatus": "PENDING",
            "error": None,
            "jobs": [{"id": job}],
            **more,
        }
        self.documents[notebook].append(document)
        return document

    def tree(self) -> dict[str, list[str]]:
        """The names of documents, by the path of their notebook."""
        names = {it["id"]: it for it in self.notebooks}

        def path(id: str) -> str:
            above = names[id]["parent"]
            return (f"{path(above['id'])}/" if above else "") + str(names[id]["name"])

        return {path(id): sorted(it["name"] for it in held) for id, held in self.documents.items() if held}

    async def config(self, _: Request) -> Response:
        return JSONResponse({"token": self.ready})

    async def graphql(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            error = {"message": "The token has expired.", "extensions": {"code": "TOKEN_EXPIRED"}}
            return JSONResponse({"errors": [error]}, 401)
        if self.away:
            return trouble(503, "UNAVAILABLE")
        if self.faults:
            return JSONResponse({"data": None, "errors": [self.faults.pop(0)]})
        asked = await request.json()
        return JSONResponse({"data": self.answer(asked["query"], asked["variables"])})

    def answer(self, query: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        answers: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
            operations.NOTEBOOKS: self.named,
            operations.NOTEBOOK: lambda _: {"notebook": first(self.notebooks, given["id"])},
            operations.CREATE_NOTEBOOK: self.made,
            operations.DOCUMENTS: lambda _: {
                "notebook": {"documents": page(self.documents[given["id"]], given)}
            },
            operations.DOCUMENT_JOBS: lambda _: {
                "document": first(chain.from_iterable(self.documents.values()), given["id"])
            },
            operations.JOB: self.polled,
            operations.SEARCH: lambda _: {"search": {"missing": [], "edges": self.hits}},
            operations.ANYTHING: lambda _: {"__typename": "Query"},
        }
        return answers[query](given)

    def named(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        above = given["parent"] and {"id": given["parent"]}
        found = [it for it in self.notebooks if given["text"].lower() in it["name"].lower()]
        return {"notebooks": page([it for it in found if not above or it["parent"] == above], given)}

    def made(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if given["name"] == "forbidden":
            refusal = {"code": "NOTEBOOK_TOO_DEEP", "message": "Notebooks can have at most 20 levels."}
            return {"createNotebook": {"userErrors": [refusal], "notebook": None}}
        id = self.notebook(given["name"], parent=given["parent"])
        return {"createNotebook": {"userErrors": [], "notebook": {"id": id}}}

    def polled(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        self.polls += 1
        return {"job": self.jobs.get(given["id"])}

    async def upload(self, request: Request) -> Response:
        self.uploads += 1
        self.away = self.collapses
        if self.away:
            return trouble(503, "UNAVAILABLE")
        if self.troubles:
            return self.troubles.pop(0)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            data = await request.body()
            await asyncio.sleep(self.pause_s)
        finally:
            self.at_once -= 1
        document = self.keep(request.query_params["notebook"], request.query_params["name"], data)
        job = {**document["jobs"][0], "status": "PENDING", "stage": "validate"}
        return JSONResponse({"document": {"id": document["id"], "name": document["name"]}, "job": job}, 202)

    async def socket(self, socket: WebSocket) -> None:
        if self.sockets == "refused":
            await socket.close()
            return
        await socket.accept("graphql-transport-ws")
        with suppress(WebSocketDisconnect):
            assert (await socket.receive_json())["payload"] == {"Authorization": f"Bearer {self.token}"}
            await socket.send_json({"type": "connection_ack"})
            while True:
                asked = await socket.receive_json()
                if asked["type"] == "complete":
                    self.left += 1
                    continue
                self.subscriptions += 1
                job = self.jobs[asked["payload"]["variables"]["id"]]
                for state in (RUNNING, job):
                    told = {"data": {"jobProgress": {"job": state}}}
                    await socket.send_json({"id": asked["id"], "type": "next", "payload": told})
                    if self.sockets == "broken":
                        await socket.close(1011)
                        return
                    if self.sockets == "silent":
                        break
                else:
                    await socket.send_json({"id": asked["id"], "type": "complete"})


class Line:
    """The line between a client and a house, which can break.

    Attributes:
        cuts: How many uploads are cut off half-way.
        losses: How many answers to uploads get lost.
    """

    def __init__(self, house: House) -> None:
        self.port = free_port()
        self.cuts = self.losses = 0
        self._house = house

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection for as long as it holds."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._house.port)
        ways = [
            asyncio.create_task(self._out(reader, far_writer)),
            asyncio.create_task(self._back(far_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, far_writer):
            end.transport.abort()
            with suppress(OSError):
                await end.wait_closed()

    async def _out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uploaded = 0
        while data := await reader.read(1 << 16):
            uploaded += len(data) if uploaded or data.startswith(b"PUT /upload") else 0
            if self.cuts and uploaded > len(BIG) / 2:
                self.cuts -= 1
                return
            writer.write(data)
            await writer.drain()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if self.losses and b"202 Accepted" in data:
                self.losses -= 1
                return
            writer.write(data)


def trouble(status: int, code: str, **headers: str) -> Response:
    told = {"error": {"code": code, "message": "It is so."}}
    return JSONResponse(told, status, {name.replace("_", "-"): it for name, it in headers.items()})


def page(things: list[dict[str, Any]], given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page of two, so that there are several."""
    begin = int(given["after"] or 0)
    info = {"hasNextPage": len(things) > begin + 2, "endCursor": str(begin + 2)}
    return {"edges": [{"node": it} for it in things[begin : begin + 2]], "pageInfo": info}


def first(things: Iterable[dict[str, Any]], id: str) -> dict[str, Any] | None:
    return next((it for it in things if it["id"] == id), None)


@asynccontextmanager
async def standing() -> AsyncIterator[House]:
    """A house that answers."""
    house = House()
    server = Server(uvicorn.Config(house.app, port=house.port, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield house
    server.should_exit = True
    await serving


@asynccontextmanager
async def drawn(house: House) -> AsyncIterator[Line]:
    """A line to *house*."""
    line = Line(house)
    server = await asyncio.start_server(line.carry, "127.0.0.1", line.port)
    yield line
    server.close()
    await server.wait_closed()


def test_every_operation_fits_the_schema() -> None:
    built = graphql.build_schema(schema.sdl())
    documents = [
        text for name, text in vars(operations).items() if name.isupper() and not name.startswith("_")
    ]

    assert len(documents) == 9
    for document in documents:
        assert graphql.validate(built, graphql.parse(document)) == []
