"""A load's charges added up for pages: by day, account, service, region and kind. Written with its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits.bill_sums import PURCHASE, kind_sql
from audits.focus import COSTS

if TYPE_CHECKING:
    from audits.models import BillLoad

TABLE = "audits_costday"
# The word alone, with letters as the reader of bills takes them, so that both call the same charge support.
KIND_SQL = kind_sql(is_support="service_name ~* '(^|[^a-z0-9_])support([^a-z0-9_]|$)'")
# A purchase of what is then used: the usage has the list and contracted cost once more.
PREPAID_SQL = (
    f"charge_category = '{PURCHASE}' and (commitment_discount_id <> '' or (billed_cost <> 0 and effective_cost = 0))"
)
KEYS = {
    "charge_date": "charge_date",
    "charge_days": "charge_days",
    "provider_name": "provider_name",
    "sub_account_id": "sub_account_id",
    "service_name": "service_name",
    "region_id": "region_id",
    "kind": KIND_SQL,
    "is_prepaid": PREPAID_SQL,
    "billing_currency": "billing_currency",
}
SUMS = (*COSTS, "row_count")


def insert(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Add up the lines of `load` that wait in the temporary table `bill_lines`."""
    keys = ", ".join(f"{expression} as {name}" for name, expression in KEYS.items())
    sums = ", ".join(f"sum({name}) as {name}" for name in SUMS)
    names = ", ".join((*KEYS, *SUMS))
    cursor.execute(
        f"insert into {TABLE} (id, organization_id, load_id, {names}) "
        f"select gen_random_uuid(), %s, %s, {names} from (select {keys}, {sums} from bill_lines "
        f"where billing_period = %s group by {', '.join(str(place + 1) for place in range(len(KEYS)))}) as days",
        [load.organization_id, load.id, load.billing_period],
    )
