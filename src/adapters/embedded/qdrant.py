"""Qdrant's engine as a child, by the REST API of a Qdrant server."""

import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aether.adapters.embedded.children import Child
from aether.adapters.embedded.probes import answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the vectors are, and how to get in."""

    port: int
    key: str = field(repr=False)

    @property
    def url(self) -> str:
        """The address for clients, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


def child(folder: Path, at: Address) -> Child:
    """The process that keeps vectors in *folder*, made if it is missing, and serves *at*."""
    return Child(
        name="qdrant",
        argv=(
            *(sys.executable, "-P", "-m", "aether.adapters.qdrant_edge"),
            *("--port", str(at.port), "--folder", str(folder)),
        ),
        env={"AETHER_QDRANT_EDGE_KEY": at.key},
        ready=partial(answers, f"{at.url}/readyz"),
    )
