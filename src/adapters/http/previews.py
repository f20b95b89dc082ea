"""Pictures of the pages of documents, behind the same door as their bytes."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aether.adapters.http.auth import error_response
from aether.adapters.http.files import GUARDS, Show, viewer_of
from aether.domain import documents
from aether.domain.admission import Doorkeeper
from aether.domain.blobs import Blobs
from aether.domain.documents import Document, DocumentId, DocumentMissing, DocumentQuarantined
from aether.domain.errors import AetherError
from aether.domain.graph import Graph
from aether.domain.previews import (
    CONTENT_TYPE,
    PREVIEWED,
    THUMBNAIL,
    Previewer,
    PreviewMissing,
    Previews,
    PreviewUnsupported,
    width_for,
)
from aether.domain.viewers import Viewer

FETCHED_AT_ONCE = 2
"""How many files are brought from a store for their pictures at a time."""
PAGES_MOST = 10**6


def preview_routes(
    graph: Graph,
    blobs: Blobs,
    doorkeeper: Doorkeeper,
    *,
    show: Show,
    previewer: Previewer,
    kept: Previews,
) -> list[Route]:
    """The door for pictures of pages.

    Args:
        graph: Where documents are kept.
        blobs: Where bytes are kept.
        doorkeeper: Lets people in.
        show: Finds the credential in a request.
        previewer: Makes pictures.
        kept: Where they are kept for a while.
    """
    door = _Door(graph, blobs, previewer, kept)

    async def answer(request: Request) -> Response:
        try:
            return await door.give(request, await viewer_of(request, show, doorkeeper))
        except AetherError as error:
            return error_response(error)

    return [Route("/documents/{id}/pages/{page:int}/image", answer, methods=["GET"])]


class _Door:
    def __init__(self, graph: Graph, blobs: Blobs, previewer: Previewer, kept: Previews) -> None:
        self._graph = graph
        self._blobs = blobs
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self._previewer = previewer
        self._kept = kept

    async def give(self, request: Request, viewer: Viewer) -> Response:
        """The picture of a page, in the width that is asked for or the next larger one."""
        document = await self._document(DocumentId(request.path_params["id"]), viewer)
        page = _page(document, request.path_params["page"])
        asked = request.query_params.get("width", str(THUMBNAIL))
        width = width_for(int(asked) if asked.isdecimal() else 0)
        name = f"{document.file_hash}-{page}-{width}"
        headers = GUARDS | {"ETag": f'"{name}"', "Cache-Control": _lasting(request, document)}
        if f'"{name}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        picture = await self._kept.get(name)
        if picture is None:
            picture = await self._made(document, page, width)
            await self._kept.put(name, picture)
        return Response(picture, headers=headers, media_type=CONTENT_TYPE)

    async def _document(self, id: DocumentId, viewer: Viewer) -> Document:
        graph = self._graph.within(viewer.tenant)
        seen = (await graph.read(documents.get_many, [id], by=viewer)).get(id)
        if seen is None:
            raise DocumentMissing(id)
        if seen.document.infected:
            raise DocumentQuarantined(id)
        return seen.document

    async def _made(self, document: Document, page: int, width: int) -> bytes:
        type = document.understanding.content_type if document.understanding else ""
        async with self._fetching, self._blobs.local(document.blob) as path:
            return await self._previewer.preview(path, content_type=type, page=page, width=width)


def _page(document: Document, page: int) -> int:
    """The page that is asked for, if the document has pictures and so many pages."""
    found = document.understanding
    if found is None:
        raise PreviewUnsupported("There are no pictures of a document before it is read.")
    if found.content_type not in PREVIEWED:
        raise PreviewUnsupported
    if not 1 <= page <= min(found.page_count or 1, PAGES_MOST):
        raise PreviewMissing(page)
    return page


def _lasting(request: Request, document: Document) -> str:
    """How long a picture may be kept: for good where its address names the bytes that it is of."""
    pinned = document.file_hash.startswith(request.query_params.get("v") or "-")
    return "private, max-age=31536000, immutable" if pinned else "private, no-cache"
