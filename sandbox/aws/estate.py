"""The estate: one organisation of a payer and two members, three regions, a few hundred resources, part of it wasteful.

Everything hangs on a seed and on `as_of`, a UTC midnight: the same pair gives the same resources, ids, usage and bill.
Criteria that the waste is made to meet, with margins, and the near misses made to fall short of them: an unattached
volume 14 days, a stopped machine 30 days, an old snapshot 90 days, an orphaned one 30 days, an idle machine 14 complete
days (processor peak under 5 %, network under 5 MB a day), an idle gateway 30 days (under 1 MB a day), an idle database
14 complete days, a hardly used volume 30 days (100 operations a day at most), performance that no minute of 30 days
comes near (a quarter of what stays).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.aws import compute, databases, families, network, storage
from sandbox.aws.model import Draw, Estate

# In this order: what comes later stands on machines and volumes of what comes before.
FAMILIES = {"compute": compute.add, "storage": storage.add, "network": network.add, "databases": databases.add}


def build(*, seed: int, as_of: datetime) -> Estate:
    """The whole estate as it stands at `as_of`."""
    estate = Estate(seed=seed, as_of=as_of)
    for family, add in FAMILIES.items():
        add(Draw(seed, as_of, family=family), estate)
    for module in families.found():
        if add_more := getattr(module, "add", None):
            add_more(Draw(seed, as_of, family=module.__name__.rpartition(".")[2]), estate)
    return estate


def last_midnight(now: datetime | None = None) -> datetime:
    """The UTC midnight that ends the last complete day."""
    return (now or datetime.now(UTC)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def billing_periods(as_of: datetime) -> list[datetime]:
    """The first days of the two billing periods that the export holds: that of yesterday and the one before."""
    current = (as_of - timedelta(days=1)).replace(day=1)
    return [(current - timedelta(days=1)).replace(day=1), current]
