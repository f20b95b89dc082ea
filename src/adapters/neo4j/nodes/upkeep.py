"""How the graph itself came to be as it is."""

from neomodel import DateTimeNeo4jFormatProperty, StringProperty, StructuredNode


class Migration(StructuredNode):
    """A migration that was applied, or, under the id `lock`, who applies some."""

    uid = StringProperty(unique_index=True, db_property="id")
    checksum = StringProperty()
    applied_at = DateTimeNeo4jFormatProperty()
    lock = StringProperty()
    holder = StringProperty()
    until = DateTimeNeo4jFormatProperty()
