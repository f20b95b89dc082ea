"""Charsets: which characters the bytes of a text stand for.

In this order: a byte order mark; UTF-8, if the bytes are valid or almost; UTF-16, if every
other byte is zero; what the text declares; what its bytes look like.
"""

import codecs
import re
from collections.abc import Iterator

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_HIGH = re.compile(rb"[\x80-\xff]")
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_EASTERN = [
    "cp932", "shift_jis", "shift_jis_2004", "shift_jisx0213", "euc_jp", "euc_jis_2004", "euc_jisx0213", "gbk",
    "gb2312", "gb18030", "big5", "big5hkscs", "cp949", "cp950", "euc_kr", "johab", "hz", "iso2022_jp",
    "iso2022_kr",
]  # fmt: skip
"""Charsets of whose letters none but the plainest is a single byte."""
_AROUND = 500


def decode(data: bytes, *, declared: str | None = None, cut: bool = False) -> tuple[str, str]:
    """The characters of *data* and the name of their charset.

    Args:
        data: All of a text, or its beginning.
        declared: The charset that the text itself names.
        cut: Whether *data* is only the beginning, so that its last character may be torn.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return data.decode(charset, "replace"), charset
    charset = _without_mark(data, declared=declared, cut=cut)
    return data.decode(charset, "replace"), charset


def looks_textual(head: bytes) -> bool:
    """Whether a file that begins so is text, in whatever charset."""
    if head.startswith(tuple(mark for mark, _ in _MARKS)) or _wide(head):
        return True
    return len(_CONTROLS.findall(head)) * 200 < len(head) and b"\x00" not in head


def _without_mark(data: bytes, *, declared: str | None, cut: bool) -> str:
    if _nearly_utf8(data, cut=cut):
        return "utf-8"
    if wide := _wide(data[:_SAMPLE]):
        return wide
    if declared and _exists(declared):
        return declared
    return _guessed(data)


def _nearly_utf8(data: bytes, *, cut: bool) -> bool:
    """Whether *data* is UTF-8, but for a torn character in twenty."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=not cut)
    except UnicodeDecodeError:
        said = data.decode("utf-8", "replace")
        torn = said.count("\ufffd")
        wide = sum(1 for _ in re.finditer(r"[^\x00-\x7f]", said)) - torn
        return torn * 20 < wide
    return b"\x00" not in data[:_SAMPLE] or not _wide(data[:_SAMPLE])


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: in western scripts one of each two bytes is mostly zero."""
    pairs = len(head) // 2
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if pairs and odd * 10 >= pairs * 7 and even * 20 < pairs:
        return "utf-16-le"
    if pairs and even * 10 >= pairs * 7 and odd * 20 < pairs:
        return "utf-16-be"
    return None


def _exists(charset: str) -> bool:
    try:
        codecs.lookup(charset)
        "".encode(charset)
    except (LookupError, UnicodeError):
        return False
    return True


def _guessed(data: bytes) -> str:
    """The likeliest of the old charsets, from those parts of *data* that are not plain ASCII."""
    from charset_normalizer import from_bytes

    telling = b"\n".join(_telling_parts(data))
    alone = len(_ALONE.findall(telling)) * 2 >= len(_HIGH.findall(telling))
    found = from_bytes(telling, cp_exclusion=_EASTERN if alone else None)
    best = found.best()
    western = next((it for it in found if "cp1252" in {it.encoding, *it.could_be_from_charset}), None)
    if best is None or (western and western.chaos <= best.chaos + 0.02):
        return "cp1252"
    return best.encoding


def _telling_parts(data: bytes) -> Iterator[bytes]:
    place, size = 0, 0
    while size < _SAMPLE and (high := _HIGH.search(data, place)):
        place = high.end() + _AROUND
        part = data[max(0, high.start() - _AROUND) : place]
        size += len(part)
        yield part
