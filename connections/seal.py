"""Sealing a credential with the public key: what was sealed here can be opened in a worker only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite
from django.views.decorators.debug import sensitive_variables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

MAGIC = b"CFSL"
VERSION = 1
# Our own number: the library's enum values are list positions, not the registered code points.
SUITE_ID = 1
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

KEY_ID_BYTES = 16
HEADER_BYTES = len(MAGIC) + 1 + 2 + KEY_ID_BYTES
MLKEM_PUBLIC_BYTES = 1184
PUBLIC_KEY_BYTES = MLKEM_PUBLIC_BYTES + 32
OVERHEAD_BYTES = HEADER_BYTES + KEM.MLKEM768_X25519.enc_length() + 16
DOMAIN = b"costframe/sealed-credential"


class CannotSeal(Exception):
    """The credential cannot be sealed: the public key or the payload is not what it must be. Nothing was stored."""


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Where a sealed credential belongs. It opens for exactly this organisation, connection, provider, generation."""

    organization_id: UUID
    connection_id: UUID
    provider: str
    generation: int


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed credential: the key that opens it, as 32 hex digits, and the envelope to store."""

    key_id: str
    blob: bytes = field(repr=False)


def key_id_of(public_key: bytes) -> str:
    """The key id follows from the public key, so nobody can choose or confuse it."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES].hex()


def parse_public_key(text: str) -> bytes:
    """The public key from the base64 text that `manage.py sealing_key make` prints.

    Raises CannotSeal, naming the setting and the remedy, for anything but a usable X-Wing public key.
    """
    remedy = "set COSTFRAME_SEALING_PUBLIC_KEY to the line that `manage.py sealing_key make` printed on a worker host."
    if not text.strip():
        raise CannotSeal(f"There is no sealing key: {remedy}")
    try:
        public_key = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CannotSeal(f"The sealing key is not base64: {remedy}") from None
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise CannotSeal(f"The sealing key has {len(public_key)} bytes instead of {PUBLIC_KEY_BYTES}: {remedy}")
    try:
        SUITE.encrypt(b"", _load(public_key))  # some broken keys only show when used
    except ValueError:
        raise CannotSeal(f"The sealing key is damaged: {remedy}") from None
    return public_key


def public_key_text(public_key: bytes) -> str:
    """The one-line form for COSTFRAME_SEALING_PUBLIC_KEY."""
    return base64.b64encode(public_key).decode()


@sensitive_variables("secret", "plaintext")
def seal(secret: Mapping[str, str], *, public_key: bytes, binding: Binding) -> Sealed:
    """Seal `secret` for the holder of the private key, bound to where it belongs. Raises CannotSeal."""
    plaintext = bytearray(_canonical(secret))
    key_id = key_id_of(public_key)
    try:
        ciphertext = SUITE.encrypt(plaintext, _load(public_key), info=binding_info(key_id=key_id, binding=binding))
    except ValueError:
        raise CannotSeal("The sealing key is damaged.") from None
    finally:
        plaintext[:] = bytes(len(plaintext))
    return Sealed(key_id=key_id, blob=header(key_id) + ciphertext)


def header(key_id: str) -> bytes:
    """What stands before the ciphertext; every field but the magic is authenticated through the binding too."""
    return MAGIC + VERSION.to_bytes(1, "big") + SUITE_ID.to_bytes(2, "big") + bytes.fromhex(key_id)


def binding_info(*, key_id: str, binding: Binding) -> bytes:
    """HPKE's `info`: each part with its length in front, so that no two bindings can read the same."""
    parts = (
        DOMAIN,
        VERSION.to_bytes(1, "big"),
        SUITE_ID.to_bytes(2, "big"),
        bytes.fromhex(key_id),
        binding.organization_id.bytes,
        binding.connection_id.bytes,
        binding.provider.encode(),
        binding.generation.to_bytes(8, "big"),
    )
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _load(public_key: bytes) -> MLKEM768X25519PublicKey:
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise CannotSeal(f"A sealing key has {PUBLIC_KEY_BYTES} bytes, this one has {len(public_key)}.")
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public_key[:MLKEM_PUBLIC_BYTES]),
        X25519PublicKey.from_public_bytes(public_key[MLKEM_PUBLIC_BYTES:]),
    )


@sensitive_variables("secret")
def _canonical(secret: Mapping[str, str]) -> bytes:
    if not secret or not all(isinstance(part, str) for pair in secret.items() for part in pair):
        raise CannotSeal("A credential is a mapping of names to texts, and not empty.")
    try:
        return json.dumps(dict(secret), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:  # its own message would quote the credential
        raise CannotSeal("A credential is text, and this one holds what is none.") from None
