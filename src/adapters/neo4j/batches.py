"""Batches in the graph: `(:User)-[:BRINGS]->(:UploadBatch)`; its files are lists, one entry each."""

import math
from collections.abc import Collection, Mapping
from datetime import datetime

from typing_extensions import override

from aether.adapters.neo4j.jobs import job_of
from aether.adapters.neo4j.rows import instant
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.batches import Batch, Batches, BatchId, Entry
from aether.domain.documents import DocumentId
from aether.domain.jobs import Failure, Job
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from aether.domain.uploads import UploadId
from aether.domain.users import UserId

UNKNOWN = -1


class Neo4jBatches(Batches):
    """Where batches are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[BatchId]) -> Mapping[BatchId, Batch]:
        rows = await self._run("batches/get_many", ids=list(ids))
        return {row["batch"]["id"]: batch_of(row["batch"]) for row in rows}

    @override
    async def add(self, batch: Batch) -> None:
        entries = batch.entries
        await self._run(
            "batches/add",
            id=batch.id,
            owner=batch.owner,
            notebook=batch.notebook,
            names=[it.name for it in entries],
            sizes=[UNKNOWN if it.size is None else it.size for it in entries],
            uploads=[it.upload or "" for it in entries],
            codes=["" if it.refusal is None else it.refusal.code for it in entries],
            messages=["" if it.refusal is None else it.refusal.message for it in entries],
            created_at=batch.created_at,
            created_second=_second(batch.created_at),
        )

    @override
    async def jobs(self, documents: Collection[DocumentId]) -> Mapping[DocumentId, Job]:
        rows = await self._run("batches/jobs", documents=list(documents))
        return {DocumentId(row["job"]["subject"]): job_of(row["job"]) for row in rows}

    @override
    async def forget(self, *, before: datetime, limit: int) -> int:
        row = await self._run.one("batches/forget", before=_second(before), most=limit)
        return 0 if row is None else int(row["forgotten"])


def _second(instant: datetime) -> int:
    """The second since 1970 in which *instant* lies."""
    return math.floor(instant.timestamp())


def batch_of(row: Row) -> Batch:
    """The batch in a row's map."""
    columns = (row[name] for name in ("names", "sizes", "uploads", "codes", "messages"))
    return Batch(
        id=BatchId(row["id"]),
        tenant=TenantId(row["tenant"]),
        owner=UserId(row["owner"]),
        notebook=NotebookId(row["notebook"]),
        entries=tuple(
            Entry(
                name=name,
                size=None if size == UNKNOWN else size,
                upload=UploadId(upload) if upload else None,
                refusal=Failure(code=code, message=message) if code else None,
            )
            for name, size, upload, code, message in zip(*columns, strict=True)
        ),
        created_at=instant(row["created_at"]),
    )
