"""Estimates hold what they promise on jobs of which they know nothing but jobs like them."""

import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain.estimates import (
    LONGEST,
    RUNS_LEAST,
    Estimate,
    Pace,
    Rest,
    Run,
    Standing,
    rest,
    suffix_of,
    wait,
)
from aether.domain.jobs import STAGES, JobKind, Place

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
STAGE_SHARES = {"validate": 0.02, "extract": 0.3, "chunk": 0.08, "embed": 0.5, "index": 0.1}
MB = 1_000_000


def a_run(chance: random.Random, *, suffix: str = ".pdf", s_per_mb: float = 4.0) -> Run:
    """A job as they are: longer for larger files, and never twice the same."""
    size = round(math.exp(chance.uniform(math.log(20_000), math.log(20 * MB))))
    whole = (size / MB + 0.03) * s_per_mb * chance.lognormvariate(0, 0.35)
    parts = {it: share * chance.lognormvariate(0, 0.2) for it, share in STAGE_SHARES.items()}
    return Run(suffix=suffix, size=size, seconds={it: whole * part for it, part in parts.items()})


def alike(count: int, *, seconds: float = 10.0, size: int = MB, suffix: str = ".pdf") -> list[Run]:
    """Jobs that all took the same."""
    run = Run(suffix=suffix, size=size, seconds={it: share * seconds for it, share in STAGE_SHARES.items()})
    return [run] * count


@pytest.mark.parametrize("stage", ["validate", "extract", "embed"])
@pytest.mark.parametrize("share", [None, 0.1, 0.6])
def test_of_ten_jobs_about_eight_end_between_the_earliest_and_the_latest(
    stage: str, share: float | None
) -> None:
    chance = random.Random(f"{stage} {share}")
    runs = [a_run(chance) for _ in range(400)]
    inside, before, after = 0, 0, 0
    jobs = [a_run(chance) for _ in range(400)]
    for job in jobs:
        spent = job.seconds[stage] * (share or 0.0)
        found = rest(
            runs, suffix=".pdf", size=job.size, standing=Standing(stage=stage, spent_s=spent, share=share)
        )
        assert found is not None
        stages = STAGES[JobKind.PROCESSING]
        truth = job.seconds[stage] - spent + sum(job.seconds[it] for it in stages[stages.index(stage) + 1 :])
        inside += found.least <= truth <= found.most
        before += truth < found.least
        after += truth > found.most
    assert 0.68 <= inside / len(jobs) <= 0.95
    assert before / len(jobs) <= 0.2
    assert after / len(jobs) <= 0.2


def test_the_more_of_a_stage_is_done_the_closer_the_bounds() -> None:
    chance = random.Random(7)
    runs = [a_run(chance) for _ in range(200)]

    def width(share: float | None, spent: float) -> float:
        standing = Standing(stage="index", spent_s=spent, share=share)
        found = rest(runs, suffix=".pdf", size=MB, standing=standing)
        assert found is not None
        return found.most - found.least

    widths = [width(None, 0.0), width(0.2, 0.1), width(0.5, 0.25), width(0.9, 0.45)]
    assert widths == sorted(widths, reverse=True)
    assert width(1.0, 0.5) == 0.0


def test_the_pace_of_a_job_counts_against_what_is_usual() -> None:
    slow = Standing(stage="embed", spent_s=50.0, share=0.5)

    found = rest(alike(20), suffix=".pdf", size=MB, standing=slow)

    assert found is not None
    after, usual, pace = 10 * STAGE_SHARES["index"], 10 * STAGE_SHARES["embed"], 50.0 / 0.5
    assert found.likely == pytest.approx(0.5 * math.sqrt(usual * pace) + after)


def test_what_takes_longer_than_all_others_may_take_as_long_again() -> None:
    found = rest(alike(20), suffix=".pdf", size=MB, standing=Standing(stage="index", spent_s=60.0))

    assert found is not None
    assert found.least < 10
    assert found.likely == pytest.approx(60.0)
    assert found.most > 300


def test_files_are_compared_with_those_of_their_kind_and_size() -> None:
    runs = [
        *alike(10, seconds=1.0, size=MB, suffix=".txt"),
        *alike(30, seconds=10.0, size=MB),
        *alike(30, seconds=200.0, size=10 * MB),
    ]

    def likely(suffix: str, size: int) -> float:
        found = rest(runs, suffix=suffix, size=size, standing=Standing())
        assert found is not None
        return found.likely

    assert likely(".txt", MB) == pytest.approx(1.0)
    assert likely(".pdf", MB) == pytest.approx(10.0)
    assert likely(".pdf", 20 * MB) == pytest.approx(400.0, rel=0.01)
    assert 1.0 < likely(".odt", 2 * MB) < 200.0


def test_nothing_is_said_while_too_little_is_known() -> None:
    few = alike(RUNS_LEAST - 1)

    assert rest(few, suffix=".pdf", size=MB, standing=Standing()) is None
    assert wait(few, Place(ahead=3, slots=2)) is None
    assert rest([*few, *few], suffix=".pdf", size=MB, standing=Standing()) is not None


def test_a_job_waits_for_those_ahead_of_it() -> None:
    runs = alike(20, seconds=10.0)

    assert wait(runs, Place(ahead=0, slots=2)) == Rest(0.0, 0.0, 0.0)
    found = wait(runs, Place(ahead=100, slots=5))
    assert found is not None
    assert (found.least, found.likely, found.most) == pytest.approx((200.0, 200.0, 300.0))


@given(
    runs=st.lists(
        st.builds(
            Run,
            suffix=st.sampled_from([".pdf", ".txt", ""]),
            size=st.integers(0, 10**12),
            seconds=st.dictionaries(
                st.sampled_from(list(STAGE_SHARES)), st.floats(0, 1e6), max_size=len(STAGE_SHARES)
            ),
        ),
        max_size=40,
    ),
    size=st.integers(0, 10**12),
    stage=st.sampled_from(list(STAGE_SHARES)),
    spent=st.floats(0, 1e6),
    share=st.none() | st.floats(0, 1),
)
def test_whatever_is_remembered_the_bounds_are_in_order(
    runs: list[Run], size: int, stage: str, spent: float, share: float | None
) -> None:
    found = rest(runs, suffix=".pdf", size=size, standing=Standing(stage=stage, spent_s=spent, share=share))

    assert found is None or 0 <= found.least <= found.likely <= found.most


def test_an_estimate_outlives_its_telling_and_never_lies_in_the_past() -> None:
    estimate = Rest(1.0, 2.0, 30.0).since(NOW)

    assert Estimate.heard(estimate.told()) == estimate
    later = NOW + timedelta(seconds=10)
    assert estimate.not_before(later) == Estimate(later, later, NOW + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.PDF", ".pdf"), ("a", ""), ("a.tar.gz", ".gz"), ("x." + "y" * 300, "." + "y" * 11), ("", "")],
)
def test_the_ending_of_a_name_is_short(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


def paced(*steps: tuple[float, int]) -> Pace:
    """What was seen of bytes: so many more after so many more seconds."""
    pace, at, offset = Pace(), NOW, 0
    pace.see(offset, at=at)
    for seconds, more in steps:
        at, offset = at + timedelta(seconds=seconds), offset + more
        pace.see(offset, at=at)
    return pace


def test_bytes_that_come_evenly_are_all_there_when_one_would_think() -> None:
    found = paced(*[(1.0, MB)] * 5).rest(10 * MB)

    assert found == pytest.approx((10.0, 10.0, 10.0))


def test_bytes_that_come_by_fits_and_starts_widen_the_bounds() -> None:
    found = paced((1, MB), (1, 3 * MB), (1, 0), (1, 4 * MB), (1, 2 * MB)).rest(20 * MB)

    assert found is not None
    assert found.likely == pytest.approx(10.0)
    assert found.least < 8.0
    assert 20.0 < found.most <= 40.0


def test_only_what_was_seen_lately_counts() -> None:
    slow_once = paced(*[(1.0, 1_000)] * 60, *[(1.0, MB)] * 60).rest(10 * MB)

    assert slow_once == pytest.approx((10.0, 10.0, 10.0))


@pytest.mark.parametrize("steps", [[], [(1.0, MB)], [(1.0, 0)] * 9, [(0.01, MB)] * 9])
def test_of_bytes_that_were_hardly_seen_nothing_is_said(steps: list[tuple[float, int]]) -> None:
    assert paced(*steps).rest(MB) is None


def test_bytes_that_hardly_come_are_there_before_the_end_of_the_calendar() -> None:
    found = paced(*[(9.0, 1)] * 5).rest(50 * 10**12)

    assert found is not None
    assert found.most > timedelta(days=3_000_000).total_seconds()
    assert found.since(NOW).latest == NOW + LONGEST
