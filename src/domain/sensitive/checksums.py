"""Checksums: what tells a number that was given to somebody from one that only looks like it.

Each takes nothing but the characters that count, without spaces or hyphens.
"""

from hashlib import sha256

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

_IN_DIGITS = {ord(letter): str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""Letters as the two digits that stand for them in an IBAN."""
_DOUBLED = bytes(48) + bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)) + bytes(198)
"""What each digit, written in ASCII, counts twice over."""
_BASE58_VALUES = {letter: value for value, letter in enumerate(BASE58)}
_BECH32_VALUES = {letter: value for value, letter in enumerate(BECH32)}
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ENDS = {1, 0x2BC830A3}
"""What a right address comes to, of the first kind and of the later one."""

_DIHEDRAL = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def luhn(digits: str) -> bool:
    """Whether the last digit is that of Luhn, as on payment cards."""
    signs = digits.encode()
    return (sum(signs[-1::-2]) - 48 * len(signs[::2]) + sum(signs[-2::-2].translate(_DOUBLED))) % 10 == 0


def mod97(code: str) -> bool:
    """Whether letters and digits leave 1 of 97 once the first four stand last, as in an IBAN."""
    turned = code[4:] + code[:4]
    return int(turned.translate(_IN_DIGITS)) % 97 == 1


def mod11_10(digits: str) -> bool:
    """Whether the last digit is that of ISO 7064 MOD 11,10, as in German tax numbers."""
    product = 10
    for digit in digits[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def mod11_2(code: str) -> bool:
    """Whether the last digit, or X, is that of ISO 7064 MOD 11-2, as in Chinese resident numbers."""
    total = 0
    for digit in code[:-1]:
        total = (total + int(digit)) * 2 % 11
    last = 10 if code[-1] in "Xx" else int(code[-1])
    return (total + last) % 11 == 1


def ean13(digits: str) -> bool:
    """Whether the last of thirteen digits is that of an EAN."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def verhoeff(digits: str) -> bool:
    """Whether the last digit is that of Verhoeff, as in Aadhaar numbers."""
    check, permutation = 0, tuple(range(10))
    for digit in reversed(digits):
        check = _DIHEDRAL[check][permutation[int(digit)]]
        permutation = tuple(_PERMUTED[value] for value in permutation)
    return check == 0


def weighted(digits: str, weights: tuple[int, ...]) -> int:
    """The sum of the digits, each so many times; as many of them as there are weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def base58check(address: str) -> int | None:
    """The version byte of an address of 21 bytes in Base58Check; none if its checksum is wrong."""
    value = 0
    for letter in address:
        value = value * 58 + _BASE58_VALUES[letter]
    if value >> (25 * 8):
        return None
    packed = value.to_bytes(25, "big")
    if len(address) - len(address.lstrip("1")) != 25 - len(packed.lstrip(b"\0")):
        return None
    digest = sha256(sha256(packed[:21]).digest()).digest()
    return packed[0] if digest[:4] == packed[21:] else None


def bech32(address: str) -> bool:
    """Whether an address in small letters has the checksum of Bech32 or Bech32m."""
    human, _, data = address.rpartition("1")
    values = [ord(letter) >> 5 for letter in human] + [0] + [ord(letter) & 31 for letter in human]
    values += [_BECH32_VALUES[letter] for letter in data]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(_BECH32_STEPS):
            check ^= step if top >> bit & 1 else 0
    return check in _BECH32_ENDS
