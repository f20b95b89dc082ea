"""Organisations, people, and the keys by which programs come in."""

from typing import ClassVar

from neomodel import (
    ArrayProperty,
    DateTimeNeo4jFormatProperty,
    IntegerProperty,
    RelationshipTo,
    StringProperty,
    StructuredNode,
)

from aether.adapters.neo4j.nodes.relationships import CollaboratesOn, Forked, Owns, Starred, Viewed


class Tenant(StructuredNode):
    """An organisation on this Aether."""

    uid = StringProperty(unique_index=True, db_property="id")
    domain = StringProperty(unique_index=True)
    name = StringProperty()
    status = StringProperty()
    realm = StringProperty()
    settings = StringProperty()
    lock = StringProperty()
    created_at = DateTimeNeo4jFormatProperty()
    updated_at = DateTimeNeo4jFormatProperty()


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
    created_at = DateTimeNeo4jFormatProperty()
    updated_at = DateTimeNeo4jFormatProperty()
    last_seen_at = DateTimeNeo4jFormatProperty(index=True)

    home = RelationshipTo("Tenant", "BELONGS_TO")
    owned = RelationshipTo(".notebooks.Notebook", "OWNS", model=Owns)
    shared = RelationshipTo(".notebooks.Notebook", "COLLABORATES_ON", model=CollaboratesOn)
    starred = RelationshipTo(".notebooks.Notebook", "STARRED", model=Starred)
    viewed = RelationshipTo(".notebooks.Notebook", "VIEWED", model=Viewed)
    forked = RelationshipTo(".notebooks.Notebook", "FORKED", model=Forked)
    keys = RelationshipTo("ApiKey", "HOLDS")
    uploads = RelationshipTo(".uploads.Upload", "UPLOADS")
    callbacks = RelationshipTo(".jobs.Callback", "CALLS_BACK")
    batches = RelationshipTo(".uploads.UploadBatch", "BRINGS")


class ApiKey(StructuredNode):
    """A key that lets programs in; only its digest is kept."""

    uid = StringProperty(unique_index=True, db_property="id")
    digest = StringProperty(unique_index=True)
    tenant = StringProperty()
    name = StringProperty()
    hint = StringProperty()
    ceiling = IntegerProperty()
    created_at = DateTimeNeo4jFormatProperty()
    expires_at = DateTimeNeo4jFormatProperty()
    last_used_at = DateTimeNeo4jFormatProperty()
    revoked_at = DateTimeNeo4jFormatProperty()
