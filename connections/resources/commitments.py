"""What is paid for in advance: plans and reservations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SavingsPlan(Thing):
    """A promise to spend `hourly_commitment` of `currency` an hour until `ends_at` (None: AWS does not say).

    `state` is payment-pending, payment-failed, active, retired, queued, queued-deleted, pending-return or returned.
    `plan_type` is Compute, EC2Instance, SageMaker or Database; one of a machine family names it and its region.
    `hourly_commitment` is AWS' own decimal text. `followed_by` are the plans of the same kind that begin within a week
    of its end.
    """

    KIND: ClassVar[str] = "savings_plan"
    SERVICE: ClassVar[str] = "savingsplans"

    state: str
    plan_type: str
    hourly_commitment: str
    currency: str
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    payment_option: str = ""
    instance_family: str = ""
    plan_region: str = ""
    followed_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reservation(Thing):
    """`count` machines, nodes or databases of one `item_type` in one region, paid for until `ends_at` (None: not told).

    `of_service` is the SDK's word for whose it is (ec2, rds, elasticache, redshift, memorydb, opensearch), `listed_by`
    the command that shows it. `state` is active, queued, payment-pending, retired and the like. `platform` is what AWS
    calls its product (Linux/UNIX, mysql); reservations of one type and platform stand in for each other.
    `followed_count` is how many of the same kind begin within a week of its end.
    """

    KIND: ClassVar[str] = "reservation"
    SERVICE: ClassVar[str] = "reservations"

    of_service: str
    listed_by: str
    state: str
    item_type: str
    count: int
    platform: str = ""
    is_multi_az: bool = False
    is_convertible: bool = False
    payment_option: str = ""
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    followed_count: int = 0
