"""Uploads in the graph: `(:User)-[:UPLOADS]->(:Upload)`."""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from typing_extensions import override

from aether.adapters.neo4j.jobs import failure_of
from aether.adapters.neo4j.rows import instant, instant_or_none, lock
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.jobs import JobPriority
from aether.domain.tenants import TenantId
from aether.domain.uploads import Upload, UploadId, UploadKind, Uploads
from aether.domain.users import UserId


class Neo4jUploads(Uploads):
    """Where uploads are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[UploadId]) -> Mapping[UploadId, Upload]:
        rows = await self._run("uploads/get_many", ids=list(ids))
        return {row["upload"]["id"]: upload_of(row["upload"]) for row in rows}

    @override
    async def lock(self, id: UploadId) -> Upload | None:
        row = await self._run.one("uploads/lock", id=id, lock=lock())
        return None if row is None else upload_of(row["upload"])

    @override
    async def add(self, upload: Upload) -> None:
        await self._run(
            "uploads/add",
            id=upload.id,
            owner=upload.owner,
            notebook=upload.notebook,
            target=upload.target,
            filename=upload.filename,
            declared_type=upload.declared_type,
            length=upload.length,
            kind=upload.kind.value,
            parts=list(upload.parts),
            metadata=upload.metadata,
            created_at=upload.created_at,
            expires_at=upload.expires_at,
            expires_second=_second(upload.expires_at),
            priority=upload.priority.value,
        )

    @override
    async def put(self, upload: Upload) -> None:
        await self._run(
            "uploads/put",
            id=upload.id,
            length=upload.length,
            document=upload.document,
            job=upload.job,
            expires_at=upload.expires_at,
            expires_second=_second(upload.expires_at),
            aborted_at=upload.aborted_at,
            finish_at=upload.finish_at,
            finish_second=None if upload.finish_at is None else _second(upload.finish_at),
            sha256=upload.sha256,
            failure_code=upload.failure and upload.failure.code,
            failure_message=upload.failure and upload.failure.message,
        )

    @override
    async def remove(self, ids: Collection[UploadId]) -> None:
        await self._run("uploads/remove", ids=list(ids))

    @override
    async def unfinished(self, user: UserId, *, now: datetime) -> int:
        row = await self._run.one("uploads/unfinished", user=user, now=now)
        return 0 if row is None else int(row["unfinished"])

    @override
    async def expired(self, *, before: datetime, limit: int) -> Sequence[Upload]:
        rows = await self._run("uploads/expired", before=_second(before), most=limit)
        return [upload_of(row["upload"]) for row in rows]

    @override
    async def unended(self, *, now: datetime, limit: int) -> Sequence[Upload]:
        rows = await self._run("uploads/unended", now=_second(now), most=limit)
        return [upload_of(row["upload"]) for row in rows]


def _second(instant: datetime) -> int:
    """The second since 1970 in which *instant* lies."""
    return math.floor(instant.timestamp())


def upload_of(row: Row) -> Upload:
    """The upload in a row's map."""
    return Upload(
        id=UploadId(row["id"]),
        tenant=TenantId(row["tenant"]),
        owner=UserId(row["owner"]),
        notebook=row["notebook"],
        target=row["target"],
        filename=row["filename"],
        declared_type=row["declared_type"],
        length=row["length"],
        kind=UploadKind(row["kind"]),
        parts=tuple(row["parts"] or ()),
        metadata=row["metadata"] or "",
        document=row["document"],
        job=row["job"],
        created_at=instant(row["created_at"]),
        expires_at=instant(row["expires_at"]),
        aborted_at=instant_or_none(row["aborted_at"]),
        finish_at=instant_or_none(row["finish_at"]),
        sha256=row["sha256"],
        failure=failure_of(row),
        priority=JobPriority(row["priority"] or JobPriority.NORMAL),
    )
