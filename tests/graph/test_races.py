"""What happens when many want the same thing at once. Neo4j reads before it locks; ArcadeDB hides that."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment, secret
from aether.domain import collaborations, documents, jobs, keys, notebooks, users
from aether.domain.access import Permission
from aether.domain.collaborations import CollaborationMissing, CollaborationStatus
from aether.domain.compliance import ComplianceSettings
from aether.domain.documents import DocumentBusy, DocumentMissing, ProcessingStatus
from aether.domain.errors import Refused
from aether.domain.graph import Graph, Work
from aether.domain.jobs import AttemptOver, Failure, Job, JobKind, JobStatus
from aether.domain.keys import KEYS_MOST, KeyId, TooManyKeys
from aether.domain.notebooks import (
    DEPTH_MOST,
    Changes,
    Notebook,
    NotebookArchived,
    NotebookCycle,
    NotebookHeld,
    NotebookId,
    NotebookMissing,
    NotebookStale,
    Visibility,
)
from aether.domain.users import Role, UserId, UserShutOut, UserStatus
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home

MANY = 8
ROUNDS = 5


@pytest.fixture
def graph(plain: Home) -> Graph:
    """Each write once: here it is others that interfere."""
    return plain.graph


@pytest.fixture
async def ada(plain: Home) -> Viewer:
    return await plain.person("ada")


@pytest.fixture
async def ben(plain: Home) -> Viewer:
    return await plain.person("ben")


async def at_once(*attempts: Awaitable[object]) -> list[object]:
    """What became of each attempt, its refusal if it was refused."""
    found = await asyncio.gather(*attempts, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, Refused):
            raise each
    return found


def kinds(found: list[object]) -> list[str]:
    """The names of the refusals among what became of attempts."""
    return sorted(type(each).__name__ for each in found if isinstance(each, Refused))


async def rows(driver: AsyncDriver, engine: Engine, statement: str, **params: object) -> list[dict[str, Any]]:
    found, _, _ = await driver.execute_query(statement, params, database_=engine.database)  # type: ignore[arg-type, unused-ignore]
    return [dict(row) for row in found]


async def book_of(graph: Graph, id: NotebookId, by: Viewer) -> Notebook:
    return (await graph.read(notebooks.get_many, [id], by=by))[id].notebook


async def test_each_version_is_won_by_one_writer(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    won: list[int] = []

    async def write(worker: int) -> None:
        for turn in range(15):
            seen = await book_of(graph, book.id, ada)
            changes = Changes(name=f"{worker} {turn}")
            try:
                changed = await graph.write(
                    notebooks.update, changes, id=book.id, version=seen.version, by=ada, at=moment()
                )
            except NotebookStale:
                continue
            won.append(changed.version)

    await asyncio.gather(*map(write, range(MANY)))

    assert sorted(won) == list(range(2, len(won) + 2))
    assert (await book_of(graph, book.id, ada)).version == len(won) + 1


async def test_moves_at_once_make_no_cycle_and_no_second_parent(
    graph: Graph, ada: Viewer, driver: AsyncDriver, engine: Engine
) -> None:
    for _ in range(ROUNDS):
        pairs = [await make.chain(graph, ada, 2) for _ in range(3)]

        found = await at_once(
            *(
                graph.write(
                    notebooks.move, id=top.id, to=pairs[place - 1][1].id, version=None, by=ada, at=moment()
                )
                for place, (top, _) in enumerate(pairs)
                for _ in range(2)
            )
        )

        # Each into what lies in the next, all around: one of them comes last.
        assert set(kinds(found)) == {NotebookCycle.__name__}
    of = {"tenant": ada.tenant}
    cycles = "MATCH (n:Notebook {tenant: $tenant})-[:PARENT_OF*1..9]->(n) RETURN n.id AS id"
    doubles = """
        MATCH (n:Notebook {tenant: $tenant})<-[p:PARENT_OF]-()
        WITH n, count(p) AS parents WHERE parents > 1 RETURN n.id AS id
    """
    assert await rows(driver, engine, cycles, **of) == []
    assert await rows(driver, engine, doubles, **of) == []


async def test_moves_at_once_make_nothing_too_deep(graph: Graph, ada: Viewer) -> None:
    for _ in range(2):
        first, second, third = [await make.chain(graph, ada, 8) for _ in range(3)]

        found = await at_once(
            graph.write(notebooks.move, id=second[0].id, to=first[-1].id, version=None, by=ada, at=moment()),
            graph.write(notebooks.move, id=third[0].id, to=second[-1].id, version=None, by=ada, at=moment()),
        )

        assert kinds(found) == ["NotebookTooDeep"]
        for chain in (first, second, third):
            above = await graph.read(notebooks.ancestors, chain[-1].id, by=ada)
            assert len(above) < DEPTH_MOST


async def test_nothing_lives_in_what_was_deleted_meanwhile(
    graph: Graph, ada: Viewer, driver: AsyncDriver, engine: Engine
) -> None:
    for _ in range(ROUNDS):
        top = await make.notebook(graph, ada)
        parent = await make.notebook(graph, ada, parent=top)
        other = await make.notebook(graph, ada)

        found = await at_once(
            make.notebook(graph, ada, parent=parent),
            make.notebook(graph, ada, parent=parent),
            graph.write(notebooks.move, id=other.id, to=parent.id, version=None, by=ada, at=moment()),
            make.document(graph, ada, parent),
            graph.write(notebooks.remove, id=top.id, version=None, by=ada, at=moment()),
            make.document(graph, ada, parent),
            make.notebook(graph, ada, parent=parent),
        )

        assert not isinstance(found[4], Refused)
        assert set(kinds(found)) <= {"NotebookMissing"}
        living = """
            MATCH (parent:Notebook {tenant: $tenant, status: 'deleted'})-[:PARENT_OF]->(child:Notebook)
            WHERE child.status <> 'deleted' RETURN child.id AS id
        """
        assert await rows(driver, engine, living, tenant=ada.tenant) == []
        filed = """
            MATCH (parent:Notebook {tenant: $tenant, status: 'deleted'})-[:CONTAINS]->(document:Document)
            WHERE document.deletion IS NULL RETURN document.id AS id
        """
        assert await rows(driver, engine, filed, tenant=ada.tenant) == []


async def test_what_is_restored_twice_at_once_comes_back_once(graph: Graph, ada: Viewer) -> None:
    top, low = await make.chain(graph, ada, 2)
    await graph.write(notebooks.remove, id=top.id, version=None, by=ada, at=moment())

    found = await at_once(
        *(graph.write(notebooks.restore, id=top.id, by=ada, at=moment()) for _ in range(MANY))
    )

    assert kinds(found) == ["NotebookMissing"] * (MANY - 1)
    assert (await book_of(graph, low.id, ada)).parent == top.id


async def test_counts_are_exact_whoever_adds_and_removes(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)

    async def work(worker: int) -> None:
        for turn in range(4):
            document, _ = await make.document(graph, ada, book, f"{worker} {turn}", size=10 + worker)
            if turn % 2:
                await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())

    await asyncio.gather(*map(work, range(MANY)))

    found = await book_of(graph, book.id, ada)
    assert found.document_count == 2 * MANY
    assert found.total_size_bytes == 2 * sum(10 + worker for worker in range(MANY))


async def test_a_document_deleted_by_many_is_counted_off_once(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, _ = await make.document(graph, ada, book)

    found = await at_once(
        *(
            graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())
            for _ in range(MANY)
        )
    )

    assert kinds(found) == [DocumentMissing.__name__] * (MANY - 1)
    counted = await book_of(graph, book.id, ada)
    assert (counted.document_count, counted.total_size_bytes) == (0, 0)


async def test_a_job_claimed_by_many_is_one_workers(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    for _ in range(ROUNDS):
        _, job = await make.document(graph, ada, book)

        found = await at_once(
            *(graph.write(jobs.claim, id=job.id, attempt=1, at=moment()) for _ in range(MANY))
        )

        assert kinds(found) == [AttemptOver.__name__] * (MANY - 1)


async def test_of_cancelling_and_finishing_one_wins_and_the_other_knows(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    for turn in range(ROUNDS):
        document, job = await make.document(graph, ada, book)
        await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
        both = [
            graph.write(documents.cancel, job=job.id, by=ada, at=moment()),
            graph.write(documents.complete, job=job.id, attempt=1, at=moment()),
        ]

        found = await at_once(*(both if turn % 2 else both[::-1]))

        over = (await graph.read(jobs.get_many, [job.id]))[job.id]
        kept = (await graph.read(documents.get_many, [document.id], by=ada))[document.id].document
        expected = {
            "AttemptOver": (JobStatus.CANCELLED, ProcessingStatus.FAILED),
            "JobOver": (JobStatus.COMPLETED, ProcessingStatus.COMPLETED),
        }
        (refused,) = kinds(found)
        assert (over.status, kept.status) == expected[refused]


async def test_of_stranding_and_finishing_one_wins(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    for _ in range(ROUNDS):
        _, job = await make.document(graph, ada, book)
        await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())

        stranded, finished = await at_once(
            graph.write(jobs.strand, id=job.id, attempt=1, at=moment()),
            graph.write(
                jobs.finish,
                id=job.id,
                attempt=1,
                status=JobStatus.FAILED,
                failure=Failure(code="x", message="x"),
                at=moment(),
            ),
        )

        over = (await graph.read(jobs.get_many, [job.id]))[job.id]
        if isinstance(finished, AttemptOver):
            assert over == stranded
            assert (over.status, over.attempt) == (JobStatus.QUEUED, 2)
        else:
            assert stranded is None
            assert over == finished


async def test_a_document_reprocessed_by_many_gets_one_job(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await graph.write(documents.cancel, job=job.id, by=ada, at=moment())

    found = await at_once(
        *(graph.write(documents.reprocess, id=document.id, by=ada, at=moment()) for _ in range(MANY))
    )

    assert kinds(found) == [DocumentBusy.__name__] * (MANY - 1)


async def test_who_is_revoked_while_they_accept_is_out(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    for turn in range(ROUNDS):
        book = await make.notebook(graph, ada)
        await make.invited(graph, ada, book, ben)
        both = [
            graph.write(collaborations.accept, notebook=book.id, by=ben, at=moment()),
            graph.write(collaborations.revoke, notebook=book.id, user=ben.user, by=ada, at=moment()),
        ]

        found = await at_once(*(both if turn % 2 else both[::-1]))

        assert set(kinds(found)) <= {CollaborationMissing.__name__}
        assert await graph.read(notebooks.get_many, [book.id], by=ben) == {}
        assert await graph.read(collaborations.invitations, by=ben) == []


async def test_people_invited_by_many_at_once_collaborate_once(
    graph: Graph, ada: Viewer, ben: Viewer, driver: AsyncDriver, engine: Engine
) -> None:
    book = await make.notebook(graph, ada)

    await at_once(
        *(make.invited(graph, ada, book, ben, permission=Permission(1 + turn % 4)) for turn in range(MANY))
    )

    (kept,) = await graph.read(collaborations.of_notebook, notebook=book.id, by=ada)
    assert kept.status is CollaborationStatus.PENDING
    grants = "MATCH (:User {id: $user})-[grant:COLLABORATES_ON]->(:Notebook) RETURN count(grant) AS n"
    assert await rows(driver, engine, grants, user=ben.user) == [{"n": 1}]


async def test_a_star_given_by_many_clicks_is_one(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)

    await at_once(
        *(graph.write(notebooks.mark, id=book.id, starred=True, by=ada, at=moment()) for _ in range(MANY))
    )

    assert (await graph.read(notebooks.get_many, [book.id], by=ada))[book.id].stars == 1


async def test_who_is_suspended_while_they_enter_stays_suspended(plain: Home, ada: Viewer) -> None:
    graph = plain.graph
    for turn in range(ROUNDS):
        profile = make.profile(f"ben {turn}", domain=plain.tenant.domain)
        ben = await plain.person(f"ben {turn}")

        async def enter(turn: int = turn) -> None:
            at = moment()
            fresh = make.profile(f"ben {turn}", Role.ADMIN, domain=plain.tenant.domain)
            await graph.write(users.settle, fresh, tenant=plain.tenant.id, id=UserId(at.id("user")), at=at)

        found = await at_once(
            enter(),
            graph.write(users.set_status, id=ben.user, status=UserStatus.SUSPENDED, by=ada.user, at=moment()),
            enter(),
        )

        assert set(kinds(found)) <= {UserShutOut.__name__}
        kept = (await graph.read(users.get_many, [ben.user]))[ben.user]
        assert (kept.status, kept.subject) == (UserStatus.SUSPENDED, profile.subject)


async def test_preferences_set_at_once_are_all_kept(graph: Graph, ada: Viewer) -> None:
    await at_once(
        *(
            graph.write(users.prefer, preferences={str(number): number}, by=ada.user, at=moment())
            for number in range(MANY)
        )
    )

    kept = (await graph.read(users.get_many, [ada.user]))[ada.user]
    assert kept.preferences == {str(number): number for number in range(MANY)}


async def test_keys_made_at_once_are_no_more_than_there_may_be(graph: Graph, ada: Viewer) -> None:
    async def make_key() -> None:
        at = moment()
        await graph.write(
            keys.create,
            id=KeyId(at.id("key")),
            secret=secret(),
            name="x",
            ceiling=Permission.READ,
            days=1,
            by=ada,
            at=at,
        )

    for _ in range(KEYS_MOST - 2):
        await make_key()

    found = await at_once(*(make_key() for _ in range(MANY)))

    assert kinds(found) == [TooManyKeys.__name__] * (MANY - 2)
    assert len(await graph.read(keys.of_viewer, by=ada)) == KEYS_MOST


async def test_a_hold_and_a_deletion_at_once_never_both_happen(graph: Graph, ada: Viewer) -> None:
    held = ComplianceSettings(legal_hold=True)
    for turn in range(ROUNDS):
        top, book = await make.chain(graph, ada, 2)
        document, _ = await make.document(graph, ada, book)
        hold = graph.write(notebooks.update_compliance, held, id=book.id, version=None, by=ada, at=moment())
        removal = (
            graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())
            if turn % 2
            else graph.write(notebooks.remove, id=top.id, version=None, by=ada, at=moment())
        )

        governed, _ = await at_once(hold, removal)

        if isinstance(governed, NotebookMissing):
            continue
        gone = await graph.read(documents.get_many, [document.id], by=ada) == {}
        lives = book.id in await graph.read(notebooks.get_many, [book.id], by=ada)
        assert lives
        if gone:
            # It was deleted first; from then on nothing is.
            with pytest.raises((NotebookHeld, DocumentMissing)):
                await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())


async def test_nothing_changes_in_a_notebook_once_it_is_archived(graph: Graph, ada: Viewer) -> None:
    for _ in range(ROUNDS):
        book = await make.notebook(graph, ada)
        document, _ = await make.document(graph, ada, book)
        archived = moment()

        _, renamed, added = await at_once(
            graph.write(notebooks.archive, id=book.id, archived=True, version=None, by=ada, at=archived),
            graph.write(documents.rename, id=document.id, name="y", version=None, by=ada, at=moment()),
            make.document(graph, ada, book),
        )

        for attempt in (renamed, added):
            assert not isinstance(attempt, Refused) or isinstance(attempt, NotebookArchived)
        with pytest.raises(NotebookArchived):
            await graph.write(documents.rename, id=document.id, name="x", version=None, by=ada, at=moment())


async def test_who_revives_at_once_has_each_document_processed_once(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    await graph.write(documents.begin, job=job.id, attempt=1, at=moment())
    await graph.write(notebooks.restore, id=book.id, by=ada, at=moment())
    live = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)
    restored = next(each for each in live if each.kind is JobKind.REINDEX)

    async def revive(work: Work) -> Sequence[Job]:
        revived = await make.revived(work, restored)
        await asyncio.sleep(0.3)
        return revived

    found = await asyncio.gather(*(graph.write(revive) for _ in range(3)))

    assert [it.subject for revived in found for it in revived] == [document.id]
