"""JSON and JSON Lines: records that are alike as a table, all else as code.

A file that is no JSON after all is read as it stands, and its metadata says so.
"""

import json
from collections.abc import Sequence
from typing import Any

from aether.adapters.extraction import formats
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.code import fill
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, FileTooComplex

VERSION = "2"

FIELDS_MOST = 256
"""How many fields the records of a table may have."""
_LONG_LINE = 2_000
"""A longer line, in characters, was not written for people, and is set anew."""


def read(source: Source) -> Extracted:
    """The text of a JSON file; its metadata has the charset and whether it is well-formed.

    Raises:
        FileTooComplex: It nests too deep.
    """
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\r\n", "\n")
    draft = Draft()
    lined = source.content_type == formats.JSON_LINES.content_type
    try:
        valid = _add_lines(draft, said) if lined else _add_value(draft, said)
    except RecursionError as error:
        raise FileTooComplex("The file nests deeper than a file may.") from error
    return draft.finished(
        content_type=source.content_type,
        extractor="json",
        version=VERSION,
        metadata={"charset": charset, "well_formed": valid},
    )


def _add_value(draft: Draft, said: str) -> bool:
    """Add a file that is one value; whether it is one."""
    try:
        value = json.loads(said)
    except ValueError:
        fill(draft, said)
        return False
    if isinstance(value, list) and (rows := _table(value)):
        draft.table(rows, headers=1)
    elif max(map(len, said.split("\n"))) > _LONG_LINE:
        fill(draft, json.dumps(value, indent=2, ensure_ascii=False))
    else:
        fill(draft, said)
    return True


def _add_lines(draft: Draft, said: str) -> bool:
    """Add a file of a value a line; whether each line is one."""
    lines = [line for line in said.split("\n") if line.strip()]
    values = []
    for line in lines:
        try:
            values.append(json.loads(line))
        except ValueError:
            draft.add("\n".join(lines), BlockKind.CODE)
            return False
    if rows := _table(values):
        draft.table(rows, headers=1)
    else:
        draft.add("\n".join(lines), BlockKind.CODE)
    return True


def _table(values: Sequence[Any]) -> list[list[str]]:
    """*values* as the rows of a table, the names of their fields first; none if they are no flat records."""
    fields: dict[str, None] = {}
    for value in values:
        if not isinstance(value, dict) or any(isinstance(it, dict | list) and it for it in value.values()):
            return []
        fields.update(dict.fromkeys(value))
        if len(fields) > FIELDS_MOST:
            return []
    if not fields:
        return []
    return [list(fields), *([_cell(value.get(name)) for name in fields] for value in values)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
