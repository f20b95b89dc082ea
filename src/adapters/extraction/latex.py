"""LaTeX: sections, lists, tables, code and notes, and of the rest what a reader of the page would see.

Nothing is executed: macros of the author's own say the words in their braces. Formulas stay as written.
"""

import re
import unicodedata

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, Role

VERSION = "2"

_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6,
    "frametitle": 2,
}  # fmt: skip
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*(?=\S))?")
_BEGIN_DOCUMENT = re.compile(r"\\begin\s*\{document\}")
_VERBATIM = re.compile(r"\\begin\{(verbatim\*?|lstlisting|minted|Verbatim|alltt)\}")
_HEAD = re.compile(r"\\(title|author|date)\s*\{")
_CODED = "\ue000"
_TOKEN = re.compile(
    r"""
    \\(?P<section>part|chapter|section|subsection|subsubsection|paragraph|subparagraph|frametitle)\*?\s*(?:\[[^\]\n]*\])?\s*\{
    | \\begin\{(?P<table>tabular[x*]?|longtable|array|tabularray)\}
    | \\end\{(?:tabular[x*]?|longtable|array|tabularray)\}(?P<ends_table>)
    | \\item\b(?P<item>)\s*(?:\[(?P<label>[^\]\n]*)\])?
    | \\(?:footnote|thanks)\s*(?P<note>\{)
    | \\(?:begin|end)\{[^{}\n]*\}(?P<part>)(?:\[[^\]\n]*\])?
    | \\par\b(?P<par>) | \n[ \t]*\n\s*(?P<gap>)
    | (?P<code>\ue000)
    """,
    re.VERBOSE,
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SPEC = re.compile(r"\s*(?:\[[^\]\n]*\])?\s*(?:\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}){0,2}")
_RULE = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|cline\{[^{}]*\}|cmidrule(?:\([^()]*\))?\{[^{}]*\}|endhead|endfoot|endfirsthead|centering)"
)
_HEAD_RULE = re.compile(r"\\(?:midrule|endfirsthead|endhead)(?![a-zA-Z])")
_ROW = re.compile(r"\\\\(?:\[[^\]\n]*\])?|\\tabularnewline")
_CELL = re.compile(r"(?<!\\)&")
_ACCENT = re.compile(r"\\(?:([`'^\"~=.])\s*|([uvHckrdb])(?:\s+|(?=\{)))\{?(\\[ij](?![a-zA-Z])|[A-Za-z])\}?")
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
_SIGNS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "\u0131", "j": "\u0237", "LaTeX": "LaTeX", "TeX": "TeX", "dots": "…",
    "ldots": "…", "textellipsis": "…", "S": "§",
    "textendash": "\u2013", "textemdash": "—", "textbackslash": "\\", "euro": "€", "pounds": "£",
    "copyright": "©", "newline": "\n", "quad": " ", "qquad": " ", "textasciitilde": "~", "maketitle": "",
    "tableofcontents": "",
}  # fmt: skip
_UNSAID = re.compile(
    r"\\(?:label|ref|eqref|pageref|cite[a-z]*|bibliography|bibliographystyle|usepackage|documentclass|input|include|"
    r"includegraphics|vspace|hspace|setlength|pagestyle|thispagestyle|newcommand|renewcommand|index|hypersetup|"
    r"graphicspath|addcontentsline|color|fontsize)\*?\s*(?:\[[^\]\n]*\]\s*)*(?:\{[^{}\n]*\}\s*)?"
)
_LINK = re.compile(r"\\href\s*\{[^{}\n]*\}")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?[ \t]*(?:\[[^\]\n]*\])?")
_ESCAPED = re.compile(r"\\([%&$#_{}])")
_MATH = re.compile(
    r"(?<!\\)\$\$?[^$]{1,5000}\$\$?|\\\[(?:(?!\\\]).){1,5000}\\\]|\\\((?:(?!\\\)).){1,5000}\\\)", re.DOTALL
)


def read(source: Source) -> Extracted:
    """The text of a LaTeX file; its metadata has the charset and what its preamble tells."""
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace(_CODED, "")
    said, codes = _without_code(said)
    said = _COMMENT.sub(r"\1", said)
    told = {name: words for name, words in _told(said).items() if words}
    body = _BEGIN_DOCUMENT.search(said)
    draft = Draft()
    if (title := told.get("title")) and body:
        draft.add(title, BlockKind.HEADING, level=1)
    _Reading(draft, said[body.end() if body else 0 :].partition("\\end{document}")[0], codes).through()
    return draft.finished(
        content_type=source.content_type,
        extractor="latex",
        version=VERSION,
        title=told.pop("title", None),
        metadata={"charset": charset, **told},
    )


def _without_code(said: str) -> tuple[str, list[str]]:
    """*said* with a mark in place of each piece of code, which no rule of LaTeX holds for, and the pieces."""
    kept, codes, place = [], [], 0
    endless: set[str] = set()
    while found := _VERBATIM.search(said, place):
        close = f"\\end{{{found[1]}}}"
        end = -1 if close in endless else said.find(close, found.end())
        kept.append(said[place : found.start()])
        place = found.end()
        if end < 0:
            endless.add(close)
        else:
            kept.append(f"\n\n{_CODED}")
            codes.append(said[found.end() : end])
            place = end + len(close)
    return "".join([*kept, said[place:]]), codes


def plain_of(said: str) -> str:
    """What a reader of the page sees of a piece of LaTeX, formulas as they are written."""
    parts, place = [], 0
    for formula in _MATH.finditer(said):
        parts += [_words(said[place : formula.start()]), formula[0]]
        place = formula.end()
    return "".join([*parts, _words(said[place:])])


def _words(said: str) -> str:
    said = _LINK.sub("", _UNSAID.sub("", said))
    said = _ACCENT.sub(_accented, said.replace("\\\\", "\n").replace("\\-", ""))
    said = _COMMAND.sub(lambda found: _SIGNS.get(found[1], ""), said)
    said = (
        said.replace("~", " ")
        .replace("---", "\u2014")
        .replace("--", "\u2013")
        .replace("``", "“")
        .replace("''", "”")
    )
    said = _ESCAPED.sub(lambda found: {"{": "\ue001", "}": "\ue002"}.get(found[1], found[1]), said)
    said = said.replace("{", "").replace("}", "").replace("\ue001", "{").replace("\ue002", "}")
    return said.replace("\\ ", " ").replace("\\,", " ")


def _accented(found: re.Match[str]) -> str:
    letter = found[3].removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[found[1] or found[2]])


def _told(said: str) -> dict[str, str]:
    """What the preamble tells: title, author, date."""
    names = {"title": "title", "author": "author", "date": "created"}
    return {
        names[found[1]]: " ".join(plain_of(said[found.end() : _closing(said, found.end())]).split())[:1000]
        for found in _HEAD.finditer(said)
    }


def _closing(said: str, place: int) -> int:
    """Where the brace is closed that was opened before *place*; at the next gap if it is not."""
    depth = 1
    for found in _BRACE.finditer(said, place, place + 20_000):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    gap = said.find("\n\n", place)
    return gap if gap >= 0 else len(said)


class _Reading:
    """A way through the body of a file."""

    def __init__(self, draft: Draft, said: str, codes: list[str]) -> None:
        self._draft = draft
        self._said = said
        self._codes = iter(codes)
        self._parts: list[str] = []
        self._notes: list[str] = []
        self._kind = BlockKind.PARAGRAPH

    def through(self) -> None:
        """Go through the body, and add what it says."""
        place = 0
        while token := _TOKEN.search(self._said, place):
            self._parts.append(self._said[place : token.start()])
            place = self._token(token)
        self._parts.append(self._said[place:])
        self._end()

    def _token(self, token: re.Match[str]) -> int:
        """Heed a token, and give the place after what belongs to it."""
        end = token.end()
        if section := token["section"]:
            self._end()
            end = _closing(self._said, token.end())
            words = " ".join(plain_of(self._said[token.end() : end]).split())
            self._draft.add(words, BlockKind.HEADING, level=_LEVELS[section])
            return end + 1
        if token["note"]:
            end = _closing(self._said, token.end())
            self._notes.append(self._said[token.end() : end])
            return end + 1
        self._end()
        if token["table"]:
            return self._table(token)
        if token["item"] is not None:
            self._kind = BlockKind.LIST_ITEM
            self._parts.append(token["label"] or "")
        elif token["code"]:
            self._draft.add(next(self._codes, ""), BlockKind.CODE)
        return end

    def _table(self, token: re.Match[str]) -> int:
        close = f"\\end{{{token['table']}}}"
        spec = _SPEC.match(self._said, token.end())
        start = spec.end() if spec else token.end()
        end = self._said.find(close, start)
        if end < 0:
            return start
        said = self._said[start:end]
        head = _HEAD_RULE.search(said)
        headers = len(_ROW.findall(said, 0, head.start())) if head else 0
        rows = ([plain_of(cell) for cell in _CELL.split(row)] for row in _ROW.split(_RULE.sub("", said)))
        self._draft.table(rows, headers=headers)
        return end + len(close)

    def _end(self) -> None:
        """End the block that is being said, and add the notes to it."""
        said, self._parts = "".join(self._parts), []
        kind, self._kind = self._kind, BlockKind.PARAGRAPH
        self._draft.add("\n".join(line.strip() for line in plain_of(said).split("\n")).strip(), kind)
        notes, self._notes = self._notes, []
        for note in notes:
            self._draft.add(" ".join(plain_of(note).split()), role=Role.NOTE)
