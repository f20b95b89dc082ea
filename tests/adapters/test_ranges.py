"""Parts of files by their bytes: as slices of the whole, as RFC 9110 has it."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from aether.adapters.http import ranges
from aether.adapters.http.ranges import RangeUnsatisfiable
from aether.domain.blobs import PIECE
from tests.adapters.test_file_doors import refusal
from tests.graphql.conftest import (  # noqa: F401 - pytest finds them by their names
    ada,
    ben,
    beside,
    eve,
    here,
    house,
    mallory,
    nobody,
    pytest_generate_tests,
    vera,
)
from tests.graphql.house import Caller

TAG = '"tag"'
DATA = hashlib.shake_256(b"a river").digest(3 * PIECE + 17)


def request(told: str | None, *, method: str = "GET", **more: str) -> Request:
    sent = more if told is None else {"range": told, **more}
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()]
    return Request({"type": "http", "method": method, "headers": headers})


def part(told: str | None, size: int = 10, **more: str) -> range | None:
    return ranges.asked(request(told, **more), size=size, tag=TAG)


@given(st.binary(min_size=1, max_size=50), st.integers(0, 60), st.integers(0, 60))
def test_a_range_is_a_slice(data: bytes, first: int, last: int) -> None:
    expected = data[first : last + 1]

    for told in (f"bytes={first}-{last}", f"Bytes= {first:05}-{last:030}, "):
        if last < first:
            assert part(told, len(data)) is None
        elif not expected:
            with pytest.raises(RangeUnsatisfiable):
                part(told, len(data))
        else:
            found = part(told, len(data))
            assert found is not None
            assert data[found.start : found.stop] == expected
            assert ranges.told(found, len(data))["Content-Length"] == str(len(expected))


@given(st.binary(min_size=1, max_size=50), st.integers(0, 60))
def test_an_open_range_goes_to_the_end_and_a_suffix_comes_from_it(data: bytes, number: int) -> None:
    for told, expected in (
        (f"bytes={number}-", data[number:]),
        (f"bytes=-{number}", data[-number:] if number else b""),
    ):
        if expected:
            found = part(told, len(data))
            assert found is not None
            assert data[found.start : found.stop] == expected
        else:
            with pytest.raises(RangeUnsatisfiable):
                part(told, len(data))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_whatever_is_asked_the_part_lies_in_the_file(told: str) -> None:
    try:
        found = part(f"bytes={told}")
    except RangeUnsatisfiable:
        return
    assert found is None or 0 <= found.start < found.stop <= 10


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=1",
        "bytes=5-2",
        "bytes=0-1,3-4",
        "bytes=\u0661-2",
        "lines=0-1",
    ],
)
def test_what_is_no_single_range_is_answered_with_everything(told: str | None) -> None:
    assert part(told) is None


def test_a_range_counts_only_for_whoever_knows_these_bytes_and_gets_them() -> None:
    assert part("bytes=2-3", if_range=TAG) == range(2, 4)
    assert part("bytes=2-3", if_range=f"W/{TAG}") is None
    assert part("bytes=2-3", if_range="Sun, 29 Nov 2026 12:00:00 GMT") is None
    assert part("bytes=2-3", method="HEAD") is None
    assert part("bytes=2-" + "9" * 4_999) == range(2, 10)
    with pytest.raises(RangeUnsatisfiable):
        part("bytes=" + "9" * 4_999 + "-")


async def test_parts_of_a_document_are_slices_of_its_bytes(ada: Caller) -> None:
    document, _ = await ada.upload(await ada.notebook(), "river.bin", DATA)
    url, chance = f"/documents/{document}/content", random.Random(5)

    for _ in range(40):
        first = chance.choice((0, PIECE, chance.randrange(len(DATA))))
        last = chance.choice((first, len(DATA) + 5, chance.randrange(first, len(DATA))))
        answer = await ada.client.get(url, headers={"Range": f"bytes={first}-{last}"})
        assert (answer.status_code, answer.content) == (206, DATA[first : last + 1])
        end = min(last, len(DATA) - 1)
        assert answer.headers["content-range"] == f"bytes {first}-{end}/{len(DATA)}"
    tag = f'"{hashlib.sha256(DATA).hexdigest()}"'
    tail = await ada.client.get(url, headers={"Range": "bytes=-17", "If-Range": tag})
    assert (tail.status_code, tail.content) == (206, DATA[-17:])
    assert tail.headers["content-security-policy"] == "sandbox; default-src 'none'"
    old = await ada.client.get(url, headers={"Range": "bytes=-17", "If-Range": '"another"'})
    assert (old.status_code, old.content) == (200, DATA)
    assert "content-range" not in old.headers


async def test_what_lies_behind_the_end_is_refused_with_how_long_the_file_is(ada: Caller) -> None:
    document, _ = await ada.upload(await ada.notebook(), "river.bin", DATA)

    answer = await ada.client.get(f"/documents/{document}/content", headers={"Range": f"bytes={len(DATA)}-"})

    assert refusal(answer) == (416, "RANGE_NOT_SATISFIABLE")
    assert answer.headers["content-range"] == f"bytes */{len(DATA)}"


async def test_the_headers_of_a_file_can_be_asked_for_alone(ada: Caller, eve: Caller) -> None:
    document, _ = await ada.upload(await ada.notebook(), "river.bin", DATA)
    url = f"/documents/{document}/content"
    whole = await ada.client.get(url)

    answer = await ada.client.head(url, headers={"Range": "bytes=0-1"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert dict(answer.headers) == dict(whole.headers)
    assert answer.headers["accept-ranges"] == "bytes"
    assert (await eve.client.head(url)).status_code == 404
    unchanged = await ada.client.get(
        url, headers={"Range": "bytes=0-1", "If-None-Match": answer.headers["etag"]}
    )
    assert unchanged.status_code == 304
