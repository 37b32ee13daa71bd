"""What a wasteful resource has cost since the waste began, as far as we know when that was."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection

from audits.billed import Billed, BilledResource
from connections.bill_ids import bill_ids
from connections.resources import Volume
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from connections.resources import Thing
    from findings.evaluate import Judgement

# Charges for usage, each less its discounts as `audits.billed.less_discounts` has them.
SINCE = """
select number, sum(charged + case when taken_off + discounted >= 0 then taken_off else 0 end)
  from (select wanted.number,
               coalesce(sum(line.effective_cost) filter (where line.effective_cost >= 0), 0) as charged,
               coalesce(sum(line.effective_cost)
                        filter (where line.effective_cost > 0 and line.commitment_discount_id = ''), 0) as discounted,
               coalesce(sum(line.effective_cost)
                        filter (where line.effective_cost < 0 and line.usage_type <> ''), 0) as taken_off
          from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::date[])
               as wanted (number, account_id, name, currency, since)
          join audits_costline line
            on line.organization_id = %s and line.sub_account_id = wanted.account_id
           and line.resource_id = wanted.name and line.charge_date >= wanted.since
           and line.billing_currency = wanted.currency
          join audits_billload load on load.organization_id = %s and load.id = line.load_id and load.state = 'LOADED'
           and load.lines_removed_at is null
         where line.charge_category = 'Usage' and line.charge_class <> 'Correction'
         group by wanted.number, line.charge_date, line.charge_days, line.usage_type) as of_meters
 group by number
"""


def began_on(judgement: Judgement, *, first_seen: date) -> date:
    """The day from which the resource is known to be wasted: by its own history, else its usage, else our first look.

    Where it could be had cheaper but is of use, nothing but our first look says since when.
    """
    rule, thing = judgement.rule, judgement.evidence.thing
    if rule.stage != "DELETE":
        return first_seen
    if isinstance(thing, Volume) and (since := thing.last_stop_at if thing.attached_to else thing.detached_at):
        return min(first_seen, since.date())
    days = rule.days(judgement.settings)
    return min(first_seen, judgement.evidence.usage.until - timedelta(days=days)) if days else first_seen


def _is_of_many(thing: Thing) -> bool:
    """Whether it stands for a service, a commitment or what many run, which no line of a bill names."""
    return isinstance(thing, Billed) and not isinstance(thing, BilledResource)


def costs_since(wanted: Iterable[tuple[Thing, str, date]]) -> list[Decimal | None]:
    """For each (resource, currency, day): its effective cost for usage from that day on, 0 where the bill has none.

    None where the currency is not known, since then nothing was ever billed or priced, and for what is no one resource
    of a bill. Asks the database once.
    """
    wanted = [(thing, "" if _is_of_many(thing) else currency, since) for thing, currency, since in wanted]
    rows = [
        (number, thing.account_id, name, currency, since)
        for number, (thing, currency, since) in enumerate(wanted)
        for name in bill_ids(thing)
        if currency
    ]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    with connection.cursor() as cursor:
        cursor.execute(SINCE, [*columns, scope.current(), scope.current()])
        found = dict(cursor.fetchall())
    return [found.get(number, Decimal(0)) if currency else None for number, (_, currency, _) in enumerate(wanted)]
