"""The API, as an ASGI server runs it: `uvicorn aether.asgi:app`."""

from aether import bootstrap, logs, settings

_found = settings.read()
logs.set_up(level=_found.log_level, json=_found.log_format is settings.LogFormat.JSON)
app = bootstrap.api(_found)
