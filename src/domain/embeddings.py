"""Embeddings: texts as directions, so that what means the same lies close together.

An embedding is a vector of unit length, of the model's dimensions; the cosine of two is
their likeness. Embeddings of two models are never compared. While the embedder is away
everything else goes on: words are found at once, and the vectors follow.
"""

from collections.abc import Sequence
from typing import Protocol

from aether.domain.errors import Unavailable

Embedding = Sequence[float]
"""A vector of unit length."""


class EmbedderDown(Unavailable):
    """The embedder does not answer, or not in time."""

    code = "EMBEDDER_DOWN"


class EmbedderBusy(Unavailable):
    """More texts wait for the embedder than it takes on."""

    code = "EMBEDDER_BUSY"


class Embedder(Protocol):
    """What turns texts into embeddings."""

    @property
    def model(self) -> str:
        """The name of the model, which names the space that the embeddings lie in."""
        ...

    @property
    def dimensions(self) -> int:
        """The length of every embedding."""
        ...

    @property
    def ready(self) -> bool:
        """Whether the model has answered since it was last started. Before that, texts wait."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Embedding]:
        """The embeddings of *texts*, in their order. What goes past the model's limit is not looked at.

        Raises:
            EmbedderDown: It does not answer in time.
            EmbedderBusy: It has too much to do.
        """
        ...

    async def embed_query(self, text: str) -> Embedding:
        """The embedding of what somebody looks for, ahead of all texts that wait.

        Raises:
            EmbedderDown: It does not answer in time.
            EmbedderBusy: It has too much to do.
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many of its tokens the model makes of each text, its own marks included.

        Pure computation, without a limit of length: call it from a thread when there is much.
        """
        ...
