"""A reservation that ends soon with none to follow leaves what it covers to full prices, or is renewed unseen."""

from __future__ import annotations

from connections.resources.commitments import Reservation
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted


def judge(reservation: Reservation, *, days_left: int) -> Verdict:
    if reservation.state != "active":
        return Fine()
    if reservation.ends_at is None:
        return Unknown("when the reservation ends")
    left = (reservation.ends_at - reservation.observed_at).days
    if left > days_left:
        return Fine(f"It runs until {reservation.ends_at:%Y-%m-%d}.")
    if left < 0:
        return Fine("It has ended.")
    missing = reservation.count - reservation.followed_count
    if missing <= 0:
        return Fine(f"{reservation.followed_count} of the same kind are bought to take over.")
    return Waste(
        saves=UNTOLD,  # the discount that is lost is worth what is still used of it, after the open findings
        because=f"{reservation.count} {reservation.item_type} reserved until {reservation.ends_at:%Y-%m-%d}, in "
        f"{counted(left, 'day')}, and nothing of the same kind is bought to follow for {missing} of them.",
    )


rule = Rule(
    id="aws_commitment_reservation_expiring",
    title="Reservation that ends soon",
    looks_at=Reservation,
    settings={"days_left": 30},
    action="Decide before it ends: buy again only what is still used once the open findings are acted on.",
    docs="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-market-concepts-buying.html",
    judge=judge,
    action_type="PurchaseSavingsPlans",
    stage="PRICE",
    implementation_effort="VeryLow",
    rollback="A reservation that was bought cannot be undone; one that is only queued can be deleted.",
    hint="aws {of_service} {listed_by} --region {region}",
)
