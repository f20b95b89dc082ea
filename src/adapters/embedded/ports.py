"""Ports of the loopback interface that nobody listens on."""

import random
import socket

_RANGE = range(20_000, 30_000)
"""Below the ports that kernels give to outgoing connections: one of those could take the port
of a child that is just being started again, even by connecting to itself."""

_TRIES = 100


def free_port(preferred: int | None = None) -> int:
    """*preferred* if nobody listens there, or else another one.

    Raises:
        OSError: None of a hundred ports is free.
    """
    candidates = random.SystemRandom().sample(_RANGE, _TRIES)
    for port in candidates if preferred is None else (preferred, *candidates):
        if _is_free(port):
            return port
    raise OSError("No port of the loopback interface is free.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
