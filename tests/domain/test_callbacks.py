"""Callbacks go to the open internet alone, and are tried with growing patience."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain.callbacks import (
    AddressRefused,
    CallbackId,
    Delivery,
    DeliveryId,
    DeliveryPending,
    DeliveryStatus,
    Outcome,
    Rules,
    UrlInvalid,
    target,
)
from aether.domain.callbacks.addresses import is_open
from aether.domain.tenants import TenantId

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RULES = Rules()
INSIDE = Rules(hosts=frozenset({"hooks.internal", "relay.internal:9000"}), http=True)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001:81b::200e"],
)
def test_the_internet_is_open(address: str) -> None:
    assert is_open(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1111%eth0",
        "fec0::1",
        "ff02::1",
        "localhost",
        "",
        "2130706433",
        "0x7f.1",
        "127.1",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not is_open(address)


@given(address=st.ip_addresses())
def test_what_the_registry_does_not_call_global_is_never_open(address: IPv4Address | IPv6Address) -> None:
    closed = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or not address.is_global
    )
    if closed:
        assert not is_open(str(address))


@given(inner=st.ip_addresses(v=4))
def test_an_address_within_another_is_never_open(inner: IPv4Address) -> None:
    packed = inner.packed
    mapped = IPv6Address(bytes(10) + b"\xff\xff" + packed)
    compatible = IPv6Address(bytes(12) + packed)
    translated = IPv6Address(bytes.fromhex("0064ff9b") + bytes(8) + packed)
    tunnelled = IPv6Address(b"\x20\x02" + packed + bytes(10))
    teredo = IPv6Address(bytes.fromhex("20010000") + bytes(8) + bytes(0xFF ^ it for it in packed))

    for address in (mapped, compatible, translated, tunnelled, teredo):
        assert not is_open(str(address))


def test_one_address_that_is_not_open_is_enough_to_refuse_a_host() -> None:
    RULES.check("hooks.example", 443, ["8.8.8.8", "2606:4700::1111"])
    for addresses in (["8.8.8.8", "10.0.0.1"], ["127.0.0.1"], []):
        with pytest.raises(AddressRefused):
            RULES.check("hooks.example", 443, addresses)


def test_a_host_that_is_named_may_lie_anywhere() -> None:
    INSIDE.check("hooks.internal", 1234, ["10.0.0.1"])
    INSIDE.check("relay.internal", 9000, ["::1"])
    for host, port in (("relay.internal", 9001), ("x.hooks.internal", 443), ("hooks.example", 443)):
        with pytest.raises(AddressRefused):
            INSIDE.check(host, port, ["10.0.0.1"])


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("https://Hooks.Example", "https://hooks.example/"),
        ("https://hooks.example.:8443/a?b=c", "https://hooks.example:8443/a?b=c"),
        ("https://hooks.example:443/a", "https://hooks.example/a"),
        ("https://[2606:4700::1111]/a", "https://[2606:4700::1111]/a"),
    ],
)
def test_an_address_is_told_in_one_way(url: str, whole: str) -> None:
    found = target(url, rules=RULES)

    assert found.url == whole
    assert target(found.url, rules=RULES) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "//hooks.example/",
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://ada:secret@hooks.example/",
        "https://@hooks.example/",
        "https://hooks.example/#a",
        "https://hooks.example:22/",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://hooks.example:port/",
        "https://hooks.internal:9000/",
        "https://hooks.example/ a",
        "https://hooks.example/\r\nHost: x",
        "https://hooks.example\\@localhost/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://höks.example/",
        "https://hooks..example/",
        "https://.example/",
        f"https://{'a' * 64}.example/",
        "https://hooks.example/" + "a" * 2_000,
    ],
)
def test_an_address_at_which_nothing_is_told_is_refused(url: str) -> None:
    with pytest.raises(UrlInvalid):
        target(url, rules=RULES)


def test_a_host_that_is_named_may_have_any_port_and_http_where_that_is_set() -> None:
    assert target("http://hooks.internal:9000/", rules=INSIDE).port == 9000
    assert target("http://relay.internal:9000/", rules=INSIDE).scheme == "http"
    with pytest.raises(UrlInvalid):
        target("http://relay.internal:9001/", rules=INSIDE)


@given(text=st.text(max_size=40))
def test_whatever_is_told_is_a_target_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://hooks.example/{text}", f"https://hooks.example:{text}"):
        try:
            found = target(url, rules=INSIDE)
        except UrlInvalid:
            continue
        assert found.host
        assert target(found.url, rules=INSIDE) == found
        assert found.url.isascii()
        assert found.url.isprintable()


def delivery() -> Delivery:
    return Delivery(
        id=DeliveryId("delivery_1"),
        tenant=TenantId("tenant_1"),
        callback=CallbackId("callback_1"),
        job="job_1",
        kind="job.completed",
        body="{}",
        created_at=NOW,
        due_at=NOW,
    )


def test_a_delivery_is_tried_eight_times_with_growing_pauses() -> None:
    it, now, pauses = delivery(), NOW, []

    while it.due_at is not None:
        it = it.held(now=now).tried(Outcome(status=500), now=now)
        if it.due_at is not None:
            pauses.append((it.due_at - now).total_seconds())
            now = it.due_at

    assert pauses == [5, 30, 120, 600, 3_600, 21_600, 86_400]
    assert (it.status, it.attempts, it.ended_at) == (DeliveryStatus.FAILED, 8, now)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_what_is_taken_is_over(status: int) -> None:
    it = delivery().held(now=NOW).tried(Outcome(status=status), now=NOW)

    assert (it.status, it.attempts, it.due_at) == (DeliveryStatus.DELIVERED, 1, None)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(status=302),
        Outcome(status=199),
        Outcome(status=300),
        Outcome(status=404),
        Outcome(error="TIMEOUT"),
    ],
)
def test_what_is_not_taken_is_tried_again(outcome: Outcome) -> None:
    it = delivery().held(now=NOW).tried(outcome, now=NOW)

    assert (it.status, it.due_at) == (DeliveryStatus.PENDING, NOW + timedelta(seconds=5))


def test_a_receiver_that_wants_no_more_is_not_asked_again() -> None:
    it = delivery().held(now=NOW).tried(Outcome(status=410), now=NOW)

    assert (it.status, it.attempts, it.due_at) == (DeliveryStatus.FAILED, 1, None)


def test_a_delivery_is_sent_again_when_it_is_over_and_not_before() -> None:
    with pytest.raises(DeliveryPending):
        delivery().again(now=NOW)
    over = replace(delivery(), attempts=7).held(now=NOW).tried(Outcome(status=500), now=NOW)

    again = over.again(now=NOW)

    assert (again.status, again.attempts, again.due_at) == (DeliveryStatus.PENDING, 0, NOW)
    assert again.message(now=NOW).id == over.id
