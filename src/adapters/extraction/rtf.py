"""Rich text (RTF): paragraphs, headings, lists and tables, with notes, headers and footers told apart.

A group says where its words go; one that begins with a word unknown here, marked as one that may be
skipped, is skipped. Characters are in the code page that the file or its font names, or in Unicode.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileTooComplex, Role

VERSION = "2"

DEEPEST = 1_000
"""How deep groups may nest."""

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])"
    r"|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_SKIPPED = {
    "sn", "sv", "colortbl", "pict", "object", "themedata", "colorschememapping", "latentstyles",
    "datastore", "rsidtbl",
    "listtable", "listoverridetable", "generator", "xmlnstbl", "fldinst", "filetbl", "revtbl", "nonshppict",
    "pntext", "pntxta", "pntxtb", "listtext", "bkmkstart", "bkmkend", "datafield", "objdata", "atnid",
    "atrfstart",
    "atrfend", "template", "operator", "comment", "company", "category", "keywords", "subject", "doccomm",
    "creatim", "revtim", "printim", "panose", "falt", "fname", "wgrffmtfilter",
}  # fmt: skip
_ROLES = {
    "header": Role.HEADER, "headerl": Role.HEADER, "headerr": Role.HEADER, "headerf": Role.HEADER,
    "footer": Role.FOOTER, "footerl": Role.FOOTER, "footerr": Role.FOOTER, "footerf": Role.FOOTER,
    "footnote": Role.NOTE, "annotation": Role.COMMENT,
}  # fmt: skip
_TABULAR = {"trowd", "trhdr", "intbl", "cell", "nestcell", "row", "nestrow"}
_READ = {"shpinst", "shptxt", "nesttableprops"}
"""Groups that may be skipped, but hold words."""
_TOLD = {"title": "title", "author": "author"}
_SAID = {
    "tab": "\t", "line": "\n", "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018", "rquote": "\u2019",
    "ldblquote": "\u201c", "rdblquote": "\u201d", "bullet": "\u2022", "emspace": " ", "enspace": " ",
    "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "-": "", "\\": "\\", "{": "{", "}": "}"}
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253",
    162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
_RENAMED = {"cp65001": "utf-8", "cp10000": "mac_roman"}
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SIGN = 0x10000
_NO_HEADING = 9


@dataclass(slots=True)
class _State:
    """What holds in a group, and in those within it until they say otherwise."""

    role: Role = Role.BODY
    table: str | None = None
    skipped: bool = False
    hidden: bool = False
    charset: str = "cp1252"
    skip_after: int = 1


@dataclass(slots=True)
class _Paragraph:
    """What is being said in one role."""

    said: list[str] = field(default_factory=list)
    level: int | None = None
    listed: bool = False
    in_table: bool = False
    row: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    headed: bool = False
    headers: int = 0


def read(source: Source) -> Extracted:
    """The text of a file of rich text.

    Raises:
        FileBroken: It says nothing that is rich text.
        FileTooComplex: Its groups nest too deep.
    """
    draft = Draft()
    told = fill(draft, source.path.read_bytes().decode("latin-1"))
    return draft.finished(
        content_type=source.content_type,
        extractor="rtf",
        version=VERSION,
        title=told.pop("title", None),
        metadata=told,
    )


def fill(draft: Draft, written: str) -> dict[str, str]:
    """Add what *written* says, a letter for each byte, and give what it says of itself."""
    parser = _Parser(draft)
    parser.parse(written)
    return parser.told


class _Parser:
    """Reads the tokens of a file, and fills a draft."""

    def __init__(self, draft: Draft) -> None:
        self.told: dict[str, str] = {}
        self._draft = draft
        self._states = [_State()]
        self._paragraphs = {role: _Paragraph() for role in Role}
        self._later: dict[tuple[Role, str], Callable[[], None]] = {}
        self._codepage = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._levels: dict[int, int] = {}
        self._style = 0
        self._named: list[str] = []
        self._starred = False
        self._bytes = bytearray()
        self._high = ""
        self._due = 0

    def parse(self, written: str) -> None:
        """Read a whole file."""
        if not written.lstrip().startswith("{\\rtf"):
            raise FileBroken("The file is no rich text.")
        for token in _TOKEN.finditer(written):
            word, number, byte, symbol, brace, said = token.groups()
            if byte:
                self._byte(int(byte, 16))
            elif said:
                self._plain(said)
            elif word:
                self._word(word, None if number is None else int(number))
            elif brace:
                self._brace(brace)
            elif symbol:
                self._symbol(symbol)
        self._flush()
        for role in Role:
            self._end(role)
            self._end_table(role)
        for tell in self._later.values():
            tell()

    def _brace(self, brace: str) -> None:
        self._flush()
        self._due = 0
        if brace == "{":
            if len(self._states) > DEEPEST:
                raise FileTooComplex(f"The file nests groups deeper than {DEEPEST:,}.")
            self._states.append(replace(self._states[-1]))
        elif len(self._states) > 1:
            ended = self._states.pop()
            if ended.table and ended.table != self._states[-1].table:
                self._end_entry(ended.table)
            if ended.role is not self._states[-1].role:
                self._end(ended.role)
        self._starred = False

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in {"\r", "\n"}:
            self._word("par", None)
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> None:
        state = self._states[-1]
        starred, self._starred = self._starred, False
        if word == "u" and number is not None:
            self._unicode(number % _SIGN)
        elif word in _SKIPPED:
            state.skipped = True
        elif word in _ROLES:
            state.role = _ROLES[word]
        elif word in {"fonttbl", "stylesheet"} or word in _TOLD:
            self._flush()
            state.table, self._named = word, []
        elif starred and word not in _READ:
            state.skipped = state.skipped or state.table != "stylesheet"
        elif word in _SAID:
            self._say(_SAID[word])
        else:
            self._flush()
            self._control(state, word, number)

    def _control(self, state: _State, word: str, number: int | None) -> None:
        """Heed a word that changes what holds, or ends something."""
        if word in {"f", "fcharset", "cpg", "ansicpg"}:
            self._set_font(state, word, number or 0)
        elif word == "uc":
            state.skip_after = min(max(number or 0, 0), 8)
        elif word == "v":
            state.hidden = number != 0
        elif word == "bin" and number:
            state.skipped = True
        elif state.table == "stylesheet":
            if word == "s":
                self._style = number or 0
            elif word == "outlinelevel" and number is not None:
                self._levels[self._style] = number + 1
        elif not state.skipped and not state.table:
            self._layout(self._paragraphs[state.role], state.role, word, number)

    def _set_font(self, state: _State, word: str, number: int) -> None:
        if word == "f" and state.table == "fonttbl":
            self._font = number
        elif word == "f":
            state.charset = self._fonts.get(number, self._codepage)
        elif word == "fcharset" and number > 1:
            self._fonts[self._font] = _CHARSETS.get(number, self._codepage)
        elif word in {"cpg", "ansicpg"}:
            charset = _known(f"cp{number}")
            if word == "cpg":
                self._fonts[self._font] = charset
            else:
                self._codepage = state.charset = charset

    def _tabulate(self, paragraph: _Paragraph, role: Role, word: str) -> None:
        """Heed a word that makes a table."""
        if word in {"cell", "nestcell"}:
            paragraph.row.append(" ".join("".join(paragraph.said).split()))
            paragraph.said = []
        elif word in {"row", "nestrow"}:
            paragraph.headers += paragraph.headed and paragraph.headers == len(paragraph.rows)
            paragraph.rows.append(paragraph.row)
            paragraph.row, paragraph.headed = [], False
            paragraph.in_table = False
        elif word == "trhdr":
            paragraph.headed = True
        elif word == "intbl":
            paragraph.in_table = True
        elif not paragraph.in_table and not paragraph.row:
            self._end(role)

    def _layout(self, paragraph: _Paragraph, role: Role, word: str, number: int | None) -> None:
        if word in _TABULAR:
            self._tabulate(paragraph, role, word)
            return
        if word in {"par", "sect", "page"}:
            if paragraph.in_table and word == "par":
                paragraph.said.append("\n")
            else:
                self._end(role)
        elif word == "pard":
            paragraph.level, paragraph.listed, paragraph.in_table = None, False, False
        elif word == "s":
            paragraph.level = self._levels.get(number or 0)
        elif word == "outlinelevel" and number is not None:
            paragraph.level = number + 1 if 0 <= number < _NO_HEADING else None
        elif word in {"ls", "pnlvlblt", "pnlvlbody"}:
            paragraph.listed = True

    def _plain(self, said: str) -> None:
        """Heed characters as they stand; those that stand in for a letter just told are left out."""
        skipped = min(self._due, len(said))
        self._due -= skipped
        said = said[skipped:]
        if not said:
            return
        if said.isascii():
            self._say(said)
        else:
            self._flush_surrogate()
            self._bytes += said.encode("latin-1")

    def _byte(self, value: int) -> None:
        if self._due:
            self._due -= 1
        else:
            self._flush_surrogate()
            self._bytes.append(value)

    def _unicode(self, unit: int) -> None:
        """Heed a letter given as a unit of UTF-16; some letters take two."""
        letter = chr(unit)
        self._flush_bytes()
        if "\ud800" <= letter <= "\udbff":
            self._high = letter
        elif self._high and "\udc00" <= letter <= "\udfff":
            whole = (self._high + letter).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            self._high = ""
            self._put(whole)
        else:
            self._flush_surrogate()
            self._put(letter)
        self._due = self._states[-1].skip_after

    def _say(self, said: str) -> None:
        self._flush()
        self._put(said)

    def _flush(self) -> None:
        self._flush_bytes()
        self._flush_surrogate()

    def _flush_bytes(self) -> None:
        if self._bytes:
            said = self._bytes.decode(self._states[-1].charset, "replace")
            self._bytes = bytearray()
            self._put(said)

    def _flush_surrogate(self) -> None:
        self._high = ""

    def _put(self, said: str) -> None:
        state = self._states[-1]
        if state.skipped or state.hidden:
            return
        if state.table == "stylesheet" and ";" in said:
            self._named.append(said)
            self._end_entry(state.table)
        elif state.table:
            self._named.append(said)
        else:
            self._paragraphs[state.role].said.append(said)

    def _end_entry(self, table: str) -> None:
        """Keep what an entry of the style sheet, or of what the file says of itself, was called."""
        name = "".join(self._named).strip(" ;")
        self._named = []
        if table == "stylesheet":
            if found := _HEADING.fullmatch(name):
                self._levels.setdefault(self._style, int(found[1]))
            self._style = 0
        elif table in _TOLD and name:
            self.told[_TOLD[table]] = name[:1000]

    def _end(self, role: Role) -> None:
        """End the paragraph that is being said in *role*."""
        paragraph = self._paragraphs[role]
        said, paragraph.said = "".join(paragraph.said), []
        if not said.strip():
            return
        self._end_table(role)
        if paragraph.level and role is Role.BODY:
            self._add(role, " ".join(said.split()), BlockKind.HEADING, paragraph.level)
        else:
            self._add(role, said, BlockKind.LIST_ITEM if paragraph.listed else BlockKind.PARAGRAPH)

    def _end_table(self, role: Role) -> None:
        paragraph = self._paragraphs[role]
        rows, paragraph.rows, paragraph.row = [*paragraph.rows, paragraph.row], [], []
        headers, paragraph.headers = paragraph.headers, 0
        self._tell(role, repr(rows), partial(self._draft.table, rows, headers=headers, role=role))

    def _add(self, role: Role, said: str, kind: BlockKind, level: int | None = None) -> None:
        self._tell(role, said, partial(self._draft.add, said, kind, role=role, level=level))

    def _tell(self, role: Role, said: str, tell: Callable[[], None]) -> None:
        """Add a block of the body, or keep it until the body has ended, and then tell it once."""
        if role is Role.BODY:
            tell()
        else:
            self._later.setdefault((role, said), tell)


def _known(charset: str) -> str:
    """*charset*, or what is likeliest where Python does not know it."""
    charset = _RENAMED.get(charset, charset)
    try:
        "".encode(charset)
    except LookupError:
        return "cp1252"
    return charset
