"""Resumable uploads: tus 1.0.0, with all its extensions but trailing checksums.

Bytes go to the disk as they come, and stay there when the connection breaks; the answer to the
last of them names the document and the job in headers. What goes wrong is told as
`{"error": {"code", "message"}}`, and before the first byte wherever that can be known.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from aether.adapters.http import files
from aether.adapters.http import tus_headers as tus
from aether.adapters.http.auth import error_response
from aether.domain.admission import Doorkeeper
from aether.domain.blobs import FileTooLarge
from aether.domain.errors import AetherError, Invalid, Refused, Unavailable
from aether.domain.receiving import Received, Receiver
from aether.domain.uploads import (
    ALGORITHMS,
    ChecksumWrong,
    OffsetWrong,
    UploadBusy,
    UploadGone,
    UploadId,
    UploadKind,
    UploadOverrun,
)
from aether.domain.viewers import Viewer

PATH = "/uploads"

log = structlog.get_logger()


class VersionUnknown(Refused):
    """The client speaks another version of the protocol."""

    code = "TUS_VERSION_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(f"Say {tus.RESUMABLE}: {tus.VERSION}.")


class MethodUnknown(Refused):
    """Nothing of the kind can be done with an upload."""

    code = "METHOD_NOT_ALLOWED"

    def __init__(self) -> None:
        super().__init__("With an upload this cannot be done: HEAD, PATCH and DELETE can.")


class ContentTypeWrong(Invalid):
    """The bytes are not said to be those of an upload."""

    code = "CONTENT_TYPE_WRONG"

    def __init__(self) -> None:
        super().__init__(f"Say Content-Type: {tus.CONTENT_TYPE}.", field="Content-Type")


class UploadSilent(Unavailable):
    """No byte came for a while."""

    code = "UPLOAD_STALLED"

    def __init__(self) -> None:
        super().__init__(f"No byte came for {files.SILENCE_S:g} seconds; what came is kept, go on with it.")


STATUS: Mapping[type[AetherError], int] = {
    UploadGone: 410,
    UploadBusy: 423,
    UploadOverrun: 413,
    FileTooLarge: 413,
    ChecksumWrong: 460,
    ContentTypeWrong: 415,
    VersionUnknown: 412,
    MethodUnknown: 405,
}
"""How those errors are told in HTTP that tus has a status of its own for."""


def tus_routes(receiver: Receiver, doorkeeper: Doorkeeper, *, show: files.Show) -> list[Route]:
    """The doors for uploads in pieces.

    Args:
        receiver: Takes the bytes in.
        doorkeeper: Lets people in.
        show: Finds the credential in a request.
    """
    doors = _Doors(receiver, doorkeeper, show=show)
    return [
        Route(PATH, doors.collection, methods=["OPTIONS", "POST"]),
        Route(f"{PATH}/{{id}}", doors.single, methods=["OPTIONS", "HEAD", "PATCH", "DELETE", "POST"]),
    ]


class _Doors:
    def __init__(self, receiver: Receiver, doorkeeper: Doorkeeper, *, show: files.Show) -> None:
        self._receiver = receiver
        self._doorkeeper = doorkeeper
        self._show = show
        self._singly: Mapping[str, Callable[[Request, Viewer], Awaitable[Response]]] = {
            "HEAD": self._head,
            "PATCH": self._patch,
            "DELETE": self._delete,
        }

    async def collection(self, request: Request) -> Response:
        """What can be done at all, or a new upload."""
        if request.method == "OPTIONS":
            return self._capable()
        return await self._told(request, self._post)

    async def single(self, request: Request) -> Response:
        """What is done with one upload, by whatever method it is said."""
        if request.method == "OPTIONS":
            return self._capable()
        method = request.method
        if method == "POST":
            method = request.headers.get(tus.OVERRIDE, method).upper()
        return await self._told(request, self._singly.get(method, _unknown))

    def _capable(self) -> Response:
        told = {
            tus.RESUMABLE: tus.VERSION,
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(self._receiver.limits.most),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        return Response(status_code=204, headers=told)

    async def _told(
        self, request: Request, door: Callable[[Request, Viewer], Awaitable[Response]]
    ) -> Response:
        """The answer of *door* to those who are let in, its errors told in JSON."""
        try:
            if request.headers.get(tus.RESUMABLE) != tus.VERSION:
                raise VersionUnknown
            response = await door(request, await files.viewer_of(request, self._show, self._doorkeeper))
        except ClientDisconnect:
            return Response(status_code=499)
        except AetherError as error:
            response = _refused(error)
        response.headers[tus.RESUMABLE] = tus.VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _post(self, request: Request, viewer: Viewer) -> Response:
        """Begin an upload, perhaps with its first bytes, or put one together."""
        draft, headers = tus.draft(request.headers), request.headers
        if draft.kind is UploadKind.FINAL:
            received = await self._receiver.join(draft, by=viewer)
        else:
            brought = _type(request) == tus.CONTENT_TYPE
            checksum = tus.checksum(headers) if brought else None
            upload = await self._receiver.begin(draft, by=viewer)
            received = Received(upload=upload, offset=0)
            if brought:
                received = await self._receiver.receive(
                    upload.id,
                    files.flowing(request, UploadSilent),
                    offset=0,
                    coming=tus.number(headers, "content-length"),
                    checksum=checksum,
                    by=viewer,
                )
        _log(received)
        told = {"Location": f"{PATH}/{received.upload.id}", **tus.described(received.upload, received.offset)}
        return Response(status_code=201, headers=told)

    async def _head(self, request: Request, viewer: Viewer) -> Response:
        """Where to go on."""
        found = await self._receiver.resume(_id(request), by=viewer)
        return Response(headers=tus.detailed(found.upload, found.offset, base=PATH))

    async def _patch(self, request: Request, viewer: Viewer) -> Response:
        """Take in more bytes."""
        headers = request.headers
        if _type(request) != tus.CONTENT_TYPE:
            raise ContentTypeWrong
        received = await self._receiver.receive(
            _id(request),
            files.flowing(request, UploadSilent),
            offset=tus.needed(headers, tus.OFFSET),
            coming=tus.number(headers, "content-length"),
            length=tus.number(headers, tus.LENGTH),
            checksum=tus.checksum(headers),
            by=viewer,
        )
        _log(received)
        return Response(status_code=204, headers=tus.described(received.upload, received.offset))

    async def _delete(self, request: Request, viewer: Viewer) -> Response:
        """Give an upload up."""
        await self._receiver.abort(_id(request), by=viewer)
        return Response(status_code=204)


async def _unknown(*_: Any) -> Response:
    raise MethodUnknown


def _refused(error: AetherError) -> Response:
    response = error_response(error)
    response.status_code = STATUS.get(type(error), response.status_code)
    if isinstance(error, OffsetWrong):
        response.headers[tus.OFFSET] = str(error.offset)
    if isinstance(error, UploadBusy):
        response.headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    if isinstance(error, VersionUnknown):
        response.headers["Tus-Version"] = tus.VERSION
    if isinstance(error, MethodUnknown):
        response.headers["Allow"] = "HEAD, PATCH, DELETE"
    return response


def _id(request: Request) -> UploadId:
    return UploadId(request.path_params["id"])


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _log(received: Received) -> None:
    upload = received.upload
    if upload.document is not None:
        log.info("upload_completed", upload=upload.id, document=upload.document, job=upload.job)
