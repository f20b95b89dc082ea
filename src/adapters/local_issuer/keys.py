"""The local issuer's key: made at first need, kept in a file that only its owner may read."""

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

FILE = "local-issuer.pem"


class SigningKey:
    """An ES256 key.

    Attributes:
        kid: Its name, which is its RFC 7638 thumbprint.
        jwk: Its public half, as a JSON Web Key.
    """

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        public = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
        self.kid = _thumbprint(public)
        self.jwk: Mapping[str, Any] = public | {"kid": self.kid, "use": "sig", "alg": "ES256"}

    @classmethod
    def kept_in(cls, folder: Path) -> "SigningKey":
        """The key in *folder*, made now if there is none.

        Raises:
            PermissionError: Others may read the file.
            ValueError: The file holds no such key.
        """
        path = folder / FILE
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise PermissionError(f"Others may read {path}: delete it, or say `chmod 600` and trust them.")
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{path} holds a key of another kind: delete it.")  # noqa: TRY004
        return cls(private)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a signed JSON Web Token."""
        return jwt.encode(dict(claims), self._private, algorithm="ES256", headers={"kid": self.kid})

    def proved(self, token: str) -> Mapping[str, Any] | None:
        """The claims of a token that this key signed, whether it counts now or not; none of any other."""
        try:
            return jwt.decode(
                token,
                self._private.public_key(),
                algorithms=["ES256"],
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except (jwt.PyJWTError, ValueError):
            return None


def _make(path: Path) -> None:
    """Write a new key to *path*, whole or not at all, unless another process is faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()


def _thumbprint(jwk: Mapping[str, Any]) -> str:
    """The SHA-256 of the members that make the key, in their one canonical form."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
