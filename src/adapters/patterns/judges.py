"""Judges: how sure it is that a match is what it looks like, from 0 for not at all to 1.

A judge sees the match and a few characters around it. A number that proves itself is believed
anywhere, unless a word before it says that it is something else; what proves little
takes a word that says what it is.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from aether.domain.sensitive import numbers
from aether.domain.sensitive.checksums import base58check, bech32

BEFORE = 96
AFTER = 8
"""How many characters around a match its judge may see."""

PROVEN = 0.99
"""A checksum that hardly anything passes by chance, or a beginning that nothing else has."""
TOLD = 0.95
"""It fits, and a word nearby says that it is this."""
SHAPED = 0.8
"""It looks like this and like little else."""
LIKELY = 0.65
"""It looks like this, and like a few other things."""
NO = 0.0

NAME_MOST = 64
DOMAIN_MOST = 253
PASSWORD_LEAST = 6
CODE_LEAST = 9
"""How long a code of few digits is, as on passports and licences."""
STRONG_LEAST = 8
IBAN_DIGITS_LEAST = 9
"""What makes words that fit the length of a country's account numbers none."""
ASKED_LEAST = 9
"""The fewest digits that a sentence tells somebody to call."""
OPAQUE_LEAST = 20
"""How long a key is that is made of letters alone, or announced as a token of any kind."""
BASE58_VERSIONS = {0, 5, 0x1E, 0x30, 0x32, 0x41}
"""Bitcoin, Dogecoin, Litecoin and TRON."""

_FILES = {"png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "json", "html", "xml", "pdf", "txt"}
"""What ends the name of a file and not of a host, as in `icon@2x.png`."""
_OTHERWISE = re.compile(
    r"\b(?:order|invoice|parts?|serial|isbn|issn|ean|upc|gtin|sku|items?|tickets?|tracking|article|batch|lot|model"
    r"|imei|build|commit|hash|sha\d*|md5|uuid|figure|rechnung\w*|bestell\w*|auftrag\w*|artikel\w*"
    r"|commande|facture|pedido|factura|ref|reference|case|claim|policy|docket)\b"
)
"""Words that say that a number is something else."""
_VERSIONS = re.compile(
    r"(?:\b(?:v|ver|version|release|section|chapter|clause|oid|firmware|build|update|kapitel|abschnitt)"
    r"|\u00a7)\W{0,3}$"
)
_OF_THE_NET = re.compile(
    r"\b(?:ip|ipv4|host|server|addr|address|adresse|gateway|dns|nameserver|ping|client|subnet|from|peer|lease|inet|dhcp"
    r"|via|src|dst|remote|upstream|proxy|ssh|login|listen|router|forwarded\W+for|remote_addr)\b"
)
_FOUR_BEFORE = re.compile(r"\b(?P<more>\d{4}[ -])?\d{4}[ -]$")
_FOUR_AFTER = re.compile(r"[ -]\d{4}\b(?P<more>[ -]\d)?")
"""Four digits more: in a row of years or readings one in ten would pass for a card."""
_OF_A_ROW = re.compile(r"[ ./-]0|^\d{4}(?:[ .-]\d{4})+$")
"""Groups that no number abroad is written in, but code points and readings are."""
_SUBNET = re.compile(r"/(?:[12]?\d|3[01])\b(?!/)")
_NUMBER_BEFORE = re.compile(r"\d[ .]?$")
_AT_A_SERVER = re.compile(r"://[^\s/]*:$")
_HOLLOW = re.compile(
    r"[*x\u2022.]+|(?:\w+:)?\$\w{1,10}\$.*|.*[()\[\]{}<>`].*|\$\w+|%\w+%|.*(?:example|placeholder|changeme|your[-_]).*",
    re.IGNORECASE,
)
"""What stands in the place of a password and is none, such as its hash."""
_STAND_INS = {"token", "password", "passwd", "pass", "pwd", "secret", "pw"}
_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_ELSEWHERE = {
    "ene": 1,
    "gen": 1,
    "f\u00e9v": 2,
    "fev": 2,
    "m\u00e4r": 3,
    "mrt": 3,
    "abr": 4,
    "avr": 4,
    "mai": 5,
    "mag": 5,
    "mei": 5,
    "maj": 5,
    "giu": 6,
    "lug": 7,
    "ago": 8,
    "ao\u00fb": 8,
    "aou": 8,
    "set": 9,
    "okt": 10,
    "ott": 10,
    "out": 10,
    "dez": 12,
    "dic": 12,
    "d\u00e9c": 12,
}


@dataclass  # it is made for every candidate: frozen ones take thrice as long
class Sight:
    """A match, and what stands around it.

    Attributes:
        value: What was matched.
        plain: The text, in one byte a character.
        begin: Where it begins in the text.
        end: Where it ends there.
        spoken: Whether a word before it, which belongs to the pattern, says what it is.
    """

    value: str
    plain: bytes
    begin: int
    end: int
    spoken: bool

    @cached_property
    def before(self) -> str:
        """What stands before it in its line, in small letters."""
        start = max(0, self.begin - BEFORE)
        start = max(start, self.plain.rfind(b"\n", start, self.begin) + 1)
        return self.plain[start : self.begin].decode("latin-1").lower()

    @property
    def after(self) -> str:
        """What follows it."""
        return self.plain[self.end : self.end + AFTER].decode("latin-1")

    @property
    def bare(self) -> str:
        """The value's letters and digits, letters as capitals."""
        return _ALNUM.sub("", self.value).upper()

    @property
    def apart(self) -> bool:
        """Whether it stands by itself, and is no part of a longer number, a path or a decimal."""
        before = self.plain[max(0, self.begin - 2) : self.begin]
        if before and (before[-1] in (b"-/+\\~@" if self.spoken else b"-/#+\\~@")):
            return False
        if before[-1:] == b"." and before[:1].isdigit():
            return False
        after = self.plain[self.end : self.end + 2]
        goes_on = after[:1] in {b"-", b".", b":", b"/", b"@"} and after[1:].decode("latin-1").isalnum()
        return not goes_on and after[:1] != b"%"

    @property
    def otherwise(self) -> bool:
        """Whether a word just before says that it is something else."""
        return _OTHERWISE.search(self.before[-24:]) is not None


Judge = Callable[[Sight], float]


def proving(proof: Callable[[str], bool], sure: float = PROVEN) -> Judge:
    """Believes what *proof* holds for, wherever it stands apart and no word is against it."""

    def judge(sight: Sight) -> float:
        if not sight.apart or not proof(sight.bare):
            return NO
        if sight.spoken:
            return max(sure, TOLD)
        return NO if sight.otherwise else sure

    return judge


def card(sight: Sight) -> float:
    """Believes what is in groups, and 15 or 16 digits, of which one in seventy passes by chance."""
    digits = sight.bare
    if not sight.apart or not numbers.card(digits):
        return NO
    if sight.spoken:
        return PROVEN
    in_groups = digits != sight.value
    if sight.otherwise or (in_groups and _in_a_row(sight)):
        return NO
    return PROVEN if in_groups else SHAPED if len(digits) in {15, 16} else NO


def _in_a_row(sight: Sight) -> bool:
    """Whether two groups of four digits more stand beside it."""
    before, after = _FOUR_BEFORE.search(sight.before), _FOUR_AFTER.match(sight.after)
    return bool((before and after) or (before and before["more"]) or (after and after["more"]))


def iban(sight: Sight) -> float:
    """Believes what is as long as its country's are; the match may go on beyond it."""
    if sight.after[:1].isalnum() or sum(map(str.isdigit, sight.value)) < IBAN_DIGITS_LEAST:
        return NO
    return PROVEN if numbers.iban(sight.bare) else NO


def iban_of(value: str) -> str:
    """As much of *value* as the account numbers of its country have."""
    left = numbers.IBAN_LENGTHS.get(value[:2].upper(), 0)
    for place, letter in enumerate(value):
        left -= letter.isalnum()
        if left == 0:
            return value[: place + 1]
    return value


def grouped(proof: Callable[[str], bool], *, compact: float) -> Judge:
    """Believes what is written in groups; what is not, only with *compact* sureness."""

    def judge(sight: Sight) -> float:
        if not sight.apart or not proof(sight.bare):
            return NO
        if sight.spoken:
            return TOLD
        sure = TOLD if sight.value != sight.bare else compact
        return NO if sight.otherwise else sure

    return judge


def email(sight: Sight) -> float:
    """Believes a proper name at a proper host that is no file, no account at a server and no handle."""
    name, _, host = sight.value.rpartition("@")
    if len(name) > NAME_MOST or len(host) > DOMAIN_MOST or ".." in sight.value:
        return NO
    if (
        sight.before[-1:] in {".", "-"}
        or name[-1] == "."
        or host[0] in ".-"
        or host.rpartition(".")[2].lower() in _FILES
    ):
        return NO
    if sight.before[-1:] in {"@", "/"} or sight.after[:1] == "@" or _AT_A_SERVER.search(sight.before):
        return NO
    return NO if sight.after[:1] == ":" and sight.after[1:2].isalnum() else PROVEN


def phone_of(value: str) -> str:
    """As much of *value* as one number can have; the next number in a row is none of it."""
    value = value.rstrip(" ./-(")
    while sum(map(str.isdigit, value)) - value.count("(0)") > numbers.E164_LENGTHS[-1]:
        shorter = re.sub(r"[ ./()-]+\d*$", "", value.rstrip(")"))
        if shorter == value:
            break
        value = shorter
    value = value.rstrip(" ./-(")
    return value.rstrip(")") if value.count(")") > value.count("(") else value


def international(sight: Sight) -> float:
    """Believes numbers that begin with a plus and the code of a country."""
    if sight.before[-1:].isalnum() or sight.after[:1].isalnum():
        return NO
    return TOLD if numbers.phone(_ALNUM.sub("", sight.value.replace("(0)", ""))) else NO


def american(sight: Sight) -> float:
    """Believes the numbers of North America in their usual shapes."""
    digits = sight.bare
    fits = numbers.nanp(digits[1:] if len(digits) > numbers.NANP_LENGTH else digits)
    return SHAPED if fits and sight.apart and not sight.otherwise else NO


def national(sight: Sight) -> float:
    """Believes what is written as phone numbers are in its country."""
    return SHAPED if sight.apart and len(set(sight.bare)) > 2 and not sight.otherwise else NO  # noqa: PLR2004


def spoken_phone(sight: Sight) -> float:
    """Believes any number that a word says is for calling."""
    digits = sight.bare
    return TOLD if 7 <= len(digits) <= numbers.E164_LENGTHS[-1] and len(set(digits)) > 1 else NO  # noqa: PLR2004


def asked_phone(sight: Sight) -> float:
    """Believes what one is told to call, if it is written as numbers for calling are."""
    written = sight.value[0] in "+0(" or sight.value != sight.bare
    enough = ASKED_LEAST <= len(sight.bare) <= numbers.E164_LENGTHS[-1]
    return TOLD if written and enough and sight.apart and len(set(sight.bare)) > 2 else NO  # noqa: PLR2004


def dialled_abroad(sight: Sight) -> float:
    """Believes numbers that begin with two zeros and the code of a country."""
    digits = _ALNUM.sub("", sight.value.replace("(0)", ""))[2:]
    goes_on = sight.after[:1].isalnum() or sight.after[1:2].isdigit()
    if goes_on or not sight.apart or _OF_A_ROW.search(sight.value) or _NUMBER_BEFORE.search(sight.before):
        return NO
    return SHAPED if numbers.phone(digits) and not sight.otherwise else NO


def numbered(sight: Sight) -> float:
    """Believes what a word announces, if there are four digits in it, or two in a long code."""
    digits = sum(map(str.isdigit, sight.value))
    coded = digits > 1 and len(sight.bare) >= CODE_LEAST and sight.value.isupper()
    return TOLD if (digits > 3 or coded) and sight.apart else NO  # noqa: PLR2004


def british_driver(sight: Sight) -> float:
    """Believes five letters of a name, a birthday in its order there, and five signs."""
    day = sight.bare[5:11]
    month = int(day[1:3]) % 50
    return SHAPED if sight.apart and 1 <= month <= 12 and 1 <= int(day[3:5]) <= 31 else NO  # noqa: PLR2004


def birth(sight: Sight) -> float:
    """Believes days that there were, in any order that is usual."""
    parts = re.findall(r"\d+|[^\W\d_]+", sight.value.lower())
    month = next((str(_month(part)) for part in parts if part[0].isalpha() and _month(part)), "")
    told = [part for part in parts if part.isdigit()]
    if len(told) == 1 and len(told[0]) == len("20261129"):
        told = [told[0][:4], told[0][4:6], told[0][6:]]
    year = next((part for part in told if len(part) == len("2026")), told[-1])
    told.remove(year)
    years = [year] if len(year) == len("2026") else ["19" + year, "20" + year]
    pairs = [(month, told[0])] if month and told else [told, told[::-1]] if len(told) > 1 else []
    return TOLD if any(numbers.birthday(it, *pair) for it in years for pair in pairs) else NO


def _month(word: str) -> int:
    """Which month *word* is, from 1; 0 for none."""
    if word.startswith(("juil", "juin")):
        return 7 if word[3] == "l" else 6
    short = word[:3]
    return _MONTHS.index(short) + 1 if short in _MONTHS else _MONTHS_ELSEWHERE.get(short, 0)


def ip4(sight: Sight) -> float:
    """Believes addresses of hosts; four small numbers may also be a version or a section."""
    if not (sight.apart or _at_a_place(sight)) or _VERSIONS.search(sight.before):
        return NO
    try:
        address = ipaddress.IPv4Address(sight.value)
    except ValueError:
        return NO
    if address.is_loopback or address.is_unspecified or sight.value.startswith("255."):
        return NO
    if sight.before.endswith("://") or _OF_THE_NET.search(sight.before[-32:]):
        return TOLD
    octets = address.packed
    usual = octets[0] > 9 and max(octets) > 99  # noqa: PLR2004 - versions rarely are so high
    return SHAPED if usual and not sight.otherwise else NO


def _at_a_place(sight: Sight) -> bool:
    """Whether an address stands in a URL, or has a port."""
    led = sight.before.endswith(("://", "@")) or sight.before[-1:] not in set("-/#+\\~.")
    port = sight.after[:1] == ":" and sight.after[1:2].isdigit()
    path = sight.after[:1] == "/" and sight.before.endswith(("://", "@"))
    alone = port or path or _in_a_subnet(sight)
    return led and bool(alone or not (sight.after[:1] in set("-.:/") and sight.after[1:2].isalnum()))


def _in_a_subnet(sight: Sight) -> bool:
    """Whether the length of a subnet follows, and the address is one of a host in it."""
    length = _SUBNET.match(sight.after)
    try:
        interface = ipaddress.IPv4Interface(sight.value + length[0]) if length else None
    except ValueError:
        return False
    return interface is not None and interface.ip != interface.network.network_address


def ip6(sight: Sight) -> float:
    """Believes addresses with three groups or more, one of them with a digit."""
    value = sight.value
    if sight.before[-1:] in {":", "."} or sight.after[:1] == ":":
        return NO
    try:
        address = ipaddress.IPv6Address(value)
    except ValueError:
        return NO
    told = [group for group in value.split(":") if group]
    enough = len(told) > 2 and any(map(str.isdigit, value)) and not address.is_loopback  # noqa: PLR2004
    return TOLD if enough else NO


def mac(sight: Sight) -> float:
    """Believes six pairs that are no part of a longer fingerprint and no row of numbers."""
    if sight.before[-1:] in {":", "-", "."} or sight.after[:1] in {":", "-"}:
        return NO
    letters = any(map(str.isalpha, sight.value))
    return TOLD if (letters or ":" in sight.value) and len(set(sight.bare)) > 2 else NO  # noqa: PLR2004


def coin(sight: Sight) -> float:
    """Believes addresses whose checksum in Base58 is right."""
    return PROVEN if base58check(sight.value) in BASE58_VERSIONS else NO


def segwit(sight: Sight) -> float:
    """Believes addresses whose checksum in Bech32 is right."""
    return PROVEN if bech32(sight.value) else NO


def ether(sight: Sight) -> float:
    """Believes forty hexadecimal digits after 0x, which are more than a few of them."""
    return SHAPED if len(set(sight.value)) > 8 else NO  # noqa: PLR2004 - or it is nobody's


def surely(sight: Sight) -> float:
    """Believes what begins as nothing else does."""
    return PROVEN if sight.value else NO


def at_a_server(sight: Sight) -> float:
    """Believes what stands between a name and a server, but not the word for a password."""
    return NO if sight.value.lower() in _STAND_INS or _HOLLOW.fullmatch(sight.value) else PROVEN


def jwt(sight: Sight) -> float:
    """Believes tokens whose header names an algorithm."""
    head = sight.value.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return NO
    return PROVEN if isinstance(header, Mapping) and "alg" in header else NO


def password_of(value: str) -> str:
    """*value* without what ends the sentence or the braces it stands in."""
    closing = ")]}" if not set(value) & set("([{") else ""
    return value.rstrip(".,;:'\"" + (closing or ")"))


def password(sight: Sight) -> float:
    """Believes a value that is no word, no name in a program and nothing in the place of one."""
    value = sight.value
    called = sight.after[:1] in {"(", "["}
    if len(value) < PASSWORD_LEAST or value.isalpha() or called or _HOLLOW.fullmatch(value):
        return NO
    classes = (any(map(kind, value)) for kind in (str.islower, str.isupper, str.isdigit))
    mixed = sum(classes) + any(not letter.isalnum() and letter not in "._-/" for letter in value)
    return LIKELY if mixed > 1 or value.isdigit() else NO


def titled_password(sight: Sight) -> float:
    """Believes what follows a title that names a password and says more, such as what it is for."""
    return NO if "://" in sight.value else told_password(sight)


def key(sight: Sight) -> float:
    """Believes what `password` believes, and letters alone if they are as many and as mixed as keys have."""
    value = sight.value
    if not value.isalpha():
        return password(sight)
    large = sum(map(str.isupper, value))
    called = sight.after[:1] in {"(", "[", "."}
    opaque = len(value) >= OPAQUE_LEAST and len(value) / 4 <= large <= len(value) * 3 / 4
    return LIKELY if opaque and not called else NO


def opaque(sight: Sight) -> float:
    """Believes tokens as long as those of machines, of letters and digits in no order."""
    value = sight.value
    digits, large, small = (sum(map(kind, value)) for kind in (str.isdigit, str.isupper, str.islower))
    disordered = digits > 2 or (digits and min(large, small) > 2) or value.isalpha()  # noqa: PLR2004
    return key(sight) if len(value) >= OPAQUE_LEAST and disordered and digits < len(value) else NO


def told_password(sight: Sight) -> float:
    """Believes what a sentence says a password is, if there is a digit in it."""
    return password(sight) if any(map(str.isdigit, sight.value)) else NO


def strong_password(sight: Sight) -> float:
    """Believes what stands beside the word alone if no word of a language could be like it."""
    value = sight.value
    kinds = (str.islower, str.isupper, str.isdigit)
    strong = (
        len(value) >= STRONG_LEAST and all(any(map(kind, value)) for kind in kinds) and "://" not in value
    )
    return password(sight) if strong else NO


def quoted_password(sight: Sight) -> float:
    """Believes several words in quotes that hold a sign or a digit no sentence would have."""
    value = sight.value
    telling = any(letter.isdigit() or letter in "$&!#@^~_+=" for letter in value[:-1])
    return password(sight) if " " in value and telling else NO


def mixed_key(sight: Sight) -> float:
    """Believes a key of small letters, capitals and digits."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return TOLD if all(any(map(kind, sight.value)) for kind in kinds) else NO
