"""Jobs, and whoever is told of them."""

from typing import ClassVar

from neomodel import (
    ArrayProperty,
    BooleanProperty,
    DateTimeNeo4jFormatProperty,
    IntegerProperty,
    RelationshipTo,
    StringProperty,
    StructuredNode,
)


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
    forgiven = IntegerProperty()
    parts = ArrayProperty(StringProperty())
    littered = BooleanProperty(index=True)
    open = BooleanProperty(index=True)
    failure_code = StringProperty()
    failure_message = StringProperty()
    lock = StringProperty()
    created_by = StringProperty()
    created_at = DateTimeNeo4jFormatProperty()
    updated_at = DateTimeNeo4jFormatProperty()
    finished_at = DateTimeNeo4jFormatProperty()


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
    created_at = DateTimeNeo4jFormatProperty()
    ended_at = DateTimeNeo4jFormatProperty()
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
    created_at = DateTimeNeo4jFormatProperty()
    due_at = DateTimeNeo4jFormatProperty()
    due_second = IntegerProperty(index=True)
    ended_at = DateTimeNeo4jFormatProperty()
    ended_second = IntegerProperty(index=True)


class Event(StructuredNode):
    """An event of the outbox, until it is handed on."""

    uid = StringProperty(unique_index=True, db_property="id")
    tenant = StringProperty()
    topic = StringProperty()
    kind = StringProperty()
    payload = StringProperty()
    at = DateTimeNeo4jFormatProperty()
    final = BooleanProperty()
