"""The API, as an ASGI server runs it: `uvicorn aether.asgi:app`."""

from aether.adapters import system

with system.staying(), system.without("numpy", "pygments", "rich"):
    from aether import logs, settings
    from aether.bootstrap import serving

_found = settings.read()
logs.set_up(level=_found.log_level, json=_found.log_format is settings.LogFormat.JSON)
app = serving.api(_found)
