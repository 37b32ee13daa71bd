"""File systems that machines mount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from connections.resources.thing import Thing


@dataclass(frozen=True, kw_only=True)
class FileShare(Thing):
    """An elastic file system, charged by what it holds. Sizes are in bytes; None: the provider did not say.

    `standard_bytes` is what lies in its dearest class. `is_tiered`: something moves files that nobody reads to a
    cheaper one; None where that could not be read. `mount_targets` are the ways in; `is_replica`: another one is
    replicated to it.
    """

    KIND: ClassVar[str] = "file_share"
    SERVICE: ClassVar[str] = "efs"
    ARN: ClassVar[str] = "arn:aws:elasticfilesystem:{region}:{account_id}:file-system/{resource_id}"

    state: str
    size_bytes: int | None
    standard_bytes: int | None
    mount_targets: int | None
    is_tiered: bool | None = None
    is_replica: bool = False


@dataclass(frozen=True, kw_only=True)
class FileSystem(Thing):
    """A file system with servers of its own, charged by what was bought. `system_type` is LUSTRE, WINDOWS or alike."""

    KIND: ClassVar[str] = "file_system"
    SERVICE: ClassVar[str] = "fsx"
    ARN: ClassVar[str] = "arn:aws:fsx:{region}:{account_id}:file-system/{resource_id}"

    state: str
    system_type: str
    storage_gib: int
    storage_type: str = ""
