"""What the graph holds: labels, properties, relationships, constraints and indexes, declared once.

The classes are declarations; neomodel keeps the name `id` for itself, so it is `uid` here.
The migrations are held to them by a test, and `ddl` writes the statements for what is new.
Full-text indexes differ from engine to engine and stand in the migrations alone, under the
names in `FULLTEXT`. They cover `words`, a name without what joins its words, and `scope_`,
where a thing lies; it ends as it does because ArcadeDB looks for `scope_:notebook_01…` among
the words of all fields, and no text has such a word: no word goes on from `_` over a colon.
"""

from collections.abc import Iterator

from neomodel import StructuredNode

from aether.adapters.neo4j.nodes.documents import Chunk, Document, DocumentVersion, Finding, Leftover
from aether.adapters.neo4j.nodes.jobs import Callback, Delivery, Event, Job
from aether.adapters.neo4j.nodes.notebooks import Activity, Notebook, NotebookTemplate
from aether.adapters.neo4j.nodes.people import ApiKey, Tenant, User
from aether.adapters.neo4j.nodes.upkeep import Migration
from aether.adapters.neo4j.nodes.uploads import Upload, UploadBatch

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
                yield _index(label, (declared.db_property or name,))
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
