"""Shrinking: the smallest question that still shows a difference."""

from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    print_ast,
)

from tests.plans.paths import Question

TRIES_MOST = 600


async def smallest(question: Question, differs: Callable[[Question], Awaitable[bool]]) -> Question:
    """*question* with everything taken away that the difference does not take."""
    tries = 0
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in _smaller(question):
            tries += 1
            if tries > TRIES_MOST:
                return question
            if await differs(smaller):
                question, shrunk = smaller, True
                break
    return question


def _smaller(question: Question) -> Iterator[Question]:
    """The same question with one thing less, the largest things first."""
    document = parse(question.document, no_location=True)
    for place in range(len(_places(document))):
        copied = deepcopy(document)
        parent, name, at, instead = _places(copied)[place]
        kept = getattr(parent, name)
        _put(parent, name, (*kept[:at], *instead, *kept[at + 1 :]))
        yield _tidied(question, copied)
    for name in question.variables or {}:
        left = {other: value for other, value in (question.variables or {}).items() if other != name}
        yield replace(question, variables=left)


def _places(document: DocumentNode) -> list[tuple[Any, str, int, tuple[Any, ...]]]:
    """What can be taken away: the holder, its attribute, the place in it, and what comes instead."""
    fragments = {it.name.value: it for it in document.definitions if isinstance(it, FragmentDefinitionNode)}
    found: list[tuple[Any, str, int, tuple[Any, ...]]] = []
    for node in _nodes(document):
        if isinstance(node, SelectionSetNode):
            for at, part in enumerate(node.selections):
                if len(node.selections) > 1:
                    found.append((node, "selections", at, ()))
                instead: tuple[Any, ...] | None = None
                if isinstance(part, InlineFragmentNode):
                    instead = tuple(part.selection_set.selections)
                elif isinstance(part, FragmentSpreadNode):
                    below = deepcopy(fragments[part.name.value].selection_set)
                    condition = fragments[part.name.value].type_condition
                    instead = (
                        InlineFragmentNode(type_condition=condition, directives=(), selection_set=below),
                    )
                if instead is not None:
                    found.append((node, "selections", at, instead))
        for name in ("arguments", "directives", "fields"):
            found += [(node, name, at, ()) for at in range(len(getattr(node, name, None) or ()))]
    return found


def _nodes(node: Any) -> Iterator[Node]:
    """*node* and all below it, from the top down."""
    if isinstance(node, Node):
        yield node
        for key in node.keys:
            if key != "loc":
                yield from _nodes(getattr(node, key, None))
    elif isinstance(node, list | tuple):
        for each in node:
            yield from _nodes(each)


def _tidied(question: Question, document: DocumentNode) -> Question:
    """The question that *document* asks, without what nothing in it uses."""
    _forget_fragments(document)
    operations = [it for it in document.definitions if isinstance(it, OperationDefinitionNode)]
    named = {it.name.value for it in _nodes(document) if isinstance(it, VariableNode)}
    for operation in operations:
        used = {
            it.name.value
            for each in (operation.selection_set, *document.definitions)
            if each is operation.selection_set or isinstance(each, FragmentDefinitionNode)
            for it in _nodes(each)
            if isinstance(it, VariableNode)
        }
        kept = tuple(it for it in operation.variable_definitions or () if it.variable.name.value in used)
        _put(operation, "variable_definitions", kept)
        named &= used
    variables = question.variables
    if variables is not None:
        variables = {name: value for name, value in variables.items() if name in named}
    return replace(question, document=print_ast(document), variables=variables)


def _forget_fragments(document: DocumentNode) -> None:
    """Take away what is spread nowhere."""
    while True:
        spread = {it.name.value for it in _nodes(document) if isinstance(it, FragmentSpreadNode)}
        kept = tuple(
            it
            for it in document.definitions
            if not isinstance(it, FragmentDefinitionNode) or it.name.value in spread
        )
        if len(kept) == len(document.definitions):
            return
        _put(document, "definitions", kept)


def _put(node: Node, name: str, value: object) -> None:
    """Change a copy of a node, which is frozen."""
    object.__setattr__(node, name, value)
