"""A bucket whose data stays in the dearest class, though next to nothing is read from it."""

from __future__ import annotations

import re
from decimal import Decimal

from audits.billed import MONTH_DAYS, BilledResource, cost_of, fraction_of, lacks_quantity, meter_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

# By cloud: the service, the meters of its standard class, and what is billed only where data is in or goes to another.
METERS = {
    "aws": (
        "s3|simple storage",
        "TimedStorage-ByteHrs",
        "TimedStorage-(?!ByteHrs)|Requests-(SIA|ZIA|INT|GIR|GLACIER|GDA|Tier[3-6])|Monitoring-|EarlyDelete",
    ),
    "azure": ("storage", "Hot (RA-)?[A-Z]+ Data Stored", r".*\b(Cool|Cold|Archive)\b"),
    "gcp": ("cloud storage", "Standard Storage (?!.*Operations).+", ".*(Nearline|Coldline|Archive|Autoclass)"),
}
WEEK, KEPT = 7, Decimal("0.88")  # a day of a month of 31 days bills a tenth less of the same data than one of 28


def judge(
    bucket: BilledResource,
    *,
    window_days: int,
    min_month_cost: float,
    max_other_percent: int,
    cooler_saves_percent: int,
) -> Verdict:
    service, standard, cooler = METERS.get(bucket.cloud, ("$-", "-", "-"))
    if not re.search(service, bucket.service_name.lower()):
        return Fine()
    lines = bucket.lines(days=window_days)
    stored = [one for one in lines if re.fullmatch(standard, meter_of(one)) and "Files" not in one.charge_description]
    paid, total = cost_of(stored), cost_of(lines)
    days = min(window_days, bucket.known_days)
    is_small = paid * MONTH_DAYS < Decimal(str(min_month_cost)) * days
    if not stored or is_small or any(re.match(cooler, meter_of(line)) for line in lines):
        return Fine()
    if bucket.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    if lacks_quantity(stored):
        return Unknown("how much it held on each day")
    held = bucket.by_day(stored, days=window_days)
    has_shrunk = not all(held) or sum(held[-WEEK:]) < sum(held[:WEEK]) * KEPT
    if has_shrunk or (total - paid) * 100 > total * max_other_percent:
        return Fine()
    return Waste(
        saves=Share(fraction=fraction_of(paid * cooler_saves_percent / 100, lines)),
        because=f"All of it is in the standard class and it has not shrunk in the last {counted(window_days, 'day')}: "
        f"{paid:,.2f} {stored[0].billing_currency} for storage, {total - paid:,.2f} for all that reads and writes it.",
    )


rule = Rule(
    id="bill_storage_without_transitions",
    title="Bucket with all of its data in the dearest class",
    looks_at=BilledResource,
    settings={"window_days": 60, "min_month_cost": 20, "max_other_percent": 10, "cooler_saves_percent": 30},
    action="Add a lifecycle rule that moves what is not read to a cooler class, or let the provider choose by access.",
    action_type="Upgrade",
    stage="PRICE",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    judge=judge,
    rollback="Remove the lifecycle rule; what was moved is copied back at the price of its retrieval.",
    assumes="that most of it is not read, and lies three tenths cheaper in the next class",
    told_by=("aws_s3_bucket_without_lifecycle",),
    access_adds="its lifecycle rules, the age and size of its objects, and which of them are read",
)
