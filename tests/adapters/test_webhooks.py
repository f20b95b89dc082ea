"""Messages go over real sockets to the address that was checked, and to no other."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from aether.adapters.embedded.ports import free_port
from aether.adapters.webhooks import sender as senders
from aether.domain import webhooks
from aether.domain.callbacks import Outcome, Rules
from aether.domain.webhooks import Message, secret_of
from tests.servers.serving import served

SECRET = secret_of(b"what signs messages to receivers")
NAME = "hooks.example"


@dataclass
class Receiver:
    """Who is told.

    Attributes:
        heard: The headers and the body of each request, and its path.
        answers: What is answered, the last of them for ever.
    """

    heard: list[tuple[dict[str, str], bytes, str]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=lambda: [Response(status_code=204)])
    pause_s: float = 0.0

    def app(self) -> Starlette:
        async def hear(request: Request) -> Response:
            self.heard.append((dict(request.headers), await request.body(), request.url.path))
            await asyncio.sleep(self.pause_s)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

        return Starlette(routes=[Route("/{path:path}", hear, methods=["POST", "GET"])])


@dataclass(frozen=True)
class Certified:
    """A certificate for `NAME`, its key, and who believes it."""

    certificate: Path
    key: Path
    trusting: ssl.SSLContext


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    at, secret = folder / "certificate.pem", folder / "key.pem"
    at.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Certified(at, secret, ssl.create_default_context(cafile=str(at)))


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """What names resolve to, time after time; whatever is not in here as ever."""
    known: dict[str, list[list[str]]] = {}
    ask = socket.getaddrinfo

    def answer(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            return ask(host, port, *args, **kwargs)
        found = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [it for address in found for it in ask(address, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def port(receiver: Receiver) -> AsyncIterator[int]:
    async with served(receiver.app()) as listening:
        yield listening


def message(body: bytes = b'{"type":"job.completed"}') -> Message:
    return Message(id="delivery_1", sent_at=datetime.now(UTC), body=body)


def inside(*hosts: str) -> Rules:
    return Rules(hosts=frozenset(hosts), http=True)


async def sent(url: str, rules: Rules, *, trusted: ssl.SSLContext | None = None) -> Outcome:
    async with senders.opened(rules, trusted=trusted) as sender:
        return await sender.send(message(), url=url, secret=SECRET)


async def test_a_message_is_heard_signed_and_whole(receiver: Receiver, port: int) -> None:
    outcome = await sent(f"http://localhost:{port}/hooks?a=b", inside("localhost"))

    assert outcome == Outcome(status=204)
    ((headers, body, path),) = receiver.heard
    assert (path, headers["host"], headers["content-type"]) == (
        "/hooks",
        f"localhost:{port}",
        "application/json",
    )
    assert webhooks.received(headers, body, secrets=[SECRET], now=datetime.now(UTC)).id == "delivery_1"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f.1", "127.1", "0"])
async def test_this_machine_is_not_told_unless_it_is_named(
    receiver: Receiver, port: int, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.domain.callbacks.addresses.PORTS", {port})

    outcome = await sent(f"http://{host}:{port}/", Rules(http=True))

    assert outcome == Outcome(error="CALLBACK_ADDRESS_REFUSED")
    assert receiver.heard == []


async def test_a_name_that_points_inside_is_refused(
    receiver: Receiver, port: int, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.domain.callbacks.addresses.PORTS", {port})
    for addresses in (["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]):
        names[NAME] = [addresses]

        assert await sent(f"http://{NAME}:{port}/", Rules(http=True)) == Outcome(
            error="CALLBACK_ADDRESS_REFUSED"
        )
    assert receiver.heard == []


async def test_a_name_is_asked_for_once_and_cannot_point_elsewhere_in_between(
    receiver: Receiver, port: int, names: dict[str, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.domain.callbacks.addresses.PORTS", {port})
    monkeypatch.setattr(senders, "CONNECTED_WITHIN_S", 0.2)
    names[NAME] = [["192.0.2.1"], ["127.0.0.1"]]
    monkeypatch.setattr("aether.domain.callbacks.addresses.is_open", lambda it: it == "192.0.2.1")

    outcome = await sent(f"http://{NAME}:{port}/", Rules(http=True))

    assert outcome.status is None
    assert outcome.error in {"TIMEOUT", "CONNECTION_FAILED"}
    assert names[NAME] == [["127.0.0.1"]]
    assert receiver.heard == []


async def test_a_host_is_reached_by_tls_under_its_own_name(
    receiver: Receiver, certified: Certified, names: dict[str, list[list[str]]]
) -> None:
    names[NAME] = names["other.example"] = [["127.0.0.1"]]
    tls = {"ssl_certfile": str(certified.certificate), "ssl_keyfile": str(certified.key)}
    async with served(receiver.app(), **tls) as port:
        rules = inside(NAME, "other.example")

        good = await sent(f"https://{NAME}:{port}/", rules, trusted=certified.trusting)
        untrusted = await sent(f"https://{NAME}:{port}/", rules)
        of_another = await sent(f"https://other.example:{port}/", rules, trusted=certified.trusting)

    assert good == Outcome(status=204)
    assert untrusted == of_another == Outcome(error="CERTIFICATE_INVALID")
    assert [headers["host"] for headers, *_ in receiver.heard] == [f"{NAME}:{port}"]


async def test_the_next_address_is_tried_where_the_first_is_not_reached(
    receiver: Receiver, port: int, names: dict[str, list[list[str]]]
) -> None:
    names[NAME] = [["127.0.0.2", "127.0.0.1"]]

    assert await sent(f"http://{NAME}:{port}/", inside(NAME)) == Outcome(status=204)
    assert len(receiver.heard) == 1


async def test_redirects_are_not_followed(receiver: Receiver, port: int) -> None:
    receiver.answers = [RedirectResponse(f"http://localhost:{port}/inside", 307)]

    assert await sent(f"http://localhost:{port}/", inside("localhost")) == Outcome(status=307)
    assert [path for *_, path in receiver.heard] == ["/"]


async def test_an_answer_without_end_is_not_read_to_it(receiver: Receiver, port: int) -> None:
    told = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal told
        for _ in range(1_000):
            told += 1
            yield bytes(65_536)
            await asyncio.sleep(0)

    receiver.answers = [StreamingResponse(endless(), 200)]

    assert await sent(f"http://localhost:{port}/", inside("localhost")) == Outcome(status=200)
    assert told < 500


async def test_a_receiver_that_is_silent_is_not_waited_for(
    receiver: Receiver, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "DEADLINE_S", 0.2)
    receiver.pause_s = 1.0

    assert await sent(f"http://localhost:{port}/", inside("localhost")) == Outcome(error="TIMEOUT")


async def test_who_is_not_there_is_not_told() -> None:
    nobody = f"http://localhost:{free_port()}/"

    assert await sent(nobody, inside("localhost")) == Outcome(error="CONNECTION_FAILED")
    assert (await sent("http://nobody.invalid/", Rules(http=True))).error == "HOST_NOT_FOUND"


async def test_what_is_no_address_any_more_is_told_nothing() -> None:
    assert await sent("http://hooks.example/", Rules()) == Outcome(error="CALLBACK_URL_INVALID")
