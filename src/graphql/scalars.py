"""Scalars that GraphQL itself does not have."""

from collections.abc import Mapping
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
"""A whole number that may not fit into 32 bits."""

BIG_INT = strawberry.scalar(
    name="BigInt",
    description="A whole number that may not fit into 32 bits, such as a size in bytes.",
    serialize=int,
    parse_value=int,
)
SCALARS: Mapping[object, ScalarDefinition] = {BigInt: BIG_INT}
