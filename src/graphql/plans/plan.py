"""A plan: how one document is answered, whoever asks it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues

from aether.domain.views import View
from aether.graphql.context import Context
from aether.graphql.plans.asking import Asked, Bind
from aether.graphql.plans.shapes import Args


@dataclass(frozen=True, slots=True, kw_only=True)
class Seek:
    """Something that more than the graph answers, and the name under which it is found."""

    number: str
    by: Callable[[Context, Args], Awaitable[Any]]
    args: Callable[[VariableValues], Args]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one document is answered.

    Attributes:
        view: What is read of the graph; none if nothing is.
        binds: What works out its values.
        seeks: What else is looked for.
        complete: Makes the data of the answer from what the view shows.
    """

    view: View | None
    binds: Sequence[Bind]
    seeks: Sequence[Seek]
    complete: Callable[[Sequence[Any], Asked], dict[str, Any]]
