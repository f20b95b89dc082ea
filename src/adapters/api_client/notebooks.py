"""Notebooks as people name them on the command line: by name, or by id where a name is not enough."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aether.adapters.api_client import operations
from aether.adapters.api_client.client import Client, Declined
from aether.domain import checks
from aether.domain.errors import Missing
from aether.domain.notebooks.entity import NAME_MOST

_ID = re.compile(r"notebook_[0-9a-z]{26}")
_WRITABLE = frozenset({"WRITE", "ADMIN"})


async def named(client: Client, name: str, *, writable: bool = False) -> str | None:
    """The id of the notebook called *name*, at the top if there is one; none if there is none at all.

    Args:
        client: The way to Aether.
        name: Its name, or its id.
        writable: Whether only those count into which the viewer may bring documents.

    Raises:
        Declined: There are several.
        Missing: There is none with this id.
    """
    if _ID.fullmatch(name):
        if (await client.ask(operations.NOTEBOOK, id=name))["notebook"] is None:
            raise Missing(f"There is no notebook {name}.")
        return name
    known = [it for it in await _called(client, name) if not writable or it["viewerPermission"] in _WRITABLE]
    best = [it for it in known if it["parent"] is None] or known
    if len(best) > 1:
        ids = ", ".join(it["id"] for it in best)
        raise Declined(
            "NOTEBOOK_AMBIGUOUS", f"Several notebooks are called “{name}”; name one by its id: {ids}."
        )
    return best[0]["id"] if best else None


async def inside(client: Client, name: str, *, parent: str) -> str | None:
    """The id of the notebook called *name* directly in *parent*."""
    return next((it["id"] for it in await _called(client, name, parent=parent)), None)


async def made(client: Client, name: str, *, parent: str | None = None) -> str:
    """The id of a new notebook."""
    payload = await client.change(operations.CREATE_NOTEBOOK, name=name, parent=parent)
    return str(payload["notebook"]["id"])


async def _called(client: Client, name: str, *, parent: str | None = None) -> Sequence[Mapping[str, Any]]:
    tidy = checks.line(name, field="notebook", most=NAME_MOST)
    near = await client.everything(operations.NOTEBOOKS, "notebooks", text=tidy, parent=parent)
    return [it for it in near if it["name"] == tidy]
