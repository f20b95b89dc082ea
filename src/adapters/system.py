"""The clock, chance and memory of the machine that we run on."""

import gc
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from aether.domain import webhooks
from aether.domain.keys import SECRET_PREFIX
from aether.domain.moments import Moment


def moment() -> Moment:
    """This moment, to the millisecond, which is as far as clients and cursors can tell instants apart."""
    now = datetime.now(UTC)
    return Moment(now=now.replace(microsecond=now.microsecond // 1000 * 1000), seed=os.urandom(16))


def secret() -> str:
    """A fresh API key: 256 random bits behind the prefix that tells what it is."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def webhook_secret() -> str:
    """A fresh secret for signing webhooks."""
    return webhooks.secret_of(secrets.token_bytes(32))


@contextmanager
def without(*libraries: str) -> Iterator[None]:
    """Have no library that is imported meanwhile find *libraries*, which it could do without.

    Neo4j's driver packs arrays of numpy if there is one, and HTTPX has a command line of its own
    where it finds what draws it: nobody here asks for either, and a start would wait for both.
    """
    hidden = [name for name in libraries if name not in sys.modules]
    modules: dict[str, Any] = sys.modules
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            modules.pop(name, None)


@contextmanager
def staying() -> Iterator[None]:
    """Take what is made meanwhile, such as imports, for what stays: nobody looks there for garbage.

    Afterwards garbage is looked for less often than Python does. A look at all that there is
    takes 100 ms of everybody's time, and answers leave hardly any that is not freed at once.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        gc.enable()
