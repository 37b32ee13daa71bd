"""Minting tokens as Clerk shapes them, with keys that live in the sandbox's state directory."""

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

    from sandbox.clerk.people import Org, Person

SESSION_CATEGORY = "cl_B7d4PD111AAA"
TOKEN_SECONDS = 60


@dataclass(frozen=True)
class SigningKey:
    """An RSA key of the instance. Its id follows from it."""

    private: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def kept_in(cls, directory: Path, *, name: str = "signing_key") -> SigningKey:
        """The key of that name in `directory`, made at the first use."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = directory / f"{name}.pem"
        if not file.exists():
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            partial = directory / f"{name}.{os.getpid()}"
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

    def jwk(self) -> dict[str, Any]:
        """The public half."""
        entry = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {"kty": "RSA", "n": entry["n"], "e": entry["e"], "use": "sig", "alg": "RS256", "kid": self.id}

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:  # noqa: ANN401 - any header, also wrong ones
        """Sign `claims`; a header given as None is left out."""
        wanted = {"kid": self.id, "typ": "JWT", "cat": SESSION_CATEGORY, **headers}
        return jwt.encode(
            claims, self.private, algorithm="RS256", headers={k: v for k, v in wanted.items() if v is not None}
        )


class KeyRing:
    """The key that signs, and the former one, which stays published until it is retired."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.current = SigningKey.kept_in(directory)
        has_former = (directory / "former_key.pem").exists()
        self.former = SigningKey.kept_in(directory, name="former_key") if has_former else None

    def rotate(self) -> None:
        """Sign with a new key from now on. What the old one signed can still be verified."""
        (self._directory / "signing_key.pem").replace(self._directory / "former_key.pem")
        self.former, self.current = self.current, SigningKey.kept_in(self._directory)

    def retire(self) -> None:
        """Publish the former key no more."""
        (self._directory / "former_key.pem").unlink(missing_ok=True)
        self.former = None

    def jwks(self) -> dict[str, Any]:
        """The public key set."""
        return {"keys": [key.jwk() for key in (self.current, self.former) if key is not None]}


def session_claims(
    person: Person,
    *,
    issuer: str,
    session_id: str,
    at: float | None = None,
    azp: str | None = None,
    member_of: tuple[Org, str] | None = None,
    is_pending: bool = False,
    seconds: int = TOKEN_SECONDS,
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
        "exp": now + seconds,
        "jti": secrets.token_hex(10),
        "fva": list(person.factor_minutes),
        "sts": "pending" if is_pending else "active",
        "pla": "o:free" if member_of else "u:free",
        "fea": "",
        "name": person.name,
    }
    if member_of:
        org, role = member_of
        claims["o"] = {"id": org.id, "slg": org.slug, "rol": role}
    if azp:
        claims["azp"] = azp
    return claims


def publishable_key(host: str, *, is_production: bool = False) -> str:
    """The key that names `host`, from which the cookies' suffix follows."""
    kind = "pk_live_" if is_production else "pk_test_"
    return kind + base64.b64encode(f"{host}$".encode()).decode().rstrip("=")


def cookie_suffix(key: str) -> str:
    """The suffix of an instance's cookies."""
    return base64.urlsafe_b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()[:8]
