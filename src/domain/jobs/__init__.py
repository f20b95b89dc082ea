"""Jobs: work that goes on after the answer.

A job is a node, written in the transaction of its cause; a queue only wakes workers. It is
pending until it was handed to the queue, queued until a worker claims it, then running,
and in the end completed, failed or cancelled. Each claim has an attempt, which fences: what
a worker writes for an attempt that is over is refused. A job goes on from its last
committed stage, whoever dies. Being over is final: to try again is another job.

Tenants take turns, and what is urgent comes sooner: `high` is what somebody asked for again and
waits for, `normal` is a file that somebody brings, and keeping the index true, `low` is a file
among many. A tenant whose jobs pile up is told to come back later, before it brings more.
"""

from aether.domain.jobs.entity import (
    ATTEMPTS_MOST,
    STAGES,
    WAITING_MOST,
    AttemptOver,
    Failure,
    Job,
    JobId,
    JobKind,
    JobMissing,
    JobOver,
    JobPriority,
    JobStatus,
    QueueFull,
    Ticket,
    told,
)
from aether.domain.jobs.keeping import (
    admit,
    advance,
    ask,
    cancel,
    cease,
    claim,
    fenced,
    finish,
    get_many,
    give_back,
    keep_part,
    littered,
    of_any_tenant,
    rehome,
    reindex,
    strand,
    tidied,
    unfinished,
)
from aether.domain.jobs.ports import (
    Jobs,
    Leases,
    Place,
    Queue,
    Work,
)

__all__ = [
    "ATTEMPTS_MOST",
    "STAGES",
    "WAITING_MOST",
    "AttemptOver",
    "Failure",
    "Job",
    "JobId",
    "JobKind",
    "JobMissing",
    "JobOver",
    "JobPriority",
    "JobStatus",
    "Jobs",
    "Leases",
    "Place",
    "Queue",
    "QueueFull",
    "Ticket",
    "Work",
    "admit",
    "advance",
    "ask",
    "cancel",
    "cease",
    "claim",
    "fenced",
    "finish",
    "get_many",
    "give_back",
    "keep_part",
    "littered",
    "of_any_tenant",
    "rehome",
    "reindex",
    "strand",
    "tidied",
    "told",
    "unfinished",
]
