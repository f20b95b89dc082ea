"""Paths: the two ways on which one question is answered, and their answers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from traceback import format_exception
from typing import Any, cast

import strawberry
from graphql import GraphQLSchema
from strawberry.types.graphql import OperationType
from structlog.testing import capture_logs

from aether.adapters.folder.staging import FolderStaging
from aether.adapters.neo4j import statements
from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.neo4j.views import Neo4jViews
from aether.adapters.system import moment
from aether.domain.callbacks import Rules
from aether.domain.errors import Unavailable
from aether.domain.receiving import Receiver
from aether.domain.uploads import Limits
from aether.domain.viewers import Viewer
from aether.graphql import schema
from aether.graphql.context import Context, Ports
from aether.graphql.cursors import Cursors
from aether.graphql.plans import engine
from tests.graph.graphs import CYPHER

KEY = b"the same on every engine, so that cursors are"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A document, its variables, and which of its operations is meant."""

    document: str
    variables: Mapping[str, Any] | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What comes back: the data as JSON text, since order counts, and the errors, whose order does not.

    Of things in one list that fail alike, chance decides which one is told: errors do not say which.
    """

    data: str
    errors: tuple[str, ...]

    @property
    def value(self) -> Any:
        """The data."""
        return json.loads(self.data)

    @property
    def codes(self) -> list[str]:
        """The codes of the errors; what nobody expects has none."""
        return [it["extensions"]["code"] for it in map(json.loads, self.errors) if "extensions" in it]

    @property
    def broken(self) -> bool:
        """Whether anything came that nobody expects: what is logged as an error."""
        return len(self.codes) < len(self.errors)

    @property
    def refused(self) -> bool:
        """Whether there are errors, all of them expected ones."""
        return bool(self.errors) and not self.broken


class Away:
    """A part of Aether that does not answer: what is compared is what the graph says."""

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def refuses(*_: object, **__: object) -> Any:
            raise Unavailable(f"Nothing answers to {name}.")

        return refuses


class Paths:
    """Both ways over one graph."""

    def __init__(self, graph: Neo4jGraph, folder: Path) -> None:
        away: Any = Away()
        self.ports = Ports(
            graph=graph,
            blobs=away,
            embedder=away,
            vectors=away,
            feed=away,
            queue=away,
            estimates=away,
            receiver=Receiver(
                graph,
                FolderStaging(folder / "staging", blobs=folder / "blobs"),
                away,
                moment=moment,
                limits=Limits(most=1000, lasts=timedelta(hours=1)),
            ),
            direct=None,
            doorkeeper=away,
            issuer="https://issuer.test",
            moment=moment,
            secret=lambda: "",
            webhook_secret=lambda: "",
            callback_rules=Rules(),
            cursors=Cursors(KEY),
            shelf=away,
        )
        self.ordinary = schema.build()
        self.planned = schema.build(Neo4jViews(graph, statements.fragments(CYPHER)))

    @property
    def described(self) -> GraphQLSchema:
        """What can be asked."""
        return self.ordinary._schema

    async def execution(self, question: Question, *, by: Viewer) -> Answer:
        """The answer by ordinary execution."""
        return await self._answer(self.ordinary, question, by)

    async def plan(self, question: Question, *, by: Viewer) -> Answer:
        """The answer by a plan, wherever there is one."""
        return await self._answer(self.planned, question, by)

    async def both(self, question: Question, *, by: Viewer) -> tuple[Answer, Answer]:
        """The answer by ordinary execution, and the one by a plan: equal, if they are alike.

        Where several fields fail beside each other, chance decides which error is told; plans leave
        all of them to execution.
        """
        before = answered()["plan"]
        found = await self.plan(question, by=by)
        left = answered()["plan"] == before
        expected = await self.execution(question, by=by)
        if left and found.refused and expected.refused:
            return found, found
        return expected, found

    async def answer(self, question: Question, *, by: Viewer) -> Answer:
        """The answer, which is the same on both ways."""
        expected, found = await self.both(question, by=by)
        assert found == expected, f"{question}\nexecution: {expected}\nplan:      {found}"
        return found

    async def _answer(self, asked: strawberry.Schema, question: Question, by: Viewer) -> Answer:
        context = Context(ports=self.ports, request_id="request", admitted=by)
        try:
            with capture_logs() as logged:
                result = await asked.execute(
                    question.document,
                    variable_values=None if question.variables is None else dict(question.variables),
                    operation_name=question.operation,
                    context_value=context,
                    allowed_operation_types={OperationType.QUERY},
                )
        except Exception as error:  # noqa: BLE001 - to raise is one way to differ
            return Answer(data="null", errors=(json.dumps(format_exception(error)),))
        errors = [_told(cast("dict[str, Any]", error.formatted)) for error in result.errors or ()]
        errors += [json.dumps(entry, default=str) for entry in logged if entry["log_level"] == "error"]
        return Answer(data=json.dumps(result.data, ensure_ascii=False), errors=tuple(sorted({*errors})))


def _told(error: dict[str, Any]) -> str:
    error.get("extensions", {}).pop("requestId", None)
    error["path"] = [key for key in error.get("path") or () if isinstance(key, str)]
    return json.dumps(error, sort_keys=True, ensure_ascii=False)


def answered() -> dict[str, float]:
    """How many operations were answered so far, by what answered them."""
    told = {"plan": 0.0, "execution": 0.0, "fallback": 0.0}
    for metric in engine._answers.collect():
        for sample in metric.samples:
            if sample.name == "aether_operations_total":
                told[sample.labels["by"]] = sample.value
    return told
