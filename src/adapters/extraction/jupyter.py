"""Jupyter notebooks: prose as Markdown, cells of code as code, and what they gave below them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aether.adapters.extraction import code, html, markdown
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileTooComplex

VERSION = f"2 {markdown.VERSION}"

OUTPUT_MOST = 20_000
"""How much of what a cell gave is read, in characters."""


def read(source: Source) -> Extracted:
    """The text of a notebook; its metadata names the language of its code.

    Raises:
        FileBroken: It is no notebook.
        FileTooComplex: It nests too deep.
    """
    try:
        book = json.loads(decode(source.path.read_bytes())[0].removeprefix("\ufeff"))
    except RecursionError as error:
        raise FileTooComplex("The file nests deeper than a file may.") from error
    except ValueError as error:
        raise FileBroken("The notebook is not well-formed JSON.") from error
    cells = _cells(book)
    draft = Draft()
    for cell in cells:
        _add(draft, cell)
    told = _told(book)
    return draft.finished(
        content_type=source.content_type,
        extractor="jupyter",
        version=VERSION,
        title=told.pop("title", None),
        metadata={**told, "cell_count": len(cells)},
    )


def _cells(book: Any) -> Sequence[Mapping[str, Any]]:
    """The cells of a notebook; those of format 3 lie in worksheets."""
    if not isinstance(book, dict):
        raise FileBroken("The file is no notebook.")
    sheets = book.get("worksheets") if "cells" not in book else [book]
    if not isinstance(sheets, list):
        raise FileBroken("The notebook has no cells.")
    found = []
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        found += [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    return found


def _add(draft: Draft, cell: Mapping[str, Any]) -> None:
    kind = cell.get("cell_type")
    said = _joined(cell.get("source", cell.get("input")))
    if kind == "markdown":
        markdown.fill(draft, said)
    elif kind == "heading":
        level = cell.get("level")
        draft.add(said, BlockKind.HEADING, level=level if isinstance(level, int) and level > 0 else 1)
    elif kind == "code":
        code.fill(draft, said)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, dict):
                _add_output(draft, output)
    else:
        draft.add(said)


def _add_output(draft: Draft, output: Mapping[str, Any]) -> None:
    """Add what a cell gave: a table if it is one, or else its text."""
    data = output.get("data")
    data = data if isinstance(data, dict) else output
    page = _joined(data.get("text/html"))
    if "<table" in page and len(page) <= OUTPUT_MOST:
        html.fill(draft, page)
    elif said := _joined(data.get("text/plain")) or _joined(output.get("text")):
        draft.add(said[:OUTPUT_MOST], BlockKind.CODE)
    elif output.get("output_type") in {"error", "pyerr"}:
        draft.add(
            f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"[:OUTPUT_MOST], BlockKind.CODE
        )


def _joined(lines: Any) -> str:
    """What a notebook says in one string, or in a list of its lines."""
    if isinstance(lines, list):
        return "".join(line for line in lines if isinstance(line, str))
    return lines if isinstance(lines, str) else ""


def _told(book: Mapping[str, Any]) -> dict[str, str]:
    told = book.get("metadata")
    if not isinstance(told, dict):
        return {}
    language = told.get("language_info", told.get("kernelspec"))
    name = language.get("name") if isinstance(language, dict) else None
    found = {"programming_language": name, "title": told.get("title")}
    return {key: value[:1000] for key, value in found.items() if isinstance(value, str) and value}
