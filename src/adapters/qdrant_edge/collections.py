"""Collections: each a shard of the engine, in a folder of its own.

A write is on the disk when it returns. A search looks at every vector that its filter leaves,
100,000 of them in some 15 ms: the engine can build an index, but holds the interpreter for
as long as that takes, and nobody would be answered. What was dropped takes room until the
next start.
"""

import re
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import qdrant_edge as engine

from aether.adapters.qdrant_edge import requests

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Wrong(ValueError):
    """The request is not one that can be carried out."""


class Collection:
    """Points with vectors of one length. Its methods block, and may be called from several threads."""

    def __init__(self, shard: engine.EdgeShard, *, size: int) -> None:
        self._shard = shard
        self._size = size

    @classmethod
    def create(cls, folder: Path, *, size: int) -> Self:
        """A new, empty collection in *folder*; it is there as a whole, or not at all."""
        partial = folder.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        engine.EdgeShard.create(str(partial / "shard"), _config(size)).close()
        (partial / "size").write_text(str(size))
        partial.rename(folder)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The collection in *folder*, without the room that dropped points took."""
        shard = engine.EdgeShard.load(str(folder / "shard"))
        shard.optimize()
        return cls(shard, size=int((folder / "size").read_text()))

    def write(self, wanted: requests.Write) -> None:
        """Do what is *wanted*, all of it and for good.

        Raises:
            Wrong: A vector has another length than the others.
        """
        if isinstance(wanted, requests.Upsert):
            self._check(*(point.vector for point in wanted.points))
        self._shard.update(wanted.operation())
        self._shard.flush()

    def search(self, query: requests.Query) -> list[dict[str, Any]]:
        """The points that *query* finds, nearest first.

        Raises:
            Wrong: Its vector has another length than those of the points.
        """
        self._check(query.query.nearest)
        return [
            {"id": str(point.id), "version": point.version, "score": point.score, "payload": point.payload}
            for point in self._shard.query(query.request())
        ]

    def scroll(self, wanted: requests.Scroll) -> tuple[list[dict[str, Any]], str | None]:
        """A page of points, and the id with which the next one begins, if there is one."""
        points, more = self._shard.scroll(wanted.request())
        page = [{"id": str(point.id), "payload": point.payload} for point in points]
        return page, None if more is None else str(more)

    def retrieve(self, wanted: requests.Retrieve) -> list[dict[str, Any]]:
        """Those of the points that there are."""
        points = self._shard.retrieve(list(wanted.ids), with_payload=False, with_vector=False)
        return [{"id": str(point.id), "payload": None} for point in points]

    def _check(self, *vectors: Sequence[float]) -> None:
        """The engine keeps the first points of a batch when a later one is wrong, so look before."""
        for vector in vectors:
            if len(vector) != self._size:
                raise Wrong(f"Vector dimension error: expected dim: {self._size}, got {len(vector)}")


class Collections:
    """All collections of a folder, opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._making = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.partial"):
            shutil.rmtree(left)
        self._open = {each.name: Collection.load(each) for each in folder.iterdir()}

    def get(self, name: str) -> Collection | None:
        """The collection of that name."""
        return self._open.get(name)

    def create(self, name: str, wanted: requests.Create) -> bool:
        """Make a collection; false if there is one of that name.

        Raises:
            Wrong: The name has other characters than letters, digits, `_` and `-`, or too many.
        """
        if not _NAME.fullmatch(name):
            raise Wrong("A collection's name has 1 to 64 letters, digits, underscores and hyphens.")
        with self._making:
            if name in self._open:
                return False
            self._open[name] = Collection.create(self._folder / name, size=wanted.vectors.size)
            return True


def _config(size: int) -> engine.EdgeConfig:
    no_index = engine.EdgeOptimizersConfig(indexing_threshold=0)
    return engine.EdgeConfig(engine.EdgeVectorParams(size, engine.Distance.Cosine), optimizers=no_index)
