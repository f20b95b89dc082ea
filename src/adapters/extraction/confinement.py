"""Confinement: what the process that reads a file denies itself before it opens it.

Memory, processor time, files written, files open and core dumps have limits; the network is gone
where the kernel lets an ordinary process give it up (Linux with user namespaces); and the process
dies with the one that started it.
"""

import ctypes
import os
import resource
import signal
import sys

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1

OPEN_FILES = 64


def confine(*, memory: int, cpu_s: int, parent: int) -> None:
    """Limit this process to *memory* bytes and *cpu_s* seconds, and bind its life to *parent*'s."""
    _die_with(parent)
    _leave_network()
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def grant(seconds: int) -> None:
    """Give this process *seconds* more of processor time."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    more = soft + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (more if hard == resource.RLIM_INFINITY else min(more, hard), hard)
    )


def _die_with(parent: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The process that asked is gone.")


def _leave_network() -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        _ = libc.unshare(_CLONE_NEWNET) == 0 or libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
