"""What only a worker may say of a connection: which credential it tried and let in, and which account that was of."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from connections.models import Confirmation

if TYPE_CHECKING:
    from datetime import datetime

    from connections.models import Connection

NONE = ""  # the digest of no credential


def digest_of(blob: bytes | memoryview) -> str:
    """What names a sealed credential without telling anything of it."""
    return sha256(blob).hexdigest()


def pinned_account(*, connection: Connection) -> str | None:
    """The account that the connection was first let in with, None before that. It never changes."""
    return Confirmation.objects.filter(connection=connection).values_list("account_id", flat=True).first()


def is_confirmed(*, connection: Connection, digest: str) -> bool:
    """Whether a worker has let in this very credential, and has not refused it since."""
    return bool(digest) and Confirmation.objects.filter(connection=connection, digest=digest).exists()


def confirm(*, connection: Connection, digest: str, account_id: str, at: datetime) -> None:
    """Note that this credential was let in, inside the open scope. The account is pinned by the first one.

    Whoever calls holds the connection's lock and has compared the account with the pinned one: a credential of
    another account is not noted.
    """
    made = Confirmation(connection=connection, account_id=account_id, digest=digest, confirmed_at=at)
    Confirmation.objects.bulk_create([made], ignore_conflicts=True)
    Confirmation.objects.filter(connection=connection, account_id=account_id).update(digest=digest, confirmed_at=at)


def withdraw(*, connection: Connection, digest: str) -> bool:
    """Note that this credential was refused: no audit opens it until another try lets it in. False: it was not in use.

    The connection's state is web's to write too; this is what keeps a refused connection refused.
    """
    return bool(digest and Confirmation.objects.filter(connection=connection, digest=digest).update(digest=NONE))
