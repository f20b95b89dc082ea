"""Letters: a text in one byte a character, so that a place in the one is the same place in the other.

What is typeset, accented or as wide as a Chinese letter becomes the plain character it stands for,
if it stands for one; the rules know no others.
"""

import codecs
import unicodedata

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
    return text.encode("latin-1", _HANDLER)


def _as_alike(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    run = error.object[error.start : error.end]
    return run.translate(_ALIKE).encode("latin-1"), error.end


codecs.register_error(_HANDLER, _as_alike)
