"""Minting tokens as Clerk shapes them, with a key that lives in the sandbox's state directory."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.clerk.people import Person

SESSION_CATEGORY = "cl_B7d4PD111AAA"
TOKEN_SECONDS = 60


@dataclass(frozen=True)
class SigningKey:
    """The instance's RSA key. Its id is the instance's id."""

    private: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def kept_in(cls, directory: Path) -> SigningKey:
        """The key of `directory`, made at the first use."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = directory / "signing_key.pem"
        if not file.exists():
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            partial = directory / f"signing_key.{os.getpid()}"
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(made)
            partial.replace(file)
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{file} holds no RSA key: remove it.")
        return cls(key)

    @property
    def id(self) -> str:
        public = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return f"ins_{hashlib.sha256(public).hexdigest()[:24]}"

    def jwks(self) -> dict[str, Any]:
        """The public key set."""
        entry = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {
            "keys": [{"kty": "RSA", "n": entry["n"], "e": entry["e"], "use": "sig", "alg": "RS256", "kid": self.id}]
        }

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:  # noqa: ANN401 - any header, also wrong ones
        """Sign `claims`; a header given as None is left out."""
        wanted = {"kid": self.id, "typ": "JWT", "cat": SESSION_CATEGORY, **headers}
        return jwt.encode(
            claims, self.private, algorithm="RS256", headers={k: v for k, v in wanted.items() if v is not None}
        )


def session_claims(
    person: Person, *, issuer: str, session_id: str, at: float | None = None, azp: str | None = None
) -> dict[str, Any]:
    """A version 2 session token's claims. `azp` is left out where the minting request had no Origin."""
    now = int(time.time() if at is None else at)
    claims: dict[str, Any] = {
        "v": 2,
        "iss": issuer,
        "sub": person.user_id,
        "sid": session_id,
        "iat": now,
        "nbf": now - 10,
        "exp": now + TOKEN_SECONDS,
        "jti": secrets.token_hex(10),
        "fva": [0, 0 if person.has_second_factor else -1],
        "sts": "active",
        "pla": "o:free" if person.org else "u:free",
        "fea": "",
        "name": person.name,
    }
    if person.org:
        claims["o"] = {"id": person.org.id, "slg": person.org.slug, "rol": person.role}
    if azp:
        claims["azp"] = azp
    return claims


def publishable_key(host: str) -> str:
    """The development key that names `host`, from which the cookies' suffix follows."""
    return "pk_test_" + base64.b64encode(f"{host}$".encode()).decode().rstrip("=")


def cookie_suffix(key: str) -> str:
    """The suffix of an instance's cookies."""
    return base64.urlsafe_b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()[:8]
