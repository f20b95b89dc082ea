"""Numbers that states, banks and telephone companies give out, and how they prove themselves.

Each function takes what counts of a number, without spaces, dots or hyphens, and letters
as capitals. What is true of about one in ten numbers (a single check digit) is no proof by itself.
"""

from datetime import date

from aether.domain.sensitive.checksums import ean13, luhn, mod11_2, mod11_10, mod97, verhoeff, weighted

IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FK", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HN", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}
"""How long the account numbers of each country are."""

E164_LENGTHS = range(8, 16)
NANP_LENGTH = 10

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_HETU = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FISCAL_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_FISCAL_ODD_LETTERS = (
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
)  # fmt: skip
_FISCAL_MONTHS = "ABCDEHLMPRST"
_SSN_SHOWN = {"078051120", "219099999", "457555462", "123456789"}
"""Numbers that were printed in advertisements, and the one that everybody makes up."""
_CALLING_CODES = (
    *(
        "1",
        "7",
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
    ),
    *("48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66"),
    *("81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
    *("21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68", "69"),
    *("80", "85", "87", "88", "96", "97", "99"),
)
"""How the codes of countries begin."""
_CARDS = (
    ("4", "4", {13, 16, 19}),
    ("51", "55", {16}),
    ("2221", "2720", {16}),
    ("34", "34", {15}),
    ("37", "37", {15}),
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("300", "305", range(14, 20)),
    ("3528", "3589", range(16, 20)),
    ("6011", "6011", range(16, 20)),
    *((first, first, range(16, 20)) for first in ("5018", "5020", "5038", "5893", "6304", "6759")),
    ("6761", "6763", range(16, 20)),
    ("2200", "2204", range(16, 20)),
    ("62", "62", range(16, 20)),
    ("644", "649", range(16, 20)),
    ("65", "65", range(16, 20)),
)
"""How the cards of each scheme begin, from the first to the last, and how long they are."""
_MONTHS_IN_NIR = {*range(1, 13), *range(20, 43), *range(50, 100)}
"""Months, and what INSEE writes where the month of a birth is not known."""
_DAYS_IN_FISCAL_CODE = {*range(1, 32), *range(41, 72)}
"""Days, and those of women."""


def card(digits: str) -> bool:
    """Whether some scheme gives out cards of this beginning and length, and Luhn's digit is right."""
    return (
        luhn(digits)
        and len(set(digits)) > 1
        and any(
            first <= digits[: len(first)] <= last and len(digits) in lengths
            for first, last, lengths in _CARDS
        )
    )


def iban(code: str) -> bool:
    """Whether it is an account number of its country's length, with the right checksum."""
    return IBAN_LENGTHS.get(code[:2]) == len(code) and code[4:] != "0" * len(code[4:]) and mod97(code)


def ssn(digits: str) -> bool:
    """Whether the United States may have given it out."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    fits = area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"
    return fits and digits not in _SSN_SHOWN


def nino(code: str) -> bool:
    """Whether the United Kingdom may have given it out for national insurance."""
    reserved = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
    return code[0] not in "DFIQUV" and code[1] not in "DFIOQUV" and code[:2] not in reserved


def nhs(digits: str) -> bool:
    """Whether the check digit of the National Health Service is right; one in eleven is."""
    check = -weighted(digits, (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return check == int(digits[9]) and len(set(digits)) > 1


def tax_id_de(digits: str) -> bool:
    """Whether it is a German tax number: one digit there twice or thrice, the others once at most."""
    counts = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    return digits[0] != "0" and counts[-1] in {2, 3} and counts[-2] == 1 and mod11_10(digits)


def nir(code: str) -> bool:
    """Whether a French social security number has its key, from Corsica too."""
    number = code[:5] + code[5:7].replace("2A", "19").replace("2B", "18") + code[7:13]
    known = int(code[3:5]) in _MONTHS_IN_NIR and number.isdecimal()
    return known and 97 - int(number) % 97 == int(code[13:])


def dni(code: str) -> bool:
    """Whether the letter of a Spanish DNI or NIE is right."""
    number = {"X": "0", "Y": "1", "Z": "2"}.get(code[0], code[0]) + code[1:-1]
    return _DNI[int(number) % 23] == code[-1] and number.strip("0") != ""


def fiscal_code(code: str) -> bool:
    """Whether an Italian fiscal code has a day, a month and the right last letter."""
    odd = (
        _FISCAL_ODD[int(sign)] if sign.isdecimal() else _FISCAL_ODD_LETTERS[ord(sign) - 65]
        for sign in code[0:15:2]
    )
    even = (int(sign) if sign.isdecimal() else ord(sign) - 65 for sign in code[1:15:2])
    real = code[8] in _FISCAL_MONTHS and int(code[9:11]) in _DAYS_IN_FISCAL_CODE
    return real and (sum(odd) + sum(even)) % 26 == ord(code[15]) - 65


def bsn(digits: str) -> bool:
    """Whether a Dutch citizen's number passes its test; one in eleven does."""
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and digits.strip("0") != ""


def nrn(digits: str) -> bool:
    """Whether a Belgian national number has its key, for those born before 2000 or since."""
    key = int(digits[9:])
    return key in {97 - int(century + digits[:9]) % 97 for century in ("", "2")} and _day(digits[:6])


def pesel(digits: str) -> bool:
    """Whether a Polish number has a date and the right digit."""
    month = int(digits[2:4]) % 20
    check = -weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10
    return _day(f"{digits[:2]}{month:02}{digits[4:6]}") and check == int(digits[10])


def hetu(code: str) -> bool:
    """Whether a Finnish number has a date and the right last sign.

    Of the signs for the century those count that are letters, as they are of all who were born since 2000.
    """
    code = code[:6] + code[-4:]
    return _day(code[4:6] + code[2:4] + code[:2]) and _HETU[int(code[:9]) % 31] == code[9]


def personnummer(digits: str) -> bool:
    """Whether a Swedish number of ten digits has a date and the right last digit.

    Who is not registered there has a number too, with 60 added to the day.
    """
    day = int(digits[4:6])
    return _day(f"{digits[:4]}{day - 60 if day > 60 else day:02}") and luhn(digits)  # noqa: PLR2004


def ahv(digits: str) -> bool:
    """Whether a Swiss insurance number is one."""
    return digits.startswith("756") and ean13(digits)


def sin(digits: str) -> bool:
    """Whether a Canadian number has the right digit; one in ten has."""
    return digits[0] not in "08" and luhn(digits)


def cpf(digits: str) -> bool:
    """Whether a Brazilian number has both its check digits."""
    for length in (9, 10):
        check = weighted(digits, tuple(range(length + 1, 1, -1))) * 10 % 11 % 10
        if check != int(digits[length]):
            return False
    return len(set(digits)) > 1


def aadhaar(digits: str) -> bool:
    """Whether an Indian number has the right digit; one in ten has."""
    return digits[0] not in "01" and verhoeff(digits)


def resident_id(code: str) -> bool:
    """Whether a Chinese number has a date and the right last sign."""
    return _date(code[6:10], code[10:12], code[12:14]) and mod11_2(code)


def phone(digits: str) -> bool:
    """Whether it is a number of the world's telephone net, from the country's code on."""
    if digits.startswith("1"):
        return nanp(digits[1:])
    varied = len(set(digits)) > 2  # noqa: PLR2004 - or it is made up
    return len(digits) in E164_LENGTHS and varied and digits.startswith(_CALLING_CODES)


def nanp(digits: str) -> bool:
    """Whether they are the ten digits of a number of North America."""
    if len(digits) != NANP_LENGTH:
        return False
    area, office = digits[:3], digits[3:6]
    return area[0] not in "01" and office[0] not in "01" and area[1] != "9" and area[1:] != "11"


def birthday(year: str, month: str, day: str) -> bool:
    """Whether there was such a day within living memory."""
    return "1900" <= year <= "2099" and _date(year, month, day)


def _day(digits: str) -> bool:
    """Whether six digits are a year of some century, a month and a day."""
    year, month, day = digits[:2], digits[2:4], digits[4:6]
    return _date(f"20{year}", month, day) or _date(f"19{year}", month, day)


def _date(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True
