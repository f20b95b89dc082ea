"""Limits: how deep an operation may go, and how much of it may be asked for under other names.

They are known before anything runs. A fragment is measured once, however often it is
spread, so that measuring costs no more than reading does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

TOKENS_MOST = 4_000
"""The longest document, in tokens."""
DEPTH_MOST = 12
"""The most levels of fields below an operation's own; introspection does not count."""
ALIASES_MOST = 30
"""The most aliases of an operation, those in fragments counted each time they are spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much there is in a selection."""

    depth: int = 0
    aliases: int = 0


class Limits(ValidationRule):
    """Refuses an operation that goes too deep or has too many aliases."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments = _extents(
            {
                it.name.value: it
                for it in context.document.definitions
                if isinstance(it, FragmentDefinitionNode)
            }
        )

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        """Measure one operation."""
        extent = _extent(node.selection_set, self._fragments)
        if extent.depth > DEPTH_MOST:
            self._refuse(f"An operation can have at most {DEPTH_MOST} levels; it has {extent.depth}.", node)
        if extent.aliases > ALIASES_MOST:
            self._refuse(
                f"An operation can have at most {ALIASES_MOST} aliases; it has {extent.aliases}.", node
            )

    def _refuse(self, message: str, node: Node) -> None:
        self.report_error(GraphQLError(message, node))


def _extents(fragments: Mapping[str, FragmentDefinitionNode]) -> Mapping[str, Extent]:
    """The extent of each fragment; none if they go round in circles, which another rule refuses."""
    spread = {name: set(_spread_in(it.selection_set)) & fragments.keys() for name, it in fragments.items()}
    found: dict[str, Extent] = {}
    try:
        for name in TopologicalSorter(spread).static_order():
            found[name] = _extent(fragments[name].selection_set, found)
    except CycleError:
        return {}
    return found


def _spread_in(selections: SelectionSetNode) -> Iterator[str]:
    for selection in selections.selections:
        if isinstance(selection, FragmentSpreadNode):
            yield selection.name.value
        elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
            yield from _spread_in(selection.selection_set)


def _extent(selections: SelectionSetNode, fragments: Mapping[str, Extent]) -> Extent:
    parts = [_part(selection, fragments) for selection in selections.selections]
    return Extent(depth=max((it.depth for it in parts), default=0), aliases=sum(it.aliases for it in parts))


def _part(selection: SelectionNode, fragments: Mapping[str, Extent]) -> Extent:
    match selection:
        case FragmentSpreadNode():
            return fragments.get(selection.name.value, Extent())
        case InlineFragmentNode():
            return _extent(selection.selection_set, fragments)
        case FieldNode(selection_set=SelectionSetNode() as below) if not _introspects(selection):
            extent = _extent(below, fragments)
            return Extent(depth=extent.depth + 1, aliases=extent.aliases + (selection.alias is not None))
        case FieldNode():
            return Extent(aliases=int(selection.alias is not None))
        case _:
            raise TypeError(selection.kind)


def _introspects(field: FieldNode) -> bool:
    return field.name.value.startswith("__")
