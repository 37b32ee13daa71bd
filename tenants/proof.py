"""A transaction's proof that it may work for an organisation: PostgreSQL believes it, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

MARK = "costframe-context-1"
VALID_SECONDS = 30  # PostgreSQL accepts up to 60, so that clocks may differ by half a minute either way
SECRET_BYTES = 32
BLOCK_BYTES = 64  # of SHA-256; HMAC pads its key to it


@dataclass(frozen=True)
class ContextKey:
    """The key that web makes proofs with. PostgreSQL holds what verifies them, where only its own function reads."""

    secret: bytes = field(repr=False)

    @classmethod
    def make(cls) -> ContextKey:
        """A new random key."""
        return cls(secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def from_text(cls, text: str) -> ContextKey:
        """The key that `manage.py context_key make` printed. Raises ValueError, naming the setting."""
        try:
            secret = bytes.fromhex(text)
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES:
            raise ValueError(
                f"COSTFRAME_CONTEXT_KEY is not a key of {2 * SECRET_BYTES} hexadecimal digits: "
                "`manage.py context_key make`, run as the migrate process, prints one."
            )
        return cls(secret)

    @property
    def text(self) -> str:
        """As COSTFRAME_CONTEXT_KEY holds it."""
        return self.secret.hex()

    @property
    def id(self) -> str:
        """Names the key without telling anything of it."""
        return hashlib.sha256(b"costframe-context-key\0" + self.secret).hexdigest()[:16]

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """HMAC's inner and outer padded key: PostgreSQL has sha256() in its core, but no HMAC."""
        block = self.secret.ljust(BLOCK_BYTES, b"\0")
        return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def make_proof(*, key: ContextKey, organization_id: UUID, user_id: str, backend_pid: int, at: datetime) -> str:
    """The value of the transaction's setting: good for this database connection, for transactions begun soon.

    Its form and its MAC are read again by `cf_organization()` in the migration that makes that function.
    """
    organization, expiry, user = str(organization_id), str(int(at.timestamp()) + VALID_SECONDS), quote(user_id, safe="")
    told = f"{MARK}|{organization}|{backend_pid}|{expiry}|{user}"
    mac = hmac.new(key.secret, told.encode(), hashlib.sha256).hexdigest()
    return f"{key.id}|{organization}|{expiry}|{user}|{mac}"
