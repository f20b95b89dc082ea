"""Whether a number proves itself, computed anew from the published rules.

It shares no line with the domain's checksums, so that what is planted is not measured with what plants it.
"""

import hashlib
from collections.abc import Callable, Mapping

from aether.domain.sensitive import SensitiveKind as Kind


def digits(value: str) -> list[int]:
    return [int(it) for it in value if it.isdigit()]


def proves(kind: Kind, value: str) -> bool:
    """Whether *value* fulfils the arithmetic of its kind; kinds without any are believed."""
    proof = _PROOFS.get(kind)
    return proof is None or proof(value)


def luhn(value: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits(value))):
        total += sum(divmod(digit * (1 + place % 2), 10))
    return total % 10 == 0


def _card(value: str) -> bool:
    return 13 <= len(digits(value)) <= 19 and luhn(value)


def _iban(value: str) -> bool:
    plain = "".join(value.split()).replace("-", "").upper()
    lengths = {"DE": 22, "FR": 27, "GB": 22, "NL": 18, "ES": 24, "IT": 27, "CH": 21, "PL": 28, "BE": 16}
    if len(plain) != lengths.get(plain[:2], len(plain)):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(it, 36)) for it in turned)) % 97 == 1


def _ssn(value: str) -> bool:
    body = "".join(map(str, digits(value)))
    area, group, serial = body[:3], body[3:5], body[5:]
    return area not in {"000", "666"} and area < "900" and int(group) > 0 and int(serial) > 0


def _nhs(value: str) -> bool:
    *body, check = digits(value)
    rest = 11 - sum(weight * it for weight, it in zip(range(10, 1, -1), body, strict=True)) % 11
    return rest % 11 == check


def _german_tax(value: str) -> bool:
    body = digits(value)
    counts = sorted(body[:10].count(it) for it in set(body[:10]))
    product = 10
    for it in body[:10]:
        product = ((product + it) % 10 or 10) * 2 % 11
    return body[0] > 0 and counts[-1] in {2, 3} and counts[-2] == 1 and (11 - product) % 10 == body[10]


def _nir(value: str) -> bool:
    plain = "".join(value.split()).upper().replace("2A", "19").replace("2B", "18")
    return len(plain) == 15 and 97 - int(plain[:13]) % 97 == int(plain[13:])


def _dni(value: str) -> bool:
    plain = value.upper().replace("-", "").replace(" ", "").replace(".", "")
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == plain[-1]


_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8),
            *(12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def _fiscal_code(value: str) -> bool:
    plain = value.upper().replace(" ", "")
    odd = sum(_ODD[it] for it in plain[0:15:2])
    even = sum(int(it) if it.isdigit() else ord(it) - ord("A") for it in plain[1:15:2])
    return chr(ord("A") + (odd + even) % 26) == plain[15]


def _bsn(value: str) -> bool:
    body = digits(value)
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(weight * it for weight, it in zip(weights, body, strict=True)) % 11 == 0


def _belgian(value: str) -> bool:
    plain = "".join(map(str, digits(value)))
    check = int(plain[9:])
    return check in {97 - int(plain[:9]) % 97, 97 - int("2" + plain[:9]) % 97}


def _pesel(value: str) -> bool:
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    return sum(weight * it for weight, it in zip(weights, digits(value), strict=True)) % 10 == 0


def _hetu(value: str) -> bool:
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(value[:6] + value[7:10]) % 31] == value[10]


def _personnummer(value: str) -> bool:
    return luhn("".join(map(str, digits(value)[-10:])))


def _ahv(value: str) -> bool:
    body = digits(value)
    return sum(it * (1 + 2 * (place % 2)) for place, it in enumerate(body)) % 10 == 0


def _cpf(value: str) -> bool:
    body = digits(value)
    for length in (9, 10):
        total = sum(it * (length + 1 - place) for place, it in enumerate(body[:length]))
        if total * 10 % 11 % 10 != body[length]:
            return False
    return True


def _dihedral(left: int, right: int) -> int:
    """The product of two symmetries of the pentagon, those from 5 on being reflections."""
    if left < 5:
        return (left + right) % 5 + 5 * (right >= 5) if right < 5 else (left + right - 5) % 5 + 5
    return (left - right) % 5 + 5 if right < 5 else (left - right) % 5


def _aadhaar(value: str) -> bool:
    permutation, total = list(range(10)), 0
    base = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    for it in reversed(digits(value)):
        total = _dihedral(total, permutation[it])
        permutation = [base[it] for it in permutation]
    return total == 0 and digits(value)[0] > 1


def _resident(value: str) -> bool:
    body = [10 if it in "xX" else int(it) for it in value]
    return sum(it * pow(2, 17 - place, 11) for place, it in enumerate(body)) % 11 == 1


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _coin(value: str) -> bool:
    if value.startswith(("0x", "bc1")):
        return True  # those planted are the standards' own examples
    number = 0
    for it in value:
        number = number * 58 + _BASE58.index(it)
    whole = number.to_bytes(25, "big")
    return hashlib.sha256(hashlib.sha256(whole[:-4]).digest()).digest()[:4] == whole[-4:]


_PROOFS: Mapping[Kind, Callable[[str], bool]] = {
    Kind.CREDIT_CARD: _card,
    Kind.IBAN: _iban,
    Kind.US_SSN: _ssn,
    Kind.UK_NHS: _nhs,
    Kind.DE_TAX_ID: _german_tax,
    Kind.FR_NIR: _nir,
    Kind.ES_DNI: _dni,
    Kind.IT_FISCAL_CODE: _fiscal_code,
    Kind.NL_BSN: _bsn,
    Kind.BE_NRN: _belgian,
    Kind.PL_PESEL: _pesel,
    Kind.FI_HETU: _hetu,
    Kind.SE_PERSONNUMMER: _personnummer,
    Kind.CH_AHV: _ahv,
    Kind.CA_SIN: luhn,
    Kind.BR_CPF: _cpf,
    Kind.IN_AADHAAR: _aadhaar,
    Kind.CN_RESIDENT_ID: _resident,
    Kind.CRYPTO_ADDRESS: _coin,
}
