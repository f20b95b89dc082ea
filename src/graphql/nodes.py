"""Nodes: everything that has an id of its own."""

import strawberry


@strawberry.interface
class Node:
    """Something with an id of its own, unique in all of Aether.

    Attributes:
        id: Its id: the kind, an underscore and 26 characters that sort by age. Treat it as opaque.
    """

    id: strawberry.ID
