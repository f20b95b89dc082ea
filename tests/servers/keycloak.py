"""A real Keycloak beside the tests, with the realm that we deploy and people to try it with.

Maven fetches it once for each version, into `.cache/keycloak`, where it also builds itself
once, so that it starts in a quarter of a minute. What it keeps is in memory.
"""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from aether.adapters.embedded.children import Child

VERSION = os.environ.get("KEYCLOAK", "26.7.3")
SECRET = "the secret of aether-app in tests"
PASSWORD = "correct horse battery"
ADMIN = "admin"
OTHER = "other-app"

_ROOT = Path(__file__).parents[2]
_CACHE = _ROOT / ".cache" / "keycloak"
_FETCH_WITHIN_S = 600
_OPENED = ("java.util", "java.util.concurrent", "java.security", "java.lang")


class NotToBeHad(Exception):
    """Keycloak cannot run here; the message says why."""


@cache
def distribution() -> Path:
    """The folder of the server, fetched and built if this is the first time."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    kept = _CACHE / VERSION
    if not java or not (maven or kept.exists()):
        raise NotToBeHad("no java or mvn")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _fetch(str(maven), kept)
    return kept


def child(home: Path, *, port: int, app: str) -> Child:
    """A server in *home*, a new folder, whose client `aether-app` is reached at *app*."""
    for part in ("lib", "conf", "providers", "themes", "version.txt"):
        (home / part).symlink_to(distribution() / part)
    realm = home / "data" / "import" / "aether-realm.json"
    realm.parent.mkdir(parents=True)
    realm.write_text(json.dumps(_realm()))

    async def ready() -> bool:
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(url(port))).is_success
            except httpx.TransportError:
                return False

    return Child(
        name="keycloak",
        argv=(
            shutil.which("java") or "java",
            *("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED),
            *(f"-Dkc.home.dir={home}", "-Dkc.config.built=true"),
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            *("-cp", f"{home}/lib/quarkus-run.jar", "io.quarkus.bootstrap.runner.QuarkusEntryPoint"),
            *("start", "--optimized", "--import-realm", "--cache=local", "--hostname-strict=false"),
            *("--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={port}"),
        ),
        env={
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
            "AETHER_CLIENT_SECRET": SECRET,
            "AETHER_URL": app,
        },
        ready=ready,
        start_s=110,
        stop_s=0,  # what it keeps is thrown away
    )


def url(port: int) -> str:
    """The issuer that the realm is."""
    return f"http://127.0.0.1:{port}/realms/aether"


def _realm() -> dict[str, Any]:
    """The realm that we deploy, with an organisation and people to try it with.

    The organisation's group carries the tenant, and a team within it a role. Eve is nowhere.
    Beside ours there is another client, which takes passwords.
    """
    realm: dict[str, Any] = json.loads((_ROOT / "deploy" / "keycloak" / "realm.json").read_text())
    team = {"name": "research", "realmRoles": ["aether-user"]}
    realm["groups"] = [{"name": "rivers", "attributes": {"tenant": ["rivers"]}, "subGroups": [team]}]
    realm["users"] = [
        _person("ada", "Ada", "Lovelace", groups=["/rivers/research"], emailVerified=True),
        _person(
            *("grace", "Grace", "Hopper"),
            attributes={"tenant": ["seas"]},
            realmRoles=["aether-admin", "default-roles-aether"],
        ),
        _person("eve", "Eve", "Nowhere", realmRoles=["aether-user"]),
    ]
    realm["clients"].append({"clientId": OTHER, "publicClient": True, "directAccessGrantsEnabled": True})
    return realm


def _person(username: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {
        "username": username,
        "firstName": first,
        "lastName": last,
        "email": f"{username}@example.com",
        "enabled": True,
        "credentials": [{"type": "password", "value": PASSWORD}],
        **more,
    }


def _fetch(maven: str, kept: Path) -> None:
    """Have Maven bring the server, and the server build itself, to *kept*, which exists when it is whole."""
    with tempfile.TemporaryDirectory(dir=_CACHE) as partial:
        artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
        _run(maven, "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={partial}")
        name = f"keycloak-quarkus-dist-{VERSION}.zip"
        with zipfile.ZipFile(Path(partial, name)) as archive:
            archive.extractall(partial)
        server = Path(partial, f"keycloak-{VERSION}")
        _run("sh", str(server / "bin" / "kc.sh"), "build", "--db=dev-mem")
        server.rename(kept)


def _run(*command: str) -> None:
    with (_CACHE / "fetch.log").open("a") as log:
        ended = subprocess.run(
            command, cwd=_CACHE, stdout=log, stderr=log, timeout=_FETCH_WITHIN_S, check=False
        )
    if ended.returncode:
        raise NotToBeHad(f"{Path(command[0]).name} could not fetch or build it: .cache/keycloak/fetch.log")
