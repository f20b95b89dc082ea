"""Documents, and what is understood of them."""

from typing import ClassVar

from neomodel import (
    ArrayProperty,
    BooleanProperty,
    DateTimeNeo4jFormatProperty,
    FloatProperty,
    IntegerProperty,
    RelationshipTo,
    StringProperty,
    StructuredNode,
)

from aether.adapters.neo4j.nodes.relationships import ContainsFile


class Document(StructuredNode):
    """A file in a notebook, and what was understood of it."""

    index_together: ClassVar = [("tenant", "processing_status")]

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    name = StringProperty()
    search_name = StringProperty()
    words = StringProperty()
    original_filename = StringProperty()
    declared_type = StringProperty()
    content_type = StringProperty(index=True)
    file_size = IntegerProperty()
    file_hash = StringProperty(index=True)
    blob = StringProperty()
    scope_ = StringProperty()
    processing_status = StringProperty()
    processing_tier = IntegerProperty()
    embedding_status = StringProperty()
    title = StringProperty()
    page_count = IntegerProperty()
    characters = IntegerProperty()
    extractor = StringProperty()
    texts = StringProperty(index=True)
    extracted_metadata = StringProperty()
    pii_detected = BooleanProperty()
    finding_count = IntegerProperty()
    chunk_count = IntegerProperty()
    vector_count = IntegerProperty()
    generation = StringProperty()
    littered = BooleanProperty(index=True)
    failure_code = StringProperty()
    failure_message = StringProperty()
    version = IntegerProperty()
    number = IntegerProperty()
    coming = IntegerProperty()
    lock = StringProperty()
    deletion = StringProperty(index=True)
    deleted_by = StringProperty()
    deleted_at = DateTimeNeo4jFormatProperty()
    deleted_second = IntegerProperty(index=True)
    trash = StringProperty(index=True)
    uploaded_by = StringProperty()
    uploaded_at = DateTimeNeo4jFormatProperty()
    updated_at = DateTimeNeo4jFormatProperty()
    processed_at = DateTimeNeo4jFormatProperty()
    container = StringProperty()
    outermost = StringProperty(index=True)
    path_inside = StringProperty()
    depth = IntegerProperty()
    erased = ArrayProperty(StringProperty())
    lay_in = ArrayProperty(StringProperty())

    files = RelationshipTo("Document", "CONTAINS_FILE", model=ContainsFile)
    chunks = RelationshipTo("Chunk", "HAS_CHUNK")
    findings = RelationshipTo("Finding", "HAS_FINDING")
    versions = RelationshipTo("DocumentVersion", "HAS_VERSION")


class DocumentVersion(StructuredNode):
    """What the bytes of a document were at one time."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    document = StringProperty()
    number = IntegerProperty()
    original_filename = StringProperty()
    declared_type = StringProperty()
    content_type = StringProperty()
    file_size = IntegerProperty()
    file_hash = StringProperty(index=True)
    blob = StringProperty()
    processing_status = StringProperty()
    title = StringProperty()
    page_count = IntegerProperty()
    characters = IntegerProperty()
    extractor = StringProperty()
    texts = StringProperty(index=True)
    extracted_metadata = StringProperty()
    failure_code = StringProperty()
    failure_message = StringProperty()
    note = StringProperty()
    uploaded_by = StringProperty()
    uploaded_at = DateTimeNeo4jFormatProperty()


class Chunk(StructuredNode):
    """A passage of a document."""

    uid = StringProperty(index=True, db_property="id")
    tenant = StringProperty()
    document = StringProperty()
    ordinal = IntegerProperty()
    page = IntegerProperty()
    start = IntegerProperty()
    end = IntegerProperty()
    headings = ArrayProperty(StringProperty())
    text = StringProperty()
    text_hash = StringProperty()
    file_hash = StringProperty()
    vectored = BooleanProperty()
    generation = StringProperty()
    scope_ = StringProperty()


class Finding(StructuredNode):
    """Something sensitive in a document, masked."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    document = StringProperty()
    ordinal = IntegerProperty()
    kind = StringProperty()
    page = IntegerProperty()
    start = IntegerProperty()
    end = IntegerProperty()
    confidence = FloatProperty()
    masked = StringProperty()
    file_hash = StringProperty()


class Leftover(StructuredNode):
    """What an erased document left outside the graph, until that is gone too."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    kind = StringProperty()
    key = StringProperty()
    due_second = IntegerProperty(index=True)
