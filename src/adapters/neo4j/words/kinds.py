"""What there is, and what can be asked of it."""

from collections.abc import Mapping

from aether.adapters.neo4j.words.edges import LEVEL, READABLE, Edge, Kind, instants, own, user, within_ceiling

_VISIBILITY = """CASE
    WHEN it.visibility = 'public' THEN 'public'
    WHEN EXISTS { (it)<-[:COLLABORATES_ON {status: 'active'}]-(:User) } THEN 'shared'
    ELSE 'private'
  END"""
NOTEBOOK_KEYS = {
    "name": "that.search_name",
    "created": "-datetime(that.created_at).epochMillis",
    "updated": "-datetime(that.updated_at).epochMillis",
}
DOCUMENT_BESIDE = {"notebook": "that_notebook"}

_WORKING = f"""(that.status = 'active'
    OR (that.status = 'pending' AND ({LEVEL.format("it")} = 4 OR that_user = viewer)))"""

_NOTEBOOK = Kind(
    leaves={
        **own("id", "name", "description", "status", "tags", "document_count", "total_size_bytes", "version"),
        **instants("created_at", "updated_at"),
        "compliance": "it.compliance_settings",
        "visibility": _VISIBILITY,
        "viewer_permission": within_ceiling(LEVEL.format("it")),
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
            keys=NOTEBOOK_KEYS,
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
_FAILURE = own("failure_code", "failure_message")

_KINDS: Mapping[str, Kind] = {
    "notebook": _NOTEBOOK,
    "document": Kind(
        leaves={
            **own("id", "name", "original_filename", "file_size", "file_hash", "processing_tier"),
            **own("processing_status", "embedding_status", "chunk_count", "version"),
            **instants("uploaded_at", "processed_at"),
            **_FAILURE,
            **{it: _UNDERSTOOD.format(f"it.{it}") for it in ("content_type", "title", "page_count")},
            "metadata": _UNDERSTOOD.format("coalesce(it.extracted_metadata, '{}')"),
            "vector_count": "coalesce(it.vector_count, it.chunk_count)",
            "pii_detected": "coalesce(it.pii_detected, false)",
            "viewer_permission": within_ceiling(LEVEL.format("it_notebook")),
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
                beside=DOCUMENT_BESIDE,
            ),
            "children": Edge(
                to="document",
                match=(
                    "MATCH (it)-[:CONTAINS_FILE]->(that:Document) "
                    "MATCH (that_notebook:Notebook)-[:CONTAINS]->(that)"
                ),
                where=f"that.deletion IS NULL AND {READABLE.format('that_notebook')}",
                beside=DOCUMENT_BESIDE,
                keys={"": "that.search_name"},
            ),
            "uploaded_by": user("it.uploaded_by"),
            "chunks": Edge(
                to="chunk",
                match="MATCH (it)-[:HAS_CHUNK]->(that:Chunk)",
                where="coalesce(that.generation, '') = coalesce(it.generation, '')",
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
            **own("id", "ordinal", "page", "start", "end", "headings", "text"),
            "document_id": "it.document",
            "document_hash": "it.file_hash",
        }
    ),
    "finding": Kind(
        leaves={
            **own("id", "kind", "page", "start", "end", "confidence", "masked"),
            "document_id": "it.document",
            "document_hash": "it.file_hash",
        }
    ),
    "user": Kind(leaves=own("id", "username", "full_name", "avatar")),
    "account": Kind(
        leaves={
            **own("id", "username", "full_name", "email", "avatar", "roles", "groups", "status"),
            **instants("created_at", "last_seen_at"),
            "preferences": "coalesce(it.preferences, '{}')",
        }
    ),
    "activity": Kind(
        leaves={
            **own("id", "verb"),
            **instants("at"),
            "subject_id": "it.subject",
            "details": "coalesce(it.details, '{}')",
        },
        branches={"actor": user("it.actor")},
    ),
    "job": Kind(
        leaves={
            **own("id", "kind", "status", "stage", "progress", "attempt"),
            "priority": "coalesce(it.priority, 'normal')",
            **instants("created_at", "finished_at"),
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
                beside=DOCUMENT_BESIDE,
            )
        },
    ),
    "template": Kind(
        leaves={**own("id", "name", "description", "outline"), **instants("created_at")},
    ),
    "key": Kind(
        leaves={
            **own("id", "name", "hint"),
            **instants("created_at", "expires_at", "last_used_at", "revoked_at"),
            "permission": "it.ceiling",
        }
    ),
    "tenant": Kind(leaves={**own("id", "name", "domain", "status"), **instants("created_at")}),
}

_TOGETHER = Kind(
    leaves={
        **own("status", "message"),
        **instants("granted_at", "accepted_at"),
        "permission": "it.level",
        "notebook_id": "it_notebook.id",
    },
    branches={
        "user": Edge(to="user", same="it_user"),
        "granted_by": user("it.granted_by"),
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
