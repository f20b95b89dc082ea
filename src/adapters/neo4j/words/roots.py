"""What hangs on nothing in particular."""

from collections.abc import Mapping

from aether.adapters.neo4j.words.edges import READABLE, Edge
from aether.adapters.neo4j.words.kinds import DOCUMENT_BESIDE, NOTEBOOK_KEYS


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
        beside=DOCUMENT_BESIDE,
    ),
    "chunk": Edge(
        to="chunk",
        match=(
            "MATCH (that:Chunk {id: $id, tenant: $tenant}) "
            "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that_document:Document)-[:HAS_CHUNK]->(that)"
        ),
        where=(
            "coalesce(that.generation, '') = coalesce(that_document.generation, '')"
            f" AND that_document.deletion IS NULL AND {READABLE.format('that_notebook')}"
        ),
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
        keys=NOTEBOOK_KEYS,
    ),
    "notebooks": Edge(
        to="notebook",
        seen=_SHELVES,
        match="UNWIND that_seen AS that",
        slots=_NARROWED,
        casts={"text": str.casefold},
        keys=NOTEBOOK_KEYS,
        total="size(that_seen)",
    ),
}
"""What hangs on nothing in particular."""
