"""Selecting: which fields an operation asks a type for, fragments and directives applied."""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from aether.domain.views import NotShown

Fields = Mapping[str, list[FieldNode]]
"""The nodes of each field, by the key under which it is answered, in the order of the answer."""


class Selecting:
    """Reads selections of one document for one set of variables."""

    def __init__(
        self,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._fragments = fragments
        self._variables = variables

    def fields(self, of: GraphQLObjectType, sets: Iterable[SelectionSetNode | None]) -> Fields:
        """What *sets* ask of a thing of the type *of*."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selected in sets:
            if selected is not None:
                self._visit(of, selected.selections, found, visited)
        return found

    def _visit(
        self,
        of: GraphQLObjectType,
        selections: Iterable[SelectionNode],
        found: dict[str, list[FieldNode]],
        visited: set[str],
    ) -> None:
        for node in selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._fits(of, node.type_condition):
                    self._visit(of, node.selection_set.selections, found, visited)
            elif (name := node.name.value) not in visited:  # type: ignore[attr-defined]
                visited.add(name)
                fragment = self._fragments[name]
                if self._fits(of, fragment.type_condition):
                    self._visit(of, fragment.selection_set.selections, found, visited)

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            if directive.name.value not in {"skip", "include"}:
                continue
            (argument,) = directive.arguments or ()
            value = argument.value
            if isinstance(value, VariableNode):
                given = self._variables.get(value.name.value)
                if given is None:
                    raise NotShown(f"@{directive.name.value} without a value")
            else:
                given = isinstance(value, BooleanValueNode) and value.value
            if bool(given) is (directive.name.value == "skip"):
                return False
        return True

    def _fits(self, of: GraphQLObjectType, condition: NamedTypeNode | None) -> bool:
        return (
            condition is None
            or condition.name.value == of.name
            or condition.name.value in {interface.name for interface in of.interfaces}
        )
