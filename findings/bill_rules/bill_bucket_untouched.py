"""A bucket that is billed for what it holds, and to which nobody writes and from which next to nobody reads."""

from __future__ import annotations

import re
from decimal import Decimal

from audits.billed import MONTH_DAYS, BilledResource, cost_of, fraction_of, meter_of, quantity_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

# By cloud: the service, the meters of what is held, of what reads it by number, and of all else that asks by number.
METERS = {
    "aws": ("s3|simple storage", r"TimedStorage-.+", r"Requests-(?:[A-Z]+-)?Tier2", r"Requests-.+"),
    "gcp": ("cloud storage", r".*\bStorage (?!.*Operations).+", r".*Class B .*Operations.*", r".*Operations.*"),
}


def judge(
    bucket: BilledResource, *, window_days: int, min_month_cost: float, max_writes: int, max_reads_a_day: int
) -> Verdict:
    service, held, read, asked = METERS.get(bucket.cloud, ("$-", "-", "-", "-"))
    lines = bucket.lines(days=window_days) if re.search(service, bucket.service_name.lower()) else ()
    stored = [line for line in lines if re.fullmatch(held, meter_of(line))]
    reads = [line for line in lines if re.fullmatch(read, meter_of(line))]
    rest = (line for line in lines if not re.fullmatch(read, meter_of(line)))
    writes = [line for line in rest if re.fullmatch(asked, meter_of(line))]
    paid, days = cost_of(stored), min(window_days, bucket.known_days)
    if not stored or paid * MONTH_DAYS < Decimal(str(min_month_cost)) * days:
        return Fine()
    is_touched = quantity_of(writes) > max_writes or quantity_of(reads) > max_reads_a_day * window_days
    # What moves bytes, restores or transforms them has meters of many names: by its cost it is seen in any case.
    if is_touched or (cost_of(lines) - paid - cost_of((*reads, *writes))) * 100 > paid:
        return Fine()
    if missing := bucket.lacks((*stored, *reads, *writes), days=window_days):
        return Unknown(missing)
    # Who grows it may have the requests on a bill of their own (Requester Pays).
    if not all(bucket.by_day(stored, days=window_days)) or bucket.has_grown(stored, days=window_days):
        return Fine()
    if not any(re.fullmatch(asked, meter_of(line)) for line in bucket.lines()):
        return Unknown("any charge for a request under its own name")
    return Waste(
        saves=Share(fraction=fraction_of(paid, lines)),
        because=f"Billed for what it holds on each of the last {counted(window_days, 'day')} ({paid:,.2f} "
        f"{stored[0].billing_currency}), with {quantity_of(writes):,.0f} requests that write or list and "
        f"{quantity_of(reads):,.0f} that read.",
    )


rule = Rule(
    id="bill_bucket_untouched",
    title="Bucket that nobody writes to or reads from",
    looks_at=BilledResource,
    settings={"window_days": 60, "min_month_cost": 5, "max_writes": 1, "max_reads_a_day": 20},
    action="Ask its owner what it is kept for, then delete it, or move it to an archive class.",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
    judge=judge,
    implementation_effort="Medium",
    rollback="What is deleted does not come back, but for versions of a bucket that keeps them.",
    assumes="that no law, contract or disaster asks for what lies in it",
    access_adds="its tags, its lifecycle, and how much lies in which class",
)
