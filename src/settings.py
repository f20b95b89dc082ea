"""Settings: read once, from the environment and from `.env`, and passed on as plain values.

Every variable begins with `AETHER_`. `deploy/settings.md` lists them all; a test keeps it
true.
"""

import json
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from aether.domain import webhooks
from aether.domain.processing import Sent

PREFIX = "AETHER_"

_HTTP = "^$|^https?://"


class Profile(StrEnum):
    """Where Aether runs."""

    EMBEDDED = "embedded"
    CLUSTER = "cluster"


class LogFormat(StrEnum):
    """How logs are written."""

    CONSOLE = "console"
    JSON = "json"


class SettingsWrong(Exception):
    """A setting is missing or cannot be what it is."""


def _random() -> SecretStr:
    return SecretStr(secrets.token_urlsafe(48))


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    profile: Profile = Field(
        Profile.CLUSTER, description="`embedded` lets the local issuer in; `aether up` sets it."
    )
    data: Path = Field(Path(".data"), description="The folder of `aether up`, and of the blobs.")
    host: str = Field("127.0.0.1", description="The address that the API listens on.")
    port: int = Field(8080, ge=0, le=65535, description="The port that the API listens on.")
    public_url: str = Field("", description="Where browsers find Aether; `http://<host>:<port>` if empty.")
    cors_origins: list[str] = Field(
        [], description="Other origins whose pages may call the API, as a JSON list."
    )
    session_key: SecretStr = Field(
        default_factory=_random,
        min_length=32,
        description="Signs cursors and logins; the same for all replicas. Random at each start if unset.",
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="The least level that is logged."
    )
    log_format: LogFormat = Field(LogFormat.JSON, description="`json` or `console`.")

    graph_url: str = Field(
        "",
        pattern=r"^$|^(neo4j|bolt)(\+s|\+ssc)?://",
        description="Neo4j, as `neo4j://host:7687` or `bolt://…`, `+s` for TLS.",
    )
    graph_user: str = Field("neo4j", description="Who signs in to the graph.")
    graph_password: SecretStr = Field(SecretStr(""), description="Their password.")
    graph_database: str = Field("neo4j", description="The name of the database.")
    graph_sql_url: str = Field("", description="ArcadeDB's HTTP address; set by `aether up` only.")
    graph_pool: int = Field(100, ge=1, le=1000, description="The most connections to the graph.")
    graph_pipelined: bool = Field(
        False,
        description="Whether views are asked for on a way shorter than the driver's; one server, `bolt://`.",
    )
    graph_deadline_s: float = Field(
        15.0, gt=0, le=300, description="How long one transaction may take, in seconds."
    )
    graph_heap: str = Field(
        "512m", pattern="^[0-9]+[mg]$", description="The most memory of the embedded graph."
    )

    redis_url: str = Field(
        "",
        pattern="^$|^rediss?://",
        description="Redis or Valkey, as `redis://:password@host:6379/0`, `rediss` for TLS.",
    )

    qdrant_url: str = Field("", pattern=_HTTP, description="Qdrant, as `http://host:6333`.")
    qdrant_key: SecretStr = Field(SecretStr(""), description="Its API key.")
    qdrant_collection: str = Field("aether", description="The collection that holds the vectors.")

    s3_bucket: str = Field(
        "", description="The bucket that holds files; they lie in the data folder if unset."
    )
    s3_url: str = Field("", pattern=_HTTP, description="The address of an S3 store; Amazon's own if unset.")
    s3_region: str = Field("us-east-1", min_length=1, description="The bucket's region.")
    s3_access_key: str = Field(
        "", description="Who signs in to the store; found as Amazon's tools do if unset."
    )
    s3_secret_key: SecretStr = Field(SecretStr(""), description="Their secret key.")
    s3_public_url: str = Field(
        "", pattern=_HTTP, description="Where clients find the store, if that is another address."
    )
    s3_presigned: bool = Field(
        False, description="Whether clients bring and fetch files at the store themselves, by presigned URLs."
    )
    s3_presigned_s: int = Field(900, ge=10, le=900, description="How long such a URL lasts, in seconds.")
    s3_prefix: str = Field("", description="What the names of all objects begin with.")
    s3_encryption: str = Field(
        "",
        pattern="^$|^AES256$|^aws:kms$",
        description="How the store is asked to encrypt, `AES256` or `aws:kms`; the bucket decides if unset.",
    )

    clamav_url: str = Field(
        "",
        pattern=r"^$|^tcp://|^unix:///",
        description="ClamAV's daemon, `tcp://host:3310` or `unix:///path`; nothing is scanned if unset.",
    )

    audimodal_url: str = Field(
        "",
        pattern=_HTTP,
        description="AudiModal with its base path, `https://host/api/v1`; nothing is handed in if unset.",
    )
    audimodal_key: SecretStr = Field(SecretStr(""), description="Our API key there.")
    audimodal_tenant: str = Field("", description="Our tenant there, if the key does not say it.")
    audimodal_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="What signs its messages, `whsec_…`; two with a space between while one is replaced.",
    )
    audimodal_reads: Sent = Field(
        Sent.UNREADABLE, description="What it is handed: `unreadable`, what we cannot read, or `all`."
    )
    audimodal_deadline_s: float = Field(
        3600.0, gt=0, le=86_400, description="How long it may take over one file, in seconds."
    )

    callback_hosts: list[str] = Field(
        [],
        description="Hosts that callbacks may tell though they are internal, `host` or `host:port`, as a JSON"
        " list.",
    )
    callback_http: bool = Field(False, description="Whether callbacks may be told without TLS.")

    model: Path | None = Field(
        None, description="The folder of a sentence-transformers model; the packaged MiniLM if unset."
    )
    embedder_socket: Path | None = Field(
        None, description="The socket of a running embedder; each process starts its own if unset."
    )

    issuer: str = Field(
        "",
        pattern=_HTTP,
        description="The OIDC issuer, such as `https://id.example.com/realms/aether`.",
    )
    issuer_discovery_url: str = Field(
        "", pattern=_HTTP, description="Where its discovery document is, if not at the usual place."
    )
    client_id: str = Field("aether-app", description="Our client at the issuer.")
    client_secret: SecretStr | None = Field(None, description="Its secret.")
    audience: str = Field("aether-app", description="The audience that tokens must name.")
    tenant_claim: str = Field("tenant", description="The claim that names a person's tenant.")
    default_tenant: str | None = Field(
        None, description="The tenant of people whose token names none; without it they are refused."
    )
    token_skew_s: float = Field(30.0, ge=0, le=300, description="How far clocks may differ, in seconds.")

    max_upload_bytes: int = Field(500_000_000, ge=1, le=10**12, description="The largest file of one upload.")
    upload_expiry_hours: float = Field(
        24.0, gt=0, le=8760, description="After how many hours without a byte an unfinished upload expires."
    )
    upload_batch_days: float = Field(
        30.0, gt=0, le=36_500, description="After how many days a batch of uploads is forgotten."
    )
    jobs_waiting_most: int = Field(
        10_000, ge=1, le=10**7, description="How many jobs of a tenant may be open before it brings more."
    )
    ocr_languages: str = Field(
        "eng",
        pattern=r"^\w+(\+\w+)*$",
        description="The languages in which scans are read, as Tesseract names them, `eng+deu`.",
    )
    table_vectors_most: int = Field(
        200,
        ge=0,
        le=10**7,
        description="How many chunks within tables of a document are found by meaning at most; 0 for all.",
    )
    trash_days: int = Field(
        30,
        ge=0,
        le=36_500,
        description="After how many days what was deleted is erased for good; 0 keeps it.",
    )
    worker_jobs: int = Field(4, ge=1, le=100, description="How many jobs one worker runs at a time.")
    worker_lease_s: float = Field(
        4.0, ge=1, le=300, description="After how many seconds a silent worker's job is given to another."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.profile is Profile.CLUSTER:
            for name in ("graph_url", "redis_url", "qdrant_url", "issuer"):
                if not getattr(self, name):
                    raise ValueError(f"{PREFIX}{name.upper()} must be set, or run `aether up`")
        if self.graph_pipelined and not self.graph_url.startswith("bolt://"):
            raise ValueError(f"{PREFIX}GRAPH_PIPELINED needs {PREFIX}GRAPH_URL to be bolt://host:port")
        if self.audimodal_url and not self.audimodal_key.get_secret_value():
            raise ValueError(f"{PREFIX}AUDIMODAL_URL needs {PREFIX}AUDIMODAL_KEY")
        for secret in self.audimodal_secrets:
            try:
                webhooks.key_of(secret)
            except webhooks.SecretInvalid:
                raise ValueError(
                    f"{PREFIX}AUDIMODAL_WEBHOOK_SECRET must be whsec_ and from 24 to 64 bytes in base 64"
                ) from None
        for origin in (self.origin, *self.cors_origins):
            parts = urlsplit(origin)
            if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
                raise ValueError(
                    f"{PREFIX}PUBLIC_URL and {PREFIX}CORS_ORIGINS must be https: {origin} is not"
                )
        return self

    @property
    def audimodal_secrets(self) -> list[str]:
        """What may have signed a message of AudiModal."""
        return self.audimodal_webhook_secret.get_secret_value().split()

    @property
    def origin(self) -> str:
        """Where browsers find Aether, without a slash at its end."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - not bound here
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def read(**given: object) -> Settings:
    """The settings of this process, *given* ones first.

    Raises:
        SettingsWrong: One of them is wrong; the message is one sentence that names it.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as wrong:
        raise SettingsWrong(_sentence(wrong)) from None
    except SettingsError as wrong:
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(wrong)), "")
        raise SettingsWrong(f"{PREFIX}{name.upper()} is wrong: it must be JSON.") from None


def environment(settings: Settings) -> dict[str, str]:
    """The variables with which a child process reads the same settings."""
    told: dict[str, str] = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is None:
            continue
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        told[f"{PREFIX}{name.upper()}"] = json.dumps(plain) if isinstance(plain, list) else str(plain)
    return told


def table() -> str:
    """Every setting with what it means, as a Markdown table."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "random" if field.default_factory else field.get_default()
        plain = default.get_secret_value() if isinstance(default, SecretStr) else default
        shown = f"`{plain}`" if plain and not isinstance(plain, list) else ""
        rows.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"


def _sentence(wrong: ValidationError) -> str:
    error = wrong.errors(include_url=False, include_input=False)[0]
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return f"{message}."
    return f"{PREFIX}{str(error['loc'][0]).upper()} is wrong: {message}."
