"""A bucket that clients reach themselves, by presigned URLs: downloads, and uploads in parts.

What comes directly lies in `direct/` under the upload's id until it is whole, measured and
hashed here; then the store copies it to its place, as it does with what came through us. A URL is
good for one part of one size, since its signature covers the `Content-Length`.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError
from typing_extensions import override

from aether.adapters.s3.blobs import FAULTS, LEFT_OVER, Bucket, S3Blobs, connected, seen_through, told
from aether.domain.blobs import PIECE, Blob, BlobKey, BlobMissing
from aether.domain.presigning import LASTS_MOST_S, Cut, PartsWrong, PartUrl, Presigning
from aether.domain.uploads import ChecksumWrong

_NOT_BEGUN = {"NoSuchUpload", "NoSuchKey", "404", "NotFound"}
_UNFIT = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "InvalidRequest", "MalformedXML"}


@asynccontextmanager
async def opened(
    bucket: Bucket, *, lasts: timedelta, public_url: str | None = None
) -> AsyncIterator["DirectS3Blobs"]:
    """The blobs of *bucket*, which clients find at *public_url*, or where we do. Nothing is spoken to yet.

    What comes directly and is longer there than an upload *lasts*, and a day, is left of a crash.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connected(bucket))
        signer = client
        if public_url:
            signer = await stack.enter_async_context(connected(replace(bucket, url=public_url)))
        yield DirectS3Blobs(client, bucket, signer, lasts=lasts)


class DirectS3Blobs(S3Blobs, Presigning):
    """Blobs in one bucket, which clients reach too."""

    def __init__(self, client: Any, bucket: Bucket, signer: Any, *, lasts: timedelta) -> None:
        super().__init__(client, bucket)
        self._signer = signer
        self._lasts = lasts

    @override
    async def sweep(self) -> int:
        before = datetime.now(UTC) - self._lasts - LEFT_OVER
        return await super().sweep() + await self._swept(self._direct(""), before=before)

    @override
    async def url(self, key: BlobKey, *, filename: str, content_type: str, seconds: int) -> str:
        return await self._signed(
            "get_object",
            {
                "Key": self._place(key),
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
                "ResponseContentType": content_type,
                "ResponseCacheControl": "private, no-store",
            },
            seconds,
        )

    @override
    async def begin(self, name: str) -> str:
        with told():
            begun = await self._client.create_multipart_upload(**self._there(name), **self._kept)
        return str(begun["UploadId"])

    @override
    async def part_urls(
        self, name: str, begun: str, sizes: Mapping[int, int], *, seconds: int
    ) -> Sequence[PartUrl]:
        urls = []
        for number, size in sizes.items():
            part = {
                "Key": self._direct(name),
                "UploadId": begun,
                "PartNumber": number,
                "ContentLength": size,
            }
            url = await self._signed("upload_part", part, seconds)
            urls.append(PartUrl(number=number, size=size, url=url))
        return urls

    @override
    async def assemble(self, name: str, begun: str, tags: Mapping[int, str], *, cut: Cut) -> None:
        upload = {**self._there(name), "UploadId": begun}
        try:
            with told():
                found = await self._parts(upload)
        except BlobMissing:
            await self._measured(name)  # it was put together before, or there is nothing
            return
        for number, tag in tags.items():
            size, known = found.get(number, (None, ""))
            if size is None:
                raise PartsWrong(f"part {number} is not there")
            if size != cut.sized(number):
                raise PartsWrong(f"part {number} has {size} bytes, and should have {cut.sized(number)}")
            if _bare(tag) != _bare(known):
                raise PartsWrong(f"part {number} is another one than that of its tag")
        parts = [{"PartNumber": number, "ETag": tags[number]} for number in sorted(tags)]
        try:
            with told(_UNFIT):
                await seen_through(
                    self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
                )
        except ClientError:
            raise PartsWrong("the store does not take them") from None

    @override
    async def adopt(self, name: str, *, length: int, sha256: str | None) -> Blob:
        if (size := await self._measured(name)) != length:
            raise PartsWrong(f"together they have {size} bytes, and should have {length}")
        digest = hashlib.sha256()
        with told():
            found = await self._client.get_object(**self._there(name))
            async with found["Body"] as body:
                async for piece in body.iter_chunks(16 * PIECE):
                    await asyncio.to_thread(digest.update, piece)
        key = digest.hexdigest()
        if sha256 is not None and key != sha256:
            raise ChecksumWrong
        blob = Blob(key=BlobKey(key), size=length, sha256=key)
        await seen_through(self._copy(self._there(name), blob))
        return blob

    @override
    async def abandon(self, name: str, begun: str) -> None:
        with suppress(ClientError, *FAULTS):  # what cannot be removed now is swept later
            with suppress(ClientError):  # it has ended
                await self._client.abort_multipart_upload(**self._there(name), UploadId=begun)
            await self._client.delete_object(**self._there(name))

    def _there(self, name: str) -> dict[str, str]:
        return {**self._at, "Key": self._direct(name)}

    def _direct(self, name: str) -> str:
        return f"{self._prefix}direct/{name}"

    async def _measured(self, name: str) -> int:
        """The size of what was put together, in bytes."""
        with told():
            found = await self._client.head_object(**self._there(name))
        return int(found["ContentLength"])

    async def _parts(self, upload: Mapping[str, str]) -> dict[int, tuple[int, str]]:
        """The size and the tag of each part that is there, by number."""
        found: dict[int, tuple[int, str]] = {}
        try:
            async for page in self._client.get_paginator("list_parts").paginate(**upload):
                for part in page.get("Parts", []):
                    found[int(part["PartNumber"])] = (int(part["Size"]), str(part["ETag"]))
        except ClientError as error:
            if str(error.response.get("Error", {}).get("Code", "")) in _NOT_BEGUN:
                raise BlobMissing from None
            raise
        return found

    async def _signed(self, call: str, given: Mapping[str, Any], seconds: int) -> str:
        return str(
            await self._signer.generate_presigned_url(
                call, Params={**self._at, **given}, ExpiresIn=min(seconds, LASTS_MOST_S)
            )
        )


def _bare(tag: str) -> str:
    return tag.strip().strip('"')
