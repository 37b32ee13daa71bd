"""One resource to be: its number, from which everything follows, and what meters its kind on a bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import charges
from sandbox.aws.families import (
    alarms,
    buckets,
    dynamodb,
    encryption,
    functions,
    image_repositories,
    log_groups,
    secrets,
)
from sandbox.aws.model import Charge, Item

if TYPE_CHECKING:
    from datetime import datetime

ODD = 0x9E3779B97F4A7C15  # times this, all numbers below 2**64 are other ones, and lie apart
MOST_OF_A_PLACE = 10_000_000
TEAMS = ("payments", "search", "platform", "data")
WASTED = 40  # one in so many of a kind


@dataclass(frozen=True, kw_only=True)
class Meter:
    """How a bill names what it charges for a kind."""

    service: str
    name: str
    unit: str
    operation: str


METERS = {
    "instance": Meter(service=charges.EC2, name="BoxUsage:m7g.large", unit="Hrs", operation="RunInstances"),
    "volume": Meter(service=charges.EC2, name="EBS:VolumeUsage.gp3", unit="GB-Mo", operation="CreateVolume-Gp3"),
    "snapshot": Meter(service=charges.EC2, name="EBS:SnapshotUsage", unit="GB-Mo", operation="CreateSnapshot"),
    "image": Meter(service=charges.EC2, name="", unit="", operation=""),
    "address": Meter(service=charges.VPC, name="PublicIPv4:InUseAddress", unit="Hrs", operation="AllocateAddressVPC"),
    "nat_gateway": Meter(service=charges.EC2, name="NatGateway-Hours", unit="Hrs", operation="NatGateway"),
    "load_balancer": Meter(
        service=charges.ELB, name="LoadBalancerUsage", unit="Hrs", operation="LoadBalancing:Application"
    ),
    "database": Meter(
        service=charges.RDS, name="InstanceUsage:db.m7g.large", unit="Hrs", operation="CreateDBInstance:0014"
    ),
    "database_snapshot": Meter(
        service=charges.RDS, name="RDS:ChargedBackupUsage", unit="GB-Mo", operation="CreateDBSnapshot"
    ),
    "function": Meter(service=functions.BILLED_AS, name="Lambda-GB-Second-ARM", unit="Second", operation="Invoke"),
    "log_group": Meter(
        service=log_groups.BILLED_AS, name="TimedStorage-ByteHrs", unit="GB-Mo", operation="HourlyStorageMetering"
    ),
    "bucket": Meter(service=buckets.BILLED_AS, name="TimedStorage-ByteHrs", unit="GB-Mo", operation="StandardStorage"),
    "table": Meter(
        service=dynamodb.SERVICE,
        name="ReadCapacityUnit-Hrs",
        unit="ReadCapacityUnit-Hrs",
        operation="CommittedThroughput",
    ),
    "image_repository": Meter(
        service=image_repositories.BILLED_AS, name="TimedStorage-ByteHrs", unit="GB-Mo", operation="PutImage"
    ),
    "alarm": Meter(service=alarms.BILLED_AS, name="CW:AlarmMonitorUsage", unit="Alarms", operation=""),
    "secret": Meter(service=secrets.BILLED_AS, name="AWSSecretsManager-Secrets", unit="Secrets", operation=""),
    "encryption_key": Meter(service=encryption.BILLED_AS, name="KMS-Keys", unit="Keys", operation=""),
}
ORDER = {kind: at for at, kind in enumerate(METERS)}


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One resource to be: the `at`-th of its kind in a place that has a number of its own."""

    kind: str
    account: str
    region: str
    place: int
    at: int
    as_of: datetime

    @property
    def is_wasted(self) -> bool:
        return self.is_wasted_of(self.kind, self.at)

    def is_wasted_of(self, kind: str, at: int) -> bool:
        return self.number(kind, at) % WASTED == 0

    def number(self, kind: str = "", at: int | None = None) -> int:
        """The resource's own number, or that of another of the place: no two are alike."""
        plain = (self.place * len(METERS) + ORDER[kind or self.kind]) * MOST_OF_A_PLACE + (
            self.at if at is None else at
        )
        return (plain + 1) * ODD % 2**64

    def id(self, prefix: str, kind: str = "", at: int | None = None) -> str:
        return f"{prefix}-0{self.number(kind, at):016x}"

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def ago(self, days: float) -> datetime:
        return (self.as_of - timedelta(days=days)).replace(microsecond=0)

    def item(
        self,
        native_id: str,
        *,
        name: str,
        usd_a_day: str,
        days: float = 400,
        bill_id: str = "",
        shape: dict[str, Any] | None = None,
        facts: dict[str, Any] | None = None,
    ) -> Item:
        """The resource, charged `usd_a_day` since it was made. Idle is what is `measured_as` nothing."""
        created, made = self.ago(days + 0.3), METERS[self.kind]
        charge = Charge(
            service=made.service,
            meter=made.name,
            operation=made.operation,
            description=f"{made.name} of a day",
            unit=made.unit,
            price=Decimal(usd_a_day),
            per_day=Decimal(1),
            first=created.date(),
            last=self.as_of.date(),
        )
        tags = {"Name": name, "team": TEAMS[self.number() % len(TEAMS)], "env": "prod"}
        return Item(
            kind=self.kind,
            account=self.account,
            region=self.region,
            native_id=native_id,
            bill_id=bill_id or native_id,
            case="wasted" if self.is_wasted else "at work",
            created_at=created,
            name=name,
            tags=tags,
            facts=facts or {},
            shape=shape or {},
            charges=[charge] if charge.price else [],
        )
