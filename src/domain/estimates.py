"""Estimates: when a job will be over, judged by how long jobs like it took.

Before a file is read, nothing is known of it but its name and its size. So a job is compared with those
whose files had the same ending and came nearest in size, their times scaled to its own; and the farther
its stage is, the more its own pace counts. Three instants are told: of ten jobs, about one is over before
the earliest and one after the latest. Where too few jobs are known to say so, nothing is said.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import log, sqrt
from pathlib import PurePosixPath
from statistics import fmean
from typing import NamedTuple, Protocol

from aether.domain.jobs import STAGES, JobKind, Place, Ticket

RUNS_LEAST = 5
"""How many jobs must be known before anything is said."""
RUNS_ALIKE = 24
"""With how many jobs one is compared at most."""
OVERHEAD = 32_768
"""What a file costs besides its bytes, in bytes."""
SUFFIX_MOST = 12
BEYOND = (1 / 9, 1.0, 9.0)
"""What is still to come, in what has passed, for a job that takes longer than all others did: the chance
that such a thing lasts another while falls with what it has lasted already."""
ARRIVALS = 1.5
"""How many times the work ahead there may be at the latest, since more comes that goes first."""
SPREAD = 1.3
"""Beyond so many standard deviations lies one of ten, on either side."""
LATELY = timedelta(seconds=30)
"""For how long it counts how fast bytes came."""
PIECE = timedelta(seconds=0.25)
LOOKS_LEAST = 4
SLOWEST = 0.25
"""To what share of its speed a connection may fall, in the worst case that is told."""
INSTANT_S = 1e-3
"""What takes no time takes so long, in seconds."""
LONGEST = timedelta(days=3_650)
"""What takes longer is told to take so long: bytes that hardly come would take until beyond all calendars."""

_STAGES = STAGES[JobKind.PROCESSING]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How long a job took that went through without a break.

    Attributes:
        suffix: The ending of its file's name.
        size: The size of its file, in bytes.
        seconds: How long each stage took.
    """

    suffix: str
    size: int
    seconds: Mapping[str, float]

    @property
    def whole(self) -> float:
        """How long it took altogether, in seconds."""
        return sum(self.seconds.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a job is in its stage.

    Attributes:
        spent_s: How long it has been in it, in seconds.
        share: How much of it is done, from 0 to 1; none if that is not known.
    """

    stage: str = _STAGES[0]
    spent_s: float = 0.0
    share: float | None = None


class Rest(NamedTuple):
    """What is still to come, in seconds."""

    least: float
    likely: float
    most: float

    def after(self, other: "Rest") -> "Rest":
        """This, with what comes before it."""
        return Rest(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def since(self, now: datetime) -> "Estimate":
        """When it will be over."""
        return Estimate(*(now + timedelta(seconds=min(it, LONGEST.total_seconds())) for it in self))


class Estimate(NamedTuple):
    """When something will be over."""

    earliest: datetime
    likely: datetime
    latest: datetime

    def told(self) -> list[str]:
        """This in ISO 8601."""
        return [it.isoformat() for it in self]

    @classmethod
    def heard(cls, told: Sequence[str]) -> "Estimate":
        """What `told` told."""
        return cls(*map(datetime.fromisoformat, told))

    def not_before(self, now: datetime) -> "Estimate":
        """This, as it is to be understood now that it is later."""
        return Estimate(*(max(it, now) for it in self))


class Estimates(Protocol):
    """What is remembered of jobs, so that others can be judged by them. It may be lost."""

    async def note(self, run: Run) -> None:
        """Remember how long a job took; of very many, the latest are remembered."""
        ...

    async def runs(self) -> Sequence[Run]:
        """What is remembered, the latest first; it may be some seconds old."""
        ...

    async def tell(self, ticket: Ticket, estimate: Estimate) -> None:
        """Say when an attempt that runs will be over, for whoever asks in the next minutes."""
        ...

    async def told(self, tickets: Collection[Ticket]) -> Mapping[Ticket, Estimate]:
        """What was said of these very attempts; those of which nothing was are left out."""
        ...


def suffix_of(filename: str) -> str:
    """The ending of a file's name, by which it is compared."""
    return PurePosixPath(filename).suffix.lower()[:SUFFIX_MOST]


def rest(runs: Sequence[Run], *, suffix: str, size: int, standing: Standing) -> Rest | None:
    """What is still to come of a job with such a file; none if too little is known."""
    alike = _alike(runs, suffix=suffix, size=size)
    if not alike:
        return None
    after = [_after(run, standing.stage) for run in alike]
    stages = [_stage_rest(run.seconds.get(standing.stage, 0.0), standing) for run in alike]
    still = [stage + later for stage, later in zip(stages, after, strict=True) if stage is not None]
    if still:
        return _spread(still)
    return Rest(*(times * standing.spent_s for times in BEYOND)).after(_spread(after))


def wait(runs: Sequence[Run], place: Place) -> Rest | None:
    """How long a job waits for its turn; none if too little is known."""
    if len(runs) < RUNS_LEAST:
        return None
    times = [run.whole for run in runs]
    mean = fmean(times)
    deviation = sqrt(fmean((it - mean) ** 2 for it in times))  # `pstdev` takes ten times as long
    work, doubt = place.ahead * mean, SPREAD * sqrt(place.ahead) * deviation
    least, most = max(0.0, work - doubt), (work + doubt) * ARRIVALS
    return Rest(*(it / place.slots for it in (least, work, most)))


class Pace:
    """How fast bytes come, by what was seen of them lately."""

    def __init__(self) -> None:
        self._seen: deque[tuple[datetime, int]] = deque()

    def see(self, offset: int, *, at: datetime) -> None:
        """Take note that *offset* bytes were there; what was so just now is one look, not two."""
        if self._seen and at - self._seen[-1][0] < PIECE:
            return
        self._seen.append((at, offset))
        while at - self._seen[0][0] > LATELY:
            self._seen.popleft()

    def rest(self, left: int) -> Rest | None:
        """What is still to come of *left* more bytes; none if too little was seen, or none have come."""
        looks = list(self._seen)
        if len(looks) < LOOKS_LEAST or looks[-1][1] <= looks[0][1]:
            return None
        speeds = sorted(_speed(before, after) for before, after in pairwise(looks))
        usual = _speed(looks[0], looks[-1])
        last = len(speeds) - 1
        fast, slow = speeds[round(last * 0.9)], speeds[round(last * 0.1)]
        return Rest(*(left / it for it in (max(fast, usual), usual, min(usual, max(slow, usual * SLOWEST)))))


def _speed(before: tuple[datetime, int], after: tuple[datetime, int]) -> float:
    """Bytes a second."""
    return (after[1] - before[1]) / (after[0] - before[0]).total_seconds()


def _alike(runs: Sequence[Run], *, suffix: str, size: int) -> list[Run]:
    """The runs that are to be compared with, scaled to *size*; none if there are too few."""
    same = [run for run in runs if run.suffix == suffix]
    found = same if len(same) >= RUNS_LEAST else runs
    if len(found) < RUNS_LEAST:
        return []

    def times(run: Run) -> float:
        return (size + OVERHEAD) / (run.size + OVERHEAD)

    nearest = sorted(found, key=lambda run: abs(log(times(run))))[:RUNS_ALIKE]
    return [
        Run(suffix=run.suffix, size=size, seconds={it: s * times(run) for it, s in run.seconds.items()})
        for run in nearest
    ]


def _after(run: Run, stage: str) -> float:
    later = _STAGES[_STAGES.index(stage) + 1 :]
    return sum(run.seconds.get(it, 0.0) for it in later)


def _stage_rest(usual: float, standing: Standing) -> float | None:
    """What is still to come of a stage that *usual*ly takes so long; none if it is not like that one."""
    spent, share = standing.spent_s, standing.share
    if not share:
        return usual - spent if usual > spent else None
    whole = max(usual, INSTANT_S) ** (1 - share) * max(spent / share, INSTANT_S) ** share
    return float((1 - share) * whole)


def _spread(seconds: Sequence[float]) -> Rest:
    ordered = sorted(max(0.0, it) for it in seconds)
    last = len(ordered) - 1
    return Rest(*(ordered[round(last * part)] for part in (0.1, 0.5, 0.9)))
