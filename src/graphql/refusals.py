"""Refusals: what a mutation answers when it cannot do what was asked.

A refusal is part of the answer, `userErrors`, and not an error of the request: the code
tells programs what to do, the message tells people.
"""

from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from typing import Any, cast

import strawberry
from strawberry.extensions import FieldExtension
from typing_extensions import override

from aether.domain.errors import Invalid, Refused, Unauthenticated


def refusals(root: type[Refused] = Refused) -> Iterator[type[Refused]]:
    """Every class of refusal that the domain knows, the general ones first."""
    yield root
    for child in root.__subclasses__():
        yield from refusals(child)


def codes() -> type[Enum]:
    """An enum of the codes of all refusals, each described by what its class says."""
    found = {refusal.code: (refusal.__doc__ or "").split("\n")[0] for refusal in reversed(list(refusals()))}
    members = {
        code: strawberry.enum_value(code, description=said)
        for code, said in sorted(found.items())
        if code != "INTERNAL_ERROR"
    }
    listed = Enum("UserErrorCode", members)  # type: ignore[misc]
    return strawberry.enum(
        listed, name="UserErrorCode", description="Why a mutation could not do what was asked."
    )


UserErrorCode = codes()


@strawberry.type
class UserError:
    """Why a mutation could not do what was asked.

    Attributes:
        code: What to do about it, for programs.
        field: The part of the input at fault, from the outside in; empty if it is none in particular.
        message: What to do about it, for people.
    """

    code: UserErrorCode  # type: ignore[valid-type]
    field: list[str]
    message: str

    @classmethod
    def of(cls, refusal: Refused) -> "UserError":
        """*refusal*, as it is told."""
        path = ["input", *map(_camel, refusal.field.split("."))] if isinstance(refusal, Invalid) else []
        return cls(code=UserErrorCode(refusal.code), field=path, message=refusal.message)


@strawberry.type
class Payload:
    """The answer of a mutation.

    Attributes:
        user_errors: Why it could not be done; empty if it was.
    """

    user_errors: list[UserError] = strawberry.field(default_factory=list)


class Told(FieldExtension):
    """Tells the refusals of a mutation in its payload."""

    @override
    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """What the mutation answers, or its refusal in the same shape."""
        try:
            return await next_(source, info, **kwargs)
        except Unauthenticated:
            raise
        except Refused as refusal:
            payload = cast("type[Payload]", info.return_type)
            return payload(user_errors=[UserError.of(refusal)])


def mutation(resolver: Callable[..., Any]) -> Any:
    """A mutation whose refusals are told in its payload."""
    return strawberry.mutation(resolver, extensions=[Told()])


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
