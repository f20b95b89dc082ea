"""Blobs in a bucket: `aa/bb/<sha256>` below a prefix, as in a folder.

The hash of a blob is known when all of it has come. So a small one is put into its place at
once, and a large one goes in parts to `incoming/`, from where the store itself copies it:
what stands in its place is whole. What a crash leaves in `incoming/` is swept after a day.
"""

import asyncio
import hashlib
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError
from typing_extensions import override

from aether.domain.blobs import (
    PIECE,
    Blob,
    BlobKey,
    BlobMissing,
    Blobs,
    FileEmpty,
    FileTooLarge,
    StoreDown,
    StoreFull,
    key_of,
)

T = TypeVar("T")

PART = 8 << 20
"""How large the parts of a large blob are, in bytes; S3 takes at most 10,000 of them."""
COPIED_AT_ONCE = 256 << 20
"""The largest object that is copied in one request, in bytes; S3 takes 5 GiB, but others answer late."""
COPIED_PART = 256 << 20
LISTED = 1_000
"""How many blobs are listed at a time."""
LEFT_OVER = timedelta(days=1)
"""After how long an unfinished upload is taken for one that a crash left."""

FAULTS = (BotoCoreError, aiohttp.ClientError, OSError, TimeoutError)
_MISSING = {"NoSuchKey", "404", "NotFound"}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507", "ServiceQuotaExceeded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where blobs are kept, and how one gets in.

    Attributes:
        url: The store's address; none for Amazon's own.
        prefix: What the name of every object begins with.
        encryption: How the store is asked to encrypt, `AES256` or `aws:kms`; empty to leave it to the bucket.
    """

    name: str
    url: str | None
    region: str
    access_key: str
    secret_key: str
    prefix: str = ""
    encryption: str = ""


@asynccontextmanager
async def opened(bucket: Bucket) -> AsyncIterator["S3Blobs"]:
    """The blobs of *bucket*. Nothing is spoken to yet."""
    async with connected(bucket) as client:
        yield S3Blobs(client, bucket)


@asynccontextmanager
async def connected(bucket: Bucket) -> AsyncIterator[Any]:
    """What speaks to the store of *bucket*."""
    session = get_session()
    async with session.create_client(
        "s3",
        endpoint_url=bucket.url,
        region_name=bucket.region,
        aws_access_key_id=bucket.access_key or None,
        aws_secret_access_key=bucket.secret_key or None,
        config=AioConfig(
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=50,
            retries={"mode": "standard", "max_attempts": 4},
            s3={"addressing_style": "path" if bucket.url else "auto"},
        ),
    ) as client:
        yield client


class S3Blobs(Blobs):
    """Blobs in one bucket."""

    def __init__(self, client: Any, bucket: Bucket) -> None:
        self._client = client
        self._at = {"Bucket": bucket.name}
        self._kept = {"ServerSideEncryption": bucket.encryption} if bucket.encryption else {}
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""

    @override
    async def ping(self) -> None:
        with told():
            await self._client.head_bucket(**self._at)

    @override
    async def sweep(self) -> int:
        before = datetime.now(UTC) - LEFT_OVER
        # A large file is copied to its place in parts.
        copied = await self._aborted(self._prefix, before=before, wanted=self._is_place)
        return copied + await self._swept(self._incoming(""), before=before)

    @override
    async def keep(self, stream: AsyncIterator[bytes], *, most: int) -> Blob:
        arriving = _Arriving(most)
        sending = _Sending(
            self._client, {**self._at, "Key": self._incoming(secrets.token_hex(16))}, self._kept
        )
        try:
            async for piece in stream:
                arriving.take(piece)
                if len(arriving.gathered) >= PART:
                    await sending.send(arriving.handed_over())
            if arriving.size == 0:
                raise FileEmpty
            blob, rest = arriving.blob(), arriving.handed_over()
            if sending.begun:
                await sending.end(rest)
                await seen_through(self._copy(sending.at, blob))
            else:
                with told():
                    await self._client.put_object(
                        **self._at, **self._kept, Key=self._place(blob.key), Body=rest
                    )
            return blob
        finally:
            await asyncio.shield(sending.discard())

    @override
    async def open(self, key: BlobKey, part: range | None = None) -> AsyncIterator[bytes]:
        wanted = {} if part is None else {"Range": f"bytes={part.start}-{part.stop - 1}"}
        with told():
            found = await self._client.get_object(**self._at, Key=self._place(key), **wanted)
            async with found["Body"] as body:
                async for piece in body.iter_chunks(PIECE):
                    yield piece

    @override
    @asynccontextmanager
    async def local(self, key: BlobKey) -> AsyncIterator[Path]:
        with tempfile.NamedTemporaryFile(prefix="aether-blob-") as file:
            async for piece in self.open(key):
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(file.flush)
            yield Path(file.name)

    @override
    async def size(self, key: BlobKey) -> int:
        with told():
            found = await self._client.head_object(**self._at, Key=self._place(key))
        return int(found["ContentLength"])

    @override
    async def remove(self, key: BlobKey, *, before: datetime | None = None) -> bool:
        place = {**self._at, "Key": self._place(key)}
        with suppress(BlobMissing), told():
            if before is not None:
                found = await self._client.head_object(**place)
                if found["LastModified"] >= before:
                    return False
            await self._client.delete_object(**place)
        return True

    @override
    async def listed(
        self, *, after: BlobKey | None = None
    ) -> tuple[Mapping[BlobKey, datetime], BlobKey | None]:
        start = {} if after is None else {"StartAfter": self._place(after)}
        with told():
            page = await self._client.list_objects_v2(
                **self._at, Prefix=self._prefix, MaxKeys=LISTED, **start
            )
        found = {
            BlobKey(each["Key"].rpartition("/")[2]): each["LastModified"]
            for each in page.get("Contents", [])
            if self._is_place(each["Key"])
        }
        # What is on its way lies behind all blobs: `incoming/` follows upon `ff/`.
        return found, max(found) if found and page.get("IsTruncated") else None

    def _place(self, key: BlobKey) -> str:
        known = key_of(key)
        return f"{self._prefix}{known[:2]}/{known[2:4]}/{known}"

    def _is_place(self, key: str) -> bool:
        """Whether a blob lies there, or is to."""
        name = key.rpartition("/")[2]
        return key == f"{self._prefix}{name[:2]}/{name[2:4]}/{name}"

    def _incoming(self, name: str) -> str:
        return f"{self._prefix}incoming/{name}"

    async def _swept(self, prefix: str, *, before: datetime) -> int:
        """Remove what was begun or put under *prefix* before then; gives back how much that was."""
        swept = await self._aborted(prefix, before=before)
        with told():
            objects = self._client.get_paginator("list_objects_v2")
            async for page in objects.paginate(**self._at, Prefix=prefix):
                for left in page.get("Contents", []):
                    if left["LastModified"] < before:
                        await self._client.delete_object(**self._at, Key=left["Key"])
                        swept += 1
        return swept

    async def _aborted(
        self, prefix: str, *, before: datetime, wanted: Callable[[str], bool] = lambda _: True
    ) -> int:
        """Give up what was begun in parts under *prefix* before then; gives back how much that was."""
        aborted = 0
        with told():
            uploads = self._client.get_paginator("list_multipart_uploads")
            async for page in uploads.paginate(**self._at, Prefix=prefix):
                for left in page.get("Uploads", []):
                    if left["Initiated"] < before and wanted(left["Key"]):
                        await self._client.abort_multipart_upload(
                            **self._at, Key=left["Key"], UploadId=left["UploadId"]
                        )
                        aborted += 1
        return aborted

    async def _copy(self, source: Mapping[str, str], blob: Blob) -> None:
        """Have the store copy a whole object to the place of *blob*."""
        place = {**self._at, "Key": self._place(blob.key)}
        with told():
            if blob.size <= COPIED_AT_ONCE:
                await self._client.copy_object(**place, **self._kept, CopySource=dict(source))
            else:
                await self._copy_in_parts(source, place, blob.size)

    async def _copy_in_parts(self, source: Mapping[str, str], place: Mapping[str, str], size: int) -> None:
        begun = await self._client.create_multipart_upload(**place, **self._kept)
        upload = {**place, "UploadId": begun["UploadId"]}
        try:
            await self._copy_parts(source, upload, size)
        except BaseException:
            with suppress(ClientError, *FAULTS):
                await asyncio.shield(self._client.abort_multipart_upload(**upload))
            raise

    async def _copy_parts(self, source: Mapping[str, str], upload: Mapping[str, str], size: int) -> None:
        tags = []
        for number, start in enumerate(range(0, size, COPIED_PART), 1):
            end = min(start + COPIED_PART, size) - 1
            part = await self._client.upload_part_copy(
                **upload,
                PartNumber=number,
                CopySource=dict(source),
                CopySourceRange=f"bytes={start}-{end}",
            )
            tags.append(part["CopyPartResult"]["ETag"])
        await self._client.complete_multipart_upload(**upload, MultipartUpload=_parts(tags))


class _Sending:
    """An object on its way in parts. It is begun with the first one.

    Attributes:
        at: The bucket and the name of the object.
    """

    def __init__(self, client: Any, at: Mapping[str, str], kept: Mapping[str, str]) -> None:
        self.at = at
        self._client = client
        self._kept = kept
        self._beginning: asyncio.Future[dict[str, Any]] | None = None
        self._tags: list[str] = []

    @property
    def begun(self) -> bool:
        """Whether anything was sent."""
        return self._beginning is not None

    async def send(self, part: bytes) -> None:
        """Send a part, which is not the last one unless it is the only one or the rest."""
        with told():
            if self._beginning is None:
                self._beginning = asyncio.ensure_future(
                    self._client.create_multipart_upload(**self.at, **self._kept)
                )
            begun = await seen_through(self._beginning)
            number = len(self._tags) + 1
            sent = await seen_through(
                self._client.upload_part(**self.at, UploadId=begun["UploadId"], PartNumber=number, Body=part)
            )
        self._tags.append(sent["ETag"])

    async def end(self, rest: bytes) -> None:
        """Send the *rest*, and have the store put the parts together."""
        if rest:
            await self.send(rest)
        with told():
            begun = await cast("asyncio.Future[dict[str, Any]]", self._beginning)
            await seen_through(
                self._client.complete_multipart_upload(
                    **self.at, UploadId=begun["UploadId"], MultipartUpload=_parts(self._tags)
                )
            )

    async def discard(self) -> None:
        """Leave nothing behind; what cannot be removed now is swept later."""
        if self._beginning is None:
            return
        with suppress(ClientError, *FAULTS):
            begun = await self._beginning
            with suppress(ClientError):  # it has ended
                await self._client.abort_multipart_upload(**self.at, UploadId=begun["UploadId"])
            await self._client.delete_object(**self.at)


async def seen_through(call: Awaitable[T]) -> T:
    """What *call* gives. If we are cancelled its end is awaited first: the store may yet do it."""
    asking = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        await asyncio.wait({asking})
        _ = asking.cancelled() or asking.exception()  # whatever it is, we are gone
        raise


class _Arriving:
    """A blob on its way."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._hash = hashlib.sha256()
        self.size = 0
        self.gathered = bytearray()

    def take(self, piece: bytes) -> None:
        """Append *piece*."""
        self.size += len(piece)
        if self.size > self._most:
            raise FileTooLarge(self._most)
        self._hash.update(piece)
        self.gathered += piece

    def handed_over(self) -> bytes:
        """What was gathered, which is somebody else's now."""
        part, self.gathered = bytes(self.gathered), bytearray()
        return part

    def blob(self) -> Blob:
        """What came, when all of it has."""
        key = self._hash.hexdigest()
        return Blob(key=BlobKey(key), size=self.size, sha256=key)


def _parts(tags: list[str]) -> dict[str, Any]:
    return {"Parts": [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]}


@contextmanager
def told(others: Collection[str] = ()) -> Iterator[None]:
    """What the store's errors mean to Aether, but for those of *others*, which stay as they are."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in others:
            raise
        if code in _MISSING:
            raise BlobMissing from None
        if code in _FULL:
            raise StoreFull("The blob store is full.") from error
        raise StoreDown("The blob store does not answer.") from error
    except FAULTS as error:
        raise StoreDown("The blob store does not answer.") from error
