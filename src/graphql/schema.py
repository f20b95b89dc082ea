"""The schema: all nouns together, described by their docstrings, its faults masked."""

from collections.abc import Iterator
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import (
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
    SchemaExtension,
    ValidationCache,
)
from strawberry.extensions.mask_errors import MaskErrors
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from aether.domain.errors import AetherError, Invalid, Unavailable
from aether.graphql import enums  # noqa: F401 - shows the enums
from aether.graphql.access import AccessQueries
from aether.graphql.collaborations import CollaborationMutations, CollaborationQueries
from aether.graphql.context import Info
from aether.graphql.descriptions import describe
from aether.graphql.documents import DocumentMutations, DocumentQueries, document_by_id
from aether.graphql.jobs import JobMutations, JobQueries, JobSubscriptions, job_by_id
from aether.graphql.keys import KeyMutations, KeyQueries
from aether.graphql.nodes import Node
from aether.graphql.notebooks import (
    CopyMutations,
    NotebookMutations,
    NotebookQueries,
    NotebookSubscriptions,
    notebook_by_id,
)
from aether.graphql.scalars import SCALARS
from aether.graphql.search import SearchQueries
from aether.graphql.sessions import SessionQueries
from aether.graphql.templates import TemplateMutations, TemplateQueries
from aether.graphql.tenants import TenantMutations, TenantQueries
from aether.graphql.users import UserMutations, UserQueries, user_by_id

DEPTH_MOST = 12
TOKENS_MOST = 4_000
ALIASES_MOST = 30
CACHED_DOCUMENTS = 1_000

log = structlog.get_logger()

_LOADERS = {
    "document": document_by_id,
    "job": job_by_id,
    "notebook": notebook_by_id,
    "user": user_by_id,
}


@strawberry.type
class Query(
    AccessQueries,
    CollaborationQueries,
    DocumentQueries,
    JobQueries,
    KeyQueries,
    NotebookQueries,
    SearchQueries,
    SessionQueries,
    TemplateQueries,
    TenantQueries,
    UserQueries,
):
    """Questions. A thing that one may not read is answered like one that does not exist."""

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """The thing with this id, whatever it is, if one may read it.

        Args:
            id: Its id.
        """
        load = _LOADERS.get(id.partition("_")[0])
        return None if load is None else await load(info, id)


@strawberry.type
class Mutation(
    CollaborationMutations,
    CopyMutations,
    DocumentMutations,
    JobMutations,
    KeyMutations,
    NotebookMutations,
    TemplateMutations,
    TenantMutations,
    UserMutations,
):
    """Changes. A refusal is part of the answer, in `userErrors`."""


@strawberry.type
class Subscription(JobSubscriptions, NotebookSubscriptions):
    """What happens, live. Each event carries a cursor from which to go on after a broken connection."""


class OneOperation(SchemaExtension):
    """Refuses a document of several operations when none of them is named."""

    @override
    def on_validate(self) -> Iterator[None]:
        yield
        context = self.execution_context
        document = context.graphql_document
        if document is None or context.pre_execution_errors:
            return
        if get_operation_ast(document, context.operation_name) is None:
            context.pre_execution_errors = [
                GraphQLError("Say by operationName which of the operations is meant.")
            ]


class Faults(MaskErrors):
    """Tells the errors that Aether expects by their code, and hides all others behind the request's id."""

    @override
    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """*error* as it is told."""
        context = self.execution_context.context
        original = _original(error)
        extensions: dict[str, Any] = {"requestId": context.request_id}
        if isinstance(original, AetherError):
            message = original.message
            extensions |= _told(original)
        elif original is None:
            message = error.message
            extensions["code"] = (
                "GRAPHQL_PARSE_FAILED"
                if error.path is None and error.nodes is None
                else ("GRAPHQL_VALIDATION_FAILED" if error.path is None else "BAD_USER_INPUT")
            )
        else:
            log.error("request_failed", request=context.request_id, path=error.path, exc_info=original)
            message = "Something went wrong on our side; it is noted under the request's id."
            extensions["code"] = "INTERNAL_ERROR"
        return GraphQLError(
            message,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions=extensions,
        )


def _original(error: GraphQLError) -> Exception | None:
    found: Exception | None = error.original_error
    while isinstance(found, GraphQLError):
        found = found.original_error
    return found


def _told(error: AetherError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code}
    if isinstance(error, Invalid):
        told["field"] = error.field
    if isinstance(error, Unavailable) and error.retry_after_s is not None:
        told["retryAfterSeconds"] = error.retry_after_s
    return told


def build() -> strawberry.Schema:
    """The schema."""
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS),
        extensions=[
            lambda: QueryDepthLimiter(max_depth=DEPTH_MOST),
            lambda: MaxTokensLimiter(max_token_count=TOKENS_MOST),
            lambda: MaxAliasesLimiter(max_alias_count=ALIASES_MOST),
            lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
            OneOperation,
            Faults,
        ],
    )
    describe(schema._schema)  # noqa: SLF001 - Strawberry shows graphql-core's schema nowhere else
    return schema


def sdl() -> str:
    """The schema as it is published."""
    return build().as_str() + "\n"
