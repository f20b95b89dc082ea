"""What is sensitive: numbers that prove themselves, masks that tell nothing, and which find stands."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain.sensitive import DOT, Find, SensitiveKind, masked, numbers, resolved
from aether.domain.sensitive.checksums import (
    BASE58,
    base58check,
    bech32,
    ean13,
    luhn,
    mod11_2,
    mod11_10,
    mod97,
    verhoeff,
)

DIGITS = "0123456789"
RIGHT = {
    numbers.card: ["4242424242424242", "5555555555554444", "378282246310005", "30569309025904"],
    numbers.iban: ["DE89370400440532013000", "GB29NWBK60161331926819", "MT84MALT011000012345MTLCAST001S"],
    numbers.ssn: ["536221234", "899010001"],
    numbers.nino: ["AB123456C", "CE987654B"],
    numbers.nhs: ["9434765919"],
    numbers.tax_id_de: ["86095742719", "47036892816", "65929970489"],
    numbers.nir: ["184127645108946", "255081416802538"],
    numbers.dni: ["12345678Z", "X1234567L"],
    numbers.fiscal_code: ["RSSMRA85T10A562S", "MRTMTT91D08F205J"],
    numbers.bsn: ["111222333", "123456782"],
    numbers.nrn: ["85073003328"],
    numbers.pesel: ["44051401359"],
    numbers.hetu: ["131052308T", "010104A072T", "010104072T"],
    numbers.personnummer: ["8112189876", "7010632391"],
    numbers.ahv: ["7569217076985"],
    numbers.sin: ["130692544"],
    numbers.cpf: ["11144477735", "52998224725"],
    numbers.aadhaar: ["234123412346"],
    numbers.resident_id: ["11010519491231002X"],
    numbers.phone: ["4930901820", "442079460958", "14155552671"],
}
WRONG = {
    numbers.card: ["4242424242424241", "0000000000000000", "9999999999999995", "42424242424242424"],
    numbers.iban: ["DE88370400440532013000", "XX89370400440532013000", "DE8937040044053201300"],
    numbers.ssn: ["000123456", "666123456", "900123456", "123004567", "123450000", "078051120"],
    numbers.nino: ["QQ123456C", "GB123456A", "AO123456C", "DA123456C"],
    numbers.tax_id_de: ["06095742719", "11111111111", "12345678903"],
    numbers.nir: ["184137645108946"],
    numbers.pesel: ["44053301359"],
    numbers.hetu: ["320152308T"],
    numbers.resident_id: ["110105194913310029"],
    numbers.phone: ["4930", "1234567", "14115552671", "99999999999999999", "33333333333"],
}


@pytest.mark.parametrize(("proof", "code"), [(proof, code) for proof in RIGHT for code in RIGHT[proof]])
def test_numbers_that_were_given_out_prove_themselves(proof: object, code: str) -> None:
    assert callable(proof)
    assert proof(code)


@pytest.mark.parametrize(("proof", "code"), [(proof, code) for proof in WRONG for code in WRONG[proof]])
def test_numbers_that_nobody_gives_out_do_not(proof: object, code: str) -> None:
    assert callable(proof)
    assert not proof(code)


@pytest.mark.parametrize(
    "proof", [it for it in RIGHT if it not in {numbers.ssn, numbers.nino, numbers.phone}]
)
def test_a_wrong_last_sign_is_noticed(proof: object) -> None:
    assert callable(proof)
    for code in RIGHT[proof]:
        letters = "X" if proof is numbers.resident_id else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        others = DIGITS if code[-1].isdigit() else letters
        held = [other for other in others if proof(code[:-1] + other)]
        assert held == [code[-1]]


def _completed(body: str, right: object) -> str:
    assert callable(right)
    (last,) = [digit for digit in DIGITS if right(body + digit)]
    return body + last


@given(st.text(DIGITS, min_size=12, max_size=18), st.data())
def test_luhn_notices_every_wrong_digit(body: str, data: st.DataObject) -> None:
    number = _completed(body, luhn)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([it for it in DIGITS if it != number[place]]))

    assert not luhn(number[:place] + other + number[place + 1 :])


@given(st.text(DIGITS, min_size=11, max_size=11), st.data())
def test_verhoeff_notices_every_swap_of_neighbours(body: str, data: st.DataObject) -> None:
    number = _completed(body, verhoeff)
    place = data.draw(st.integers(0, len(number) - 2))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    assert verhoeff(swapped) == (swapped == number)


@given(st.text("ABCDEFGHJKLMNPQRSTUVWXYZ" + DIGITS, min_size=11, max_size=30))
def test_each_body_has_one_pair_of_check_digits_of_97(body: str) -> None:
    right = [check for check in range(2, 99) if mod97(f"DE{check:02}{body}")]

    assert len(right) == 1


@given(st.text(DIGITS, min_size=10, max_size=17))
def test_each_body_has_one_last_sign_of_eleven(body: str) -> None:
    assert len([it for it in DIGITS if mod11_10(body + it)]) == 1
    assert len([it for it in DIGITS + "X" if mod11_2(body + it)]) == 1


@given(st.text(DIGITS, min_size=12, max_size=12))
def test_each_body_has_one_last_digit_of_an_article(body: str) -> None:
    assert len([it for it in DIGITS if ean13(body + it)]) == 1


@pytest.mark.parametrize(
    ("address", "version"),
    [("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 0), ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", 5)],
)
def test_addresses_of_coins_have_a_checksum(address: str, version: int) -> None:
    assert base58check(address) == version
    for place in range(len(address)):
        other = BASE58[(BASE58.index(address[place]) + 1) % 58]
        assert base58check(address[:place] + other + address[place + 1 :]) is None


@pytest.mark.parametrize(
    "address",
    [
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
)
def test_later_addresses_have_another(address: str) -> None:
    assert bech32(address)
    assert not bech32(address[:-1] + ("q" if address[-1] != "q" else "p"))


VALUES = {
    SensitiveKind.EMAIL: "ada.lovelace@rivers.example.org",
    SensitiveKind.PHONE: "+49 30 90182012",
    SensitiveKind.CREDIT_CARD: "5555-5555-5555-4444",
    SensitiveKind.IBAN: "DE89 3704 0044 0532 0130 00",
    SensitiveKind.IP_ADDRESS: "192.168.10.55",
    SensitiveKind.MAC_ADDRESS: "3C-22-FB-11-22-33",
    SensitiveKind.PASSWORD: "Tr0ub4dor&3",
    SensitiveKind.AWS_KEY: "AKIA" + "IOSFODNN7EXAMPLE",
    SensitiveKind.GITHUB_TOKEN: "ghp_" + "a1" * 18,
    SensitiveKind.CRYPTO_ADDRESS: "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    SensitiveKind.US_SSN: "536-22-1234",
    SensitiveKind.DATE_OF_BIRTH: "4 May 1990",
}
MASKS = {
    SensitiveKind.EMAIL: "a•••@r•••.org",
    SensitiveKind.PHONE: "+•••• 12",
    SensitiveKind.CREDIT_CARD: "•••• 4444",
    SensitiveKind.IBAN: "DE•• •••• 3000",
    SensitiveKind.IP_ADDRESS: "192.•.•.•",
    SensitiveKind.MAC_ADDRESS: "3C:••:••:••:••:••",
    SensitiveKind.PASSWORD: "••••••••",
    SensitiveKind.AWS_KEY: "AKIA••••••••",
    SensitiveKind.GITHUB_TOKEN: "ghp_••••••••",
    SensitiveKind.CRYPTO_ADDRESS: "1A1z••••vfNa",
    SensitiveKind.US_SSN: "•••• 34",
    SensitiveKind.DATE_OF_BIRTH: "••••••••",
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_mask_shows_enough_for_who_knows_the_value_already(kind: SensitiveKind) -> None:
    assert masked(kind, VALUES[kind]) == MASKS[kind]


@given(st.sampled_from(SensitiveKind), st.from_regex(r"[A-Za-z0-9]{10,40}", fullmatch=True))
def test_no_mask_tells_its_value(kind: SensitiveKind, value: str) -> None:
    mask = masked(kind, value)

    assert DOT in mask
    assert not any(value[place : place + 5] in mask for place in range(len(value) - 4))


@pytest.mark.parametrize(
    ("kind", "value", "mask"),
    [
        (SensitiveKind.EMAIL, "b@x.example", "•••@•••.example"),
        (SensitiveKind.EMAIL, "ab@example.org", "•••@e•••.org"),
        (SensitiveKind.US_SSN, "1234", "••••"),
        (SensitiveKind.PHONE, "12345", "••••"),
        (SensitiveKind.PASSPORT, "\U0001d7d9\U0001d7da\U0001d7db", "••••"),
        (SensitiveKind.CREDIT_CARD, "4242 4242", "••••"),
        (SensitiveKind.CRYPTO_ADDRESS, "1A1zP1eP", "••••••••"),
    ],
)
def test_what_is_short_is_not_shown_by_its_ends(kind: SensitiveKind, value: str, mask: str) -> None:
    assert masked(kind, value) == mask


def test_what_opens_doors_is_not_about_a_person() -> None:
    assert not SensitiveKind.PASSWORD.personal
    assert not SensitiveKind.PRIVATE_KEY.personal
    assert SensitiveKind.EMAIL.personal
    assert SensitiveKind.CREDIT_CARD.personal


def find(start: int, end: int, kind: SensitiveKind = SensitiveKind.PHONE, confidence: float = 0.8) -> Find:
    return Find(start=start, end=end, kind=kind, confidence=confidence, masked="")


def test_of_two_that_overlap_the_longer_stands_and_of_equals_the_surer() -> None:
    longer, shorter = find(0, 19, confidence=0.5), find(5, 15)
    sure, unsure = find(30, 40, SensitiveKind.IBAN, 0.99), find(30, 40)
    first, second = find(50, 60, SensitiveKind.PHONE), find(50, 60, SensitiveKind.CREDIT_CARD)
    apart = [find(70, 75), find(75, 80)]

    assert resolved([shorter, longer, unsure, sure, first, second, *apart]) == [longer, sure, second, *apart]


@given(
    st.lists(st.builds(lambda start, long: find(start, start + long), st.integers(0, 60), st.integers(1, 20)))
)
def test_what_stands_never_overlaps_and_what_falls_always_overlapped_something(finds: list[Find]) -> None:
    standing = resolved(finds)

    assert all(before.end <= after.start for before, after in pairwise(standing))
    assert set(standing) <= set(finds)
    for fallen in set(finds) - set(standing):
        over = [it for it in standing if it.start < fallen.end and fallen.start < it.end]
        assert max(it.end - it.start for it in over) >= fallen.end - fallen.start
