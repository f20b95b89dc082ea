"""The schema as it is published."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_scalar_type,
)

from aether.domain.errors import Conflict
from aether.graphql import schema
from aether.graphql.refusals import UserError, UserErrorCode

PUBLISHED = Path(__file__).parents[2] / "schema.graphql"


def test_what_is_published_is_what_is_served() -> None:
    assert PUBLISHED.read_text() == schema.sdl(), "run: python -m aether.cli schema > schema.graphql"


def undescribed() -> Iterator[str]:
    for name, type in schema.build()._schema.type_map.items():
        if name.startswith("__"):
            continue
        if not type.description:
            yield name
        if isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
            for field, asked in type.fields.items():
                if not asked.description:
                    yield f"{name}.{field}"
                for argument, taken in asked.args.items():
                    if not taken.description:
                        yield f"{name}.{field}({argument})"
        if isinstance(type, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field, it in type.fields.items() if not it.description)


def test_everything_is_described() -> None:
    assert list(undescribed()) == []


def test_descriptions_are_sentences() -> None:
    types = schema.build()._schema.type_map.values()
    ours = [type for type in types if not type.name.startswith("__") and not is_scalar_type(type)]
    said = [type.description or "" for type in ours]

    assert [it for it in said if not it.endswith((".", "`")) or "Attributes:" in it or "Args:" in it] == []


def test_every_mutation_takes_one_input_and_gives_a_payload() -> None:
    mutations = schema.build()._schema.mutation_type

    assert mutations
    for name, field in mutations.fields.items():
        assert list(field.args) == ["input"], name
        assert str(field.type) == f"{name[0].upper()}{name[1:]}Payload!", name
        assert "userErrors" in field.type.of_type.fields, name


def test_every_refusal_has_a_code_in_the_schema() -> None:
    codes = schema.build()._schema.type_map["UserErrorCode"]

    assert isinstance(codes, GraphQLEnumType)
    assert {
        "NOTEBOOK_NOT_FOUND",
        "PERMISSION_REQUIRED",
        "ROLE_REQUIRED",
        "DOCUMENT_BUSY",
    } <= codes.values.keys()
    assert all(value.description for value in codes.values.values())


def test_a_refusal_from_outside_is_told_by_its_class() -> None:
    class ShelfFull(Conflict):
        """There is no room."""

        code = "SHELF_FULL"

    told = UserError.of(ShelfFull("There is no room."))

    assert told.code is UserErrorCode("CONFLICT")
    assert told.message == "There is no room."
