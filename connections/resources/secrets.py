"""What keeps secrets and vouches for others: what it is, never what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Secret(Thing):
    """A stored secret, without its value. `last_read_at` None: never read in its region; it tells days, not hours.

    `managed_by` names the service that keeps it for a resource of its own. `primary_region` is where it comes from if
    it is replicated, "" where it is not. `deleted_at` is set while it waits to be deleted.
    """

    KIND: ClassVar[str] = "secret"
    SERVICE: ClassVar[str] = "secretsmanager"

    last_read_at: datetime | None
    last_changed_at: datetime | None = None
    deleted_at: datetime | None = None
    managed_by: str = ""
    primary_region: str = ""


@dataclass(frozen=True, kw_only=True)
class CertificateAuthority(Thing):
    """A private certificate authority. `state` in the provider's word, which it has been in since `state_since_at`.

    `ends_at` is when its own certificate runs out, None while it has none.
    """

    KIND: ClassVar[str] = "certificate_authority"
    SERVICE: ClassVar[str] = "acm-pca"

    state: str
    authority_type: str = ""
    state_since_at: datetime | None = None
    ends_at: datetime | None = None
