"""Where container images are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ImageRepository(Thing):
    """A repository of container images, by sums of its images; those that are archived are in none of them.

    `image_count` None: its images could not be listed. Bytes are by months of 30 days since an image was last pushed or
    pulled, the last entry all older ones; a layer that several images share is in each of them, and on the bill once.
    `has_indexes`: some of its images are lists of others, which then have no tag of their own.
    `has_policy` says whether images expire there by a policy, `expires_untagged` whether that names those without a
    tag; None: could not be read. `is_beside_functions`: functions in its region run from images, whose pulls nobody
    records for certain; None: could not be read. `is_shared`: a policy of its own may let others pull from it, other
    accounts and their functions; None: could not be read.
    """

    KIND: ClassVar[str] = "image_repository"
    SERVICE: ClassVar[str] = "ecr"
    DETAILS: ClassVar[tuple[str, ...]] = (
        "image_count",
        "last_pushed_at",
        "last_pulled_at",
        "tagged_bytes",
        "untagged_bytes",
        "has_indexes",
        "has_policy",
        "expires_untagged",
        "is_shared",
    )

    image_count: int | None = None
    last_pushed_at: datetime | None = None
    last_pulled_at: datetime | None = None
    tagged_bytes: tuple[int, ...] = ()
    untagged_bytes: tuple[int, ...] = ()
    has_indexes: bool = False
    has_policy: bool | None = None
    expires_untagged: bool | None = None
    is_beside_functions: bool | None = None
    is_shared: bool | None = None
