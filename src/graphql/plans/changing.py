"""Changing: a mutation's fields one after the other, each answered by its resolver and a plan of its payload.

The resolver changes, and tells the id of what it changed; what is shown of that is read by one
statement. When it cannot be read, what was done is told all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable

from aether.domain.views import Value, View
from aether.graphql.context import Context
from aether.graphql.plans.asking import Asked, Bind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a mutation.

    Attributes:
        key: Where its answer stands.
        view: What is read of what was changed; none if nothing is shown of it.
        slots: The values that say what was changed.
        at: Where what was changed is shown in the answer.
        binds: What works out the other values.
        complete: Makes the answer of the payload and of what the view shows.
    """

    key: str
    nodes: Sequence[FieldNode]
    type: GraphQLObjectType
    definition: GraphQLField
    view: View | None
    slots: Sequence[str]
    at: str
    binds: Sequence[Bind]
    complete: Callable[[Any, Sequence[Any], Asked], dict[str, Any]]

    async def payload(self, operation: "Operation", variables: VariableValues, context: Context) -> Any:
        """What the resolver answers."""
        resolve = self.definition.resolve
        if resolve is None:
            raise TypeError(self.key)
        info = GraphQLResolveInfo(
            field_name=self.nodes[0].name.value,
            field_nodes=list(self.nodes),
            return_type=self.definition.type,
            parent_type=self.type,
            path=Path(None, self.key, self.type.name),
            schema=operation.schema,
            fragments=dict(operation.fragments),
            root_value=None,
            operation=operation.node,
            variable_values=variables,
            context=context,
            is_awaitable=is_awaitable,
            abort_signal=None,
            async_helpers=None,  # type: ignore[arg-type] # no resolver of ours asks for them
        )
        given = resolve(None, info, **get_argument_values(self.definition, self.nodes[0], variables))
        return await given if is_awaitable(given) else given

    async def shown(self, payload: Any, values: Mapping[str, Value], context: Context) -> Sequence[Any]:
        """What is read of what was changed."""
        if self.view is None or payload.shown is None:
            return (None,) * len(self.slots)
        ids = dict.fromkeys(self.slots, payload.shown)
        shown = await self.view.show({**values, **ids}, by=context.viewer)
        return shown if shown is not None else (None,) * len(self.slots)

    def located(self, error: Exception, *path: str) -> GraphQLError:
        """*error*, with where it came up."""
        return GraphQLError(str(error), nodes=self.nodes, path=[self.key, *path], original_error=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The operation that the changes are of."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    node: OperationDefinitionNode
