"""The schema: all nouns together, described by their docstrings."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from aether.domain.views import Views
from aether.graphql.access import AccessQueries
from aether.graphql.batches import BatchMutations, BatchQueries
from aether.graphql.callbacks import CallbackMutations, CallbackQueries
from aether.graphql.collaborations import CollaborationMutations, CollaborationQueries
from aether.graphql.context import Info
from aether.graphql.cost import NodeLimit
from aether.graphql.descriptions import describe
from aether.graphql.diffs import DiffQueries
from aether.graphql.direct import DirectUploadMutations, DirectUploadQueries
from aether.graphql.documents import DocumentMutations, DocumentQueries, chunk_by_id, document_by_id
from aether.graphql.faults import TellingSchema
from aether.graphql.findings import finding_by_id
from aether.graphql.jobs import JobMutations, JobQueries, JobSubscriptions, job_by_id
from aether.graphql.keys import KeyMutations, KeyQueries, key_by_id
from aether.graphql.limits import TOKENS_MOST, Limits
from aether.graphql.nodes import Node
from aether.graphql.notebooks import (
    CopyMutations,
    NotebookMutations,
    NotebookQueries,
    NotebookSubscriptions,
    notebook_by_id,
)
from aether.graphql.plans import Plans
from aether.graphql.scalars import SCALARS
from aether.graphql.search import SearchQueries
from aether.graphql.sessions import SessionQueries
from aether.graphql.templates import TemplateMutations, TemplateQueries, template_by_id
from aether.graphql.tenants import TenantMutations, TenantQueries, tenant_by_id
from aether.graphql.trash import TrashMutations, TrashQueries
from aether.graphql.upload_progress import UploadSubscriptions
from aether.graphql.uploads import UploadMutations, UploadQueries
from aether.graphql.users import UserMutations, UserQueries, user_by_id
from aether.graphql.versions import VersionMutations

CACHED_DOCUMENTS = 256
"""One takes up to 1.5 MB."""

_LOADERS: Mapping[str, Callable[[Info, str], Awaitable[Node | None]]] = {
    "chunk": chunk_by_id,
    "document": document_by_id,
    "finding": finding_by_id,
    "job": job_by_id,
    "key": key_by_id,
    "notebook": notebook_by_id,
    "template": template_by_id,
    "tenant": tenant_by_id,
    "user": user_by_id,
}


@strawberry.type
class Query(
    AccessQueries,
    CallbackQueries,
    BatchQueries,
    CollaborationQueries,
    DirectUploadQueries,
    DiffQueries,
    DocumentQueries,
    JobQueries,
    KeyQueries,
    NotebookQueries,
    SearchQueries,
    SessionQueries,
    TemplateQueries,
    TenantQueries,
    TrashQueries,
    UploadQueries,
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
    CallbackMutations,
    BatchMutations,
    CollaborationMutations,
    CopyMutations,
    DirectUploadMutations,
    DocumentMutations,
    JobMutations,
    KeyMutations,
    NotebookMutations,
    TemplateMutations,
    TenantMutations,
    TrashMutations,
    UploadMutations,
    UserMutations,
    VersionMutations,
):
    """Changes. A refusal is part of the answer, in `userErrors`."""


@strawberry.type
class Subscription(JobSubscriptions, NotebookSubscriptions, UploadSubscriptions):
    """What happens, live. Each event carries a cursor from which to go on after a broken connection."""


class OneOperation(SchemaExtension):
    """Refuses a document of several operations when none of them is named."""

    @override
    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        named = context._provided_operation_name is not None  # noqa: SLF001 - the public one is never none
        settled = named or bool(context.pre_execution_errors)
        if document is not None and not settled and get_operation_ast(document) is None:
            context.pre_execution_errors = [
                GraphQLError("Say by operationName which of the operations is meant.")
            ]
        yield


def build(views: Views | None = None) -> strawberry.Schema:
    """The schema, whose questions are answered by plans if there are *views*."""
    schema = TellingSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS),
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=TOKENS_MOST),
            lambda: AddValidationRules([Limits]),
            lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
            OneOperation,
            NodeLimit,
        ],
    )
    described = schema._schema  # noqa: SLF001 - Strawberry shows graphql-core's schema nowhere else
    describe(described)
    if views is not None:
        schema.plans = Plans(described, views)
    return schema


def sdl() -> str:
    """The schema as it is published."""
    return build().as_str() + "\n"
