"""Letters: a text in one byte a character, so that a place in the one is the same place in the other.

What is typeset, accented or as wide as a Chinese letter becomes the plain character it stands for,
if it stands for one; the rules know no others.
"""

import codecs
import re
import unicodedata
from collections.abc import Mapping

OTHER = "?"
"""What stands in the place of a character that is like none of Latin-1."""

_USUAL = {
    " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "-": "\u00ad\u2010\u2011\u2012\u2013\u2014\u2212",
    "'": "\u2018\u2019",
    '"': "\u201c\u201d\u201e",
    "a": "\u0105",
    "c": "\u0107\u010d",
    "d": "\u0111",
    "e": "\u0119\u011b",
    "i": "\u0131",
    "l": "\u0142",
    "n": "\u0144\u0148",
    "r": "\u0159",
    "s": "\u015b\u015f\u0161",
    "z": "\u017a\u017c\u017e",
    "L": "\u0141",
}
"""What many texts are full of, each looked for at once, and what Unicode does not take apart."""
_REPLACED = [(letter, plain) for plain, letters in _USUAL.items() for letter in letters]
FOREIGN: Mapping[str, tuple[str, ...]] = {
    "\x80": (
        "\u5bc6\u7801",
        "\u5bc6\u78bc",
        "\u53e3\u4ee4",
        "\u30d1\u30b9\u30ef\u30fc\u30c9",
        "\ube44\ubc00\ubc88\ud638",
        "\u043f\u0430\u0440\u043e\u043b\u044c",
    ),
    "\x81": (
        "\u624b\u673a",
        "\u624b\u6a5f",
        "\u7535\u8bdd",
        "\u96fb\u8a71",
        "\uc804\ud654",
        "\u0442\u0435\u043b\u0435\u0444\u043e\u043d",
        "\u0442\u0435\u043b",
    ),
    "\x82": (
        "\u62a4\u7167",
        "\u8b77\u7167",
        "\u65c5\u5238",
        "\uc5ec\uad8c",
        "\u043f\u0430\u0441\u043f\u043e\u0440\u0442",
    ),
    "\x83": (
        "\u51fa\u751f\u65e5\u671f",
        "\u751f\u5e74\u6708\u65e5",
        "\u751f\u65e5",
        "\uc0dd\ub144\uc6d4\uc77c",
        "\u0440\u043e\u0436\u0434\u0435\u043d\u0438\u044f",
    ),
    "\x84": ("\u0906\u0927\u093e\u0930",),
    "\x85": (
        "\u5361\u53f7",
        "\u4fe1\u7528\u5361",
        "\u94f6\u884c\u5361",
        "\u30ab\u30fc\u30c9\u756a\u53f7",
        "\u043a\u0430\u0440\u0442\u044b",
    ),
}
"""Signs that no text has, and the words of other scripts in whose place they stand, one for each letter."""
_SIGNED = {
    written: sign * len(word)
    for sign, words in FOREIGN.items()
    for word in words
    for written in (word, word.capitalize(), word.upper())
}
_WORD = re.compile("|".join(sorted(_SIGNED, key=len, reverse=True)))
_FAITHFUL = {"<wide>", "<narrow>", "<font>"}
"""How a character may differ from the one it stands for; a raised 7 is no 7."""
_HANDLER = "aether.plainly"


class _Alike(dict[int, str]):
    """What each character becomes; one is looked up when it is first met."""

    def __missing__(self, code: int) -> str:
        how, *_ = unicodedata.decomposition(chr(code)).split() or ("<none>",)
        faithful = how in _FAITHFUL or not how.startswith("<")
        first = unicodedata.normalize("NFKD", chr(code))[0] if faithful else OTHER
        self[code] = plain = first if first.isascii() else OTHER
        return plain


_ALIKE = _Alike()


def plainly(text: str) -> bytes:
    """*text* in one byte a character: a place there is the same place here."""
    if not text.isascii():
        for letter, plain in _REPLACED:
            text = text.replace(letter, plain)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return _WORD.sub(lambda it: _SIGNED[it[0]], text).encode("latin-1", _HANDLER)


def _as_alike(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    run = error.object[error.start : error.end]
    return run.translate(_ALIKE).encode("latin-1"), error.end


codecs.register_error(_HANDLER, _as_alike)
