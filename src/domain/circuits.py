"""Circuits: not asking somebody who does not answer, until it is likely that they do again.

A circuit is closed while calls succeed. After so many failures in a row it is open: nothing is
asked. After a while it is half open: one call is let through, which closes it, or opens it anew.
"""

from collections.abc import Callable
from enum import StrEnum


class CircuitState(StrEnum):
    """Whether calls are made."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class Circuit:
    """The circuit of one service.

    Args:
        clock: Tells seconds that only rise.
        failures: How many failures in a row open it.
        rest_s: How long it stays open, in seconds.
    """

    def __init__(self, clock: Callable[[], float], *, failures: int = 5, rest_s: float = 30.0) -> None:
        self._clock = clock
        self._failures = failures
        self._rest_s = rest_s
        self._failed = 0
        self._opened_at: float | None = None
        self._trying_since: float | None = None

    @property
    def state(self) -> CircuitState:
        """Whether calls are made now."""
        if self._opened_at is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if self.rests_s > 0 else CircuitState.HALF_OPEN

    @property
    def rests_s(self) -> float:
        """How long nothing is asked yet, in seconds; 0 if that is not so."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._rest_s - self._clock())

    def lets_through(self) -> bool:
        """Whether a call may be made; the one that tries a half-open circuit is let through once.

        A trial whose end is never told is taken for failed after the time of a rest.
        """
        state = self.state
        if state is not CircuitState.HALF_OPEN:
            return state is CircuitState.CLOSED
        if self._trying_since is not None and self._clock() - self._trying_since < self._rest_s:
            return False
        self._trying_since = self._clock()
        return True

    def succeeded(self) -> None:
        """Note that a call was answered."""
        self._failed, self._opened_at, self._trying_since = 0, None, None

    def failed(self) -> None:
        """Note that a call was not answered."""
        self._failed += 1
        if self._opened_at is not None or self._failed >= self._failures:
            self._opened_at, self._trying_since = self._clock(), None
