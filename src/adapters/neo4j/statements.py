"""Statements: the files of `cypher/`, read once and held to their headers.

The header's grammar is told in `cypher/README.md`. A statement that does not do what its
header says is refused when it is loaded, long before anybody runs it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString, cast

TENANT = "tenant"
"""The parameter that the runner supplies."""

_HEADER = re.compile(r"// (mode|tenant|params|returns|needs|gives): *(.*)")
_USE = re.compile(r"^ *// use: ([\w/]+)(,?)$", re.MULTILINE)
_ANY = re.compile(r"any; .+")
_PARAM = re.compile(r"\$(\w+)")
_WRITES = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|FOREACH)\b")
_ALIAS = re.compile(r"\bAS (\w+)\s*$")


class Mode(StrEnum):
    """What a statement does to the graph."""

    READ = "read"
    WRITE = "write"
    FRAGMENT = "fragment"


class StatementInvalid(Exception):
    """A statement and its header disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement, and what its header promises.

    Attributes:
        name: Its path below `cypher/`, without the suffix.
        params: The parameters it takes, without the tenant.
        tenanted: Whether it takes the tenant.
    """

    name: str
    text: LiteralString
    mode: Mode
    params: frozenset[str]
    tenanted: bool
    returns: tuple[str, ...]


def load(root: Path) -> Mapping[str, Statement]:
    """The statements below *root*, by name.

    Raises:
        StatementInvalid: One of them and its header disagree.
    """
    files = _texts(root)
    return {
        name: _statement(name, text, files) for name, text in files.items() if not _is_fragment(name, text)
    }


def fragments(root: Path) -> Mapping[str, str]:
    """The fragments below *root*, by name, without their headers."""
    return {name: _body(text) for name, text in _texts(root).items() if _is_fragment(name, text)}


def _texts(root: Path) -> Mapping[str, str]:
    """What stands in the files below *root*, by name, without the migrations."""
    files = sorted(path for path in root.glob("*/*.cypher") if path.parent.name != "migrations")
    return {path.relative_to(root).with_suffix("").as_posix(): path.read_text() for path in files}


def _is_fragment(name: str, text: str) -> bool:
    return _header(name, text).get("mode") == Mode.FRAGMENT


def _header(name: str, text: str) -> dict[str, str]:
    lines = text.splitlines()
    if not lines or not lines[0].startswith("// ") or _HEADER.match(lines[0]):
        raise StatementInvalid(f"{name}: the first line must say what the statement gives.")
    comments = [line for line in lines if line.startswith("//")]
    return {found[1]: found[2].strip() for line in comments if (found := _HEADER.match(line))}


def _body(text: str) -> str:
    lines = text.splitlines()
    start = next(place for place, line in enumerate(lines) if not line.startswith("//"))
    return "\n".join(lines[start:])


def _expanded(name: str, text: str, files: Mapping[str, str]) -> str:
    def fragment(found: re.Match[str]) -> str:
        if found[1] not in files:
            raise StatementInvalid(f"{name}: there is no fragment {found[1]}.")
        return _expanded(name, files[found[1]], files).rstrip() + found[2]

    return _USE.sub(fragment, _body(text))


def _statement(name: str, text: str, files: Mapping[str, str]) -> Statement:
    header = _header(name, text)
    body = _expanded(name, text, files)
    used = set(_PARAM.findall(body))
    declared = set(_names(header.get("params", "")))
    if used - {TENANT} != declared:
        raise StatementInvalid(f"{name}: declares {sorted(declared)}, but takes {sorted(used - {TENANT})}.")
    if (TENANT in used) == bool(_ANY.fullmatch(header.get("tenant", ""))):
        raise StatementInvalid(f"{name}: must name $tenant, or say `tenant: any; why`.")
    mode = header.get("mode")
    if mode != (Mode.WRITE if _WRITES.search(body) else Mode.READ):
        raise StatementInvalid(f"{name}: is declared as {mode}, and does otherwise.")
    returns = tuple(_names(header.get("returns", "")))
    if set(returns) != (returned := _returned(body)):
        raise StatementInvalid(
            f"{name}: declares the columns {sorted(returns)}, but gives {sorted(returned)}."
        )
    return Statement(
        name=name,
        text=cast("Any", body),
        mode=Mode(mode),
        params=frozenset(declared),
        tenanted=TENANT in used,
        returns=returns,
    )


def _names(declared: str) -> list[str]:
    return [part.split(":")[0].strip() for part in declared.split(", ") if part.strip()]


def _returned(body: str) -> set[str]:
    last = body.rpartition("RETURN")[2]
    last = re.split(r"\bORDER BY\b|\bLIMIT\b", last)[0].removeprefix(" DISTINCT")
    columns = [column.strip() for column in _columns(last)]
    return {alias[1] if (alias := _ALIAS.search(column)) else column for column in columns}


def _columns(text: str) -> list[str]:
    """*text* split at its outermost commas."""
    columns, depth = [""], 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            columns.append("")
        else:
            columns[-1] += character
    return columns
