"""Callbacks in the graph: `(:User)-[:CALLS_BACK]->(:Callback)-[:SENDS]->(:Delivery)`."""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, instant_or_none, lock
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.callbacks import (
    Callback,
    CallbackId,
    Callbacks,
    Deliveries,
    Delivery,
    DeliveryId,
    DeliveryStatus,
    Due,
    Outcome,
)
from aether.domain.tenants import TenantId
from aether.domain.users import UserId


class Neo4jCallbacks(Callbacks):
    """Where callbacks are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def add(self, callback: Callback) -> None:
        await self._run(
            "callbacks/add",
            id=callback.id,
            owner=callback.owner,
            subject=callback.subject,
            url=callback.url,
            secret=callback.secret,
            once=callback.once,
            created_at=callback.created_at,
        )

    @override
    async def put(self, callback: Callback) -> None:
        await self._run(
            "callbacks/put", id=callback.id, ended_at=callback.ended_at, ended_why=callback.ended_why
        )

    @override
    async def lock(self, id: CallbackId) -> Callback | None:
        row = await self._run.one("callbacks/lock", id=id, lock=lock())
        return None if row is None else callback_of(row["callback"])

    @override
    async def of_user(self, user: UserId) -> Sequence[Callback]:
        return [callback_of(row["callback"]) for row in await self._run("callbacks/of_user", user=user)]

    @override
    async def of_subjects(self, subjects: Collection[str]) -> Sequence[Callback]:
        rows = await self._run("callbacks/of_subjects", subjects=list(subjects))
        return [callback_of(row["callback"]) for row in rows]


class Neo4jDeliveries(Deliveries):
    """Where deliveries are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get_many(self, ids: Collection[DeliveryId]) -> Mapping[DeliveryId, Delivery]:
        rows = await self._run("callbacks/get_deliveries", ids=list(ids))
        return {row["delivery"]["id"]: delivery_of(row["delivery"]) for row in rows}

    @override
    async def lock(self, id: DeliveryId) -> Delivery | None:
        row = await self._run.one("callbacks/lock_delivery", id=id, lock=lock())
        return None if row is None else delivery_of(row["delivery"])

    @override
    async def add(self, delivery: Delivery) -> None:
        await self._run(
            "callbacks/add_delivery",
            id=delivery.id,
            callback=delivery.callback,
            job=delivery.job,
            kind=delivery.kind,
            body=delivery.body,
            created_at=delivery.created_at,
            due_at=delivery.due_at,
            due_second=_second(delivery.due_at),
        )

    @override
    async def put(self, delivery: Delivery) -> None:
        outcome = delivery.outcome or Outcome()
        await self._run(
            "callbacks/put_delivery",
            id=delivery.id,
            status=delivery.status.value,
            attempts=delivery.attempts,
            answer=outcome.status,
            error=outcome.error,
            due_at=delivery.due_at,
            due_second=_second(delivery.due_at),
            ended_at=delivery.ended_at,
            ended_second=_second(delivery.ended_at),
        )

    @override
    async def of_callback(self, id: CallbackId, *, limit: int) -> Sequence[Delivery]:
        rows = await self._run("callbacks/deliveries", callback=id, most=limit)
        return [delivery_of(row["delivery"]) for row in rows]

    @override
    async def due(self, *, now: datetime, besides: Collection[str], limit: int) -> Sequence[Due]:
        rows = await self._run("callbacks/due", now=_second(now), besides=list(besides), most=limit)
        return [Due(DeliveryId(row["id"]), TenantId(row["tenant"]), row["host"]) for row in rows]

    @override
    async def forget(self, *, before: datetime, limit: int) -> int:
        row = await self._run.one("callbacks/forget_deliveries", before=_second(before), most=limit)
        return 0 if row is None else int(row["forgotten"])


def _second(instant: datetime | None) -> int | None:
    """The second since 1970 in which *instant* lies."""
    return None if instant is None else math.floor(instant.timestamp())


def callback_of(row: Row) -> Callback:
    """The callback in a row's map."""
    return Callback(
        id=CallbackId(row["id"]),
        tenant=TenantId(row["tenant"]),
        owner=UserId(row["owner"]),
        subject=row["subject"],
        url=row["url"],
        secret=row["secret"],
        once=row["once"],
        created_at=instant(row["created_at"]),
        ended_at=instant_or_none(row["ended_at"]),
        ended_why=row["ended_why"],
    )


def delivery_of(row: Row) -> Delivery:
    """The delivery in a row's map."""
    answer, error = row["answer"], row["error"]
    return Delivery(
        id=DeliveryId(row["id"]),
        tenant=TenantId(row["tenant"]),
        callback=CallbackId(row["callback"]),
        job=row["job"],
        kind=row["kind"],
        body=row["body"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        outcome=None if answer is None and error is None else Outcome(status=answer, error=error),
        created_at=instant(row["created_at"]),
        due_at=instant_or_none(row["due_at"]),
        ended_at=instant_or_none(row["ended_at"]),
    )
