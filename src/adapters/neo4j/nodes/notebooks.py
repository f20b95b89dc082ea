"""Notebooks, and what is seen of them."""

from typing import ClassVar

from neomodel import (
    ArrayProperty,
    DateTimeNeo4jFormatProperty,
    IntegerProperty,
    RelationshipFrom,
    RelationshipTo,
    StringProperty,
    StructuredNode,
)

from aether.adapters.neo4j.nodes.relationships import Contains, ForkOf, Owns


class Notebook(StructuredNode):
    """A titled collection of documents."""

    index_together: ClassVar = [
        ("tenant", "visibility"),
        ("tenant", "deleted_by"),
        ("status", "visibility"),
    ]

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    name = StringProperty()
    search_name = StringProperty()
    words = StringProperty()
    description = StringProperty()
    scope_ = StringProperty()
    visibility = StringProperty()
    status = StringProperty()
    status_before = StringProperty()
    compliance_settings = StringProperty()
    tags = ArrayProperty(StringProperty())
    document_count = IntegerProperty()
    total_size_bytes = IntegerProperty()
    version = IntegerProperty()
    lock = StringProperty()
    tree_lock = StringProperty()
    deletion = StringProperty(index=True)
    deleted_by = StringProperty()
    deleted_at = DateTimeNeo4jFormatProperty()
    deleted_second = IntegerProperty(index=True)
    created_at = DateTimeNeo4jFormatProperty()
    updated_at = DateTimeNeo4jFormatProperty()

    owner = RelationshipFrom(".people.User", "OWNS", model=Owns)
    children = RelationshipTo("Notebook", "PARENT_OF")
    origin = RelationshipTo("Notebook", "FORK_OF", model=ForkOf)
    documents = RelationshipTo(".documents.Document", "CONTAINS", model=Contains)
    activities = RelationshipTo("Activity", "SAW")
    jobs = RelationshipTo(".jobs.Job", "HAS_JOB")


class NotebookTemplate(StructuredNode):
    """An outline from which notebooks are made."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty(index=True)
    name = StringProperty()
    description = StringProperty()
    outline = StringProperty()
    created_by = StringProperty()
    created_at = DateTimeNeo4jFormatProperty()


class Activity(StructuredNode):
    """Something that somebody did to a notebook."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    notebook = StringProperty()
    actor = StringProperty()
    verb = StringProperty()
    subject = StringProperty()
    details = StringProperty()
    at = DateTimeNeo4jFormatProperty()
