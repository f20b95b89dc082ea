"""Running a named statement: the tenant supplied, one span and one metric, the name in both."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from neo4j import AsyncManagedTransaction
from opentelemetry import trace
from prometheus_client import Histogram

from aether.adapters.neo4j.statements import TENANT, Mode, Statement
from aether.domain.errors import Invalid
from aether.domain.tenants import TenantId

Row = Mapping[str, Any]

_seconds = Histogram(
    "aether_statement_seconds",
    "How long a statement took, from sending it to its last row.",
    ["statement", "mode"],
)
_tracer = trace.get_tracer("aether.graph")


@contextmanager
def measured(name: str, mode: Mode) -> Iterator[None]:
    """One span and one metric named *name*; what fails is not counted."""
    begun = time.perf_counter()
    with _tracer.start_as_current_span(name, kind=trace.SpanKind.CLIENT):
        yield
    _seconds.labels(name, mode.value).observe(time.perf_counter() - begun)


class Runner:
    """Runs statements on one transaction, as one tenant."""

    def __init__(
        self,
        transaction: AsyncManagedTransaction,
        statements: Mapping[str, Statement],
        *,
        tenant: TenantId | None,
        mode: Mode,
    ) -> None:
        self._transaction = transaction
        self._statements = statements
        self.tenant = tenant
        self._mode = mode

    async def __call__(self, name: str, /, **params: Any) -> Sequence[Row]:
        """The rows that the statement *name* gives for *params*."""
        statement = self._statements[name]
        if params.keys() != statement.params:
            raise TypeError(f"{name} takes {sorted(statement.params)}, not {sorted(params)}.")
        if statement.mode is Mode.WRITE and self._mode is Mode.READ:
            raise TypeError(f"{name} writes, but the transaction only reads.")
        if statement.tenanted:
            if self.tenant is None:
                raise TypeError(f"{name} needs a tenant: use `graph.within(tenant)`.")
            params[TENANT] = self.tenant
        return await self._run(statement, params)

    async def one(self, name: str, /, **params: Any) -> Row | None:
        """The first row that the statement *name* gives, if any."""
        rows = await self(name, **params)
        return rows[0] if rows else None

    async def _run(self, statement: Statement, params: dict[str, Any]) -> Sequence[Row]:
        with measured(statement.name, statement.mode):
            try:
                result = await self._transaction.run(statement.text, params)
            except UnicodeEncodeError as error:
                raise Invalid(
                    "Half a character was given where a whole one belongs.", field="input"
                ) from error
            return [dict(zip(record.keys(), record.values(), strict=True)) async for record in result]
