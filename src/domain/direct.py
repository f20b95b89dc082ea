"""Direct uploads: large files that clients bring to the store themselves, in parts.

The store keeps the parts, and its word for them stands in the upload's metadata. When the client
says that all are there they are put together, measured and hashed; only then is there a document.
The client waits for that if the file is small; a worker does it if it is large (see `finishing`).
What is refused or expires leaves nothing in the store.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from aether.domain import documents, uploads
from aether.domain.blobs import Blob, BlobMissing
from aether.domain.errors import Invalid
from aether.domain.finishing import failure_of
from aether.domain.graph import Graph
from aether.domain.moments import Moment
from aether.domain.presigning import Cut, PartsWrong, PartUrl, Presigning
from aether.domain.uploads import (
    ChecksumWrong,
    Draft,
    Limits,
    Upload,
    UploadGone,
    UploadId,
    UploadKind,
    UploadMissing,
)
from aether.domain.viewers import Viewer

PARTS_AT_A_TIME = 1_000
AT_ONCE_MOST = 64 << 20
"""The largest file that is finished while its client waits, in bytes: that takes a second or so."""
_HASH = re.compile(r"[0-9a-f]{64}")


class Direct:
    """Has uploads brought to the store.

    Args:
        graph: Where uploads are kept.
        store: Where their bytes go.
        moment: The clock.
        limits: How much may come, and how long it may take.
        seconds: How long the URLs of parts last.
    """

    def __init__(
        self,
        graph: Graph,
        store: Presigning,
        *,
        moment: Callable[[], Moment],
        limits: Limits,
        seconds: int,
    ) -> None:
        self._graph = graph
        self._store = store
        self._moment = moment
        self._limits = limits
        self._seconds = seconds

    async def begin(self, draft: Draft, *, by: Viewer) -> tuple[Upload, Cut]:
        """An upload whose parts go to the store.

        Raises:
            Missing: The viewer may not add to the notebook.
            FileTooLarge: It is announced larger than files may be.
        """
        if draft.notebook is None or draft.length is None:
            raise Invalid("Say the notebook, and the size of the file.", field="size")
        at, graph = self._moment(), self._graph.within(by.tenant)
        length = self._limits.sized(draft.length)
        await graph.read(documents.may_add, notebook=draft.notebook, by=by)
        id = UploadId(at.id("upload"))
        begun = await self._store.begin(id)
        whole = Draft(
            notebook=draft.notebook,
            filename=draft.filename,
            declared_type=draft.declared_type,
            length=length,
            kind=UploadKind.DIRECT,
            metadata=begun,
        )
        try:
            upload = await graph.write(uploads.begin, whole, id=id, limits=self._limits, by=by, at=at)
        except BaseException:
            await self._store.abandon(id, begun)
            raise
        return upload, Cut.of(length)

    async def part_urls(self, id: UploadId, *, after: int, first: int, by: Viewer) -> Sequence[PartUrl]:
        """Where the next parts behind number *after* go, at most *first* of them.

        Raises:
            UploadGone: It was aborted, or has expired.
        """
        upload, cut = await self._opened(id, by=by)
        if upload.document is not None or upload.finish_at is not None:
            return []
        numbers = range(after + 1, min(after + first, cut.count) + 1)
        sizes = {number: cut.sized(number) for number in numbers}
        return await self._store.part_urls(id, upload.metadata, sizes, seconds=self._seconds)

    async def complete(
        self, id: UploadId, tags: Sequence[tuple[int, str]], *, sha256: str | None, by: Viewer
    ) -> Upload:
        """Make a document of an upload whose parts are all there, or have a worker do so if it is large.

        Doing it twice makes one document, and gives the same.

        Raises:
            PartsWrong: They are not all there, or not what they should be; those that are right stay.
            ChecksumWrong: Together they are something else than *sha256* says; the upload is over.
        """
        if sha256 is not None and not _HASH.fullmatch(sha256):
            raise Invalid("The hash has 64 lower-case hexadecimal digits.", field="sha256")
        upload, cut = await self._opened(id, by=by)
        if upload.document is not None or upload.finish_at is not None:
            return upload
        graph, limits = self._graph.within(by.tenant), self._limits
        try:
            await self._store.assemble(id, upload.metadata, _numbered(tags, cut), cut=cut)
            if cut.length > AT_ONCE_MOST:
                return await graph.write(
                    uploads.finish_later, id=id, sha256=sha256, limits=limits, by=by, at=self._moment()
                )
            blob = await self._adopted(upload, cut, sha256=sha256)
        except BlobMissing:  # somebody else was faster
            done = await graph.read(uploads.get, id=id, by=by)
            if done.document is None:
                raise UploadGone(id) from None
            return done
        done = await graph.write(uploads.complete, blob, id=id, by=by, at=self._moment())
        await self._store.abandon(id, upload.metadata)
        return done

    async def _adopted(self, upload: Upload, cut: Cut, *, sha256: str | None) -> Blob:
        """The blob of an upload whose parts are together; the upload ends if it is the wrong one."""
        try:
            return await self._store.adopt(upload.id, length=cut.length, sha256=sha256)
        except (ChecksumWrong, PartsWrong) as wrong:
            graph, at = self._graph.within(upload.tenant), self._moment()
            await graph.write(uploads.fail, upload, failure_of(wrong), limits=self._limits, at=at)
            await self._store.abandon(upload.id, upload.metadata)
            raise

    async def _opened(self, id: UploadId, *, by: Viewer) -> tuple[Upload, Cut]:
        upload = await self._graph.within(by.tenant).read(uploads.opened, id=id, by=by, at=self._moment())
        if upload.kind is not UploadKind.DIRECT or upload.length is None:
            raise UploadMissing(id)
        return upload, Cut.of(upload.length)


def _numbered(tags: Sequence[tuple[int, str]], cut: Cut) -> Mapping[int, str]:
    """The tags by number, if there is one for each part."""
    numbered = dict(tags)
    if len(numbered) != len(tags):
        raise PartsWrong("a part is named twice")
    if sorted(numbered) != list(range(1, cut.count + 1)):
        raise PartsWrong(f"name each of the {cut.count}, once")
    return numbered
