"""Notebooks in the API: titled collections of documents, one inside the other."""

from aether.graphql.notebooks.changes import NotebookMutations
from aether.graphql.notebooks.copies import CopyMutations
from aether.graphql.notebooks.live import NotebookSubscriptions
from aether.graphql.notebooks.questions import NotebookQueries
from aether.graphql.notebooks.shape import Notebook, notebook_by_id

__all__ = [
    "CopyMutations",
    "Notebook",
    "NotebookMutations",
    "NotebookQueries",
    "NotebookSubscriptions",
    "notebook_by_id",
]
