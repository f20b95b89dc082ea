"""What the driver's errors mean to Aether.

Only what a caller can act on is translated; the rest are bugs, and stay as they are. A
test walks `neo4j.exceptions` and demands that every class is placed here.
"""

import re

from neo4j import exceptions
from typing_extensions import override

from aether.domain.errors import AetherError, Conflict, Unavailable


class Vanished(exceptions.DriverError):
    """A record went away, or was not there yet, while a statement was on its way to it.

    The driver tries the transaction again, which then sees things as they are.
    """

    @override
    def is_retryable(self) -> bool:
        return True


AWAY: tuple[type[Exception], ...] = (
    exceptions.ServiceUnavailable,
    exceptions.SessionExpired,
    exceptions.ConnectionPoolError,
    exceptions.ConnectionAcquisitionTimeoutError,
    exceptions.TransientError,
    exceptions.DatabaseUnavailable,
    exceptions.NotALeader,
    exceptions.ForbiddenOnReadOnlyDatabase,
    exceptions.ReadServiceUnavailable,
    exceptions.WriteServiceUnavailable,
    exceptions.RoutingServiceUnavailable,
    exceptions.IncompleteCommit,
    exceptions.TokenExpired,
    Vanished,
    OSError,
    TimeoutError,
)
"""The graph does not answer, or not now."""

TAKEN: tuple[type[Exception], ...] = (exceptions.ConstraintError,)
"""What was to be written is there already."""


GONE = "Neo.ClientError.Statement.EntityNotFound"
"""The code by which a server tells that a record vanished."""


class GraphUnavailable(Unavailable):
    """The graph does not answer in time."""

    code = "GRAPH_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("The graph does not answer; try again in a moment.", retry_after_s=2.0)


class AlreadyThere(Conflict):
    """What was to be written is there already."""

    code = "ALREADY_EXISTS"

    def __init__(self) -> None:
        super().__init__("This exists already.")


_STOPPED = re.compile(r"\.Transaction\.(TransactionTimedOut\w*|LockClientStopped|Terminated)$")


def translated(error: Exception) -> AetherError | None:
    """What *error* means to a caller; none if it is a bug of ours."""
    if isinstance(error, TAKEN):
        return AlreadyThere()
    stopped = isinstance(error, exceptions.Neo4jError) and _STOPPED.search(error.code or "")
    return GraphUnavailable() if stopped or isinstance(error, AWAY) else None
