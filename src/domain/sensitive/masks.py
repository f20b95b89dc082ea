"""Masks: values as they may be shown, enough to be known again by who knows them already."""

import re
from collections.abc import Callable, Mapping

from aether.domain.sensitive.kinds import SensitiveKind

_SIGNS = re.compile(r"[\W_]+")
DOT = "•"
HIDDEN = DOT * 8
"""A value of which nothing is shown, not even how long it is."""

_PREFIXES = (
    "AKIA",
    "ASIA",
    "github_pat_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "sk_live_",
    "rk_live_",
    "glpat-",
    "AIza",
    "aek_",
    "eyJ",
)
"""How secrets begin, which says what they are and nothing else."""


def masked(kind: SensitiveKind, value: str) -> str:
    """*value* as it may be shown."""
    return _MASKS.get(kind, _ending)(value)


def _ending(value: str) -> str:
    """The last two characters that count, which is little of any number."""
    return f"{DOT * 4} {_tail(value, 2)}".rstrip()


def _last_four(value: str) -> str:
    return f"{DOT * 4} {_tail(value, 4)}".rstrip()


def _tail(value: str, count: int) -> str:
    """The last *count* characters that count, if they are at most a third of them."""
    bare = _bare(value)
    return bare[-count:] if len(bare) >= 3 * count else ""


def _iban(value: str) -> str:
    return f"{value[:2]}{DOT * 2} {_last_four(value)}"


def _email(value: str) -> str:
    """The first letters of the name and of the host, but of neither if that were most of it."""
    name, _, domain = value.rpartition("@")
    host, dot, top = domain.rpartition(".")
    return f"{_head(name)}{DOT * 3}@{_head(host)}{DOT * 3}{dot}{top if dot else ''}"


def _head(word: str) -> str:
    return word[:1] if len(word) > 2 else ""  # noqa: PLR2004


def _phone(value: str) -> str:
    return f"{'+' if value.startswith('+') else ''}{_ending(value)}"


def _address(value: str) -> str:
    return f"{value[:4]}{DOT * 4}{value[-4:]}" if len(value) >= 3 * 8 else HIDDEN


def _ip(value: str) -> str:
    joint = ":" if ":" in value else "."
    return joint.join((value.partition(joint)[0][:4], DOT, DOT, DOT))


def _mac(value: str) -> str:
    return f"{value[:2]}:{':'.join([DOT * 2] * 5)}"


def _hidden(_: str) -> str:
    return HIDDEN


def _secret(value: str) -> str:
    return next((prefix for prefix in _PREFIXES if value.startswith(prefix)), "") + HIDDEN


def _bare(value: str) -> str:
    return _SIGNS.sub("", value)


_MASKS: Mapping[SensitiveKind, Callable[[str], str]] = {
    SensitiveKind.PRIVATE_KEY: _hidden,
    SensitiveKind.PASSWORD: _hidden,
    SensitiveKind.DATE_OF_BIRTH: _hidden,
    SensitiveKind.JWT: _secret,
    SensitiveKind.AWS_KEY: _secret,
    SensitiveKind.GITHUB_TOKEN: _secret,
    SensitiveKind.SLACK_TOKEN: _secret,
    SensitiveKind.API_KEY: _secret,
    SensitiveKind.CREDIT_CARD: _last_four,
    SensitiveKind.IBAN: _iban,
    SensitiveKind.CRYPTO_ADDRESS: _address,
    SensitiveKind.EMAIL: _email,
    SensitiveKind.PHONE: _phone,
    SensitiveKind.IP_ADDRESS: _ip,
    SensitiveKind.MAC_ADDRESS: _mac,
}
