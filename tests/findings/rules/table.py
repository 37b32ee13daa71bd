"""A table and its usage, for the rules on tables: what was used and what was kept, in units a second."""

from datetime import timedelta

from audits.evidence import SeriesRow, usage_from
from connections.resources.tables import Table
from connections.resources.thing import HOUR
from tests.findings.evidence import ACCOUNT, TODAY, ago, usage_of

QUIET = Table(
    **ACCOUNT,
    resource_id="arn:aws:dynamodb:us-east-1:111122223333:table/carts",
    name="carts",
    created_at=ago(300),
    state="ACTIVE",
    billing_mode="PROVISIONED",
    read_units=200,
    write_units=100,
    size_gib=3.0,
)
DAY = 86_400


def seen(reads=0.0, writes=0.0, *, kept=(200.0, 100.0), days=30, last=None, read_days=None):
    """`last` is what was read on the last day; a day without use has no value, as CloudWatch has it."""
    known = days if read_days is None else read_days
    used = {"Read": [reads * DAY or None] * known, "Write": [writes * DAY or None] * known}
    if last is not None:
        used["Read"][-1] = last * DAY
    return usage_of(
        {f"Consumed{kind}CapacityUnits.Sum": values for kind, values in used.items()}
        | {
            f"Provisioned{kind}CapacityUnits.Average": [units] * days
            for kind, units in zip(("Read", "Write"), kept, strict=True)
        }
    )


def without(usage, metric, *, days_ago=1):
    """The same usage without one day of one series."""
    values = list(usage.series[metric].values)
    values[-days_ago] = None
    whole = {name: series.values for name, series in usage.series.items()}
    return usage_of(whole | {metric: values})


def by_hour(work, rest=(0.0, 0.0), *, days=30, read_days=None, kept_days=None, kept=(200.0, 100.0), first_kept=None):
    """Units a second of reads and of writes from 8 to 18 o'clock of each day, and in its other hours; None where 0.

    `first_kept` are the units that were kept on the first day, where they were others.
    """
    first, known = TODAY - timedelta(days=read_days or days), days if read_days is None else read_days
    rows = []
    for kind, at_work, else_, units, at_first in zip(
        ("Read", "Write"), work, rest, kept, first_kept or kept, strict=True
    ):
        day = [(at_work if hour in range(8, 18) else else_) * HOUR or None for hour in range(24)]
        rows.append(SeriesRow(f"Consumed{kind}CapacityUnits", "Sum", HOUR, first, day * known))
        flat = [at_first] + [units] * ((kept_days or days) - 1)
        since = TODAY - timedelta(days=len(flat))
        rows.append(SeriesRow(f"Provisioned{kind}CapacityUnits", "Average", DAY, since, flat))
    return usage_from(rows, until=TODAY)
