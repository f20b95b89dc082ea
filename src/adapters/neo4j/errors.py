"""What the driver's errors mean to Aether.

Only what a caller can act on is translated; the rest are bugs, and stay as they are. A
test walks `neo4j.exceptions` and demands that every class is placed here.
"""

import re

from neo4j import exceptions

from aether.domain.errors import AetherError, Conflict, Unavailable

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
    OSError,
    TimeoutError,
)
"""The graph does not answer, or not now."""

TAKEN: tuple[type[Exception], ...] = (exceptions.ConstraintError,)
"""What was to be written is there already."""


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
