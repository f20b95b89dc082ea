"""Descriptions: what the docstrings of this ring say, carried into the schema.

A class's first paragraphs describe its type, its `Attributes:` the fields without a
resolver, inherited ones too; a resolver's docstring describes its field, its `Args:` the
arguments.
"""

import inspect
import re
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

_SECTION = re.compile(r"\n(Attributes|Args|Returns|Raises|Yields):\n")
_ENTRY = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)
_BACKREF = "strawberry-definition"


def describe(schema: GraphQLSchema) -> None:
    """Describe every type, field and argument of *schema*, as far as it is not described already."""
    for type in schema.type_map.values():
        definition = type.extensions.get(_BACKREF)
        if isinstance(definition, StrawberryObjectDefinition) and isinstance(
            type, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
        ):
            attributes = _attributes(definition)
            type.description = type.description or _said(_origin(definition).__doc__)
            for field in type.fields.values():
                _describe_field(field, attributes)


def _describe_field(field: Any, attributes: Mapping[str, str]) -> None:
    ours = field.extensions[_BACKREF]
    if not isinstance(ours, StrawberryField) or ours.base_resolver is None:
        field.description = field.description or attributes.get(ours.python_name)
        return
    docstring = ours.base_resolver.wrapped_func.__doc__
    said = _entries(docstring, "Args")
    field.description = field.description or _said(docstring)
    for argument in getattr(field, "args", {}).values():
        argument.description = argument.description or said.get(argument.extensions[_BACKREF].python_name)


def _origin(definition: StrawberryObjectDefinition) -> type:
    concrete_of = definition.concrete_of
    return definition.origin if concrete_of is None else concrete_of.origin


def _attributes(definition: StrawberryObjectDefinition) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for cls in reversed(_origin(definition).__mro__):
        found |= _entries(cls.__doc__, "Attributes")
    return found


def _said(docstring: str | None) -> str:
    """What a docstring says before its sections, each paragraph on one line."""
    said = _SECTION.split("\n" + inspect.cleandoc(docstring or ""))[0].strip()
    return "\n\n".join(map(_flat, re.split(r"\n\s*\n", said)))


def _entries(docstring: str | None, section: str) -> Mapping[str, str]:
    """What a *section* of a docstring says of each name."""
    parts = _SECTION.split("\n" + inspect.cleandoc(docstring or ""))
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {name: _flat(said) for name, said in _ENTRY.findall(sections.get(section, ""))}


def _flat(text: str) -> str:
    return " ".join(text.split())
