"""Bootstrap: the only package that knows which adapter answers which port.

Everything that is opened here is closed here. `outside` opens what both processes need;
`api` and `work` are the processes; `up` runs both on the embedded stack.
"""

from aether.bootstrap.parts import Outside, outside, shipped
from aether.bootstrap.serving import Identity, Page, api, application, identity
from aether.bootstrap.tending import check, migrate, orphans
from aether.bootstrap.working import relaying, work

__all__ = [
    "Identity",
    "Outside",
    "Page",
    "api",
    "application",
    "check",
    "identity",
    "migrate",
    "orphans",
    "outside",
    "relaying",
    "shipped",
    "work",
]
