"""A load's charges added up for pages: by day, account, service, region and kind. Written with its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audits import bill_sums
from audits.bill_sums import PURCHASE, kind_sql
from audits.copied import copy_file
from audits.focus import COSTS

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import BillLoad

TABLE = "audits_costday"
# A purchase of what is then used: the usage has the list and contracted cost once more.
PREPAID_SQL = (
    f"charge_category = '{PURCHASE}' and (commitment_discount_id <> '' or (billed_cost <> 0 and effective_cost = 0))"
)
# As PostgreSQL asks for a line's kind: the word alone, with letters as the reader of bills takes them, so that both
# call the same charge support.
KIND_SQL = kind_sql(is_support="service_name ~* '(^|[^a-z0-9_])support([^a-z0-9_]|$)'")
# What lines are added up by, each with its SQL over a line, as the reader of bills takes it.
KEYS = {
    "charge_date": "charge_date",
    "charge_days": "charge_days",
    "provider_name": "provider_name",
    "sub_account_id": "sub_account_id",
    "service_name": "service_name",
    "region_id": "region_id",
    "kind": bill_sums.KIND_SQL,
    "is_prepaid": PREPAID_SQL,
    "billing_currency": "billing_currency",
}
SUMS = (*COSTS, "row_count")
TYPES = {"charge_date": "date", "charge_days": "integer", "is_prepaid": "boolean", **dict.fromkeys(SUMS, "numeric")}


def columns(*before: str) -> dict[str, str]:
    """The columns of a file of `audits.sum_reader` and their types, after the texts that come `before` the days'."""
    names = (*before, *KEYS, *SUMS)
    return {"billing_period": "date", **{name: TYPES.get(name, "text") for name in names}}


def copy(cursor: Any, file: Path) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """The sums that were read into the temporary table `bill_days`."""
    copy_file(cursor, file, table="bill_days", columns=columns())


def insert(cursor: Any, load: BillLoad) -> None:  # noqa: ANN401 - Django's cursor wrapper
    """Keep the sums of `load` that wait in the temporary table `bill_days`."""
    names = ", ".join((*KEYS, *SUMS))
    cursor.execute(
        f"insert into {TABLE} (id, organization_id, load_id, {names}) "
        f"select gen_random_uuid(), %s, %s, {names} from bill_days where billing_period = %s",
        [load.organization_id, load.id, load.billing_period],
    )
