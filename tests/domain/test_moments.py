import os
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aether.domain.moments import Moment

INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2900, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def moment(now: datetime | None = None) -> Moment:
    return Moment(now=now or datetime.now(UTC), seed=os.urandom(16))


def test_an_id_is_its_kind_and_26_characters() -> None:
    id = moment().id("notebook")

    kind, _, body = id.partition("_")
    assert (kind, len(body)) == ("notebook", 26)
    assert set(body) <= set("0123456789abcdefghjkmnpqrstvwxyz")


def test_the_same_names_give_the_same_id_and_others_another() -> None:
    at = moment()

    assert at.id("job", "a", 1) == at.id("job", "a", 1)
    ids = {at.id("job"), at.id("job", "a"), at.id("job", "b"), at.id("job", "a", "b"), at.id("job", "ab")}
    assert len(ids) == 5
    assert at.id("job", "a").removeprefix("job_") != at.id("event", "a").removeprefix("event_")


def test_two_moments_of_the_same_instant_give_different_ids() -> None:
    now = datetime.now(UTC)

    assert moment(now).id("job") != moment(now).id("job")


@given(first=INSTANTS, later=st.timedeltas(timedelta(milliseconds=1), timedelta(days=9_000)))
def test_ids_sort_by_their_instants(first: datetime, later: timedelta) -> None:
    assert moment(first).id("job") < moment(first + later).id("job")


@given(orders=st.lists(st.integers(0, 65_535), min_size=2, max_size=9, unique=True))
def test_ids_of_one_moment_sort_by_their_order(orders: list[int]) -> None:
    at = moment()

    ids = [at.id("event", order=order) for order in sorted(orders)]

    assert ids == sorted(ids)


def test_an_instant_can_be_read_off_an_id() -> None:
    now = datetime(2026, 11, 21, 10, 0, 0, 123_000, tzinfo=UTC)
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

    body = moment(now).id("x").removeprefix("x_")

    number = 0
    for character in body:
        number = number * 32 + alphabet.index(character)
    assert number >> 80 == int(now.timestamp() * 1000)
