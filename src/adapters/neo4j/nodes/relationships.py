"""What relationships say besides that they are there."""

from neomodel import DateTimeNeo4jFormatProperty, IntegerProperty, StringProperty, StructuredRel


class Owns(StructuredRel):
    """A person owns a notebook; for the access rule an active grant of the highest level."""

    created_at = DateTimeNeo4jFormatProperty()
    status = StringProperty()
    level = IntegerProperty()


class CollaboratesOn(StructuredRel):
    """A person's part in somebody else's notebook."""

    permission = StringProperty()
    level = IntegerProperty()
    status = StringProperty()
    message = StringProperty()
    granted_by = StringProperty()
    granted_at = DateTimeNeo4jFormatProperty()
    accepted_at = DateTimeNeo4jFormatProperty()
    revoked_at = DateTimeNeo4jFormatProperty()


class Starred(StructuredRel):
    """A person starred a notebook."""

    starred_at = DateTimeNeo4jFormatProperty()


class Viewed(StructuredRel):
    """A person looked at a notebook."""

    viewed_at = DateTimeNeo4jFormatProperty()
    duration_seconds = IntegerProperty()


class Forked(StructuredRel):
    """A person forked a notebook."""

    forked_at = DateTimeNeo4jFormatProperty()
    fork_reason = StringProperty()


class ForkOf(StructuredRel):
    """A notebook began as a copy of another."""

    forked_at = DateTimeNeo4jFormatProperty()


class Contains(StructuredRel):
    """A document lies in a notebook."""

    added_at = DateTimeNeo4jFormatProperty()


class ContainsFile(StructuredRel):
    """A document came in another one; the number is that of the last of its versions in which it did."""

    number = IntegerProperty()
