"""The cost of an operation: how many things it may ask for, counted before any is read."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension
from typing_extensions import override

NODES_MOST = 10_000
"""The most things that one operation may ask for, lists in lists multiplied."""
PAGE = 20
"""How many things a list gives that is not told."""

_WRAPPERS = {"edges", "node", "pageInfo"}
_PLAIN = {"collaborators", "ancestors", "uploadJobs", "jobs", "cells"}
"""Lists without pages; each is read by itself for each parent."""


class NodeLimit(SchemaExtension):
    """Refuses an operation that asks for too many things."""

    @override
    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        if document is not None:
            asked = nodes_asked(document, context.operation_name, context.variables or {})
            if asked > NODES_MOST:
                raise GraphQLError(
                    f"The operation asks for up to {asked:,} things; at most {NODES_MOST:,} are given. "
                    "Ask for shorter lists.",
                    extensions={"code": "TOO_MANY_NODES"},
                )
        yield


def nodes_asked(document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any]) -> int:
    """How many things the operation may ask for at most. Fragments may not refer to themselves."""
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return 0
    return _Count(document, {**_defaults(operation), **variables}).asked(operation.selection_set)


def _defaults(operation: OperationDefinitionNode) -> Mapping[str, int]:
    """The numbers that variables stand for where they are not given."""
    return {
        each.variable.name.value: int(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }


class _Count:
    """Counts the things of one document; each fragment is counted once."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._variables = variables
        self._known: dict[str, int] = {}

    def asked(self, selected: SelectionSetNode | None) -> int:
        """How many things are *selected*."""
        return 0 if selected is None else sum(map(self._of, selected.selections))

    def _of(self, selection: SelectionNode) -> int:
        match selection:
            case FragmentSpreadNode():
                name = selection.name.value
                if name not in self._known:
                    self._known[name] = self.asked(self._fragments[name].selection_set)
                return self._known[name]
            case FieldNode() if selection.selection_set is None:
                return 0
            case FieldNode() if selection.name.value in _WRAPPERS:
                return self.asked(selection.selection_set)
            case FieldNode():
                return self._times(selection) * (1 + self.asked(selection.selection_set))
            case InlineFragmentNode():
                return self.asked(selection.selection_set)
            case _:
                return 0

    def _times(self, field: FieldNode) -> int:
        """How often what is selected below *field* may be given."""
        for argument in field.arguments or ():
            if argument.name.value == "first":
                return self._number(argument.value)
        if field.name.value in _PLAIN:
            return PAGE
        selected = field.selection_set.selections if field.selection_set else ()
        paged = any(isinstance(each, FieldNode) and each.name.value == "edges" for each in selected)
        return PAGE if paged else 1

    def _number(self, value: ValueNode) -> int:
        given = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
        if isinstance(value, IntValueNode):
            given = int(value.value)
        return max(1, given) if isinstance(given, int) else PAGE
