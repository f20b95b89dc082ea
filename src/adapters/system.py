"""The clock and chance: where moments and secrets come from."""

import os
import secrets
from datetime import UTC, datetime

from aether.domain.keys import SECRET_PREFIX
from aether.domain.moments import Moment


def moment() -> Moment:
    """This moment, to the millisecond, which is as far as clients and cursors can tell instants apart."""
    now = datetime.now(UTC)
    return Moment(now=now.replace(microsecond=now.microsecond // 1000 * 1000), seed=os.urandom(16))


def secret() -> str:
    """A fresh API key: 256 random bits behind the prefix that tells what it is."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)
