"""Delimited values: the rows of a CSV or TSV file as a table, whatever parts its cells."""

import csv
import io
from collections import Counter
from dataclasses import replace
from itertools import islice

from aether.adapters.extraction import formats
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import Draft, Extracted, FileBroken

VERSION = "2"

_DELIMITERS = ",;\t|"
_SAMPLE = 65_536
_ROWS = 50
"""How many rows tell the delimiter."""
_CELL_MOST = 10_000_000
"""The longest cell, in characters."""


def read(source: Source) -> Extracted:
    """The rows of a file of delimited values; its metadata names the charset, the delimiter and the rows.

    Raises:
        FileBroken: A cell has no end.
    """
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\x00", "")
    first = "\t" if source.content_type == formats.TSV.content_type else ","
    delimiter = delimiter_of(said[:_SAMPLE], first)
    csv.field_size_limit(_CELL_MOST)
    draft = Draft()
    try:
        draft.table(csv.reader(io.StringIO(said, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise FileBroken("A cell of the file has no end.") from error
    extracted = draft.finished(
        content_type=source.content_type,
        extractor="delimited",
        version=VERSION,
        metadata={"charset": charset, "delimiter": delimiter},
    )
    rows = extracted.text.count("\n") + bool(extracted.text)
    return replace(extracted, metadata={**extracted.metadata, "row_count": rows})


def delimiter_of(sample: str, first: str) -> str:
    """What parts the cells of *sample*: what gives most rows the same number of cells, *first* in doubt."""
    best, most = first, 0.0
    for delimiter in (first, *_DELIMITERS.replace(first, "")):
        try:
            rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), _ROWS))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        alike = max(widths.values(), default=0) / max(len(rows), 1)
        if alike > most + 0.05:
            best, most = delimiter, alike
    return best
