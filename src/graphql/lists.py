"""Connections: lists in pages, as Relay defines them."""

from collections.abc import Callable
from typing import Generic, TypeVar

import strawberry

from aether.domain.pages import Page, Slice
from aether.graphql.context import Info
from aether.graphql.cursors import Cursors

N = TypeVar("N")
T = TypeVar("T")


@strawberry.type
class PageInfo:
    """Where a page lies in its list.

    Attributes:
        has_next_page: Whether more follow.
        has_previous_page: Whether the page was asked for behind a cursor.
        start_cursor: The cursor of the first edge.
        end_cursor: The cursor of the last edge: give it as `after` for the next page.
    """

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[N]):
    """One thing of a list, and its place.

    Attributes:
        node: The thing.
        cursor: Its place in this list, for this viewer.
    """

    node: N
    cursor: str


@strawberry.type
class Connection(Generic[N]):
    """A page of a list.

    Attributes:
        edges: The things of this page, each with its place.
        page_info: Where the page lies.
        total_count: How many things the whole list has, as far as the viewer sees.
    """

    edges: list[Edge[N]]
    page_info: PageInfo
    total_count: int


def part(info: Info, *, first: int, after: str | None, listing: str) -> Slice:
    """The slice that *first* and *after* ask for.

    Raises:
        Invalid: *first* is not from 1 to 100, or *after* belongs to another list.
    """
    place = None if after is None else _cursors(info).read(after, listing=_mine(info, listing))
    return Slice(first=first, after=place)


def connection(
    info: Info, page: Page[T], node: Callable[[T], N], *, slice: Slice, listing: str
) -> Connection[N]:
    """*page* as a connection, each thing shown by *node*."""
    mine = _mine(info, listing)
    edges = [
        Edge(node=node(item), cursor=_cursors(info).of(place, listing=mine)) for item, place in page.items
    ]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=slice.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=page.total,
    )


def _cursors(info: Info) -> Cursors:
    return info.context.ports.cursors


def _mine(info: Info, listing: str) -> str:
    return f"{info.context.viewer.tenant}/{info.context.viewer.user}/{listing}"
