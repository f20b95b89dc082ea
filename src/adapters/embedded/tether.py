"""A tether: becomes another program, which the kernel kills when whoever started it is gone.

Run as a file, `python tether.py PARENT PROGRAM ARGUMENT…`, so that nothing of ours is imported
on the way. Only Linux knows how; elsewhere the program can outlive a parent that was killed.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, program: str, *arguments: str) -> None:
    """Become *program*, unless *parent* is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit("Whoever started this is gone.")
    os.execv(program, (program, *arguments))  # noqa: S606 - the program comes from our own code


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
