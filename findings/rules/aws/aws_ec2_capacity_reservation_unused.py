"""Capacity that is reserved costs what machines in it would, also while none runs there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from connections.resources import Metric
from connections.resources.capacity import CapacityReservation
from findings.reserved_capacity import of_fleet, why_left
from findings.rule import BillExpects, Fine, Rule, Share, Unknown, Verdict, Waste, counted, unmeasured

if TYPE_CHECKING:
    from audits.evidence import Usage

FREE, MOST_FREE = (
    Metric(name="AvailableInstanceCount", statistic=one, unit="machines") for one in ("Minimum", "Maximum")
)


def judge(reservation: CapacityReservation, *, usage: Usage, idle_days: int) -> Verdict:
    left = why_left(reservation)
    if left or reservation.state != "active" or reservation.available_count == 0:
        return Fine(left)
    if reservation.available_count is None:
        return Unknown("how many machines could be started in it now")
    free = [value for value in usage.days(FREE, days=idle_days) if value is not None]
    most = [value for value in usage.days(MOST_FREE, days=idle_days) if value is not None]
    if any(value < 1 for value in free):
        return Fine()
    if len(free) < idle_days or len(most) < idle_days:
        return unmeasured(reservation, since=reservation.created_at, days=idle_days, what="how much of it is free")
    unused = min(int(min(free)), reservation.available_count)
    share = Decimal(unused) / max(int(max(most)), reservation.available_count)
    return Waste(
        saves=Share(fraction=share),
        because=f"Of {counted(reservation.total_count, 'reserved machine')} of type {reservation.instance_type}, "
        f"{unused:,} never ran in the last {counted(idle_days, 'day')}.{of_fleet(reservation)}",
    )


rule = Rule(
    id="aws_ec2_capacity_reservation_unused",
    title="EC2 capacity reservation that no machine uses",
    looks_at=CapacityReservation,
    settings={"idle_days": 14},
    action="Lower the reservation to the machines that ran in it, or cancel it where none did.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-modify.html",
    judge=judge, metrics=(FREE, MOST_FREE), window_days=14, action_type="ScaleIn", stage="DELETE",
    implementation_effort="Low", rollback_possible=False,
    rollback="Reserve again: AWS gives the capacity only while it has some, so that it may not be there then.",
    hint="aws ec2 describe-capacity-reservations --region {region} --capacity-reservation-ids {native_id}",
    bill=BillExpects(prices=("UnusedBox",), at_least=Decimal(23), says="so it was used on that day"),
)  # fmt: skip
