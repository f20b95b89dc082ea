"""Asking for documents through the API."""

from typing import TYPE_CHECKING

import strawberry

from aether.graphql.context import Info

if TYPE_CHECKING:
    pass
from aether.graphql.documents.shape import Document, document_by_id


@strawberry.type
class DocumentQueries:
    """Questions about documents."""

    @strawberry.field
    async def document(self, info: Info, id: strawberry.ID) -> Document | None:
        """The document with this id, if one may read it.

        Args:
            id: The document's id.
        """
        return await document_by_id(info, id)
