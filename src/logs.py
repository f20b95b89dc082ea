"""Logs: one line an event, in JSON or for eyes, and never a secret."""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

import orjson
import structlog

_SECRET = re.compile(r"password|secret|token|authorization|cookie|credential|api_key", re.IGNORECASE)
_TELLING = re.compile(
    r"bearer\s+\S+|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*|aek_[\w-]{10,}|(?<=://)[^\s/@]*:[^\s/@]*(?=@)", re.IGNORECASE
)
"""Tokens, API keys, and the name and password in an address."""
HIDDEN = "[hidden]"


def set_up(*, level: str, json: bool) -> None:
    """Write the logs of this process to the standard error, ours and those of libraries."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # without the values of variables, for eyes too
        hide,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(_dumped)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_bare, renderer])
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def hide(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """*event* without its secrets."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if _is_secret(name):
        return HIDDEN
    match value:
        case str():
            return _TELLING.sub(HIDDEN, value)
        case dict():
            return {each: _hidden(str(each), it) for each, it in value.items()}
        case list() | tuple() | set():
            return [_hidden("", it) for it in value]
        case _:
            return value


@lru_cache(maxsize=1000)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _dumped(event: Any, default: Callable[[Any], Any], **_: Any) -> str:
    return orjson.dumps(event, default, orjson.OPT_NON_STR_KEYS).decode()


def _bare(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event
