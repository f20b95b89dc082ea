"""Checks of input that many nouns share. Each raises `Invalid`, naming the field and the limit."""

import re
import unicodedata
from collections.abc import Iterable

from aether.domain.errors import Invalid

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def line(value: str, *, field: str, most: int, least: int = 1) -> str:
    """*value* as one trimmed line in Unicode NFC, from *least* to *most* characters.

    Raises:
        Invalid: It is too short or too long, or holds control or bidirectional-override characters.
    """
    tidy = " ".join(unicodedata.normalize("NFC", value).split())
    return _measured(tidy, field=field, least=least, most=most)


def prose(value: str, *, field: str, most: int) -> str:
    """*value* as text of several lines in Unicode NFC, trimmed, at most *most* characters.

    Raises:
        Invalid: It is too long, or holds control or bidirectional-override characters.
    """
    tidy = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
    return _measured(tidy, field=field, least=0, most=most)


def words(values: Iterable[str], *, field: str, most: int, longest: int) -> tuple[str, ...]:
    """*values* as distinct lines in their first order, at most *most* of at most *longest* characters."""
    distinct = tuple(dict.fromkeys(line(value, field=field, most=longest) for value in values))
    if len(distinct) > most:
        raise Invalid(f"There can be at most {most} {field}; {len(distinct)} were given.", field=field)
    return distinct


def number(value: int, *, field: str, least: int, most: int) -> int:
    """*value*, if it lies from *least* to *most*."""
    if not least <= value <= most:
        raise Invalid(f"{_label(field)} must be from {least} to {most}; it is {value}.", field=field)
    return value


def email(value: str, *, field: str = "email") -> str:
    """*value* as an e-mail address, at most 254 characters, in lower case."""
    address = line(value, field=field, most=254).lower()
    if not _EMAIL.fullmatch(address):
        raise Invalid(f"{_label(field)} must be an e-mail address.", field=field)
    return address


def _measured(value: str, *, field: str, least: int, most: int) -> str:
    if found := _CONTROLS.search(value):
        shown = f"U+{ord(found[0]):04X}"
        raise Invalid(f"{_label(field)} holds the character {shown}, which is not allowed.", field=field)
    if len(value) < least:
        raise Invalid(f"{_label(field)} must not be empty.", field=field)
    if len(value) > most:
        raise Invalid(
            f"{_label(field)} can have at most {most} characters; it has {len(value)}.", field=field
        )
    return value


def _label(field: str) -> str:
    return field.replace("_", " ").capitalize()
