"""Scalars that GraphQL itself does not have."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
"""A whole number that may not fit into 32 bits."""


def told(instant: datetime) -> str:
    """*instant* as clients are told it."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


BIG_INT = strawberry.scalar(
    name="BigInt",
    description="A whole number that may not fit into 32 bits, such as a size in bytes.",
    serialize=int,
    parse_value=int,
)
DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="An instant in UTC, to the millisecond, such as `2026-05-01T09:30:00.000Z`.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=told,
    parse_value=datetime.fromisoformat,
)
SCALARS: Mapping[object, ScalarDefinition] = {BigInt: BIG_INT, datetime: DATE_TIME}
