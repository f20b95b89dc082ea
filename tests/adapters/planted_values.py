# ruff: noqa: E501, SIM905 - tables of how people write things, one kind a line
# fmt: off
"""Values of every kind as people write them, drawn at random, and what only looks like them.

Their checks are computed here anew, so that the detector is not measured with its own arithmetic.
"""

import base64
import hashlib
import json
import string
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

from tests.adapters import planted_proofs as proofs

DIGITS = string.digits
UPPER = string.ascii_uppercase
ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
NBSP, NARROW, FIGURE, HYPHEN = "\u00a0", "\u202f", "\u2007", "\u2011"
EN_DASH = "\u2013"
FULLWIDTH = str.maketrans(DIGITS, "".join(chr(0xFF10 + it) for it in range(10)))

FIRST = "Ada Björn Chloé Dmitri Emma Fatima Giulia Hans Inés Jan Katarzyna Luca Mei Noor Olaf Priya".split()
LAST = "Novak Schmidt Lefèvre García Rossi Jansen Kowalska Virtanen Åkesson Silva Sharma Wang Smith".split()
DOMAINS = "example.com example.org mail.example.co.uk firma.example post.example.de corp.example.net".split()

Draw = Callable[[Random, str], str]


def some(chance: Random, letters: str, count: int) -> str:
    return "".join(chance.choices(letters, k=count))


def grouped(digits: str, sizes: Sequence[int], joint: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return joint.join(it for it in [*parts, digits[at:]] if it)


def checked(draw: Callable[[], str], proves: Callable[[str], bool], *, right: bool = True) -> str:
    """What *draw* draws until it fulfils the proof, or fails it."""
    while True:
        value = draw()
        if proves(value) is right:
            return value


def last_digit(body: str, proves: Callable[[str], bool], digits: str = DIGITS) -> str | None:
    return next((body + it for it in digits if proves(body + it)), None)


def closed(draw: Callable[[], str], proves: Callable[[str], bool], digits: str = DIGITS) -> str:
    """What *draw* draws, with the last digit that makes it right."""
    while True:
        value = last_digit(draw(), proves, digits)
        if value is not None:
            return value


def pick(chance: Random, **weights: float) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


# --- money


def card(chance: Random, style: str) -> str:
    brand = "amex" if style == "amex" else pick(
        chance, visa=5, mc=4, mc2=1, amex=2, diners=0.6, discover=1, jcb=0.7, maestro=0.5, union=0.5
    )
    head, length = {
        "visa": ("4", 16), "mc": (f"5{chance.randint(1, 5)}", 16), "mc2": (str(chance.randint(2221, 2720)), 16),
        "amex": (chance.choice(("34", "37")), 15), "diners": (chance.choice(("36", "38", "305")), 14),
        "discover": (chance.choice(("6011", "65", "644")), 16), "jcb": (str(chance.randint(3528, 3589)), 16),
        "maestro": (chance.choice(("5018", "6304", "6759")), chance.choice((16, 18, 19))),
        "union": ("62", chance.choice((16, 19))),
    }[brand]
    value = closed(lambda: head + some(chance, DIGITS, length - len(head) - 1), proofs.luhn)
    if style == "plain":
        return value
    sizes = [4, 6] if length in {14, 15} else [4, 4, 4, 4]
    if style == "hyphen":
        return grouped(value, sizes, "-")
    way = pick(chance, space=5, plain=3, hyphen=2, nbsp=1, narrow=0.5, dot=0.5, line=0.4, wide=0.3, two=0.3, dash=0.3, slash=0.2)
    if way == "plain":
        return value
    if way == "wide":
        return grouped(value, sizes, " ").translate(FULLWIDTH)
    if way == "line":
        whole = grouped(value, sizes, " ")
        at = whole.index(" ", 6)
        return whole[:at] + "\n" + whole[at + 1 :]
    joint = {"space": " ", "hyphen": "-", "nbsp": NBSP, "narrow": NARROW, "dot": ".", "two": "  ", "dash": EN_DASH, "slash": "/"}
    return grouped(value, sizes, joint[way])


IBANS = {
    "DE": "n18", "FR": "n10c11n2", "GB": "a4n14", "NL": "a4n10", "ES": "n20", "IT": "a1n10c12", "CH": "n5c12",
    "AT": "n16", "BE": "n12", "PL": "n24", "SE": "n20", "FI": "n14", "DK": "n14", "NO": "n11", "PT": "n21",
    "IE": "a4n14", "CZ": "n20", "HU": "n24", "GR": "n7c16", "LU": "n3c13", "RO": "a4c16", "SA": "n2c18", "AE": "n19",
}
_IN_IBAN = {"n": DIGITS, "a": UPPER, "c": DIGITS + DIGITS + UPPER}


def iban(chance: Random, style: str, *, right: bool = True) -> str:
    country = style.upper() if style.upper() in IBANS else chance.choice(list(IBANS))
    body, spec = "", IBANS[country]
    while spec:
        letters, spec = _IN_IBAN[spec[0]], spec[1:]
        count = "".join(it for it in spec[:2] if it.isdigit())
        spec = spec[len(count) :]
        body += some(chance, letters, int(count))
    number = int("".join(str(int(it, 36)) for it in body + country + "00"))
    check = 98 - number % 97
    if not right:
        check = check % 97 + 1
    value = f"{country}{check:02}{body}"
    if style == "plain":
        return value
    if style == "lower":
        return chance.choice((value.lower(), grouped(value.lower(), [4] * 8, " ")))
    way = pick(chance, space=5, plain=3, nbsp=1, lower=0.5, hyphen=0.5, dot=0.3, line=0.4, prefix=0.3, two=0.2, narrow=0.3)
    whole = grouped(value, [4] * 8, " ")
    if way == "line":
        at = whole.index(" ", 8)
        return whole[:at] + "\n" + whole[at + 1 :]
    return {
        "space": whole, "plain": value, "nbsp": whole.replace(" ", NBSP), "lower": whole.lower(), "two": whole.replace(" ", "  "),
        "hyphen": whole.replace(" ", "-"), "dot": whole.replace(" ", "."), "narrow": whole.replace(" ", NARROW),
        "prefix": f"{value[:2]} {value[2:4]} {grouped(value[4:], [4] * 8, ' ')}",
    }[way]


def _base58check(payload: bytes) -> str:
    whole = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + text


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= step if top >> bit & 1 else 0
    return check


def _bech32(human: str, version: int, program: bytes) -> str:
    bits = "".join(f"{it:08b}" for it in program)
    bits += "0" * (-len(bits) % 5)
    data = [version, *(int(bits[at : at + 5], 2) for at in range(0, len(bits), 5))]
    expanded = [ord(it) >> 5 for it in human] + [0] + [ord(it) & 31 for it in human]
    end = _polymod([*expanded, *data, *[0] * 6]) ^ (0x2BC830A3 if version else 1)
    data += [end >> 5 * (5 - it) & 31 for it in range(6)]
    return human + "1" + "".join(BECH32[it] for it in data)


def coin(chance: Random, style: str) -> str:
    twenty = chance.randbytes(20)
    if style == "eth":
        return "0x" + chance.choice((twenty.hex(), twenty.hex(), twenty.hex().upper()))
    if style == "segwit":
        return _bech32("bc", 0, chance.choice((twenty, chance.randbytes(32))))
    if style == "taproot":
        return _bech32("bc", 1, chance.randbytes(32))
    if style == "ltc" and chance.random() < 0.5:
        return _bech32("ltc", 0, twenty)
    first = {"btc": chance.choice((0, 5)), "ltc": 48, "trx": 65, "doge": 30}[style]
    return _base58check(bytes([first]) + twenty)


# --- people


def styled(*, groups: Sequence[int], joints: Sequence[str], plain: bool = True) -> Callable[[Random, str, str], str]:
    """How digits are grouped, the first joint being the usual one."""

    def write(chance: Random, value: str, style: str) -> str:
        if style == "plain":
            return value
        if style in {"hyphen", "dots"}:
            return grouped(value, groups, joints[0])
        if plain and chance.random() < 0.3:
            return value
        roll = chance.random()
        if roll < 0.03:
            return grouped(value, groups, joints[0]).translate(FULLWIDTH)
        joint = joints[0] if roll < 0.55 else chance.choice(joints)
        return grouped(value, groups, joint)

    return write


SPACES = (" ", NBSP)
_write_ssn = styled(groups=(3, 2), joints=("-", " ", EN_DASH, HYPHEN, NBSP, ".", " - "))


def ssn(chance: Random, style: str) -> str:
    area = checked(lambda: f"{chance.randint(1, 899):03}", lambda it: it != "666")
    return _write_ssn(chance, f"{area}{chance.randint(1, 99):02}{chance.randint(1, 9999):04}", style)


def nino(chance: Random, style: str) -> str:
    bad = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
    head = checked(
        lambda: chance.choice("ABCEGHJKLMNOPRSTWXYZ") + chance.choice("ABCEGHJKLMNPRSTWXYZ"),
        lambda it: it not in bad,
    )
    value = head + some(chance, DIGITS, 6) + chance.choice("ABCD")
    way = "plain" if style == "plain" else pick(chance, space=5, plain=4, lower=1, hyphen=1, nbsp=0.5, half=1, dot=0.2)
    whole = grouped(value, (2, 2, 2, 2), " ")
    return {
        "space": whole, "plain": value, "lower": chance.choice((value, whole)).lower(), "hyphen": whole.replace(" ", "-"),
        "nbsp": whole.replace(" ", NBSP), "half": grouped(value, (2, 6), " "), "dot": whole.replace(" ", "."),
    }[way]


_write_nhs = styled(groups=(3, 3), joints=(" ", "-", NBSP, ".", EN_DASH))


def nhs(chance: Random, style: str) -> str:
    return _write_nhs(chance, closed(lambda: str(chance.randint(400000000, 799999999)), proofs._nhs), style)


_write_german = styled(groups=(2, 3, 3), joints=(" ", NBSP, "/", ".", "-", NARROW))


def german_tax(chance: Random, style: str) -> str:
    def body() -> str:
        digits = chance.sample(DIGITS, 9)
        digits.insert(chance.randint(1, 8), chance.choice(digits))
        return "".join(digits)

    return _write_german(
        chance, closed(lambda: checked(body, lambda it: it[0] != "0"), proofs._german_tax), style
    )


def nir(chance: Random, style: str) -> str:
    department = chance.choice([*(f"{it:02}" for it in range(1, 96) if it != 20), "2A", "2B"])
    body = f"{chance.choice('12')}{chance.randint(30, 99)}{chance.randint(1, 12):02}{department}"
    body += f"{chance.randint(1, 600):03}{chance.randint(1, 999):03}"
    value = f"{body}{97 - int(body.replace('2A', '19').replace('2B', '18')) % 97:02}"
    way = "plain" if style == "plain" else pick(chance, space=6, plain=3, nbsp=1, key=1, dot=0.3, hyphen=0.3, half=0.5)
    whole = grouped(value, (1, 2, 2, 2, 3, 3), " ")
    return {
        "space": whole, "plain": value, "nbsp": whole.replace(" ", NBSP), "key": f"{value[:13]} {value[13:]}",
        "dot": whole.replace(" ", "."), "hyphen": whole.replace(" ", "-"), "half": whole[:-3] + " / " + whole[-2:],
    }[way]


def dni(chance: Random, style: str) -> str:
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    if style == "nie" or (style != "plain" and chance.random() < 0.15):
        head, body = chance.choice("XYZ"), some(chance, DIGITS, 7)
        check = letters[int(str("XYZ".index(head)) + body) % 23]
        way = pick(chance, plain=4, hyphen=3, half=1, lower=1, space=1)
        value = f"{head}{body}{check}"
        return {
            "plain": value, "hyphen": f"{head}-{body}-{check}", "half": f"{head}{body}-{check}", "lower": value.lower(),
            "space": f"{head} {body} {check}",
        }[way]
    body = f"{chance.randint(1000000, 99999999):08}"
    check = letters[int(body) % 23]
    way = "plain" if style == "plain" else pick(chance, plain=4, hyphen=2, dots=2, space=1, lower=1, dot=1)
    dotted = f"{body[:2]}.{body[2:5]}.{body[5:]}"
    return {
        "plain": body + check, "hyphen": f"{body}-{check}", "dots": f"{dotted}-{check}", "space": f"{body} {check}",
        "lower": (body + check).lower(), "dot": dotted + check,
    }[way]


def fiscal(chance: Random, style: str, *, right: bool = True) -> str:
    body = some(chance, "BCDFGLMNPRSTVZ", 6) + f"{chance.randint(20, 99)}{chance.choice('ABCDEHLMPRST')}"
    body += f"{chance.randint(1, 31) + chance.choice((0, 40)):02}{chance.choice('ABCDEFGHIL')}{chance.randint(100, 999)}"
    value = next(body + it for it in UPPER if proofs._fiscal_code(body + it) is right)
    way = "plain" if style == "plain" else pick(chance, plain=6, space=3, lower=1, nbsp=0.5, hyphen=0.3)
    whole = grouped(value, (3, 3, 5), " ")
    return {
        "plain": value, "space": whole, "lower": value.lower(), "nbsp": whole.replace(" ", NBSP),
        "hyphen": whole.replace(" ", "-"),
    }[way]


def bsn(chance: Random, style: str) -> str:
    value = closed(lambda: f"{chance.randint(1000000, 39999999):08}", proofs._bsn)
    way = "plain" if style == "plain" else pick(chance, plain=6, dots=2, threes=2, spaces=1)
    return {
        "plain": value, "dots": grouped(value, (4, 2), "."), "threes": grouped(value, (3, 3), chance.choice((" ", ".", "-"))),
        "spaces": grouped(value, (4, 2), " "),
    }[way]


def belgian(chance: Random, style: str) -> str:
    born = born_on(chance)
    body = f"{born:%y%m%d}{chance.randint(1, 997):03}"
    value = f"{body}{97 - int(('2' if born.year > 1999 else '') + body) % 97:02}"
    usual = f"{value[:2]}.{value[2:4]}.{value[4:6]}-{value[6:9]}.{value[9:]}"
    if style in {"plain", "dots"}:
        return value if style == "plain" else usual
    spaced = grouped(value, (2, 2, 2, 3), " ")
    return chance.choice((usual, usual, usual, value, value, spaced, usual.replace("-", " "), grouped(value, (6, 3), " "),
                          usual.replace("-", " - "), grouped(value, (6, 3), "-"), usual.replace("-", EN_DASH)))


def born_on(chance: Random) -> date:
    return date(1935, 1, 1) + timedelta(days=chance.randint(0, 31000))


def pesel(chance: Random, _: str) -> str:
    born = born_on(chance)
    month = born.month + (20 if born.year > 1999 else 0)
    value = closed(lambda: f"{born:%y}{month:02}{born.day:02}{some(chance, DIGITS, 4)}", proofs._pesel)
    return chance.choice((value, value, value, value, value, grouped(value, (6,), " "), value.translate(FULLWIDTH)))


def hetu(chance: Random, _: str) -> str:
    born = born_on(chance)
    mark = chance.choice("AAAABCDEF") if born.year > 1999 else chance.choice("-----YXWVU")
    serial = chance.randint(2, 899)
    value = f"{born:%d%m%y}{mark}{serial:03}"
    value += "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{born:%d%m%y}{serial:03}") % 31]
    return chance.choice((value, value, value, value, value, value.lower(), value.replace("-", EN_DASH), value.replace("-", HYPHEN)))


def personnummer(chance: Random, style: str) -> str:
    born = born_on(chance)
    value = closed(lambda: f"{born:%y%m%d}{some(chance, DIGITS, 3)}", proofs.luhn)
    century = f"{born:%Y}"[:2]
    hyphened = f"{value[:6]}-{value[6:]}"
    if style == "plain12":
        return century + value
    if style == "hyphen":
        return chance.choice((hyphened, century + hyphened))
    return chance.choice((hyphened, hyphened, century + hyphened, century + hyphened, century + value, value,
                          f"{value[:6]} {value[6:]}", f"{century}{value[:6]} {value[6:]}", hyphened.replace("-", EN_DASH),
                          f"{value[:6]} - {value[6:]}", f"{value[:2]}{value[2:6]}-{value[6:]}"))


def ahv(chance: Random, style: str) -> str:
    value = closed(lambda: "756" + some(chance, DIGITS, 9), proofs._ahv)
    usual = grouped(value, (3, 4, 4), ".")
    if style == "dots":
        return usual
    return chance.choice((usual, usual, usual, value, usual.replace(".", " "), usual.replace(".", "-"), usual.replace(".", NBSP)))


_write_sin = styled(groups=(3, 3), joints=(" ", "-", NBSP, ".", EN_DASH, HYPHEN))


def sin(chance: Random, style: str) -> str:
    return _write_sin(chance, closed(lambda: chance.choice("1234567") + some(chance, DIGITS, 7), proofs.luhn), style)


def cpf(chance: Random, style: str) -> str:
    body = checked(lambda: some(chance, DIGITS, 9), lambda it: len(set(it)) > 3)
    value = next(body + f"{it:02}" for it in range(100) if proofs._cpf(body + f"{it:02}"))
    usual = f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"
    if style in {"plain", "dots"}:
        return value if style == "plain" else usual
    return chance.choice((usual, usual, usual, usual, value, value[:9] + "-" + value[9:], usual.replace("-", "/"),
                          usual.replace(".", " "), usual.replace("-", EN_DASH), usual.replace("-", ".")))


_write_aadhaar = styled(groups=(4, 4), joints=(" ", "-", NBSP, "  ", ".", EN_DASH))


def aadhaar(chance: Random, style: str) -> str:
    return _write_aadhaar(chance, closed(lambda: chance.choice("23456789") + some(chance, DIGITS, 10), proofs._aadhaar), style)


def resident(chance: Random, _: str) -> str:
    area = chance.choice(("110105", "310101", "440305", "510104", "330106", "420111", "650102"))
    value = closed(lambda: f"{area}{born_on(chance):%Y%m%d}{some(chance, DIGITS, 3)}", proofs._resident, DIGITS + "X")
    return chance.choice((value, value, value, value, value.lower(), grouped(value, (6, 8), " "), value.translate(FULLWIDTH)))


def passport(chance: Random, style: str) -> str:
    def digits(count: int) -> str:
        return some(chance, DIGITS, count)

    value = {
        "gb": lambda: digits(9),
        "us": lambda: chance.choice((digits(9), chance.choice("AXZ") + digits(8))),
        "in": lambda: chance.choice("JKLMNPRSTZ") + digits(7),
        "de": lambda: "C" + some(chance, DIGITS + "CFGHJKLMNPRTVWXYZ", 7) + digits(1),
        "fr": lambda: f"{digits(2)}{some(chance, UPPER, 2)}{digits(5)}",
        "es": lambda: chance.choice((f"{some(chance, UPPER, 3)}{digits(6)}", f"{some(chance, UPPER, 2)}{digits(6)}")),
        "nl": lambda: f"{some(chance, 'BDFHNSP', 2)}{some(chance, DIGITS + 'BCDFGHJKLMNPRTVWXYZ', 6)}{digits(1)}",
        "it": lambda: f"{chance.choice(('YA', 'YB', 'AA'))}{digits(7)}",
        "pl": lambda: f"{some(chance, UPPER, 2)}{digits(7)}",
        "se": lambda: chance.choice((digits(8), f"{some(chance, UPPER, 2)}{digits(6)}")),
        "br": lambda: f"{some(chance, UPPER, 2)}{digits(6)}",
        "cn": lambda: f"{chance.choice('EG')}{digits(8)}",
    }[style]()
    roll = chance.random()
    if roll < 0.08 and style != "de":
        return value.lower()
    if roll < 0.16 and value[-6:].isdigit():
        return f"{value[:-6]} {value[-6:]}"
    return value


def licence(chance: Random, style: str) -> str:
    def digits(count: int) -> str:
        return some(chance, DIGITS, count)

    born = born_on(chance)
    month = born.month + chance.choice((0, 50))
    value = {
        "gb": lambda: f"{chance.choice(('SMITH', 'JONES', 'PATEL', 'BROWN', 'NG999', 'WOOD9'))}{born.year // 10 % 10}{month:02}{born.day:02}{born.year % 10}{chance.choice(('A9', 'JM', 'K9', 'RT'))}{digits(1)}{some(chance, UPPER, 2)}",
        "us": lambda: chance.choice((
            f"{chance.choice('ABDEFNY')}{digits(7)}", f"{chance.choice('SF')}{digits(12)}", digits(9), digits(8),
            f"S{digits(3)}-{digits(4)}-{digits(4)}",
        )),
        "de": lambda: f"{chance.choice('BJNC')}{some(chance, DIGITS + 'ABCDEFGH', 3)}{some(chance, DIGITS + UPPER, 5)}{digits(2)}",
        "fr": lambda: f"{born:%y%m}{chance.randint(10, 95)}{digits(6)}",
        "es": lambda: dni(chance, "plain"),
        "nl": lambda: chance.choice("3456") + digits(9),
        "it": lambda: f"{chance.choice(('U1', 'TO', 'MI', 'RM'))}{digits(7)}{chance.choice(UPPER)}",
        "pl": lambda: f"{digits(5)}/{chance.randint(10, 24)}/{digits(4)}",
        "se": lambda: f"{born:%y%m%d}-{digits(4)}" if chance.random() < 0 else digits(9),
        "br": lambda: digits(11),
        "in": lambda: chance.choice((f"MH{digits(2)} {chance.randint(1990, 2024)}{digits(7)}", f"KA{digits(2)}{chance.randint(1990, 2024)}{digits(7)}", f"DL-{digits(2)}{chance.randint(1990, 2024)}{digits(7)}")),
    }[style]()
    if style == "gb" and chance.random() < 0.2:
        return f"{value[:5]} {value[5:11]} {value[11:]}"
    return value.lower() if style == "gb" and chance.random() < 0.1 else value


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
}


def _written(chance: Random, day: date, style: str) -> str:
    def name(language: str) -> str:
        return MONTHS[language].split()[day.month - 1]

    short = f"{day:%y}"
    slashed = f"{day:%d/%m/%Y}"
    return {
        "iso": lambda: f"{day:%Y-%m-%d}",
        "compact": lambda: f"{day:%Y%m%d}",
        "us": lambda: chance.choice((f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}", f"{day.month}/{day.day}/{short}", f"{name('en')} {day.day}, {day.year}", f"{day:%m-%d-%Y}")),
        "en": lambda: chance.choice((f"{day.day} {name('en')} {day.year}", f"{name('en')} {day.day}, {day.year}", f"{day.day} {name('en')[:3]} {day.year}", f"{day:%d}-{name('en')[:3]}-{day.year}", slashed, f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%d/%m/%y}", f"{name('en')[:3]} {day.day} {day.year}", f"{day.day}{name('en')[:3].upper()}{day.year}")),
        "enth": lambda: f"{day.day}{'th' if 3 < day.day < 21 or day.day % 10 not in (1, 2, 3) else ('st', 'nd', 'rd')[day.day % 10 - 1]} {chance.choice(('', 'of '))}{name('en')} {day.year}",
        "de": lambda: chance.choice((f"{day:%d.%m.%Y}", f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%d.%m.%y}", f"{day:%d. %m. %Y}")),
        "delong": lambda: chance.choice((f"{day.day}. {name('de')} {day.year}", f"{day:%d}. {name('de')} {day.year}", f"{day.day}. {name('de')[:3]}. {day.year}")),
        "fr": lambda: chance.choice((slashed, slashed, f"{day:%d.%m.%Y}", f"{day:%d-%m-%Y}", f"{day:%d/%m/%y}")),
        "frlong": lambda: f"{'1er' if day.day == 1 else day.day} {name('fr')} {day.year}",
        "es": lambda: chance.choice((slashed, slashed, f"{day:%d-%m-%Y}", f"{day.day}/{day.month}/{day.year}")),
        "eslong": lambda: f"{day.day} de {name('es')} de {day.year}",
        "nl": lambda: chance.choice((f"{day:%d-%m-%Y}", f"{day.day}-{day.month}-{day.year}", slashed)),
        "nllong": lambda: f"{day.day} {name('nl')} {day.year}",
        "it": lambda: chance.choice((slashed, f"{day:%d.%m.%Y}", f"{day:%d-%m-%Y}")),
        "itlong": lambda: f"{day.day} {name('it')} {day.year}",
        "cn": lambda: chance.choice((f"{day.year}年{day.month}月{day.day}日", f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}")),
    }[style]()


def birth(chance: Random, style: str) -> str:
    return _written(chance, born_on(chance), style)


def email(chance: Random, style: str) -> str:
    first, last = (chance.choice(it).lower().encode("ascii", "ignore").decode() for it in (FIRST, LAST))
    local = chance.choice((f"{first}.{last}", f"{first[0]}{last}", f"{last}_{first}", f"{first}+news", "info", f"{first}-{last}{chance.randint(1, 99)}", f"{first}.o'{last}"))
    domain = chance.choice(DOMAINS)
    if style == "pct":
        return f"{first}.{last}%40{domain}"
    if style == "upper":
        return f"{first}.{last}@{domain}".upper()
    if style == "idn":
        return chance.choice((f"{first}@bücher.example", f"jürgen.{last}@example.de", f"{first}@xn--bcher-kva.example", "имя@пример.example"))
    if style == "obf":
        return chance.choice((f"{first}.{last} [at] {domain}", f"{first}.{last}(at){domain}", f"{first} at {domain.replace('.', ' dot ')}", f"{first}.{last} [at] {domain.replace('.', ' [dot] ')}"))
    return f"{local}@{domain}"


def phone(chance: Random, style: str) -> str:
    def digits(count: int) -> str:
        return some(chance, DIGITS, count)

    def nz(count: int) -> str:
        return chance.choice("23456789") + digits(count - 1)

    intl = {
        "gb": lambda: f"+44 20 7946 0{digits(3)}", "us": lambda: f"+1 {nz(3)}-555-01{digits(2)}", "de": lambda: f"+49 30 {nz(6)}",
        "fr": lambda: f"+33 {chance.choice('12345679')} {digits(2)} {digits(2)} {digits(2)} {digits(2)}", "es": lambda: f"+34 {chance.choice('69')}{digits(2)} {digits(3)} {digits(3)}",
        "nl": lambda: f"+31 6 {nz(8)}", "it": lambda: f"+39 3{digits(2)} {digits(7)}", "pl": lambda: f"+48 {nz(3)} {digits(3)} {digits(3)}",
        "se": lambda: f"+46 70 {digits(3)} {digits(2)} {digits(2)}", "fi": lambda: f"+358 40 {digits(7)}", "dk": lambda: f"+45 {nz(2)} {digits(2)} {digits(2)} {digits(2)}",
        "br": lambda: f"+55 11 9{digits(4)}-{digits(4)}", "in": lambda: f"+91 9{digits(4)} {digits(5)}", "cn": lambda: f"+86 13{digits(1)} {digits(4)} {digits(4)}",
        "be": lambda: f"+32 47{digits(1)} {digits(2)} {digits(2)} {digits(2)}", "ch": lambda: f"+41 79 {digits(3)} {digits(2)} {digits(2)}", "au": lambda: f"+61 4{digits(2)} {digits(3)} {digits(3)}",
        "jp": lambda: f"+81 90-{digits(4)}-{digits(4)}", "ie": lambda: f"+353 87 {digits(3)} {digits(4)}", "pt": lambda: f"+351 91{digits(1)} {digits(3)} {digits(3)}",
        "at": lambda: f"+43 1 {nz(7)}", "ua": lambda: f"+380 67 {digits(3)} {digits(2)} {digits(2)}", "tr": lambda: f"+90 532 {digits(3)} {digits(2)} {digits(2)}",
        "za": lambda: f"+27 82 {digits(3)} {digits(4)}", "mx": lambda: f"+52 55 {digits(4)} {digits(4)}", "ae": lambda: f"+971 50 {digits(3)} {digits(4)}",
    }
    if style in {"intl", "e164"}:
        value = chance.choice(list(intl.values()))()
        if style == "e164":
            return "+" + "".join(it for it in value if it.isdigit())
        country, _, rest = value.partition(" ")
        return chance.choice((value, value, value, value.replace(" ", NBSP), value.replace(" ", "."), value.replace(" ", "-"), f"{country} (0){rest}" if country in {"+44", "+49", "+33", "+31", "+41", "+43", "+46"} else value,
                              f"00{value[1:]}", f"({country}) {rest}", value.replace(" ", "").replace("-", ""), value.replace("-", HYPHEN), value.translate(FULLWIDTH).replace("+", "\uff0b")))
    if style in intl and chance.random() < 0.25:
        return intl[style]()
    a, area = digits(3), nz(3)
    return {
        "gb": lambda: chance.choice((f"020 7946 0{a}", f"0161 496 0{a}", f"(0161) 496 0{a}", f"01632 960{a}", f"(020) 7946 0{a}", f"0207 946 0{a}", f"0161-496-0{a}", f"+44 (0)161 496 0{a}", f"02079460{a}")),
        "gbm": lambda: chance.choice((f"07700 900{a}", f"07700900{a}", f"07700 900 {a}", f"+44 7700 900{a}", f"+447700900{a}", f"0770 090 0{a}", f"07700-900-{a}", f"+44 (0)7700 900{a}")),
        "us": lambda: chance.choice((f"({area}) 555-01{digits(2)}", f"{area}-555-01{digits(2)}", f"{area}.555.01{digits(2)}", f"{area} 555 01{digits(2)}", f"1-{area}-555-01{digits(2)}", f"+1 ({area}) 555-01{digits(2)}", f"({area})555-01{digits(2)}", f"+1.{area}.555.01{digits(2)}", f"1 ({area}) 555-01{digits(2)}", f"{area}55501{digits(2)}")),
        "de": lambda: chance.choice((f"030 {nz(6)}", f"030/{nz(6)}", f"(030) {nz(6)}", f"089 - {nz(3)} {digits(3)}", f"0711 {nz(5)}-{digits(2)}", f"0 30 / {nz(2)} {digits(2)} {digits(2)}", f"+49 (0) 89 {nz(6)}", f"+49 89 {nz(4)}-{digits(3)}", f"0221.{nz(6)}", f"06221-{nz(5)}", f"0049 40 {nz(6)}", f"069{nz(7)}")),
        "dem": lambda: chance.choice((f"0171 {nz(7)}", f"0171/{nz(7)}", f"0176-{nz(8)}", f"0151 {nz(4)} {digits(4)}", f"+49 171 {nz(7)}", f"+49 (0)160 {nz(7)}", f"0172 / {nz(3)} {digits(2)} {digits(2)}", f"0152{nz(8)}", f"(0179) {nz(7)}")),
        "fr": lambda: chance.choice((f"01 42 {digits(2)} {digits(2)} {digits(2)}", f"06.12.{digits(2)}.{digits(2)}.{digits(2)}", f"06 39 98 {digits(2)} {digits(2)}", f"0142{digits(6)}", f"07-{digits(2)}-{digits(2)}-{digits(2)}-{digits(2)}", f"+33 (0)1 42 {digits(2)} {digits(2)} {digits(2)}", f"+33 6 39 98 {digits(2)} {digits(2)}", f"0033 6 39 98 {digits(2)} {digits(2)}", f"01{NBSP}42{NBSP}{digits(2)}{NBSP}{digits(2)}{NBSP}{digits(2)}")),
        "es": lambda: chance.choice((f"6{digits(2)} {digits(3)} {digits(3)}", f"91 {digits(3)} {digits(2)} {digits(2)}", f"6{digits(8)}", f"93{digits(1)} {digits(2)} {digits(2)} {digits(2)}", f"6{digits(2)}-{digits(3)}-{digits(3)}", f"(+34) 6{digits(2)} {digits(3)} {digits(3)}", f"6{digits(2)}.{digits(3)}.{digits(3)}")),
        "nl": lambda: chance.choice((f"06-{nz(8)}", f"06 {nz(2)} {digits(2)} {digits(2)} {digits(2)}", f"06{nz(8)}", f"020-{nz(7)}", f"020 {nz(3)} {digits(4)}", f"+31 (0)6 {nz(8)}", f"(020) {nz(3)} {digits(2)} {digits(2)}", f"0031 6 {nz(8)}", f"06 - {nz(8)}")),
        "it": lambda: chance.choice((f"06 {nz(4)} {digits(4)}", f"3{digits(2)} {digits(7)}", f"3{digits(2)} {digits(3)} {digits(4)}", f"02/{nz(7)}", f"3{digits(2)}-{digits(7)}", f"3{digits(2)}/{digits(7)}", f"011 {nz(7)}", f"3{digits(9)}", f"0039 3{digits(2)} {digits(7)}")),
        "pl": lambda: chance.choice((f"{nz(3)} {digits(3)} {digits(3)}", f"{nz(3)}-{digits(3)}-{digits(3)}", f"22 {nz(3)} {digits(2)} {digits(2)}", f"{nz(9)}", f"(22) {nz(3)} {digits(2)} {digits(2)}")),
        "se": lambda: chance.choice((f"070-{digits(3)} {digits(2)} {digits(2)}", f"08-{nz(3)} {digits(3)} {digits(2)}", f"070{digits(7)}", f"0708 {digits(2)} {digits(2)} {digits(2)}", f"08-{nz(2)} {digits(2)} {digits(2)}")),
        "fi": lambda: chance.choice((f"040 {digits(7)}", f"09 {nz(4)} {digits(4)}", f"050-{digits(7)}", f"040 {digits(3)} {digits(4)}")),
        "dk": lambda: chance.choice((f"{nz(2)} {digits(2)} {digits(2)} {digits(2)}", f"{nz(8)}", f"{nz(4)} {digits(4)}")),
        "br": lambda: chance.choice((f"(11) 9{digits(4)}-{digits(4)}", f"(21) {nz(4)}-{digits(4)}", f"11 9{digits(4)}-{digits(4)}", f"119{digits(8)}", f"+55 (11) 9{digits(4)}-{digits(4)}")),
        "in": lambda: chance.choice((f"9{digits(4)} {digits(5)}", f"9{digits(9)}", f"09{digits(9)}", f"+91-9{digits(9)}", f"98{digits(3)}-{digits(5)}")),
        "cn": lambda: chance.choice((f"13{digits(9)}", f"138 {digits(4)} {digits(4)}", f"010-{nz(8)}", f"186-{digits(4)}-{digits(4)}", f"+8613{digits(9)}")),
        "be": lambda: chance.choice((f"0470 {digits(2)} {digits(2)} {digits(2)}", f"0475/{digits(2)}.{digits(2)}.{digits(2)}", f"02 {nz(3)} {digits(2)} {digits(2)}", f"0486 {digits(3)} {digits(3)}")),
        "ch": lambda: chance.choice((f"079 {digits(3)} {digits(2)} {digits(2)}", f"044 {nz(3)} {digits(2)} {digits(2)}", f"079/{digits(3)} {digits(2)} {digits(2)}", f"079{digits(7)}", f"+41 (0)79 {digits(3)} {digits(2)} {digits(2)}")),
        "au": lambda: chance.choice((f"04{digits(2)} {digits(3)} {digits(3)}", f"(02) {nz(4)} {digits(4)}", f"02 {nz(4)} {digits(4)}", f"04{digits(8)}")),
    }[style]()


# --- machines


def address(chance: Random, style: str) -> str:
    if style == "v4":
        return ".".join(str(it) for it in (chance.choice((10, 81, 93, 172, 185, 192)), chance.randint(16, 250), chance.randint(1, 250), chance.randint(1, 254)))
    def part() -> str:
        return f"{chance.randint(256, 65535):x}"

    return chance.choice((
        f"2a02:{part()}:{part()}::{chance.randint(1, 9999)}", f"fe80::{part()}:{part()}:{part()}:{part()}",
        ":".join(["2003", *(part() for _ in range(7))]), f"2a00:1450:{part()}:{part()}::{part()}".upper(), f"fd12:{part()}::{chance.randint(1, 9)}",
    ))


def mac(chance: Random, style: str) -> str:
    value = chance.choice(("3c22fb", "f01898", "b827eb", "00505b", "a483e7")) + some(chance, HEX, 6)
    value = chance.choice((value, value.upper()))
    way = style or chance.choice(("colon", "colon", "hyphen", "cisco"))
    if way == "plain":
        return value
    if way == "cisco":
        return grouped(value.lower(), (4, 4), ".")
    return grouped(value, (2,) * 5, ":" if way == "colon" else "-")


def private_key(chance: Random, style: str) -> str:
    name = {"rsa": "RSA ", "ec": "EC ", "dsa": "DSA ", "openssh": "OPENSSH ", "encrypted": "ENCRYPTED "}.get(style, chance.choice(("", "RSA ", "EC ")))
    if style == "pkcs8":
        name = ""
    lines = [some(chance, ALNUM + "+/", 64) for _ in range(chance.randint(3, 12))] + [some(chance, ALNUM, 22) + "=="]
    if style == "pgp":
        return "\n".join(["-----BEGIN PGP PRIVATE KEY " + "BLOCK-----", "Version: GnuPG v2", "", *lines, "=" + some(chance, ALNUM, 4), "-----END PGP PRIVATE KEY " + "BLOCK-----"])
    lines = [f"-----BEGIN {name}PRIVATE " + "KEY-----", *lines, f"-----END {name}PRIVATE " + "KEY-----"]
    joint = {"escaped": "\\n", "indented": "\n  ", "quoted": "\n> ", "crlf": "\r\n"}.get(style, "\n")
    return joint.join(lines)


def jwt(chance: Random, _: str) -> str:
    def part(it: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(it).encode()).decode().rstrip("=")

    head = {"alg": chance.choice(("HS256", "RS256", "ES256")), "typ": "JWT"}
    body = {"sub": chance.choice(FIRST), "exp": chance.randint(1700000000, 1900000000), "scope": "read"}
    return f"{part(head)}.{part(body)}.{some(chance, ALNUM + '-_', 43)}"


def aws(chance: Random, style: str) -> str:
    if style == "id":
        return chance.choice(("AK" + "IA", "AS" + "IA")) + some(chance, UPPER + "234567", 16)
    return some(chance, ALNUM + "+/", 40)


def github(chance: Random, _: str) -> str:
    if chance.random() < 0.3:
        return "github" + f"_pat_{some(chance, ALNUM, 22)}_{some(chance, ALNUM, 59)}"
    return "gh" + chance.choice("psour") + "_" + some(chance, ALNUM, 36)


def slack(chance: Random, style: str) -> str:
    def number() -> str:
        return some(chance, "123456789", 12)

    way = style or chance.choice(("bot", "user", "app"))
    if way == "hook":
        return f"T0{some(chance, UPPER + DIGITS, 8)}/B0{some(chance, UPPER + DIGITS, 8)}/{some(chance, ALNUM, 24)}"
    beginning = {"bot": "xox" + "b-", "user": "xox" + "p-", "app": "xa" + "pp-", "refresh": "xox" + "e-"}[way]
    return beginning + {
        "bot": f"{number()}-{number()}-{some(chance, ALNUM, 24)}",
        "user": f"{number()}-{number()}-{number()}-{some(chance, HEX, 32)}",
        "app": f"1-A0{some(chance, UPPER + DIGITS, 9)}-{number()}-{some(chance, HEX, 64)}",
        "refresh": f"1-{some(chance, ALNUM, 120)}",
    }[way]


def api_key(chance: Random, style: str) -> str:
    return {
        "stripe": lambda: chance.choice(("sk_li" + "ve_", "rk_li" + "ve_", "sk_te" + "st_")) + some(chance, ALNUM, chance.choice((24, 48))),
        "openai": lambda: "sk-" + chance.choice(("", "proj-")) + some(chance, ALNUM, 48),
        "anthropic": lambda: "sk-a" + "nt-api03-" + some(chance, ALNUM + "-_", 90) + "AA",
        "google": lambda: "AI" + "za" + some(chance, ALNUM + "-_", 35),
        "sendgrid": lambda: "S" + f"G.{some(chance, ALNUM, 22)}.{some(chance, ALNUM, 43)}",
        "npm": lambda: "np" + "m_" + some(chance, ALNUM, 36),
        "pypi": lambda: "pyp" + "i-AgEIcHlwaS5vcmc" + some(chance, ALNUM, 100),
        "hf": lambda: "h" + "f_" + some(chance, ALNUM, 34),
        "gitlab": lambda: "glp" + "at-" + some(chance, ALNUM, 20),
        "hex": lambda: some(chance, HEX, chance.choice((32, 40, 64))),
        "mixed": lambda: some(chance, ALNUM, chance.choice((24, 32, 40))),
        "do": lambda: "do" + "p_v1_" + some(chance, HEX, 64),
        "shopify": lambda: "shp" + "at_" + some(chance, HEX, 32),
        "telegram": lambda: f"{some(chance, '123456789', 10)}:AA{some(chance, ALNUM, 33)}",
        "azure": lambda: some(chance, ALNUM + "+/", 86) + "==",
    }[style]()


WORDS = "falke Sommer dragon monkey tulipan Girasole sunshine Kaffee otter vltava naranja harbour".split()


def password(chance: Random, style: str) -> str:
    word = chance.choice(WORDS)
    if style == "url":
        return chance.choice((f"{word}{chance.randint(1, 999)}", some(chance, ALNUM, 12), f"{word}-{chance.choice(WORDS)}-{chance.randint(1, 99)}", f"{word}%40{chance.randint(10, 99)}", f"{word}_{chance.randint(1, 99)}!"))
    return chance.choice((f"{word}{chance.randint(1, 9999)}", f"{word}!{chance.randint(10, 99)}", some(chance, ALNUM, 10), some(chance, ALNUM + "!#$%*-_+", 11) + "z", f"{word}-{chance.choice(WORDS)}-{chance.randint(1, 99)}",
                          f"{word.capitalize()}#{chance.randint(1, 99)}?!", f"{word.capitalize()}@{chance.randint(1, 999)}", f"P@ss{chance.randint(10, 99)}w0rd", word + "ing", f"{chance.randint(100000, 99999999)}",
                          f"Grün{chance.randint(1, 99)}!{word}"))


KINDS: dict[str, Draw] = {
    "credit_card": card, "iban": iban, "crypto_address": coin, "us_ssn": ssn, "uk_nino": nino, "uk_nhs": nhs, "de_tax_id": german_tax,
    "fr_nir": nir, "es_dni": dni, "it_fiscal_code": fiscal, "nl_bsn": bsn, "be_nrn": belgian, "pl_pesel": pesel, "fi_hetu": hetu,
    "se_personnummer": personnummer, "ch_ahv": ahv, "ca_sin": sin, "br_cpf": cpf, "in_aadhaar": aadhaar, "cn_resident_id": resident,
    "passport": passport, "driving_licence": licence, "date_of_birth": birth, "email": email, "phone": phone, "ip_address": address,
    "mac_address": mac, "private_key": private_key, "jwt": jwt, "aws_key": aws, "github_token": github, "slack_token": slack,
    "api_key": api_key, "password": password,
}  # fmt: skip


# --- what is not sensitive


def _bad(draw: Callable[[Random], str], proves: Callable[[str], bool]) -> Draw:
    return lambda chance, _: checked(lambda: draw(chance), proves, right=False)


def _isbn(chance: Random, _: str) -> str:
    body = "978" + some(chance, DIGITS, 9)
    value = last_digit(body, proofs._ahv) or body
    return chance.choice((value, f"978-{value[3]}-{value[4:7]}-{value[7:12]}-{value[12]}"))


OTHERS: dict[str, Draw] = {
    "name": lambda it, _: f"{it.choice(FIRST)} {it.choice(LAST)}",
    "street": lambda it, _: f"{it.choice(LAST)}straße {it.randint(1, 99)}",
    "expiry": lambda it, _: f"{it.randint(1, 12):02}/{it.randint(26, 31)}",
    "amount": lambda it, _: it.choice((f"{it.randint(1, 9)},{some(it, DIGITS, 3)}.{some(it, DIGITS, 2)}", f"{it.randint(1, 999)}.{some(it, DIGITS, 2)}", f"{it.randint(1, 9)}.{some(it, DIGITS, 3)},{some(it, DIGITS, 2)}")),
    "order": lambda it, _: it.choice((some(it, "123456789", 8), f"A-{some(it, DIGITS, 6)}", f"2026/{some(it, DIGITS, 5)}", f"{some(it, DIGITS, 3)}-{some(it, DIGITS, 7)}-{some(it, DIGITS, 7)}")),
    "invoice": lambda it, _: it.choice((f"RE-2026-{some(it, DIGITS, 5)}", f"INV{some(it, DIGITS, 7)}", f"2026{some(it, DIGITS, 6)}", f"{some(it, DIGITS, 4)}/26")),
    "date": lambda it, _: _written(it, date(2019, 1, 1) + timedelta(days=it.randint(0, 2900)), it.choice(("iso", "de", "fr", "en", "us"))),
    "time": lambda it, _: f"{it.randint(0, 23):02}:{it.randint(0, 59):02}",
    "bic": lambda it, _: some(it, UPPER, 4) + it.choice(("DE", "FR", "GB")) + some(it, UPPER, 2) + "XXX",
    "isbn": _isbn,
    "ean": lambda it, _: "40" + some(it, DIGITS, 11),
    "version": lambda it, _: f"{it.randint(0, 12)}.{it.randint(0, 40)}.{it.randint(0, 20)}",
    "version4": lambda it, _: f"{it.randint(90, 130)}.0.{it.randint(1000, 7000)}.{it.randint(10, 200)}",
    "uuid": lambda it, _: grouped(it.randbytes(16).hex(), (8, 4, 4, 4), "-"),
    "sha1": lambda it, _: it.randbytes(20).hex(),
    "sha256": lambda it, _: it.randbytes(32).hex(),
    "md5": lambda it, _: it.randbytes(16).hex(),
    "coords": lambda it, _: f"{it.uniform(-90, 90):.6f}, {it.uniform(-180, 180):.6f}",
    "part": lambda it, _: it.choice((f"{some(it, UPPER, 2)}{some(it, DIGITS, 4)}-{some(it, DIGITS, 3)}", f"{some(it, DIGITS, 3)}.{some(it, DIGITS, 3)}.{some(it, DIGITS, 2)}", f"{some(it, UPPER + DIGITS, 10)}")),
    "tracking": lambda it, _: it.choice((f"1Z{some(it, UPPER + DIGITS, 16)}", f"00{some(it, DIGITS, 18)}", some(it, DIGITS, 12), f"RR{some(it, DIGITS, 9)}DE")),
    "imei": lambda it, _: f"35{some(it, DIGITS, 13)}",
    "port": lambda it, _: str(it.randint(1024, 65535)),
    "digits": lambda it, count: it.choice("123456789") + some(it, DIGITS, int(count) - 1),
    "hex": lambda it, count: some(it, HEX, int(count)),
    "case": lambda it, _: f"{it.randint(1, 9)} {it.choice(('AZR', 'O', 'Js'))} {it.randint(1, 999)}/{it.randint(10, 26)}",
    "vat": lambda it, _: it.choice((f"DE{some(it, DIGITS, 9)}", f"FR{some(it, DIGITS, 11)}", f"GB{some(it, DIGITS, 9)}", f"ATU{some(it, DIGITS, 8)}")),
    "siret": lambda it, _: grouped(some(it, DIGITS, 14), (3, 3, 3), " "),
    "nip": lambda it, _: grouped(some(it, "123456789", 10), (3, 3, 2), "-"),
    "epoch": lambda it, _: str(it.randint(1600000000, 1799999999)),
    "epoch_ms": lambda it, _: str(it.randint(1600000000000, 1799999999999)),
    "booking": lambda it, _: some(it, UPPER, 6),
    "pan": lambda it, _: some(it, UPPER, 5) + some(it, DIGITS, 4) + it.choice(UPPER),
    "sort": lambda it, _: grouped(some(it, DIGITS, 6), (2, 2), "-"),
    "bad_card": lambda it, _: grouped(checked(lambda: "4" + some(it, DIGITS, 15), proofs.luhn, right=False), (4, 4, 4), it.choice((" ", "-", ""))),
    "bad_iban": lambda it, _: iban(it, "", right=False),
    "bad_ssn": lambda it, _: it.choice((f"000-{some(it, DIGITS, 2)}-{some(it, DIGITS, 4)}", f"9{some(it, DIGITS, 2)}-00-{some(it, DIGITS, 4)}", f"666-12-{some(it, DIGITS, 4)}")),
    "bad_nhs": _bad(lambda it: grouped(some(it, "456", 10), (3, 3), " "), proofs._nhs),
    "bad_pesel": _bad(lambda it: f"{it.randint(40, 99)}0{it.randint(1, 9)}{it.randint(10, 28)}{some(it, DIGITS, 5)}", proofs._pesel),
    "bad_dni": _bad(lambda it: some(it, DIGITS, 8) + it.choice("TRWAGMYFPDXBNJZSQVHLCKE"), proofs._dni),
    "bad_cf": lambda it, _: fiscal(it, "plain", right=False),
    "bad_bsn": _bad(lambda it: it.choice("123") + some(it, DIGITS, 8), proofs._bsn),
}  # fmt: skip
