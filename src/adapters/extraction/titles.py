"""Titles: which headings are none, such as the names of sheets or the sections of settings."""

from dataclasses import replace

from aether.domain.texts import Extracted


def titled(extracted: Extracted, title: str | None) -> Extracted:
    """*extracted* with its title only if the file itself gave one, *title*, and it is no mere heading."""
    return extracted if title and title.strip() else replace(extracted, title=None)
