"""Messages are signed as the specification has it, and taken from nobody else."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain import webhooks
from aether.domain.webhooks import Message, MessageUnsigned, SecretInvalid

# The example of the specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = Message(
    id="msg_p5jXN8AQM9LWM0D4loKWxJek",
    sent_at=datetime.fromtimestamp(1614265330, UTC),
    body=b'{"test": 2432232314}',
)
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
OTHER = webhooks.secret_of(b"another key of thirty-two bytes!")
NOW = MESSAGE.sent_at


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    assert MESSAGE.headers([SECRET]) == {
        "webhook-id": MESSAGE.id,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }
    assert webhooks.received(MESSAGE.headers([SECRET]), MESSAGE.body, secrets=[SECRET], now=NOW) == MESSAGE


def test_a_secret_may_be_told_without_its_prefix() -> None:
    assert webhooks.key_of(SECRET.removeprefix("whsec_")) == webhooks.key_of(SECRET)


@pytest.mark.parametrize("of_sender", [[SECRET], [SECRET, OTHER], [OTHER, SECRET]])
@pytest.mark.parametrize("of_receiver", [[SECRET], [SECRET, OTHER], [OTHER, SECRET]])
def test_a_secret_is_replaced_without_a_message_lost(of_sender: list[str], of_receiver: list[str]) -> None:
    headers = MESSAGE.headers(of_sender)

    assert webhooks.received(headers, MESSAGE.body, secrets=of_receiver, now=NOW) == MESSAGE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "msg_another"),
        ("webhook-id", ""),
        ("webhook-id", "m" * 257),
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek.1"),
        ("webhook-timestamp", "1614265331"),
        ("webhook-timestamp", ""),
        ("webhook-timestamp", "01614265330"),
        ("webhook-timestamp", "+1614265330"),
        ("webhook-timestamp", "1614265330.0"),
        ("webhook-timestamp", "١٦١٤٢٦٥٣٣٠"),
        ("webhook-timestamp", "9" * 5_000),
        ("webhook-signature", ""),
        ("webhook-signature", SIGNATURE.removeprefix("v1,")),
        ("webhook-signature", SIGNATURE.replace("v1,", "v2,")),
        ("webhook-signature", SIGNATURE.replace("g0h", "G0h")),
        ("webhook-signature", "v1,ñ"),
        ("webhook-signature", "v1, " * 10_000 + SIGNATURE),
    ],
)
def test_what_is_not_signed_so_is_refused(name: str, value: str) -> None:
    headers = MESSAGE.headers([SECRET]) | {name: value}

    with pytest.raises(MessageUnsigned):
        webhooks.received(headers, MESSAGE.body, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_must_be_there(missing: str) -> None:
    headers = {name: value for name, value in MESSAGE.headers([SECRET]).items() if name != missing}

    with pytest.raises(MessageUnsigned):
        webhooks.received(headers, MESSAGE.body, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_clocks_may_differ_by_five_minutes(seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)

    assert webhooks.received(MESSAGE.headers([SECRET]), MESSAGE.body, secrets=[SECRET], now=now) == MESSAGE


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_and_by_no_more(seconds: int) -> None:
    with pytest.raises(MessageUnsigned):
        webhooks.received(
            MESSAGE.headers([SECRET]), MESSAGE.body, secrets=[SECRET], now=NOW + timedelta(seconds=seconds)
        )


@given(body=st.binary(max_size=50), other=st.binary(max_size=50), id=st.text("abc-1_", min_size=1))
def test_a_signature_is_good_for_its_own_bytes_alone(body: bytes, other: bytes, id: str) -> None:
    headers = Message(id=id, sent_at=NOW, body=body).headers([SECRET])

    assert webhooks.received(headers, body, secrets=[OTHER, SECRET], now=NOW).body == body
    if other != body:
        with pytest.raises(MessageUnsigned):
            webhooks.received(headers, other, secrets=[SECRET], now=NOW)
    with pytest.raises(MessageUnsigned):
        webhooks.received(headers, body, secrets=[OTHER], now=NOW)
    with pytest.raises(MessageUnsigned):
        webhooks.received(headers, body, secrets=[], now=NOW)


@pytest.mark.parametrize("size", [23, 65])
def test_a_secret_has_from_24_to_64_bytes(size: int) -> None:
    with pytest.raises(SecretInvalid):
        webhooks.key_of(base64.b64encode(bytes(size)).decode())


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_no base 64", "whsec_ü"])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(SecretInvalid):
        MESSAGE.headers([secret])
