"""What can go wrong, classed by what the caller can do about it.

    AetherError
    ├── Refused                 asking again changes nothing
    │   ├── Unauthenticated     say who you are
    │   ├── Missing             it is not there, or not for you: a stranger never learns which
    │   ├── Invalid             the input breaks a limit; `field` names it
    │   ├── Conflict            somebody else was faster, or the state forbids it
    │   └── Forbidden           you may see it, but not do this
    └── Unavailable             nothing is wrong with the request: try again later

Each noun derives its own refusals from a leaf. Messages are sentences fit to show; none
carries a secret, a document's text or the name of a server. Whatever is not an
`AetherError` is a bug, and only the outermost ring catches it.
"""

from typing import ClassVar


class AetherError(Exception):
    """Something that Aether expects may happen."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(AetherError):
    """The request as it stands will never succeed."""


class Unauthenticated(Refused):
    """Nobody we know is asking."""

    code = "UNAUTHENTICATED"


class Missing(Refused):
    """The thing is not there, or the viewer may not know that it is."""

    code = "NOT_FOUND"


class Invalid(Refused):
    """The input breaks a limit.

    Attributes:
        field: The input field at fault, dotted and in snake case, such as `compliance.retention_days`.
    """

    code = "INVALID"

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class Conflict(Refused):
    """The state of things does not allow it, or somebody else was faster."""

    code = "CONFLICT"


class Forbidden(Refused):
    """The viewer may see the thing, but not do this to it."""

    code = "FORBIDDEN"


class Unavailable(AetherError):
    """A part of Aether does not answer. The same request may succeed later.

    Attributes:
        retry_after_s: When to try again, in seconds, if it is known.
    """

    code = "UNAVAILABLE"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
