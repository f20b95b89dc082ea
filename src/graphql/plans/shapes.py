"""Shapes: what each field of the schema is to the domain.

A field that is not named here is a leaf, called as its Python name calls it. What is `Made`
is worked out from leaves; what is `Linked` leads to other things; what is `Sought` takes more
than the graph. All other fields that have an own resolver are not covered by plans.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from aether.domain import checks, users
from aether.domain.compliance import ComplianceSettings as DomainComplianceSettings
from aether.domain.documents import DocumentOrder, ProcessingStatus
from aether.domain.notebooks import Filter, NotebookId, Order, Shelf
from aether.domain.notebooks.entity import NAME_MOST
from aether.domain.users import Role
from aether.domain.viewers import Viewer
from aether.domain.views import NotShown, Value
from aether.graphql.context import Context
from aether.graphql.documents import chunks_listing, download_url, files_listing, thumbnail_url
from aether.graphql.findings import findings_listing
from aether.graphql.jobs import JobFailure
from aether.graphql.notebooks.questions import NotebookFilter
from aether.graphql.notebooks.shape import (
    ComplianceSettings,
    activity_listing,
    documents_listing,
    notebooks_listing,
)
from aether.graphql.search import SearchResults, results
from aether.graphql.templates import TEMPLATES_LISTING, outline_told
from aether.graphql.users import accounts_listing, avatar_url, users_listing

Args = Mapping[str, Any]
"""The arguments of a field, coerced, by their names in the schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A value worked out from leaves.

    Attributes:
        needs: The leaves.
        by: Gives the value of a scalar as it is told, or an object whose fields are its attributes.
    """

    needs: tuple[str, ...]
    by: Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A way to other things.

    Attributes:
        word: What the domain calls it, which may depend on which arguments are null.
        to: The kind that it leads to, where that is not the one of its type.
        choices: What the reading depends on.
        slots: The values that narrow it; which there are depends on nothing but which arguments are null.
        listing: What cursors of the list are signed for, by the id above it; none where there are no pages.
        demands: Refuses whoever may not ask.
    """

    word: str | Callable[[Args], str]
    to: str | None = None
    choices: Callable[[Args], Mapping[str, str]] = lambda _: {}
    slots: Callable[[Args], Mapping[str, Value]] = lambda _: {}
    listing: Callable[[str, Args], str] | None = None
    demands: Callable[[Viewer], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Something that more than the graph answers, given as the objects of the API.

    Attributes:
        by: Gives it.
    """

    by: Callable[[Context, Args], Awaitable[Any]]


NODES: Mapping[str, str] = {
    "chunk": "Chunk",
    "document": "Document",
    "finding": "Finding",
    "job": "Job",
    "key": "ApiKey",
    "notebook": "Notebook",
    "template": "NotebookTemplate",
    "tenant": "Tenant",
    "user": "User",
}
"""The types of what `node` finds, by how their ids begin."""

KINDS: Mapping[str, str] = {
    **{type: kind for kind, type in NODES.items()},
    "Account": "account",
    "Activity": "activity",
    "Collaboration": "collaboration",
}
"""What the domain calls the things of each type."""

SHOWN: Mapping[str, Linked] = {
    word: Linked(word=word, slots=lambda _: {"id": ""}) for word in ("document", "notebook")
}
"""What payloads show of what was changed; its id comes with the payload."""


def by_id(args: Args) -> Mapping[str, Value]:
    """The value that says which thing is meant."""
    return {"id": args["id"]}


def _order(args: Args) -> Mapping[str, str]:
    return {"order": args["orderBy"].value}


def _status(args: Args) -> ProcessingStatus | None:
    return args["status"] and ProcessingStatus(args["status"])


def _filter(args: Args) -> Filter:
    given = args["filter"]
    if given is None:
        return Filter()
    told = NotebookFilter(
        shelf=given["shelf"],
        parent_id=given["parentId"],
        text=given["text"],
        tag=given["tag"],
        status=given["status"],
    )
    return told.chosen()


def _notebooks(args: Args) -> str:
    chosen = _filter(args)
    if chosen.parent is not None:
        return "notebooks_in"
    if chosen.shelf is Shelf.TRASH:
        raise NotShown("what is in the trash")
    return "notebooks"


def _shelf(args: Args) -> Mapping[str, str]:
    return {"shelf": _filter(args).shelf.value, **_order(args)}


def _chosen(args: Args) -> Mapping[str, Value]:
    chosen = _filter(args)
    if chosen.text is not None:
        checks.line(chosen.text, field="filter.text", most=NAME_MOST, least=0)
    status = chosen.status and chosen.status.value
    given = {"parent": chosen.parent, "text": chosen.text, "tag": chosen.tag, "status": status}
    return {name: value for name, value in given.items() if value is not None}


async def _search(context: Context, args: Args) -> SearchResults:
    return await results(
        context,
        query=args["query"],
        mode=args["mode"],
        notebook_id=args["notebookId"],
        first=args["first"],
    )


def _text(args: Args) -> Mapping[str, Value]:
    return {"text": checks.line(args["text"], field="text", most=users.NAME_MOST, least=0)}


def _children(above: str, args: Args) -> str:
    return notebooks_listing(Filter(parent=NotebookId(above)), Order(args["orderBy"]))


def _documents(above: str, args: Args) -> str:
    return documents_listing(above, order=DocumentOrder(args["orderBy"]), status=_status(args))


def _roles(roles: list[str]) -> list[str]:
    return [Role(role).name for role in sorted(roles)]


def _permissions(roles: list[str]) -> list[str]:
    return users.permissions(list(map(Role, roles)))


def _compliance(told: str) -> ComplianceSettings:
    return ComplianceSettings.of(DomainComplianceSettings.kept(orjson.loads(told)))


def _outline(told: str) -> dict[str, Any]:
    return outline_told(orjson.loads(told))


def _failure(code: str | None, message: str) -> JobFailure | None:
    return JobFailure(code=code, message=message) if code else None


_FAILURE = Made(needs=("failure_code", "failure_message"), by=_failure)
_AVATAR = Made(needs=("id", "avatar"), by=avatar_url)

FIELDS: Mapping[tuple[str, str], Made | Linked | Sought] = {
    ("Account", "avatarUrl"): _AVATAR,
    ("Account", "groups"): Made(needs=("groups",), by=sorted),
    ("Account", "permissions"): Made(needs=("roles",), by=_permissions),
    ("Account", "roles"): Made(needs=("roles",), by=_roles),
    ("Activity", "actor"): Linked(word="actor"),
    ("Collaboration", "grantedBy"): Linked(word="granted_by"),
    ("Collaboration", "notebook"): Linked(word="notebook"),
    ("Collaboration", "user"): Linked(word="user"),
    ("Document", "chunks"): Linked(word="chunks", listing=lambda above, _: chunks_listing(above)),
    ("Document", "children"): Linked(word="children", listing=lambda above, _: files_listing(above)),
    ("Document", "container"): Linked(word="container"),
    ("Document", "downloadUrl"): Made(needs=("id",), by=download_url),
    ("Document", "error"): _FAILURE,
    ("Document", "findings"): Linked(word="findings", listing=lambda above, _: findings_listing(above)),
    ("Document", "jobs"): Linked(word="jobs"),
    ("Document", "notebook"): Linked(word="notebook"),
    ("Document", "thumbnailUrl"): Made(needs=("id", "file_hash", "content_type"), by=thumbnail_url),
    ("Document", "uploadedBy"): Linked(word="uploaded_by"),
    ("Job", "document"): Linked(word="document"),
    ("Job", "error"): _FAILURE,
    ("Notebook", "activity"): Linked(word="activity", listing=lambda above, _: activity_listing(above)),
    ("Notebook", "ancestors"): Linked(word="ancestors"),
    ("Notebook", "children"): Linked(
        word="children",
        choices=_order,
        listing=_children,
    ),
    ("Notebook", "collaborators"): Linked(word="collaborators", to="collaborator"),
    ("Notebook", "compliance"): Made(needs=("compliance",), by=_compliance),
    ("Notebook", "documents"): Linked(
        word="documents",
        choices=_order,
        slots=lambda args: {"status": status.value} if (status := _status(args)) else {},
        listing=_documents,
    ),
    ("Notebook", "owner"): Linked(word="owner"),
    ("Notebook", "parent"): Linked(word="parent"),
    ("Notebook", "uploadJobs"): Linked(
        word="upload_jobs", choices=lambda args: {"unfinished": "true" if args["unfinished"] else "false"}
    ),
    ("NotebookTemplate", "outline"): Made(needs=("outline",), by=_outline),
    ("Query", "adminUsers"): Linked(
        word="accounts",
        slots=_text,
        listing=lambda _, args: accounts_listing(args["text"]),
        demands=lambda viewer: viewer.needs(Role.ADMIN),
    ),
    ("Query", "apiKeys"): Linked(word="keys"),
    ("Query", "document"): Linked(word="document", slots=by_id),
    ("Query", "invitations"): Linked(word="invitations"),
    ("Query", "job"): Linked(word="job", slots=by_id),
    ("Query", "notebook"): Linked(word="notebook", slots=by_id),
    ("Query", "notebookTemplates"): Linked(word="templates", listing=lambda _, __: TEMPLATES_LISTING),
    ("Query", "notebooks"): Linked(
        word=_notebooks,
        choices=_shelf,
        slots=_chosen,
        listing=lambda _, args: notebooks_listing(_filter(args), Order(args["orderBy"])),
    ),
    ("Query", "search"): Sought(by=_search),
    ("Query", "searchUsers"): Linked(
        word="users", slots=_text, listing=lambda _, args: users_listing(args["text"])
    ),
    ("Query", "tenant"): Linked(word="tenant"),
    ("Query", "user"): Linked(word="user", slots=by_id),
    ("Query", "viewer"): Linked(word="viewer"),
    ("User", "avatarUrl"): _AVATAR,
}
"""The fields that are no leaves."""
