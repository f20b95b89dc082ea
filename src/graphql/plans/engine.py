"""The engine: documents that were asked before, and the plans by which they are answered."""

import sys
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import VariableValues, get_variable_values
from prometheus_client import Counter, Gauge

from aether.domain.errors import Refused, Unavailable
from aether.domain.views import NotShown, Value, Views
from aether.graphql.context import Context
from aether.graphql.cost import NODES_MOST, nodes_asked
from aether.graphql.limits import TOKENS_MOST, Limits
from aether.graphql.plans.asking import Asked, Bind, Odd
from aether.graphql.plans.changing import Change, Operation
from aether.graphql.plans.compiling import Compiler
from aether.graphql.plans.plan import Plan
from aether.graphql.plans.shapes import NODES

BYTES_MOST = 64 << 20
"""How much memory plans take at most, as far as it can be told from their texts."""
TREE = 60
"""How many bytes a document's tree takes for each of its own, measured on this API's documents."""
VARIANTS_MOST = 64
"""The most plans of one document: one for each way in which its variables are null or chosen."""

Answer = tuple[dict[str, Any] | None, list[GraphQLError]]
"""Data and errors."""

log = structlog.get_logger()

_answers = Counter("aether_operations_total", "Operations, by how they were answered.", ["by"])
_bytes = Gauge("aether_plans_bytes", "What plans take, as far as it can be told from their texts.")


@dataclass(slots=True)
class _Entry:
    """A document that was asked before; without an operation if plans do not cover it.

    Attributes:
        size: What it takes with its plans, in bytes.
        each: What one more plan takes.
        plans: By the shape of the variables; none where plans do not cover it.
        too_much: Whether it asks for too many things, by the numbers among the variables.
    """

    size: int
    each: int = 0
    document: DocumentNode | None = None
    operation: OperationDefinitionNode | None = None
    fragments: Mapping[str, FragmentDefinitionNode] = field(default_factory=dict)
    plans: dict[object, Plan | Sequence[Change] | None] = field(default_factory=dict)
    too_much: dict[tuple[object, ...], bool] = field(default_factory=dict)


class Plans:
    """Answers operations by their plans.

    Args:
        schema: What is asked.
        views: Prepares what is read of the graph.
    """

    def __init__(self, schema: GraphQLSchema, views: Views) -> None:
        self._schema = schema
        self._views = views
        self._entries: OrderedDict[tuple[str, str | None], _Entry] = OrderedDict()
        self._size = 0

    def only_once(self, query: str, name: str | None) -> bool:
        """Whether an operation is answered once, and not again and again."""
        operation = self._entry(query, name).operation
        return operation is not None and operation.operation is not OperationType.SUBSCRIPTION

    async def answer(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        name: str | None,
        context: Context,
        *,
        may_change: bool,
    ) -> Answer | None:
        """The answer; none if the ordinary execution has to give it.

        Args:
            query: The document.
            variables: The values of its variables.
            name: The operation, if it has several.
            context: The request.
            may_change: Whether it may be a mutation.

        Raises:
            Unavailable: The graph does not answer.
        """
        entry = self._entry(query, name)
        if entry.operation is None or context.admitted is None:
            return _counted(context, "execution", None)
        values = get_variable_values(
            self._schema, entry.operation.variable_definitions or (), dict(variables or {})
        )
        if not isinstance(values, VariableValues):
            return _counted(context, "execution", None)
        plan = None if self._asks_too_much(entry, values) else self._plan(entry, values)
        if plan is None:
            return _counted(context, "execution", None)
        if isinstance(plan, Plan):
            return await _shown(plan, values, context)
        if not may_change:
            return _counted(context, "execution", None)
        operation = Operation(schema=self._schema, fragments=entry.fragments, node=entry.operation)
        return await _changed(plan, operation, values, context)

    def _entry(self, query: str, name: str | None) -> _Entry:
        known = self._entries.get((query, name))
        if known is None:
            known = self._entries[query, name] = self._read(query, name)
            self._grown(known.size)
        self._entries.move_to_end((query, name))
        return known

    def _read(self, query: str, name: str | None) -> _Entry:
        size = sys.getsizeof(query) + 500
        try:
            document = parse(query, max_tokens=TOKENS_MOST)
        except (GraphQLError, RecursionError):
            return _Entry(size=size)
        operation = get_operation_ast(document, name)
        if operation is None or validate(self._schema, document, [*specified_rules, Limits]):
            return _Entry(size=size)
        fragments = {
            it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)
        }
        tree = TREE * len(query)
        return _Entry(
            size=size + tree, each=tree, document=document, operation=operation, fragments=fragments
        )

    def _plan(self, entry: _Entry, values: VariableValues) -> Plan | Sequence[Change] | None:
        shape = _shape(values.coerced)
        if shape not in entry.plans:
            if len(entry.plans) < VARIANTS_MOST:
                entry.size += entry.each
                self._grown(entry.each)
            else:
                entry.plans.pop(next(iter(entry.plans)))
            entry.plans[shape] = self._compiled(entry, values)
        return entry.plans[shape]

    def _compiled(self, entry: _Entry, values: VariableValues) -> Plan | Sequence[Change] | None:
        if entry.operation is None:
            return None
        try:
            compiler = Compiler(self._schema, entry.fragments, values)
            changes = entry.operation.operation is OperationType.MUTATION
            compiled = compiler.changes if changes else compiler.plan
            return compiled(entry.operation, self._views)
        except (NotShown, Refused, GraphQLError):
            return None

    def _asks_too_much(self, entry: _Entry, values: VariableValues) -> bool:
        if entry.document is None or entry.operation is None:
            return False
        numbers = tuple((name, it) for name, it in values.coerced.items() if isinstance(it, int))
        if numbers not in entry.too_much:
            if len(entry.too_much) >= VARIANTS_MOST:
                entry.too_much.clear()
            name = entry.operation.name
            asked = nodes_asked(entry.document, name.value if name else None, values.coerced)
            entry.too_much[numbers] = asked > NODES_MOST
        return entry.too_much[numbers]

    def _grown(self, more: int) -> None:
        self._size += more
        while self._size > BYTES_MOST and len(self._entries) > 1:
            _, oldest = self._entries.popitem(last=False)
            self._size -= oldest.size
        _bytes.set(self._size)


async def _shown(plan: Plan, variables: VariableValues, context: Context) -> Answer | None:
    try:
        return _counted(context, "plan", (await _read(plan, variables, context), []))
    except Unavailable:
        raise
    except (Odd, Refused, GraphQLError, UnicodeError):
        return _counted(context, "fallback", None)
    except Exception:
        log.exception("plan_failed", statement=plan.view and plan.view.name)
        return _counted(context, "fallback", None)


async def _changed(
    changes: Sequence[Change], operation: Operation, variables: VariableValues, context: Context
) -> Answer | None:
    asked = _asked(context)
    values: dict[str, Value] = {}
    try:
        for change in changes:
            _bound(change.binds, variables, context, asked, values)
    except (Odd, Refused, GraphQLError):
        return _counted(context, "fallback", None)
    data: dict[str, Any] = {}
    errors: list[GraphQLError] = []
    for change in changes:
        try:
            payload = await change.payload(operation, variables, context)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told where it came up
            return _counted(context, "plan", (None, [*errors, change.located(error)]))
        try:
            shown = await change.shown(payload, values, context)
            data[change.key] = change.complete(payload, shown, asked)
        except Exception as error:  # noqa: BLE001 - it is changed; only what is shown of it is missing
            errors.append(change.located(error, change.at))
            data[change.key] = change.complete(payload, (None,) * len(change.slots), asked)
    return _counted(context, "plan", (data, errors))


def _asked(context: Context) -> Asked:
    viewer = context.viewer
    return Asked(context.ports.cursors, f"{viewer.tenant}/{viewer.user}")


def _bound(
    binds: Sequence[Bind],
    variables: VariableValues,
    context: Context,
    asked: Asked,
    values: dict[str, Value],
) -> None:
    for bind in binds:
        bind(variables, context.viewer, asked, values)


async def _read(plan: Plan, variables: VariableValues, context: Context) -> dict[str, Any]:
    asked = _asked(context)
    values: dict[str, Value] = {}
    _bound(plan.binds, variables, context, asked, values)
    begun = time.perf_counter()
    for seek in plan.seeks:
        asked.found[seek.number] = await seek.by(context, seek.args(variables))
    shown = await plan.view.show(values, by=context.viewer) if plan.view is not None else ()
    if shown is None:
        raise Odd
    read = time.perf_counter()
    data = plan.complete(shown, asked)
    context.explained |= {
        "statement": plan.view and plan.view.name,
        "readMilliseconds": round(1000 * (read - begun), 3),
        "completionMilliseconds": round(1000 * (time.perf_counter() - read), 3),
    }
    return data


def _counted(context: Context, by: str, answer: Answer | None) -> Answer | None:
    _answers.labels(by).inc()
    context.explained["answeredBy"] = by
    return answer


def _shape(value: object) -> object:
    """What of *value* a plan depends on: what is null, what is chosen, and of what kind an id is."""
    match value:
        case None | bool():
            return value
        case Enum():
            return value
        case dict():
            return tuple((name, _shape(it)) for name, it in value.items())
        case list():
            return ()
        case str():
            kind, found, _ = value.partition("_")
            return kind if found and kind in NODES else ""
        case _:
            return "#"
