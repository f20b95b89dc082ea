"""The clock and chance: where moments and secrets come from."""

import os
import secrets
from datetime import UTC, datetime

from aether.domain.keys import SECRET_PREFIX
from aether.domain.moments import Moment


def moment() -> Moment:
    """This moment."""
    return Moment(now=datetime.now(UTC), seed=os.urandom(16))


def secret() -> str:
    """A fresh API key: 256 random bits behind the prefix that tells what it is."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)
