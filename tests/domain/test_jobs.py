from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aether.domain.blobs import BlobKey
from aether.domain.jobs import (
    ATTEMPTS_MOST,
    STAGES,
    AttemptOver,
    Failure,
    Job,
    JobKind,
    JobStatus,
    told,
)
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def job(kind: JobKind = JobKind.PROCESSING) -> Job:
    return Job.new(
        kind,
        subject="document_x",
        notebook="notebook_x",
        tenant=TenantId("tenant_x"),
        by=UserId("user_x"),
        at=Moment(now=NOW, seed=b"x"),
    )


class Life(RuleBasedStateMachine):
    """A job, to which anything may happen at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.job = job()
        self.before = self.job

    def _try(self, changed: Job) -> None:
        self.before, self.job = self.job, changed

    @rule(attempt=st.integers(0, 3))
    def claim(self, attempt: int) -> None:
        may = attempt == self.job.attempt and self.job.status in {JobStatus.PENDING, JobStatus.QUEUED}
        try:
            self._try(self.job.claimed(attempt, now=NOW))
        except AttemptOver:
            assert not may
        else:
            assert may
            assert self.job.status is JobStatus.RUNNING

    @rule(attempt=st.integers(0, 3), stage=st.sampled_from(STAGES[JobKind.PROCESSING]))
    def advance(self, attempt: int, stage: str) -> None:
        may = attempt == self.job.attempt and self.job.status is JobStatus.RUNNING
        try:
            self._try(self.job.fenced(attempt).at_stage(stage, now=NOW))
        except AttemptOver:
            assert not may
        else:
            assert may

    @rule(attempt=st.integers(0, 3), status=st.sampled_from([JobStatus.COMPLETED, JobStatus.FAILED]))
    def finish(self, attempt: int, status: JobStatus) -> None:
        try:
            self._try(self.job.fenced(attempt).ended(status, now=NOW))
        except AttemptOver:
            return
        assert self.job.finished_at == NOW

    @invariant()
    def being_over_is_final(self) -> None:
        if self.before.status.over:
            assert self.job == self.before

    @invariant()
    def progress_is_a_share_of_the_whole(self) -> None:
        assert 0 <= self.job.progress <= 100
        assert (self.job.progress == 100) == (self.job.status is JobStatus.COMPLETED)
        assert self.job.stage in STAGES[self.job.kind]


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestLife = Life.TestCase


def test_a_job_begins_at_its_first_stage() -> None:
    for kind in JobKind:
        assert (job(kind).stage, job(kind).status, job(kind).attempt) == (
            STAGES[kind][0],
            JobStatus.PENDING,
            1,
        )


def test_what_is_told_of_a_job_is_plain_json() -> None:
    failed = job().ended(JobStatus.FAILED, failure=Failure(code="x", message="y"), now=NOW)

    said = told(failed)

    assert said["failure"] == {"code": "x", "message": "y"}
    assert said["status"] == "failed"
    assert type(said["status"]) is str
    assert told(job())["failure"] is None


def test_attempts_count_against_a_job_only_since_it_last_got_on() -> None:
    lost_often = replace(job(), attempt=ATTEMPTS_MOST, status=JobStatus.RUNNING)
    assert lost_often.exhausted

    begun = lost_often.at_stage("extract", now=NOW)
    assert not begun.exhausted
    assert not lost_often.with_part(BlobKey("part"), now=NOW).exhausted

    lost = replace(begun, attempt=2 * ATTEMPTS_MOST - 2)
    assert not lost.exhausted
    lost = replace(begun, attempt=2 * ATTEMPTS_MOST - 1)
    assert lost.exhausted
    assert lost.at_stage("extract", now=NOW).exhausted
