"""Refusals: what a mutation answers when it cannot do what was asked.

A refusal is part of the answer, `userErrors`, and not an error of the request: the code
tells programs what to do, the message tells people.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from typing import Any, cast

import strawberry
from strawberry.extensions import FieldExtension
from typing_extensions import override

from aether import domain
from aether.domain.errors import AetherError, Invalid, Refused, Unauthenticated, Unavailable


def refusals(root: type[Refused] = Refused) -> Iterator[type[Refused]]:
    """Every class of refusal that the domain knows, the general ones first."""
    yield root
    for child in root.__subclasses__():
        yield from refusals(child)


def codes() -> type[Enum]:
    """An enum of the codes of all refusals of the domain, each described by what its class says.

    Every module of the domain is imported first, so that the schema is the same in every process.
    """
    for module in pkgutil.walk_packages(domain.__path__, f"{domain.__name__}."):
        importlib.import_module(module.name)
    ours = [it for it in refusals() if it.__module__.startswith(f"{domain.__name__}.")] + [Unavailable]
    found = {refusal.code: (refusal.__doc__ or "").split("\n")[0] for refusal in reversed(ours)}
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
    def of(cls, refusal: Refused | Unavailable) -> "UserError":
        """*refusal*, as it is told."""
        path = ["input", *map(_camel, refusal.field.split("."))] if isinstance(refusal, Invalid) else []
        return cls(code=_code(refusal), field=path, message=refusal.message)


def _code(refusal: Refused | Unavailable) -> UserErrorCode:  # type: ignore[valid-type]
    """The code of *refusal*, or of what it is a case of if the schema does not know it."""
    classes = [it for it in type(refusal).__mro__ if issubclass(it, AetherError)]
    return UserErrorCode(next(it.code for it in classes if it.code in UserErrorCode.__members__))


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
