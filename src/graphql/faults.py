"""Faults: errors as they are told. Those that Aether expects keep their code and their words.

All others are bugs: they are logged, and told by nothing but the request's id.
"""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType
from typing_extensions import override

from aether.domain.errors import AetherError, Invalid, Unavailable
from aether.graphql.context import Context
from aether.graphql.plans import Plans

UNEXPECTED = "Something went wrong on our side; it is noted under the request's id."

log = structlog.get_logger()


class TellingSchema(strawberry.Schema):
    """A schema whose answers tell faults by their code, wherever they came up.

    Attributes:
        plans: What answers most questions without executing them field by field, if anything does.
    """

    plans: Plans | None = None

    @override
    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> ExecutionResult:
        """The answer to an operation, in the context *context_value*."""
        context: Context = kwargs["context_value"]
        try:
            answer = await self._planned(query, context, kwargs)
            result = answer or await super().execute(query, *args, **kwargs)
        finally:
            context.away = None
        return _told(result, context)

    async def _planned(
        self, query: str | None, context: Context, kwargs: Mapping[str, Any]
    ) -> ExecutionResult | None:
        if self.plans is None or query is None:
            return None
        allowed = kwargs.get("allowed_operation_types")
        try:
            answer = await self.plans.answer(
                query,
                kwargs.get("variable_values"),
                kwargs.get("operation_name"),
                context,
                may_change=allowed is None or OperationType.MUTATION in allowed,
            )
        except Unavailable as away:
            context.away = away
            return None
        return None if answer is None else ExecutionResult(data=answer[0], errors=answer[1])

    @override
    async def stream(self, query: str | None, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
        """The answers to an operation, in the context *context_value*."""
        if self.plans is not None and query and self.plans.only_once(query, kwargs.get("operation_name")):
            results: Any = _once(self.execute(query, *args, **kwargs))
        else:
            results = await super().stream(query, *args, **kwargs)
        return _told_each(results, kwargs["context_value"])

    @override
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: with an error comes the operation's text, which is its sender's."""


async def _once(answering: Awaitable[ExecutionResult]) -> AsyncGenerator[Any]:
    yield await answering


async def _told_each(results: Any, context: Context) -> AsyncGenerator[Any]:
    """The same answers, their faults told; what cannot even be begun is answered too."""
    async with aclosing(results):
        try:
            async for result in results:
                yield _told(result, context)
        except Exception as error:  # noqa: BLE001 - whatever it is, the operation has failed
            wrapped = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
            yield _told(PreExecutionError(data=None, errors=[wrapped]), context)


def _told(result: ExecutionResult, context: Context) -> ExecutionResult:
    if result.errors:
        result.errors = [fault(error, context.request_id) for error in result.errors]
    return result


def fault(error: GraphQLError, request_id: str) -> GraphQLError:
    """*error* as it is told."""
    original = _original(error)
    match original:
        case AetherError():
            message, told = original.message, _extensions(original)
        case None:
            message, told = error.message, {"code": _code(error), **(error.extensions or {})}
        case CannotGetOperationTypeError() | InvalidOperationTypeError() | MissingQueryError():
            message, told = error.message or "`query` must not be empty.", {"code": "BAD_REQUEST"}
        case _:
            log.error("request_failed", request=request_id, path=error.path, exc_info=original)
            message, told = UNEXPECTED, {"code": "INTERNAL_ERROR"}
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"requestId": request_id, **told},
    )


def _original(error: GraphQLError) -> Exception | None:
    found: Exception | None = error.original_error
    while isinstance(found, GraphQLError):
        found = found.original_error
    return found


def _code(error: GraphQLError) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    given = (error.extensions or {}).get("code")
    return str(given or ("GRAPHQL_VALIDATION_FAILED" if error.path is None else "BAD_USER_INPUT"))


def _extensions(error: AetherError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code}
    if isinstance(error, Invalid):
        told["field"] = error.field
    if isinstance(error, Unavailable) and error.retry_after_s is not None:
        told["retryAfterSeconds"] = error.retry_after_s
    return told
