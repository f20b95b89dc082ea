"""The machine that a figure was measured on, and what a process on it has used."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def described() -> dict[str, object]:
    """What the machine is."""
    info = Path("/proc/cpuinfo").read_text()
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


@dataclass(frozen=True, slots=True)
class Usage:
    """What processes have used.

    Attributes:
        cpu_s: Processor time, in seconds.
        rss_mib: Memory that is resident now, in MiB.
    """

    cpu_s: float
    rss_mib: float

    @classmethod
    def of(cls, pid: int) -> "Usage":
        """What the process *pid* has used so far."""
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
        rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return cls((int(fields[11]) + int(fields[12])) / TICK, rss / 1024)


def children(pid: int) -> dict[int, str]:
    """The children of *pid*, with their command lines."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                found[int(stat.parent.name)] = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except (OSError, IndexError):
            continue
    return found
