"""A large bucket that has only the dearest storage class pays for old objects as for new ones."""

from __future__ import annotations

from audits.billed import BilledResource, in_plain_units, meter_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

STORED = {"aws": "TimedStorage-", "azure": "Data Stored", "gcp": " Storage "}
DEAREST = {"aws": ("TimedStorage-ByteHrs",), "azure": ("Hot ",), "gcp": ("Standard Storage ",)}


def judge(resource: BilledResource, *, window_days: int, min_gb: float) -> Verdict:
    mark = STORED.get(resource.cloud)
    lines = in_plain_units(resource.lines(days=window_days))
    stored = [line for line in lines if mark and mark in meter_of(line)]
    if not stored or any(not meter_of(line).startswith(DEAREST[resource.cloud]) for line in stored):
        return Fine()
    if missing := resource.lacks(stored, days=window_days):
        return Unknown(missing)
    by_day = resource.by_day(stored, days=window_days)
    gb = float(sum(by_day)) * 30 / window_days
    if gb < min_gb or by_day[-1] < by_day[0]:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"About {gb:,.0f} GB, all of the dearest class on each of the last {counted(window_days, 'day')}, "
        "and not less at their end.",
    )


rule = Rule(
    id="bill_storage_without_transitions",
    title="Large bucket of the dearest storage class alone",
    looks_at=BilledResource,
    settings={"window_days": 30, "min_gb": 500},
    action="Let a lifecycle rule move what is not read to a cheaper class, or let the provider's own tiering decide.",
    action_type="Upgrade",
    stage="PRICE",
    rollback_possible=True,
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
    judge=judge,
    rollback="Take the rule away; what was moved can be moved back, at the price of its retrieval.",
    access_adds="its lifecycle rules, how old its objects are and when they were read last",
)
