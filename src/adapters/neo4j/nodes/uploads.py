"""Files on their way."""

from neomodel import (
    ArrayProperty,
    DateTimeNeo4jFormatProperty,
    IntegerProperty,
    StringProperty,
    StructuredNode,
)


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
    created_at = DateTimeNeo4jFormatProperty()
    expires_at = DateTimeNeo4jFormatProperty()
    expires_second = IntegerProperty(index=True)
    aborted_at = DateTimeNeo4jFormatProperty()
    finish_at = DateTimeNeo4jFormatProperty()
    finish_second = IntegerProperty(index=True)
    sha256 = StringProperty()
    failure_code = StringProperty()
    failure_message = StringProperty()
    priority = StringProperty()


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
    created_at = DateTimeNeo4jFormatProperty()
    created_second = IntegerProperty(index=True)
