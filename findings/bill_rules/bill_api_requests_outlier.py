"""A bucket whose requests cost far more than what it stores is asked in too small pieces, or by a loop."""

from __future__ import annotations

import re
from functools import lru_cache

from audits.billed import BilledResource, cost_of, meter_of
from findings.rule import UNTOLD, Fine, Rule, Unknown, Verdict, Waste, counted

# S3 charges what a lifecycle rule moves, once an object, as requests of tiers 3 to 6, or of tier 1 of the archive that
# it moves to. By which operation is not among what is kept of a bill's lines.
ASKED = "(^|-)requests-((sia|zia|int|xz|annotation)-)?tier[12]$|(^|-)requests-(gir|glacier|gda)-tier2$"
REQUESTS = {"aws": ASKED, "azure": "operations", "gcp": "class [ab] | operations"}
STORED = {"aws": "timedstorage-", "azure": "data stored", "gcp": " storage "}
NOTHING = "(?!)"


def judge(resource: BilledResource, *, window_days: int, min_cost: float, min_factor: float) -> Verdict:
    lines, pattern = resource.lines(days=window_days), REQUESTS.get(resource.cloud, NOTHING)
    requests = [line for line in lines if _is(meter_of(line), pattern)]
    if not requests:
        return Fine()
    rest = [line for line in lines if not _is(meter_of(line), pattern)]
    stored = [line for line in rest if _is(meter_of(line), STORED.get(resource.cloud, NOTHING))]
    if not stored:
        return Fine()
    if resource.known_days < window_days:
        return Unknown(f"{counted(window_days, 'complete day')} of its bill")
    asked, kept = cost_of(requests), cost_of(stored)
    if asked < min_cost or float(asked) < float(kept) * min_factor:
        return Fine()
    return Waste(
        saves=UNTOLD,
        because=f"Requests cost {asked:,.2f} {requests[0].billing_currency} in the last "
        f"{counted(window_days, 'day')}, what is stored {kept:,.2f}.",
    )


@lru_cache(maxsize=8192)
def _is(meter: str, pattern: str) -> bool:
    """Of the meters, which are few, and not of each of their lines: a search in each took twice the rule's time."""
    return re.search(pattern, meter.lower()) is not None


rule = Rule(
    id="bill_api_requests_outlier",
    title="Requests to storage cost far more than what is stored",
    looks_at=BilledResource,
    settings={"window_days": 30, "min_cost": 50, "min_factor": 5},
    action="Find who asks so often; write larger objects, list less, and cache what is read again.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    docs="https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html",
    judge=judge,
    rollback="Nothing has to be undone.",
    access_adds="who asks, from the storage's own request metrics and access logs",
)
