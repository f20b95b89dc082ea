"""The demo: a small workspace of our own texts, so that the first query returns something.

Two people measure a river. They keep nested notebooks, share one, and have uploaded a
report, a protocol and a reading list.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import files
from typing import Any, Protocol

from aether.domain import collaborations, documents, notebooks, users
from aether.domain.access import Permission
from aether.domain.blobs import Blob, Blobs
from aether.domain.documents import Arrival, DocumentId
from aether.domain.graph import Graph, Work
from aether.domain.moments import Moment
from aether.domain.notebooks import Draft, Filter, Notebook, NotebookId, Order, Visibility
from aether.domain.pages import Slice
from aether.domain.tenants import Tenant, TenantId
from aether.domain.users import Profile, Role, UserId
from aether.domain.viewers import Viewer

STEPS_MOST = 32
"""More than it takes to make the workspace."""

ISSUER = "https://local-issuer.invalid"
TENANT = "riverside"

PEOPLE = (
    Profile(
        subject="ada",
        issuer=ISSUER,
        tenant=TENANT,
        username="ada",
        email="ada@riverside.example",
        full_name="Ada Brook",
        roles=frozenset({Role.USER, Role.ADMIN}),
        groups=frozenset({"/riverside/field"}),
    ),
    Profile(
        subject="ben",
        issuer=ISSUER,
        tenant=TENANT,
        username="ben",
        email="ben@riverside.example",
        full_name="Ben Ford",
        roles=frozenset({Role.USER}),
        groups=frozenset({"/riverside/lab"}),
    ),
)


class Outside(Protocol):
    """What seeding needs."""

    @property
    def graph(self) -> Graph:
        """The graph."""
        ...

    @property
    def blobs(self) -> Blobs:
        """The blob store."""
        ...

    def moment(self) -> Moment:
        """This moment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    draft: Draft
    files: tuple[str, ...] = ()
    below: "tuple[_Shelf, ...]" = ()


_WORKSPACE = _Shelf(
    draft=Draft(
        name="River Elwin",
        description="Everything we know of one river: where it floods, what lives in it, how we measure.",
        tags=("river", "field"),
    ),
    files=("Spring flood 2026.pdf",),
    below=(
        _Shelf(
            draft=Draft(
                name="Sampling", description="How samples are taken, and who does it.", tags=("method",)
            ),
            files=("Sampling protocol.docx",),
            below=(_Shelf(draft=Draft(name="Lab notes", description="Raw notes from the bench.")),),
        ),
        _Shelf(
            draft=Draft(
                name="Reading list",
                description="Open to everybody at Riverside.",
                visibility=Visibility.PUBLIC,
            ),
            files=("Reading list.md",),
        ),
    ),
)


async def seed(outside: Outside, told: asyncio.Event) -> Sequence[Notebook]:
    """Make the workspace, unless its people have notebooks already; gives back theirs."""
    at = outside.moment()
    fresh = Tenant.new(id=TenantId(at.id("tenant")), domain=TENANT, now=at.now)

    async def claim(work: Work) -> Tenant:
        return await work.tenants.claim(fresh)

    tenant = await outside.graph.write(claim)
    graph = outside.graph.within(tenant.id)
    ada, ben = [
        Viewer.of(
            await graph.write(
                users.settle, person, tenant=tenant.id, id=UserId(at.id("user", person.subject)), at=at
            )
        )
        for person in PEOPLE
    ]
    page = await graph.read(notebooks.page, Filter(), order=Order.CREATED, part=Slice(first=10), by=ada)
    if page.total == 0:
        blobs = {name: await outside.blobs.keep(_bytes(name), most=10_000_000) for name in _files(_WORKSPACE)}
        # In one transaction: who is stopped half-way begins anew, and finds no half of a workspace.
        moments = [
            replace(outside.moment(), now=at.now + timedelta(milliseconds=step)) for step in range(STEPS_MOST)
        ]
        await graph.write(_make_all, blobs, moments, of=ada, with_=ben)
        told.set()
        page = await graph.read(notebooks.page, Filter(), order=Order.CREATED, part=Slice(first=10), by=ada)
    return [seen.notebook for seen, _ in page.items][::-1]


async def _make_all(
    work: Work, blobs: Mapping[str, Blob], moments: Sequence[Moment], *, of: Viewer, with_: Viewer
) -> None:
    steps = iter(moments)
    top = await _make(work, _WORKSPACE, blobs, steps, parent=None, by=of)
    await collaborations.share(
        work,
        notebook=top,
        with_users=[with_.user],
        permission=Permission.WRITE,
        message="Come and add what the lab finds.",
        by=of,
        at=next(steps),
    )
    await collaborations.accept(work, notebook=top, by=with_, at=next(steps))


async def _make(
    work: Work,
    shelf: _Shelf,
    blobs: Mapping[str, Blob],
    steps: Iterator[Moment],
    *,
    parent: NotebookId | None,
    by: Viewer,
) -> NotebookId:
    at = next(steps)
    id = NotebookId(at.id("notebook"))
    await notebooks.create(work, shelf.draft, id=id, parent=parent, by=by, at=at)
    for name in shelf.files:
        arrival = Arrival(filename=name, declared_type=None, blob=blobs[name])
        at = next(steps)
        document = DocumentId(at.id("document"))
        await documents.add(work, arrival, id=document, notebook=id, by=by, at=at)
    for below in shelf.below:
        await _make(work, below, blobs, steps, parent=id, by=by)
    return id


def _files(shelf: _Shelf) -> Iterator[str]:
    yield from shelf.files
    for below in shelf.below:
        yield from _files(below)


async def _bytes(name: str) -> AsyncIterator[bytes]:
    yield (files(__package__) / "files" / name).read_bytes()


def examples(found: Sequence[Notebook]) -> list[dict[str, Any]]:
    """Three operations that return something on this workspace."""
    top = found[0].id if found else ""
    return [
        {"name": "Browse", "query": _BROWSE, "variables": {}},
        {"name": "Search", "query": _SEARCH, "variables": {"query": "when does the river flood?"}},
        {"name": "Follow", "query": _FOLLOW, "variables": {"notebook": top}},
    ]


_BROWSE = """\
# Everything you may read: your notebooks, what lies in them, and who works on them.
query Browse {
  viewer {
    fullName
    roles
  }
  notebooks(first: 10, filter: { shelf: TOP }) {
    totalCount
    edges {
      node {
        id
        name
        viewerPermission
        owner {
          fullName
        }
        documents(first: 5) {
          edges {
            node {
              name
              processingStatus
              pageCount
              chunkCount
            }
          }
        }
        children(first: 10) {
          edges {
            node {
              id
              name
              documentCount
            }
          }
        }
      }
    }
  }
}
"""

_SEARCH = """\
# Words and meaning together; each hit says why it was found, and on which page.
query Search($query: String!) {
  search(query: $query, first: 5) {
    missing
    edges {
      node {
        score
        snippet
        scores {
          meaning
          words
        }
        document {
          name
        }
        notebook {
          name
        }
        chunk {
          page
          headings
        }
      }
    }
  }
}
"""

_FOLLOW = """\
# Press run, then upload a file on the left: its jobs appear here, live.
subscription Follow($notebook: ID!) {
  notebookUploads(notebookId: $notebook) {
    cursor
    job {
      id
      status
      stage
      progress
      document {
        name
      }
      error {
        code
        message
      }
    }
    done
    of
  }
}
"""
