"""Files in and out: the bytes of documents and of avatars, which GraphQL does not carry.

An upload streams into the blob store; the answer comes once its bytes are safe and the
document is in the graph, and names the job that goes on. What goes wrong is told as
`{"error": {"code", "message"}}`, and leaves no document behind.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from aether.adapters.http import ranges
from aether.adapters.http.auth import error_response
from aether.adapters.http.ranges import RangeUnsatisfiable
from aether.domain import documents, jobs, users
from aether.domain.admission import Doorkeeper
from aether.domain.blobs import BlobKey, Blobs, FileTooLarge
from aether.domain.documents import Arrival, DocumentId, DocumentMissing, DocumentQuarantined
from aether.domain.errors import AetherError, Invalid, Unauthenticated, Unavailable
from aether.domain.graph import Graph
from aether.domain.identity import Credential
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId
from aether.domain.presigning import Presigning
from aether.domain.users import UserId, UserMissing
from aether.domain.viewers import Viewer

SILENCE_S = 30.0
"""How long an upload may stand still, in seconds."""
AVATAR_MOST = 2_000_000

Show = Callable[[HTTPConnection, Mapping[str, Any]], Credential | None]

log = structlog.get_logger()

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
_DIGITS = 9
_MARK = max(map(len, _IMAGES))
# A document is somebody's file: it is downloaded, and never runs as a page of ours.
GUARDS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-cache",
}


class UploadStalled(Unavailable):
    """No byte came for a while."""

    code = "UPLOAD_STALLED"

    def __init__(self) -> None:
        super().__init__(f"No byte came for {SILENCE_S:g} seconds; nothing was kept, send it again.")


class NotAnImage(Invalid):
    """The avatar is no image that browsers show."""

    code = "AVATAR_INVALID"

    def __init__(self) -> None:
        super().__init__("An avatar must be a PNG, JPEG or GIF image.", field="file")


def file_routes(
    graph: Graph,
    blobs: Blobs,
    doorkeeper: Doorkeeper,
    *,
    show: Show,
    moment: Callable[[], Moment],
    most: int,
    elsewhere: "Elsewhere | None" = None,
    waiting: int = jobs.WAITING_MOST,
) -> list[Route]:
    """The doors for files.

    Args:
        graph: Where documents are kept.
        blobs: Where bytes are kept.
        doorkeeper: Lets people in.
        show: Finds the credential in a request.
        moment: The clock.
        most: The largest upload, in bytes.
        elsewhere: Where the bytes of documents are fetched, if not here.
        waiting: How many jobs of a tenant may be open before it brings another file.
    """
    doors = _Doors(
        graph,
        blobs,
        doorkeeper,
        show=show,
        moment=moment,
        most=most,
        elsewhere=elsewhere,
        waiting=waiting,
    )
    return [
        Route("/upload", doors.told(doors.upload), methods=["PUT", "POST"]),
        Route("/documents/{id}/content", doors.told(doors.download), methods=["GET", "HEAD"]),
        Route("/avatar", doors.told(doors.take_avatar), methods=["PUT"]),
        Route("/avatars/{id}", doors.told(doors.give_avatar), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A store from which clients fetch documents themselves.

    Attributes:
        seconds: How long they may take to begin.
    """

    store: Presigning
    seconds: int


class _Doors:
    def __init__(
        self,
        graph: Graph,
        blobs: Blobs,
        doorkeeper: Doorkeeper,
        *,
        show: Show,
        moment: Callable[[], Moment],
        most: int,
        elsewhere: Elsewhere | None,
        waiting: int,
    ) -> None:
        self._elsewhere = elsewhere
        self._graph = graph
        self._blobs = blobs
        self._doorkeeper = doorkeeper
        self._show = show
        self._moment = moment
        self._most = most
        self._waiting = waiting

    def told(self, door: Callable[[Request, Viewer], Any]) -> Callable[[Request], Any]:
        """*door* for those who are let in, its errors told in JSON."""

        async def answer(request: Request) -> Response:
            try:
                return await door(request, await viewer_of(request, self._show, self._doorkeeper))  # type: ignore[no-any-return]
            except ClientDisconnect:
                return Response(status_code=499)
            except FileTooLarge as error:
                response = error_response(error)
                response.status_code = 413
                return response
            except RangeUnsatisfiable as error:
                response = error_response(error)
                response.status_code = 416
                response.headers["Content-Range"] = f"bytes */{error.size}"
                return response
            except AetherError as error:
                return error_response(error)

        return answer

    async def upload(self, request: Request, viewer: Viewer) -> Response:
        """Take the body of *request* in as a document, or as a version of one."""
        if "document" in request.query_params:
            return await self._revise(request, viewer)
        notebook = NotebookId(_parameter(request, "notebook"))
        name = documents.filename(_parameter(request, "name"))
        graph = self._graph.within(viewer.tenant)
        await graph.read(documents.may_add, notebook=notebook, by=viewer)
        await graph.read(jobs.admit, most=self._waiting)
        self._measured(request, self._most)
        blob = await self._blobs.keep(flowing(request), most=self._most)
        arrival = Arrival(filename=name, declared_type=request.headers.get("content-type"), blob=blob)
        at = self._moment()
        document, job = await graph.write(
            documents.add, arrival, id=DocumentId(at.id("document")), notebook=notebook, by=viewer, at=at
        )
        log.info("document_uploaded", document=document.id, bytes=blob.size, job=job.id)
        twins = await graph.read(
            documents.twins, file_hash=document.file_hash, besides=document.id, by=viewer
        )
        told = {
            "document": {"id": document.id, "name": document.name},
            "twins": [{"id": seen.document.id, "name": seen.document.name} for seen in twins],
            "job": {"id": job.id, "status": job.status.value, "stage": job.stage},
        }
        return JSONResponse(told, 202)

    async def _revise(self, request: Request, viewer: Viewer) -> Response:
        """Take the body of *request* in as a version of a document."""
        id, note = DocumentId(_parameter(request, "document")), request.query_params.get("note", "")
        graph = self._graph.within(viewer.tenant)
        document = await graph.read(documents.may_revise, id=id, by=viewer)
        await graph.read(jobs.admit, most=self._waiting)
        name = documents.filename(request.query_params.get("name") or document.original_filename)
        self._measured(request, self._most)
        blob = await self._blobs.keep(flowing(request), most=self._most)
        arrival = Arrival(filename=name, declared_type=request.headers.get("content-type"), blob=blob)
        added = await graph.write(
            documents.add_version, arrival, id=id, note=note, by=viewer, at=self._moment()
        )
        job = added.job
        log.info("version_uploaded", document=id, number=added.version.number, unchanged=job is None)
        told = {
            "document": {"id": id, "name": added.document.name},
            "version": {"number": added.version.number},
            "unchanged": job is None,
            "job": job and {"id": job.id, "status": job.status.value, "stage": job.stage},
        }
        return JSONResponse(told, 200 if job is None else 202)

    async def download(self, request: Request, viewer: Viewer) -> Response:
        """The bytes of a document or of the version that is asked for, or a part of them."""
        id = DocumentId(request.path_params["id"])
        graph = self._graph.within(viewer.tenant)
        seen = (await graph.read(documents.get_many, [id], by=viewer)).get(id)
        if seen is None:
            raise DocumentMissing(id)
        number = _number(request, "version", seen.document.number)
        version = await graph.read(documents.version, id=id, number=number, by=viewer)
        if version.infected:
            raise DocumentQuarantined(id)
        headers = GUARDS | {"ETag": f'"{version.file_hash}"'}
        if _known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        size = await self._blobs.size(version.blob)
        type = version.understanding.content_type if version.understanding else "application/octet-stream"
        if self._elsewhere is not None and request.method == "GET":
            url = await self._elsewhere.store.url(
                version.blob, filename=seen.document.name, content_type=type, seconds=self._elsewhere.seconds
            )
            return RedirectResponse(url, 302, headers={**GUARDS, "Cache-Control": "private, no-store"})
        headers |= {
            "Accept-Ranges": "bytes",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(seen.document.name)}",
            "Content-Length": str(size),
        }
        return self._content(request, version.blob, headers, size=size, type=type)

    def _content(
        self, request: Request, blob: BlobKey, headers: dict[str, str], *, size: int, type: str
    ) -> Response:
        """What is asked for of a blob: its headers alone, a part of it, or all."""
        if request.method == "HEAD":
            return Response(headers=headers, media_type=type)
        part = ranges.asked(request, size=size, tag=headers["ETag"])
        if part is not None:
            headers |= ranges.told(part, size)
        return StreamingResponse(
            self._blobs.open(blob, part),
            status_code=200 if part is None else 206,
            headers=headers,
            media_type=type,
        )

    async def take_avatar(self, request: Request, viewer: Viewer) -> Response:
        """Take the body of *request* as the viewer's own picture."""
        viewer.decides()
        self._measured(request, AVATAR_MOST)
        blob = await self._blobs.keep(_image(flowing(request)), most=AVATAR_MOST)
        graph = self._graph.within(viewer.tenant)
        await graph.write(users.portray, avatar=blob.key, by=viewer.user, at=self._moment())
        return JSONResponse({"avatar": {"url": f"/avatars/{viewer.user}?v={blob.key[:12]}"}}, 201)

    async def give_avatar(self, request: Request, viewer: Viewer) -> Response:
        """Somebody's picture, for the people of their organisation."""
        id = UserId(request.path_params["id"])
        user = (await self._graph.within(viewer.tenant).read(users.get_many, [id])).get(id)
        if user is None or user.avatar is None:
            raise UserMissing(id)
        key = BlobKey(user.avatar)
        pieces = [piece async for piece in self._blobs.open(key)]
        type = _type_of(pieces[0]) or "application/octet-stream"
        return Response(b"".join(pieces), headers=GUARDS, media_type=type)

    def _measured(self, request: Request, most: int) -> None:
        """Refuse what is declared too large, before its first byte."""
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            raise FileTooLarge(most)


def _parameter(request: Request, name: str) -> str:
    value = request.query_params.get(name, "")
    if not value:
        raise Invalid(f"Say the {name} in the query: ?notebook=ID&name=FILENAME.", field=name)
    return value


def _number(request: Request, name: str, otherwise: int) -> int:
    value = request.query_params.get(name)
    if value is None:
        return otherwise
    if not value.isdecimal() or len(value) > _DIGITS:
        raise Invalid(f"The {name} must be a number.", field=name)
    return int(value)


def _known(request: Request, tag: str) -> bool:
    """Whether whoever asks has these bytes already."""
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return tag in known or known == ["*"]


async def viewer_of(request: Request, show: Show, doorkeeper: Doorkeeper) -> Viewer:
    """Who asks, let in.

    Raises:
        Unauthenticated: Nobody in particular.
    """
    credential = show(request, {})
    if credential is None:
        raise Unauthenticated("Sign in first, or send a token or an API key.")
    return await doorkeeper.admit(credential)


async def flowing(
    request: Request, stalled: Callable[[], Unavailable] = UploadStalled
) -> AsyncIterator[bytes]:
    """The body of *request*, as long as it flows; what is *stalled* is raised where it does not."""
    pieces = request.stream().__aiter__()
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise stalled() from None
        if piece:
            yield piece


async def _image(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, if they begin an image."""
    begun = b""
    async for piece in pieces:
        if len(begun) >= _MARK:
            yield piece
            continue
        begun += piece
        if len(begun) >= _MARK:
            yield _checked(begun)
    if 0 < len(begun) < _MARK:
        yield _checked(begun)


def _checked(begun: bytes) -> bytes:
    if _type_of(begun) is None:
        raise NotAnImage
    return begun


def _type_of(piece: bytes) -> str | None:
    return next((type for mark, type in _IMAGES.items() if piece.startswith(mark)), None)
