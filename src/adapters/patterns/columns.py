"""Columns: the cells of a table, each as the head of its column announces it.

What a cell holds often means nothing without that head, which may stand a thousand rows above. So
each cell below a head that announces something is looked at as if the head stood before it.
A table goes as far as its lines have as many cells as its first.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aether.adapters.patterns.rules import BORN, CALLING
from aether.adapters.patterns.shapes import compiled
from aether.domain.sensitive import Find

SEPARATORS = (b"\t", b"|", b";", b",")
LONGEST_LINE = 4096
"""The longest line that may be a row, in characters."""
LONGEST_HEAD = 40
LEAST_CELL = 6
"""The shortest cell that is looked at, in characters; nothing that takes a head is shorter."""

_NUMBERED = (
    r"n\.?h\.?s|ssn|social[ _]security|nino|ni|national[ _]insurance|bsn|burgerservicenummer|pesel"
    r"|personnummer"
    r"|sin|aadhaar|cpf|steuer-?id|idnr|tin|niss|insz|passport|passeport|reisepa(?:ss|ß)|pasaporte|passaporto"
    r"|paspoort|paszport|driver'?s?'?[ _]licen[cs]e|driving[ _]licen[cs]e|führerschein|rijbewijs"
    r"|patente|card|kreditkarte|password"
    r"|passwort|wachtwoord|contraseña|mot[ _]de[ _]passe|api[ _-]?key|dni|nie|nif|hetu|henkilötunnus"
    r"|rijksregister(?:nummer)?|registre[ _]national|\x80+|\x81+\??|\x82+\??|\x83+|\x84+|\x85+\??"
)
_ANNOUNCING = compiled(
    rf"(?im)(?:^|[|\t;,])[ \"]*(?:[a-z]{{1,20}}[ _])?(?:{BORN}|{CALLING}|{_NUMBERED})"
    r"(?:[ _.-]{0,2}(?:number|nummer|no|nr|n[°º]))?[ \".:]*(?:[|\t;,\r]|$)"
)
_NUMBER = compiled(r"\d{3}")


@dataclass(frozen=True, slots=True)
class Announced:
    """Cells with their heads before them, a line each.

    Attributes:
        text: The lines.
        starts: Where each cell begins in *text*.
        places: Where each cell begins in the text that it is from.
    """

    text: bytes
    starts: Sequence[int]
    places: Sequence[int]

    def told(self, finds: Sequence[Find]) -> Iterator[Find]:
        """Those of *finds* that lie in a cell, at the place of the cell."""
        for find in finds:
            number = bisect_right(self.starts, find.start) - 1
            if number >= 0 and b"\n" not in self.text[self.starts[number] : find.end]:
                moved = self.places[number] - self.starts[number]
                yield replace(find, start=find.start + moved, end=find.end + moved)


def announced(plain: bytes) -> Announced:
    """The cells of the tables in *plain* that a head announces."""
    pieces: list[bytes] = []
    starts: list[int] = []
    places: list[int] = []
    length = 0
    for head, place, cell in _cells(plain):
        starts.append(length + len(head) + 2)
        places.append(place)
        pieces.append(b"%s: %s\n" % (head, cell))
        length += len(pieces[-1])
    return Announced(b"".join(pieces), starts, places)


def _cells(plain: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Each cell below a head that announces something: the head, the place and the cell."""
    place = 0
    while (match := _ANNOUNCING.search(plain, place)) is not None:
        start = max(place, plain.rfind(b"\n", max(place, match.end() - LONGEST_LINE), match.end() - 1) + 1)
        first = _line(plain, start)
        place = max(match.end(), start + len(first) + 1)
        separator = _separator(first)
        if separator is None or _NUMBER.search(first):
            continue
        columns = {
            number: head
            for number, (_, cell) in enumerate(_split(first, separator))
            if _ANNOUNCING.fullmatch(head := _named(cell)) and len(head) <= LONGEST_HEAD
        }
        width = first.count(separator)
        while place < len(plain) and (row := _row(plain, place, separator, width)) is not None:
            for number, head in columns.items():
                begin, cell = row[number]
                if len(cell) >= LEAST_CELL:
                    yield head, place + begin, cell
            place += len(_line(plain, place)) + 1


def _line(plain: bytes, start: int) -> bytes:
    """The line at *start*, or as much of it as a row may have and a little more."""
    end = plain.find(b"\n", start, start + LONGEST_LINE + 1)
    return plain[start : end if end >= 0 else start + LONGEST_LINE + 1]


def _separator(head: bytes) -> bytes | None:
    """What parts the cells of *head*; none if it is no head."""
    most = max(SEPARATORS, key=head.count)
    return most if most in head and len(head) <= LONGEST_LINE else None


def _row(plain: bytes, start: int, separator: bytes, width: int) -> list[tuple[int, bytes]] | None:
    """The cells of the line at *start* and where they begin in it; none if it is no row of the table."""
    line = _line(plain, start)
    if len(line) > LONGEST_LINE or line.count(separator) < width:
        return None
    cells = _split(line, separator)
    return cells if len(cells) == width + 1 else None


def _split(line: bytes, separator: bytes) -> list[tuple[int, bytes]]:
    """The cells of *line*, without spaces and quotes around them, and where they begin."""
    cells: list[tuple[int, bytes]] = []
    begin, quoted = 0, False
    for piece in line.split(separator):
        # A separator between quotes parts nothing; of such a cell the beginning is enough.
        if not quoted:
            bare = piece.lstrip(b' "')
            cells.append((begin + len(piece) - len(bare), bare.rstrip(b' "\r')))
        quoted ^= piece.count(b'"') % 2 == 1
        begin += len(piece) + 1
    return cells


def _named(cell: bytes) -> bytes:
    return cell.replace(b"_", b" ").strip(b" .:")
