"""Jobs: work that goes on after the answer.

A job is a node, written in the transaction of its cause; a queue only wakes workers. It is
pending until it was handed to the queue, queued until a worker claims it, then running,
and in the end completed, failed or cancelled. Each claim has an attempt, which fences: what
a worker writes for an attempt that is over is refused. A job goes on from its last
committed stage, whoever dies. Being over is final: to try again is another job.
"""

from aether.domain.jobs.entity import (
    ATTEMPTS_MOST,
    STAGES,
    AttemptOver,
    Failure,
    Job,
    JobId,
    JobKind,
    JobMissing,
    JobOver,
    JobStatus,
    told,
)
from aether.domain.jobs.keeping import (
    advance,
    ask,
    cancel,
    claim,
    fenced,
    finish,
    get_many,
    give_back,
    reindex,
    strand,
    tenant_of,
    unfinished,
)
from aether.domain.jobs.ports import (
    Jobs,
    Leases,
    Queue,
    Work,
)

__all__ = [
    "ATTEMPTS_MOST",
    "STAGES",
    "AttemptOver",
    "Failure",
    "Job",
    "JobId",
    "JobKind",
    "JobMissing",
    "JobOver",
    "JobStatus",
    "Jobs",
    "Leases",
    "Queue",
    "Work",
    "advance",
    "ask",
    "cancel",
    "claim",
    "fenced",
    "finish",
    "get_many",
    "give_back",
    "reindex",
    "strand",
    "tenant_of",
    "told",
    "unfinished",
]
