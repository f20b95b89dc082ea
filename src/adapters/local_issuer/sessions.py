"""Sessions at the local issuer: codes given out, and refresh tokens in use.

They live in memory: a restart ends them all, and people pick themselves again.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aether.domain.identity import Login
from aether.domain.users import Profile

CODE_TTL = timedelta(minutes=1)
SESSION_TTL = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in.

    Attributes:
        nonce: What their identity tokens repeat.
    """

    id: str
    person: Profile
    nonce: str
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    session: Session
    challenge: str
    callback: str
    ends_at: datetime


class Sessions:
    """Who is signed in, and who is about to be."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._codes: dict[str, _Code] = {}
        self._sessions: dict[str, Session] = {}

    def begin(self, person: Profile, *, nonce: str, challenge: str, callback: str) -> str:
        """A code for *person*, good once and for a minute."""
        now = self._now()
        self._forget_what_ended(now)
        session = Session(id=secrets.token_urlsafe(16), person=person, nonce=nonce, ends_at=now + SESSION_TTL)
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(
            session=session, challenge=challenge, callback=callback, ends_at=now + CODE_TTL
        )
        return code

    def open(self, code: str, *, verifier: str, callback: str) -> tuple[str, Session] | None:
        """A refresh token and its session, for a code; none if the code is not good."""
        held = self._codes.pop(code, None)
        shown = Login(state="", nonce="", verifier=verifier, callback=callback)
        if held is None or held.ends_at <= self._now():
            return None
        if (held.callback, held.challenge) != (callback, shown.challenge):
            return None
        refresh = secrets.token_urlsafe(32)
        self._sessions[refresh] = held.session
        return refresh, held.session

    def get(self, refresh: str) -> Session | None:
        """The session of a refresh token, unless it has ended."""
        session = self._sessions.get(refresh)
        return session if session and session.ends_at > self._now() else None

    def is_open(self, id: str) -> bool:
        """Whether the session called *id* has not ended."""
        return any(session.id == id and session.ends_at > self._now() for session in self._sessions.values())

    def end(self, *, refresh: str | None = None, id: str | None = None) -> None:
        """End the session with this refresh token, or with this id; there may be none."""
        self._sessions = {
            token: session
            for token, session in self._sessions.items()
            if token != refresh and session.id != id
        }

    def _forget_what_ended(self, now: datetime) -> None:
        self._codes = {code: held for code, held in self._codes.items() if held.ends_at > now}
        self._sessions = {token: held for token, held in self._sessions.items() if held.ends_at > now}
