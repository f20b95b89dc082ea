"""Notebooks: a person's titled collections of documents, one inside the other.

A notebook has one owner and at most one parent; there are no cycles, and at most 20
levels. Rights flow down. It is active, archived or deleted: an archived notebook can be
read and be opened again, but nothing in it changes; a deleted one lies in its owner's
trash, with all that was below it, and comes back whole.
"""

from aether.domain.notebooks.entity import (
    DEPTH_MOST,
    SUBTREE_MOST,
    Changes,
    Draft,
    Notebook,
    NotebookArchived,
    NotebookCycle,
    NotebookHeld,
    NotebookId,
    NotebookMissing,
    NotebookStale,
    NotebookStatus,
    NotebookTooDeep,
    NotebookTooLarge,
    Visibility,
)
from aether.domain.notebooks.keeping import (
    archive,
    create,
    mark,
    place,
    update,
    update_compliance,
    view,
)
from aether.domain.notebooks.lists import (
    Filter,
    Order,
    Seen,
    Shelf,
    Shelves,
    ancestors,
    explain,
    get_many,
    page,
)
from aether.domain.notebooks.ports import Branch, Notebooks, Trees, Work, opened, tell, unheld
from aether.domain.notebooks.trees import move, remove, restore

__all__ = [
    "DEPTH_MOST",
    "SUBTREE_MOST",
    "Branch",
    "Changes",
    "Draft",
    "Filter",
    "Notebook",
    "NotebookArchived",
    "NotebookCycle",
    "NotebookHeld",
    "NotebookId",
    "NotebookMissing",
    "NotebookStale",
    "NotebookStatus",
    "NotebookTooDeep",
    "NotebookTooLarge",
    "Notebooks",
    "Order",
    "Seen",
    "Shelf",
    "Shelves",
    "Trees",
    "Visibility",
    "Work",
    "ancestors",
    "archive",
    "create",
    "explain",
    "get_many",
    "mark",
    "move",
    "opened",
    "page",
    "place",
    "remove",
    "restore",
    "tell",
    "unheld",
    "update",
    "update_compliance",
    "view",
]
