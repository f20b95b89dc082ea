"""`aether import` and `aether search`, from what was typed to the exit code."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from aether.adapters.api_client import display, files, notebooks, operations
from aether.adapters.api_client.client import connected, patiently
from aether.adapters.api_client.importing import Import
from aether.adapters.api_client.live import Live
from aether.domain.errors import Missing

SEARCH_PATIENCE_S = 5.0


async def import_paths(
    paths: Sequence[Path], *, notebook: str, url: str, token: str | None, key: str | None, jobs: int
) -> int:
    """Import what *paths* name or hold into the notebook called *notebook*.

    Returns:
        0 if all of it is there and ready, 1 if something failed.

    Raises:
        AetherError: It could not go on. What is done stays done, and is not done again.
    """
    found = files.found(paths)
    console = display.console()
    async with connected(url, token=token, key=key) as client, aclosing(Live(client)) as live:
        with display.watching(console) as watcher:
            importing = Import(client, live, watcher)
            try:
                await importing.run(found, notebook=notebook, jobs=jobs)
            finally:
                left = len(found) - len(importing.outcomes)
                display.sum_up(console, importing.outcomes, importing.failures, left=left)
    return int(bool(importing.failures))


async def search(
    words: str,
    *,
    notebook: str | None,
    first: int,
    mode: str,
    url: str,
    token: str | None,
    key: str | None,
    as_json: bool,
) -> int:
    """Look *words* up, and show what leads to them; 0 if something does, 1 if nothing.

    Raises:
        AetherError: Aether does not answer, or does not take the question.
    """
    async with connected(url, token=token, key=key) as client:

        async def found() -> Mapping[str, Any]:
            within = None if notebook is None else await notebooks.named(client, notebook)
            if notebook is not None and within is None:
                raise Missing(f"There is no notebook called “{notebook}”.")
            asked = {"query": words, "mode": mode.upper(), "notebook": within, "first": first}
            results: Mapping[str, Any] = (await client.ask(operations.SEARCH, **asked))["search"]
            return results

        results = await patiently(found, patience_s=SEARCH_PATIENCE_S, wait=display.complain)
    hits = [edge["node"] for edge in results["edges"]]
    if as_json:
        sys.stdout.write(json.dumps({"hits": hits, "missing": results["missing"]}, indent=2) + "\n")
    else:
        display.show_hits(display.console(), hits, missing=results["missing"])
    return int(not hits)
