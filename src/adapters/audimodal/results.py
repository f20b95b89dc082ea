"""What AudiModal says of a file, as our texts have it.

Its contract names `extracted_text`, `metadata` and `compliance`. Where it also tells `pages`, each
with its `text`, and `tables`, each with its `rows`, these are kept as pages and tables. Whatever has
another shape than it should is taken for a fault of the service.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from aether.domain.processing import Phase, Report
from aether.domain.texts import Draft, Extracted

VERSION = "2"
METADATA_MOST = 20_000
"""The largest metadata that is kept, in bytes of JSON."""
REASON_MOST = 500

_GAPS = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_STATES = {
    "pending": Phase.SUBMITTED,
    "queued": Phase.SUBMITTED,
    "started": Phase.STARTED,
    "processing": Phase.PROGRESSED,
    "completed": Phase.OVER,
    "failed": Phase.OVER,
    "cancelled": Phase.OVER,
}


class AnswerWrong(Exception):
    """The service says something that its contract does not know."""


def report_of(state: str, told: Mapping[str, Any], *, data: Mapping[str, Any]) -> Report:
    """The report that the service made.

    Args:
        state: Where the file is in its life, such as `processing`.
        told: What has `progress`, and the `error` of a failure.
        data: What was read, at the end.

    Raises:
        AnswerWrong: It cannot be meant so.
        FileTooComplex: The text is too long.
    """
    phase = _STATES.get(state)
    if phase is None:
        raise AnswerWrong("an unknown state")
    if state == "completed":
        return Report(phase=phase, progress=100, result=extracted_of(data).packed())
    if phase is Phase.OVER:
        reason = told.get("error")
        said = " ".join(reason.split())[:REASON_MOST] if isinstance(reason, str) else ""
        return Report(phase=phase, failure=said or "it does not say why.")
    progress = told.get("progress", 0)
    if isinstance(progress, bool) or not isinstance(progress, int | float) or not 0 <= progress <= 100:  # noqa: PLR2004 - percent
        raise AnswerWrong("a progress that is none")
    return Report(phase=phase, progress=int(progress))


def extracted_of(data: Mapping[str, Any]) -> Extracted:
    """The text in what was read.

    Raises:
        AnswerWrong: There is none.
        FileTooComplex: It is too long.
    """
    text, pages, tables = data.get("extracted_text"), _list(data, "pages"), _list(data, "tables")
    if not isinstance(text, str):
        raise AnswerWrong("no text")
    draft = Draft()
    for number, page in enumerate(pages, 1):
        draft.turn()
        _fill(draft, _text(page, "text"))
        for table in tables:
            if table.get("page") == number:
                _add_table(draft, table)
    if not pages:
        _fill(draft, text)
    for table in tables:
        if not pages or table.get("page") not in range(1, len(pages) + 1):
            _add_table(draft, table)
    metadata = _kept(data)
    title, type = metadata.get("title"), metadata.get("mime_type")
    return draft.finished(
        content_type=type if isinstance(type, str) and type else "application/octet-stream",
        extractor="audimodal",
        version=VERSION,
        title=title if isinstance(title, str) else None,
        metadata=metadata,
    )


def _fill(draft: Draft, text: str) -> None:
    for paragraph in _GAPS.split(text.replace("\r\n", "\n")):
        draft.add(paragraph)


def _add_table(draft: Draft, table: Mapping[str, Any]) -> None:
    rows = table.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise AnswerWrong("a table without rows")
    draft.table([["" if cell is None else str(cell) for cell in row] for row in rows])


def _kept(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the metadata: all of it, unless it is very much."""
    metadata, compliance = data.get("metadata") or {}, data.get("compliance") or {}
    if not isinstance(metadata, dict) or not isinstance(compliance, dict):
        raise AnswerWrong("metadata of another shape")
    found = {**metadata, **({"compliance": compliance} if compliance else {})}
    return found if len(orjson.dumps(found)) <= METADATA_MOST else {"metadata_left_out": True}


def _list(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = data.get(name) or []
    if not isinstance(found, list) or not all(isinstance(it, dict) for it in found):
        raise AnswerWrong(f"{name} that are none")
    return found


def _text(page: Mapping[str, Any], name: str) -> str:
    found = page.get(name) or ""
    if not isinstance(found, str):
        raise AnswerWrong("a page without text")
    return found
