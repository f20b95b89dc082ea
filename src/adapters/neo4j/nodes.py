"""What the graph holds: labels, properties, relationships, constraints and indexes, declared once.

The classes are declarations; neomodel keeps the name `id` for itself, so it is `uid` here.
The migrations are held to them by a test, and `ddl` writes the statements for what is new.
Full-text indexes differ from engine to engine and stand in the migrations alone, under the
names in `FULLTEXT`. They cover `words`, a name without what joins its words, and `scope_`,
where a thing lies; it ends as it does because ArcadeDB looks for `scope_:notebook_01…` among
the words of all fields, and no text has such a word: no word goes on from `_` over a colon.
"""

from collections.abc import Iterator
from typing import ClassVar

from neomodel import (
    ArrayProperty,
    BooleanProperty,
    DateTimeNeo4jFormatProperty,
    FloatProperty,
    IntegerProperty,
    RelationshipFrom,
    RelationshipTo,
    StringProperty,
    StructuredNode,
    StructuredRel,
)

INSTANT = DateTimeNeo4jFormatProperty


class Owns(StructuredRel):
    """A person owns a notebook; for the access rule an active grant of the highest level."""

    created_at = INSTANT()
    status = StringProperty()
    level = IntegerProperty()


class CollaboratesOn(StructuredRel):
    """A person's part in somebody else's notebook."""

    permission = StringProperty()
    level = IntegerProperty()
    status = StringProperty()
    message = StringProperty()
    granted_by = StringProperty()
    granted_at = INSTANT()
    accepted_at = INSTANT()
    revoked_at = INSTANT()


class Starred(StructuredRel):
    """A person starred a notebook."""

    starred_at = INSTANT()


class Viewed(StructuredRel):
    """A person looked at a notebook."""

    viewed_at = INSTANT()
    duration_seconds = IntegerProperty()


class ContainsFile(StructuredRel):
    """A document came in another one; the number is that of the last of its versions in which it did."""

    number = IntegerProperty()


class Forked(StructuredRel):
    """A person forked a notebook."""

    forked_at = INSTANT()
    fork_reason = StringProperty()


class ForkOf(StructuredRel):
    """A notebook began as a copy of another."""

    forked_at = INSTANT()


class Contains(StructuredRel):
    """A document lies in a notebook."""

    added_at = INSTANT()


class Tenant(StructuredNode):
    """An organisation on this Aether."""

    uid = StringProperty(unique_index=True, db_property="id")
    domain = StringProperty(unique_index=True)
    name = StringProperty()
    status = StringProperty()
    realm = StringProperty()
    settings = StringProperty()
    lock = StringProperty()
    created_at = INSTANT()
    updated_at = INSTANT()


class User(StructuredNode):
    """A person of a tenant."""

    unique_together: ClassVar = [("tenant", "issuer", "subject")]
    index_together: ClassVar = [("tenant", "status"), ("status", "created_at")]

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    subject = StringProperty()
    issuer = StringProperty()
    username = StringProperty()
    email = StringProperty(index=True)
    full_name = StringProperty()
    avatar = StringProperty(index=True)
    roles = ArrayProperty(StringProperty())
    groups = ArrayProperty(StringProperty())
    preferences = StringProperty()
    status = StringProperty()
    lock = StringProperty()
    created_at = INSTANT()
    updated_at = INSTANT()
    last_seen_at = INSTANT(index=True)

    home = RelationshipTo("Tenant", "BELONGS_TO")
    owned = RelationshipTo("Notebook", "OWNS", model=Owns)
    shared = RelationshipTo("Notebook", "COLLABORATES_ON", model=CollaboratesOn)
    starred = RelationshipTo("Notebook", "STARRED", model=Starred)
    viewed = RelationshipTo("Notebook", "VIEWED", model=Viewed)
    forked = RelationshipTo("Notebook", "FORKED", model=Forked)
    keys = RelationshipTo("ApiKey", "HOLDS")
    uploads = RelationshipTo("Upload", "UPLOADS")
    callbacks = RelationshipTo("Callback", "CALLS_BACK")
    batches = RelationshipTo("UploadBatch", "BRINGS")


class ApiKey(StructuredNode):
    """A key that lets programs in; only its digest is kept."""

    uid = StringProperty(unique_index=True, db_property="id")
    digest = StringProperty(unique_index=True)
    tenant = StringProperty()
    name = StringProperty()
    hint = StringProperty()
    ceiling = IntegerProperty()
    created_at = INSTANT()
    expires_at = INSTANT()
    last_used_at = INSTANT()
    revoked_at = INSTANT()


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
    deleted_at = INSTANT()
    deleted_second = IntegerProperty(index=True)
    created_at = INSTANT()
    updated_at = INSTANT()

    owner = RelationshipFrom("User", "OWNS", model=Owns)
    children = RelationshipTo("Notebook", "PARENT_OF")
    origin = RelationshipTo("Notebook", "FORK_OF", model=ForkOf)
    documents = RelationshipTo("Document", "CONTAINS", model=Contains)
    activities = RelationshipTo("Activity", "SAW")
    jobs = RelationshipTo("Job", "HAS_JOB")


class NotebookTemplate(StructuredNode):
    """An outline from which notebooks are made."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty(index=True)
    name = StringProperty()
    description = StringProperty()
    outline = StringProperty()
    created_by = StringProperty()
    created_at = INSTANT()


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
    failure_code = StringProperty()
    failure_message = StringProperty()
    version = IntegerProperty()
    number = IntegerProperty()
    coming = IntegerProperty()
    lock = StringProperty()
    deletion = StringProperty(index=True)
    deleted_by = StringProperty()
    deleted_at = INSTANT()
    deleted_second = IntegerProperty(index=True)
    trash = StringProperty(index=True)
    uploaded_by = StringProperty()
    uploaded_at = INSTANT()
    updated_at = INSTANT()
    processed_at = INSTANT()
    container = StringProperty()
    outermost = StringProperty(index=True)
    path_inside = StringProperty()
    depth = IntegerProperty()
    erased = ArrayProperty(StringProperty())

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
    uploaded_at = INSTANT()


class Chunk(StructuredNode):
    """A passage of a document."""

    uid = StringProperty(unique_index=True, db_property="id")
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


class Job(StructuredNode):
    """Work that goes on after the answer."""

    index_together: ClassVar = [("tenant", "open")]

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    kind = StringProperty()
    subject = StringProperty(index=True)
    notebook = StringProperty()
    priority = StringProperty()
    status = StringProperty()
    stage = StringProperty()
    progress = IntegerProperty()
    attempt = IntegerProperty()
    returned = IntegerProperty()
    parts = ArrayProperty(StringProperty())
    littered = BooleanProperty(index=True)
    open = BooleanProperty(index=True)
    failure_code = StringProperty()
    failure_message = StringProperty()
    lock = StringProperty()
    created_by = StringProperty()
    created_at = INSTANT()
    updated_at = INSTANT()
    finished_at = INSTANT()


class UploadBatch(StructuredNode):
    """Files that are brought together; of each there is one entry in each list."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    owner = StringProperty()
    notebook = StringProperty()
    names = ArrayProperty(StringProperty())
    sizes = ArrayProperty(IntegerProperty())
    uploads = ArrayProperty(StringProperty())
    codes = ArrayProperty(StringProperty())
    messages = ArrayProperty(StringProperty())
    created_at = INSTANT()
    created_second = IntegerProperty(index=True)


class Upload(StructuredNode):
    """A file on its way, whose bytes lie elsewhere."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    owner = StringProperty()
    notebook = StringProperty()
    target = StringProperty()
    filename = StringProperty()
    declared_type = StringProperty()
    length = IntegerProperty()
    kind = StringProperty()
    parts = ArrayProperty(StringProperty())
    metadata = StringProperty()
    document = StringProperty()
    job = StringProperty()
    lock = StringProperty()
    created_at = INSTANT()
    expires_at = INSTANT()
    expires_second = IntegerProperty(index=True)
    aborted_at = INSTANT()
    finish_at = INSTANT()
    finish_second = IntegerProperty(index=True)
    sha256 = StringProperty()
    failure_code = StringProperty()
    failure_message = StringProperty()
    priority = StringProperty()


class Callback(StructuredNode):
    """An address that is told when processing is over."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    owner = StringProperty()
    subject = StringProperty(index=True)
    url = StringProperty()
    secret = StringProperty()
    once = BooleanProperty()
    lock = StringProperty()
    created_at = INSTANT()
    ended_at = INSTANT()
    ended_why = StringProperty()

    deliveries = RelationshipTo("Delivery", "SENDS")


class Delivery(StructuredNode):
    """A message to a callback."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    callback = StringProperty()
    job = StringProperty()
    kind = StringProperty()
    body = StringProperty()
    status = StringProperty()
    attempts = IntegerProperty()
    answer = IntegerProperty()
    error = StringProperty()
    lock = StringProperty()
    created_at = INSTANT()
    due_at = INSTANT()
    due_second = IntegerProperty(index=True)
    ended_at = INSTANT()
    ended_second = IntegerProperty(index=True)


class Leftover(StructuredNode):
    """What an erased document left outside the graph, until that is gone too."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    kind = StringProperty()
    key = StringProperty()
    due_second = IntegerProperty(index=True)


class Activity(StructuredNode):
    """Something that somebody did to a notebook."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    notebook = StringProperty()
    actor = StringProperty()
    verb = StringProperty()
    subject = StringProperty()
    details = StringProperty()
    at = INSTANT()


class Event(StructuredNode):
    """An event of the outbox, until it is handed on."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    topic = StringProperty()
    kind = StringProperty()
    payload = StringProperty()
    at = INSTANT()
    final = BooleanProperty()


class Migration(StructuredNode):
    """A migration that was applied, or, under the id `lock`, who applies some."""

    uid = StringProperty(unique_index=True, db_property="id")
    checksum = StringProperty()
    applied_at = INSTANT()
    lock = StringProperty()
    holder = StringProperty()
    until = INSTANT()


NODES: tuple[type[StructuredNode], ...] = (
    Tenant,
    User,
    ApiKey,
    Notebook,
    NotebookTemplate,
    Document,
    DocumentVersion,
    Chunk,
    Finding,
    Job,
    Upload,
    Callback,
    Delivery,
    UploadBatch,
    Leftover,
    Activity,
    Event,
    Migration,
)
"""Everything that the graph holds."""

FULLTEXT = ("passage_words", "notebook_words", "document_words")
"""The full-text indexes."""


def ddl() -> Iterator[str]:
    """The statements that make every declared constraint and index, by name."""
    for node in NODES:
        label = node.__label__
        for name, declared in sorted(node.defined_properties(aliases=False, rels=False).items()):
            if declared.unique_index:
                yield _unique(label, (declared.db_property or name,))
            elif declared.index:
                yield _index(label, (name,))
        for names in getattr(node, "unique_together", ()):
            yield _unique(label, names)
        for names in getattr(node, "index_together", ()):
            yield _index(label, names)


def _unique(label: str, names: tuple[str, ...]) -> str:
    named, properties = _named(label, names)
    return f"CREATE CONSTRAINT {named}_unique IF NOT EXISTS FOR (n:{label}) REQUIRE ({properties}) IS UNIQUE;"


def _index(label: str, names: tuple[str, ...]) -> str:
    named, properties = _named(label, names)
    return f"CREATE INDEX {named} IF NOT EXISTS FOR (n:{label}) ON ({properties});"


def _named(label: str, names: tuple[str, ...]) -> tuple[str, str]:
    return "_".join((label.lower(), *names)), ", ".join(f"n.{name}" for name in names)
