"""What AWS Backup keeps: vaults, plans that fill them, and the backups themselves, which it calls recovery points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class BackupVault(Thing):
    """A vault. `vault_type` is BACKUP_VAULT, LOGICALLY_AIR_GAPPED_BACKUP_VAULT or alike. `is_locked`: nobody may delete
    what is in it before its time. `min_days` and `max_days` bound for how long it takes anything; None: no bound.
    """

    KIND: ClassVar[str] = "backup_vault"
    SERVICE: ClassVar[str] = "backup"

    vault_type: str = ""
    is_locked: bool = False
    min_days: int | None = None
    max_days: int | None = None
    point_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class BackupPlan(Thing):
    """A plan. `endless_rules` are those of its rules by which nothing ever expires (None: could not be read).

    `endless_copies` is the most backups without an end that one such rule keeps of one resource, in vaults that are
    not locked, and `endless_since` when the first of these was made; None where not all vaults could be read.
    """

    KIND: ClassVar[str] = "backup_plan"
    SERVICE: ClassVar[str] = "backup"

    last_ran_at: datetime | None = None
    endless_rules: tuple[str, ...] | None = None
    endless_copies: int | None = None
    endless_since_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RecoveryPoint(Thing):
    """A backup, named as AWS Backup names it: a snapshot or an image by an ARN of its own service.

    `source` is the ARN of what it is a backup of, `size_bytes` what the provider says of its size (None: nothing).
    `plan_id` is the plan that made it, "" where somebody did, and `is_plan_present` whether that plan still stands.
    `is_endless`: nothing deletes it. `is_apart`: its vault is locked, or held apart from the account's hands.
    `is_copy`: copied from another region, account or vault. `is_part`: one of several that are one backup together, or
    the whole of them. `newest_at` is when the newest backup of its source in the region was made, which is now where
    one goes on continuously, and `newest_planned_at` the newest that a plan completed; both None, and `are_points_read`
    False, where not all vaults could be read. `is_held`: a legal hold keeps it; None where there are holds, or where
    they could not be read.
    """

    KIND: ClassVar[str] = "recovery_point"
    SERVICE: ClassVar[str] = "backup"

    state: str
    vault_name: str
    source: str
    source_type: str = ""
    size_bytes: int | None = None
    completed_at: datetime | None = None
    cold_at: datetime | None = None
    ends_at: datetime | None = None
    is_endless: bool = False
    plan_id: str = ""
    rule_name: str = ""
    is_plan_present: bool | None = None
    is_apart: bool = False
    is_copy: bool = False
    is_part: bool = False
    last_restored_at: datetime | None = None
    are_points_read: bool = False
    newest_at: datetime | None = None
    newest_planned_at: datetime | None = None
    is_held: bool | None = None
