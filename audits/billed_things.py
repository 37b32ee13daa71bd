"""A bill's lines, as the reading child writes them, to what stands on the bill: one resource at a time. Pure."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from audits.billed import MONTH_DAYS, BilledCommitment, BilledResource, BilledService, meter_of
from audits.evidence import DayCost
from audits.focus import WRITTEN_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Row = dict[str, str]
Line = tuple[Row, DayCost]  # what names it, of which account, resource, region, provider and service are read
STATUSES = ("Used", "Unused")
AMOUNTS = ("billed_cost", "effective_cost", "list_cost", "contracted_cost", "consumed_quantity")


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days of a bill that are complete: from `first` until `until`."""

    first: date
    until: date


class BilledThings:
    """Goes through a bill's lines once. Iterate it to the end for the resources; the rest is known then.

    Those of one resource stand together: `written_lines` has them so.
    """

    def __init__(self, lines: Iterable[Line], span: Span) -> None:
        self._lines = lines
        self._span = span
        self._commitments: dict[str, _Sum] = {}
        self._services: dict[tuple[str, str], _Sum] = {}
        self._meters: dict[tuple[str, str], _Sum] = {}

    def resources(self) -> Iterator[BilledResource]:
        """Each resource with all of its charges."""
        for (account_id, resource_id), lines in groupby(self._lines, key=_resource):
            charges, region = [], ""
            for row, line in lines:
                self._add(row, line)
                region = region or row["region_id"]  # some of its charges are of no region
                if resource_id not in {"", line.commitment_discount_id}:  # FOCUS has what was not used under its id
                    charges.append(line)
            if charges:
                yield self._resource({**row, "region_id": region}, account_id, resource_id, charges)

    def commitments(self) -> Iterator[BilledCommitment]:
        """Each commitment: what of it was used and what was not, day by day."""
        for commitment_id, found in sorted(self._commitments.items()):
            yield BilledCommitment(**self._base(found.row, commitment_id), charges=found.lines())

    def services(self) -> Iterator[BilledService]:
        """Each service of each account, day by day, with the lines of all the account's and of all the bill's."""
        lines = {key: found.lines() for key, found in sorted(self._services.items())}
        bill = tuple(line for of_one in lines.values() for line in of_one)
        for account_id, keys in groupby(lines, key=itemgetter(0)):
            of_account = {key: lines[key] for key in keys}
            account = tuple(line for of_one in of_account.values() for line in of_one)
            for key, charges in of_account.items():
                meters = self._meters[key].lines() if key in self._meters else ()
                base = self._base({**self._services[key].row, "sub_account_id": account_id}, key[1])
                yield BilledService(**base, charges=charges, meters=meters, account=account, bill=bill)

    def _add(self, row: Row, line: DayCost) -> None:
        period = line.charge_date, line.charge_days  # a month's fee is none of its first day
        if line.commitment_discount_id and line.commitment_discount_status in STATUSES:
            found = self._commitments.setdefault(line.commitment_discount_id, _Sum(row, {}))
            found.add((*period, line.commitment_discount_status), line)
        service = row["sub_account_id"], line.service_name
        found = self._services.setdefault(service, _Sum(row, {}))
        found.add((*period, line.charge_category), line)
        since = self._span.until - timedelta(days=MONTH_DAYS)
        if line.charge_category == "Usage" and since <= line.charge_date < self._span.until:
            found = self._meters.setdefault(service, _Sum(row, {}))
            found.add((meter_of(line), line.consumed_unit), line)

    def _resource(self, row: Row, account_id: str, resource_id: str, charges: list[DayCost]) -> BilledResource:
        charges.sort(key=lambda line: line.charge_date)
        base = self._base({**row, "sub_account_id": account_id}, resource_id)
        return BilledResource(**base, charges=tuple(charges))

    def _base(self, row: Row, resource_id: str) -> dict[str, Any]:
        return {
            "resource_id": resource_id,
            "account_id": row["sub_account_id"],
            "region": row["region_id"],
            "observed_at": datetime.combine(self._span.until, time(), tzinfo=UTC),
            "provider_name": row["provider_name"],
            "service_name": row["service_name"],
            "first": self._span.first,
            "until": self._span.until,
        }


@dataclass(frozen=True)
class _Sum:
    """Lines that are added up by a key, and the first row of them. Currencies and corrections are never added in.

    What is added up stands beside the first line of a key, in the order of `AMOUNTS`: a line is made of it at the end.
    """

    row: Row
    by_key: dict[tuple[object, ...], tuple[DayCost, list[Decimal | None]]]

    def add(self, by: tuple[object, ...], line: DayCost) -> None:
        key = (*by, line.billing_currency, line.charge_class)
        held = self.by_key.get(key)
        if held is None:
            self.by_key[key] = line, [getattr(line, name) for name in AMOUNTS]
            return
        sums = held[1]
        for place, name in enumerate(AMOUNTS):
            one, more = sums[place], getattr(line, name)
            sums[place] = None if one is None or more is None else one + more

    def lines(self) -> tuple[DayCost, ...]:
        """The sums, oldest first."""
        made = []
        for line, sums in self.by_key.values():
            values: dict[str, Any] = dict(zip(AMOUNTS, sums, strict=True))
            made.append(replace(line, **values))
        return tuple(sorted(made, key=lambda line: line.charge_date))


def day_cost(row: Row) -> DayCost:
    """A line of the reading child as rules see it."""
    quantity = row["consumed_quantity"]
    return DayCost(
        charge_date=date.fromisoformat(row["charge_date"]),
        charge_days=int(row["charge_days"]),
        billing_currency=row["billing_currency"],
        billed_cost=Decimal(row["billed_cost"]),
        effective_cost=Decimal(row["effective_cost"]),
        list_cost=Decimal(row["list_cost"]),
        contracted_cost=Decimal(row["contracted_cost"]),
        charge_category=row["charge_category"],
        charge_class=row["charge_class"],
        charge_description=row["charge_description"],
        service_name=row["service_name"],
        sku_id=row["sku_id"],
        usage_type=row["usage_type"],
        pricing_category=row["pricing_category"],
        commitment_discount_id=row["commitment_discount_id"],
        commitment_discount_status=row["commitment_discount_status"],
        consumed_quantity=Decimal(quantity) if quantity else None,
        consumed_unit=row["consumed_unit"],
        invoice_id=row["invoice_id"],
    )


def written_lines(blocks: Iterable[bytes]) -> Iterator[Line]:
    """The lines as the reading child writes them."""
    for values in csv.reader(_text_lines(blocks)):
        row = dict(zip(WRITTEN_COLUMNS, values, strict=True))
        yield row, day_cost(row)


def _text_lines(blocks: Iterable[bytes]) -> Iterator[str]:
    decode, rest = codecs.getincrementaldecoder("utf-8")().decode, ""
    for block in blocks:
        *lines, rest = (rest + decode(block)).split("\n")
        yield from (f"{line}\n" for line in lines)
    if rest:
        yield rest


def _resource(line: Line) -> tuple[str, str]:
    return line[0]["sub_account_id"], line[0]["resource_id"]
