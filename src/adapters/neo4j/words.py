"""Words: what views may ask for, each as the Cypher that reads it.

`it` is the thing at hand, and `it_notebook` what came with it; `that` is what a branch leads
to. The compiler of views puts variables in their place, and values in the place of slots.
A thing at hand is live, and the viewer may read it: every branch sees to that for what it
leads to. Below a readable notebook nothing takes a second look, since rights only widen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

READABLE = "<readable {}>"
LEVEL = "<level {}>"
"""Where the compiler puts the access rule for a notebook, by what it is called here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """How a branch is read: at most one thing, unless it says otherwise.

    Attributes:
        to: The kind of what it leads to.
        match: What finds it; nothing if it is at hand already.
        same: Which of those at hand it is.
        where: What holds for it besides.
        slots: What holds for it where a value is given.
        choices: What holds for it where something is chosen, by `name=choice`.
        beside: What comes with it, by the name after `it_`.
        many: Whether it is a list.
        casts: How the values of slots are to be written.
        keys: What a list is ordered by, `that_key`, as chosen by `order`.
        order: How it is ordered, if not by the key and the id.
        most: How long it is at most.
        beyond: What lies behind a place.
        total: How many there are in the whole list; they are counted if it is empty.
        gate: What must hold, or the list is none and not empty.
        seen: For a list of notebooks that the viewer sees, what finds each `notebook`, as chosen by `shelf`.
    """

    to: str
    match: str = ""
    same: str = ""
    where: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    casts: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    many: bool = False
    order: str = ""
    most: int | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    beyond: str = "that_key > $after_key OR (that_key = $after_key AND that.id > $after_id)"
    total: str = ""
    gate: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What can be asked of things of one kind."""

    leaves: Mapping[str, str]
    branches: Mapping[str, Edge] = field(default_factory=dict)


def _own(*names: str) -> dict[str, str]:
    return {name: f"it.{name}" for name in names}


def _instants(*names: str) -> dict[str, str]:
    return {name: f"datetime(it.{name}).epochMillis" for name in names}


def _within_ceiling(level: str) -> str:
    return f"[level IN [{level}] | CASE WHEN level < $ceiling THEN level ELSE $ceiling END][0]"


def _user(id: str) -> Edge:
    return Edge(to="user", match=f"MATCH (that:User {{id: {id}, tenant: $tenant}})")


_VISIBILITY = """CASE
    WHEN it.visibility = 'public' THEN 'public'
    WHEN EXISTS { (it)<-[:COLLABORATES_ON {status: 'active'}]-(:User) } THEN 'shared'
    ELSE 'private'
  END"""
_NOTEBOOK_KEYS = {
    "name": "that.search_name",
    "created": "-datetime(that.created_at).epochMillis",
    "updated": "-datetime(that.updated_at).epochMillis",
}
_DOCUMENT = {"notebook": "that_notebook"}
_COLLABORATION = {"user": "that_user", "notebook": "that_notebook"}

_WORKING = f"""(that.status = 'active'
    OR (that.status = 'pending' AND ({LEVEL.format("it")} = 4 OR that_user = viewer)))"""

_NOTEBOOK = Kind(
    leaves={
        **_own(
            "id", "name", "description", "status", "tags", "document_count", "total_size_bytes", "version"
        ),
        **_instants("created_at", "updated_at"),
        "compliance": "it.compliance_settings",
        "visibility": _VISIBILITY,
        "viewer_permission": _within_ceiling(LEVEL.format("it")),
        "viewer_has_starred": "EXISTS { (viewer)-[:STARRED]->(it) }",
        "star_count": "COUNT { (it)<-[:STARRED]-(:User) }",
    },
    branches={
        "owner": Edge(to="user", match="MATCH (that:User)-[:OWNS]->(it)"),
        "parent": Edge(
            to="notebook", match="MATCH (that:Notebook)-[:PARENT_OF]->(it)", where=READABLE.format("that")
        ),
        "ancestors": Edge(
            to="notebook",
            match="MATCH that_path = (it)<-[:PARENT_OF*1..40]-(that:Notebook)",
            where=READABLE.format("that"),
            many=True,
            keys={"": "length(that_path)"},
            order="that_key DESC",
        ),
        "children": Edge(
            to="notebook",
            match="MATCH (it)-[:PARENT_OF]->(that:Notebook)",
            where="that.status <> 'deleted'",
            keys=_NOTEBOOK_KEYS,
        ),
        "documents": Edge(
            to="document",
            match="MATCH (it)-[:CONTAINS]->(that:Document)",
            where="that.deletion IS NULL",
            slots={"status": "that.processing_status = $status"},
            beside={"notebook": "it"},
            keys={"name": "that.search_name", "uploaded": "-datetime(that.uploaded_at).epochMillis"},
        ),
        "collaborators": Edge(
            to="collaborator",
            match="MATCH (that_user:User)-[that:COLLABORATES_ON]->(it)",
            where=_WORKING,
            beside={"user": "that_user", "notebook": "it"},
            many=True,
            keys={"": "that.granted_at"},
            order="that_key, that_user.id",
        ),
        "activity": Edge(
            to="activity",
            match="MATCH (it)-[:SAW]->(that:Activity)",
            keys={"": "0"},
            beyond="that.id < $after_id",
            order="that.id DESC",
        ),
        "upload_jobs": Edge(
            to="job",
            match="MATCH (it)-[:HAS_JOB]->(that:Job)",
            choices={"unfinished=true": "that.open"},
            many=True,
            keys={"": "that.id"},
            order="that_key DESC",
            most=100,
        ),
    },
)

_UNDERSTOOD = "CASE WHEN it.texts IS NULL THEN null ELSE {} END"
_FAILURE = _own("failure_code", "failure_message")

_KINDS: Mapping[str, Kind] = {
    "notebook": _NOTEBOOK,
    "document": Kind(
        leaves={
            **_own("id", "name", "original_filename", "file_size", "file_hash", "processing_tier"),
            **_own("processing_status", "embedding_status", "chunk_count", "version"),
            **_instants("uploaded_at", "processed_at"),
            **_FAILURE,
            **{it: _UNDERSTOOD.format(f"it.{it}") for it in ("content_type", "title", "page_count")},
            "metadata": _UNDERSTOOD.format("coalesce(it.extracted_metadata, '{}')"),
            "pii_detected": "coalesce(it.pii_detected, false)",
            "viewer_permission": _within_ceiling(LEVEL.format("it_notebook")),
            "path_in_container": "it.path_inside",
        },
        branches={
            "notebook": Edge(to="notebook", same="it_notebook"),
            "container": Edge(
                to="document",
                match=(
                    "MATCH (that:Document)-[:CONTAINS_FILE]->(it) "
                    "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that)"
                ),
                where=f"that.deletion IS NULL AND {READABLE.format('that_notebook')}",
                beside=_DOCUMENT,
            ),
            "children": Edge(
                to="document",
                match=(
                    "MATCH (it)-[:CONTAINS_FILE]->(that:Document) "
                    "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that)"
                ),
                where=f"that.deletion IS NULL AND {READABLE.format('that_notebook')}",
                beside=_DOCUMENT,
                keys={"": "that.search_name"},
            ),
            "uploaded_by": _user("it.uploaded_by"),
            "chunks": Edge(
                to="chunk",
                match="MATCH (it)-[:HAS_CHUNK]->(that:Chunk)",
                keys={"": "that.ordinal"},
                beyond="that.ordinal > $after_key",
                order="that_key",
                total="it.chunk_count",
            ),
            "findings": Edge(
                to="finding",
                match="MATCH (it)-[:HAS_FINDING]->(that:Finding)",
                keys={"": "that.ordinal"},
                beyond="that.ordinal > $after_key",
                order="that_key",
                total="coalesce(it.finding_count, 0)",
            ),
            "jobs": Edge(
                to="job",
                match="MATCH (that:Job {subject: it.id, tenant: $tenant})",
                many=True,
                keys={"": "that.id"},
                order="that_key DESC",
                most=100,
            ),
        },
    ),
    "chunk": Kind(
        leaves={
            **_own("id", "ordinal", "page", "start", "end", "headings", "text"),
            "document_id": "it.document",
            "document_hash": "it.file_hash",
        }
    ),
    "finding": Kind(
        leaves={
            **_own("id", "kind", "page", "start", "end", "confidence", "masked"),
            "document_id": "it.document",
            "document_hash": "it.file_hash",
        }
    ),
    "user": Kind(leaves=_own("id", "username", "full_name", "avatar")),
    "account": Kind(
        leaves={
            **_own("id", "username", "full_name", "email", "avatar", "roles", "groups", "status"),
            **_instants("created_at", "last_seen_at"),
            "preferences": "coalesce(it.preferences, '{}')",
        }
    ),
    "activity": Kind(
        leaves={
            **_own("id", "verb"),
            **_instants("at"),
            "subject_id": "it.subject",
            "details": "coalesce(it.details, '{}')",
        },
        branches={"actor": _user("it.actor")},
    ),
    "job": Kind(
        leaves={
            **_own("id", "kind", "status", "stage", "progress", "attempt"),
            "priority": "coalesce(it.priority, 'normal')",
            **_instants("created_at", "finished_at"),
            **_FAILURE,
        },
        branches={
            "document": Edge(
                to="document",
                match=(
                    "MATCH (that:Document {id: it.subject, tenant: $tenant}) "
                    "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that)"
                ),
                where=f"that.deletion IS NULL AND {READABLE.format('that_notebook')}",
                beside=_DOCUMENT,
            )
        },
    ),
    "template": Kind(
        leaves={**_own("id", "name", "description", "outline"), **_instants("created_at")},
    ),
    "key": Kind(
        leaves={
            **_own("id", "name", "hint"),
            **_instants("created_at", "expires_at", "last_used_at", "revoked_at"),
            "permission": "it.ceiling",
        }
    ),
    "tenant": Kind(leaves={**_own("id", "name", "domain", "status"), **_instants("created_at")}),
}

_TOGETHER = Kind(
    leaves={
        **_own("status", "message"),
        **_instants("granted_at", "accepted_at"),
        "permission": "it.level",
        "notebook_id": "it_notebook.id",
    },
    branches={
        "user": Edge(to="user", same="it_user"),
        "granted_by": _user("it.granted_by"),
        "notebook": Edge(to="notebook", same="it_notebook", where=READABLE.format("it_notebook")),
    },
)
_MESSAGE = f"""CASE
    WHEN {LEVEL.format("it_notebook")} = 4 OR it_user = viewer OR it.granted_by = viewer.id THEN it.message
    ELSE ''
  END"""

KINDS: Mapping[str, Kind] = {
    **_KINDS,
    "collaboration": _TOGETHER,
    "collaborator": Kind(leaves={**_TOGETHER.leaves, "message": _MESSAGE}, branches=_TOGETHER.branches),
}
"""What there is, and what can be asked of it."""


def _by_id(label: str, to: str, *, where: str = "") -> Edge:
    return Edge(to=to, match=f"MATCH (that:{label} {{id: $id, tenant: $tenant}})", where=where)


_SEARCHED = """toLower(that.username) CONTAINS $text
    OR toLower(coalesce(that.full_name, '')) CONTAINS $text"""
_GRANT = "[:OWNS|COLLABORATES_ON {status: 'active'}]"
_SHELVES = {
    "all": "",
    "owned": "MATCH (viewer)-[:OWNS]->(notebook:Notebook) WHERE notebook.status <> 'deleted'",
    "shared": "MATCH (viewer)-[:COLLABORATES_ON {status: 'active'}]->(notebook:Notebook)"
    " WHERE notebook.status <> 'deleted'",
    "starred": f"MATCH (viewer)-[:STARRED]->(notebook:Notebook) WHERE {READABLE.format('notebook')}",
    "public": "MATCH (notebook:Notebook {tenant: $tenant, visibility: 'public'})"
    " WHERE notebook.status <> 'deleted'",
    "top": f"MATCH (viewer)-{_GRANT}->(notebook:Notebook) WHERE notebook.status <> 'deleted' AND NOT EXISTS"
    f" {{ (notebook)<-[:PARENT_OF*1..20]-(:Notebook)<-{_GRANT}-(viewer) }}",
}
"""What finds the notebooks of each shelf, not touching those of others; all of them by the access rule."""

_NARROWED = {
    "text": "notebook.search_name CONTAINS $text",
    "tag": "$tag IN notebook.tags",
    "status": "notebook.status = $status",
}

ROOTS: Mapping[str, Edge] = {
    "notebook": _by_id("Notebook", "notebook", where=READABLE.format("that")),
    "document": Edge(
        to="document",
        match=(
            "MATCH (that:Document {id: $id, tenant: $tenant}) "
            "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that)"
        ),
        where=f"that.deletion IS NULL AND {READABLE.format('that_notebook')}",
        beside=_DOCUMENT,
    ),
    "chunk": Edge(
        to="chunk",
        match=(
            "MATCH (that:Chunk {id: $id, tenant: $tenant}) "
            "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that_document:Document)-[:HAS_CHUNK]->(that)"
        ),
        where=f"that_document.deletion IS NULL AND {READABLE.format('that_notebook')}",
    ),
    "finding": Edge(
        to="finding",
        match=(
            "MATCH (that:Finding {id: $id, tenant: $tenant}) "
            "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that_document:Document)-[:HAS_FINDING]->(that)"
        ),
        where=f"that_document.deletion IS NULL AND {READABLE.format('that_notebook')}",
    ),
    "job": Edge(
        to="job",
        match=(
            "MATCH (that:Job {id: $id, tenant: $tenant}) "
            "MATCH (that_notebook:Notebook {id: that.notebook, tenant: $tenant})"
        ),
        where=READABLE.format("that_notebook"),
    ),
    "user": _by_id("User", "user"),
    "template": _by_id("NotebookTemplate", "template"),
    "key": Edge(to="key", match="MATCH (viewer)-[:HOLDS]->(that:ApiKey {id: $id})"),
    "tenant": Edge(to="tenant", match="MATCH (that:Tenant {id: $tenant})", slots={"id": "$id = $tenant"}),
    "viewer": Edge(to="account", same="viewer"),
    "keys": Edge(
        to="key",
        match="MATCH (viewer)-[:HOLDS]->(that:ApiKey)",
        many=True,
        keys={"": "that.id"},
        order="that_key DESC",
    ),
    "invitations": Edge(
        to="collaboration",
        match="MATCH (viewer)-[that:COLLABORATES_ON {status: 'pending'}]->(that_notebook:Notebook)",
        where="that_notebook.status <> 'deleted'",
        beside={"user": "viewer", "notebook": "that_notebook"},
        many=True,
        keys={"": "that.granted_at"},
        order="that_key DESC, that_notebook.id",
    ),
    "templates": Edge(
        to="template",
        match="MATCH (that:NotebookTemplate {tenant: $tenant})",
        keys={"": "toLower(that.name)"},
    ),
    "users": Edge(
        to="user",
        match="MATCH (that:User {tenant: $tenant, status: 'active'})",
        where=f"({_SEARCHED})",
        casts={"text": str.lower},
        keys={"": "toLower(that.username)"},
    ),
    "accounts": Edge(
        to="account",
        match="MATCH (that:User {tenant: $tenant})",
        where=f"({_SEARCHED} OR toLower(coalesce(that.email, '')) CONTAINS $text)",
        casts={"text": str.lower},
        keys={"": "toLower(that.username)"},
    ),
    "notebooks_in": Edge(
        to="notebook",
        gate="EXISTS { MATCH (that_above:Notebook {id: $parent, tenant: $tenant}) WHERE "
        + READABLE.format("that_above")
        + " }",
        match="MATCH (that_above:Notebook {id: $parent, tenant: $tenant})-[:PARENT_OF]->(that:Notebook)",
        where="that.status <> 'deleted'",
        slots={it: condition.replace("notebook", "that") for it, condition in _NARROWED.items()},
        casts={"text": str.casefold},
        keys=_NOTEBOOK_KEYS,
    ),
    "notebooks": Edge(
        to="notebook",
        seen=_SHELVES,
        match="UNWIND that_seen AS that",
        slots=_NARROWED,
        casts={"text": str.casefold},
        keys=_NOTEBOOK_KEYS,
        total="size(that_seen)",
    ),
}
"""What hangs on nothing in particular."""
