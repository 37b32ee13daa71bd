"""Years of bills in PostgreSQL, made by PostgreSQL itself: one large organisation among many small ones."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from audits import cost_days, cost_rates
from audits.focus import COSTS
from benchmarks.estate import id_of, insert

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS = 14
FIRST = "date '2025-09-01'"
DAYS = 426  # of those months
ACCOUNTS, SERVICES, REGIONS = 20, 12, 5
LARGE = 1  # the number of the large organisation
PERIOD = f"({FIRST} + m * interval '1 month')::date"
NEXT = f"({FIRST} + (m + 1) * interval '1 month')::date"
LOAD = id_of("load", "o", "m")
ACCOUNT = "lpad((r * {accounts} / {streams})::text, 12, '1')"
COST = "round((1 + hashtext(r || ' ' || d) % 50000 + 50000)::numeric / 10000, 9)"
# Every second line is of the same resource under another meter.
LINE = {
    "billing_account_id": "'999999999999'",
    "provider_name": "'AWS'",
    "service_name": f"'Amazon Service ' || r / 2 % {SERVICES}",
    "region_id": f"'eu-region-' || r / 2 % {REGIONS}",
    "resource_id": "'arn:aws:ec2:eu-region-' || r / 2 % 5 || ':1:volume/vol-' || lpad(to_hex(r / 2), 17, '0')",
    "charge_category": "'Usage'",
    "charge_description": "'$0.095 per GB-month of General Purpose SSD (gp3) provisioned storage, meter ' || r % 2",
    "sku_id": "'SKU' || r % 40",
    "usage_type": "'EUC1-EBS:VolumeUsage.gp3-' || r % 40",
    "pricing_category": "'Standard'",
    "consumed_quantity": "3.333333333",
    "consumed_unit": "'GB-Mo'",
    "billing_currency": "'USD'",
    "invoice_id": "'INV-' || m",
    "row_count": "24",
    "charge_days": "1",
    "detail_number": "r / 2",
    **dict.fromkeys(COSTS, COST),
}
IN_POSTGRES = {
    **cost_days.KEYS,
    "kind": cost_days.KIND_SQL,
}  # what a load is added up by, which a reader's SQL says too
# A resource has two tags by which a load is added up, and a name that is its own.
TAGGED_MONTHS = 2  # the last ones: a page asks for one, beside the one before
TAGS = {"team": "'team-' || r % 25", "env": "'env-' || r % 4"}


@dataclass(frozen=True, kw_only=True)
class LineEstate:
    """How many organisations, and how many lines the large one and each of the others has, at least one a day."""

    organizations: int
    lines: int
    lines_of_others: int

    def streams(self, *, is_large: bool) -> int:
        """Resources' meters: each has a line a day."""
        return max(2, (self.lines if is_large else self.lines_of_others) // DAYS)


def fill(url: str, estate: LineEstate) -> None:
    """Fill an empty migrated database, past all walls, a load after the other; indexes are made at the end."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        all_of_them = f"generate_series(1, {estate.organizations}) o"
        months = f"{all_of_them}, generate_series(0, {MONTHS - 1}) m"
        insert(admin, "tenants_organization", all_of_them, {
            "id": id_of("organization", "o"), "name": "'O' || o", "timezone": "'UTC'"})  # fmt: skip
        insert(admin, "connections_connection", all_of_them, {
            "id": id_of("connection", "o"), "label": "'Payer'", "state": "'CONNECTED'", "account_id": "o::text",
            "external_id": "gen_random_uuid()::text", "provider": "'aws'", "generation": "1"})  # fmt: skip
        insert(admin, "audits_schedule", all_of_them, {
            "id": id_of("schedule", "o"), "connection_id": id_of("connection", "o"), "due_at": "now()"})  # fmt: skip
        insert(admin, "audits_billsource", all_of_them, {
            "id": id_of("source", "o"), "connection_id": id_of("connection", "o")})  # fmt: skip
        insert(admin, "audits_billload", months, {
            "id": LOAD, "source_id": id_of("source", "o"), "billing_period": PERIOD, "state": "'LOADED'",
            "billed_from": PERIOD, "billed_until": NEXT, "loaded_at": f"{NEXT} + interval '3 days'",
            "billing_account_ids": "array['999999999999']", "bill_format": "'focus'",
            "sub_account_ids": f"(select array_agg(lpad(a::text, 12, '1')) from generate_series(0, {ACCOUNTS - 1}) a)",
        })  # fmt: skip
        with _without_indexes(admin, "audits_costline"):
            for is_large in (False, True):
                for month in range(MONTHS):
                    _lines(admin, estate, month, is_large=is_large)
        _days(admin)
        _tags(admin, estate)
        _rates(admin)
        admin.execute("vacuum (analyze)")


def _lines(admin: psycopg.Connection, estate: LineEstate, month: int, *, is_large: bool) -> None:
    """A month of the large organisation, or of all others: by account, resource and day, as a load writes them."""
    started, streams = time.perf_counter(), estate.streams(is_large=is_large)
    of = f"(select {LARGE} o)" if is_large else f"generate_series({LARGE + 1}, {estate.organizations}) o"
    numbers = (
        f"(select {month} m) m, {of}, generate_series(0, {streams - 1}) r, "
        f"lateral generate_series({PERIOD}, {NEXT} - 1, interval '1 day') d"
    )
    count = insert(admin, "audits_costline", numbers, {
        **LINE, "id": f"(left({LOAD}::text, 24) || lpad(to_hex(r * 31 + extract(day from d)::int), 12, '0'))::uuid",
        "load_id": LOAD, "billing_period": PERIOD, "charge_date": "d::date",
        "sub_account_id": ACCOUNT.format(accounts=ACCOUNTS, streams=streams),
    })  # fmt: skip
    if count:
        whose = "the large organisation" if is_large else "the others"
        print(f"    {count:>10,} lines of {whose}, {time.perf_counter() - started:.1f} s", flush=True)


def _rates(admin: psycopg.Connection) -> None:
    """What the loads would have added up of what a unit costs."""
    started = time.perf_counter()
    count = admin.execute(
        f"insert into audits_costrate (id, organization_id, load_id, {cost_rates.NAMES}) "
        f"select gen_random_uuid(), organization_id, load_id, {cost_rates.VALUES} from audits_costline "
        f"where {cost_rates.COUNTED} group by organization_id, load_id, {cost_rates.PLACES}"
    ).rowcount
    print(f"    {count:>10,} of what a unit costs, {time.perf_counter() - started:.1f} s", flush=True)


def _days(admin: psycopg.Connection) -> None:
    """What the loads would have added up."""
    keys = ", ".join(f"{expression} as {name}" for name, expression in IN_POSTGRES.items())
    sums = ", ".join(f"sum({name}) as {name}" for name in cost_days.SUMS)
    names = ", ".join((*cost_days.KEYS, *cost_days.SUMS))
    places = ", ".join(str(place + 1) for place in range(len(cost_days.KEYS) + 2))
    count = admin.execute(
        f"insert into {cost_days.TABLE} (id, organization_id, load_id, {names}) select gen_random_uuid(), * from "
        f"(select organization_id, load_id, {keys}, {sums} from audits_costline group by {places}) as days"
    ).rowcount
    print(f"    {count:>10,} costs by day for the pages", flush=True)


def _tags(admin: psycopg.Connection, estate: LineEstate) -> None:
    """What further describes each resource's lines, and the costs by each tag as the loads would have added them up."""
    started, count, tagged = time.perf_counter(), 0, f"generate_series({MONTHS - TAGGED_MONTHS}, {MONTHS - 1}) m"
    pairs = ", ".join(f"'{key}', {value}" for key, value in {**TAGS, "name": "'host-' || r"}.items())
    for is_large in (False, True):
        of = f"(select {LARGE} o)" if is_large else f"generate_series({LARGE + 1}, {estate.organizations}) o"
        last = (estate.streams(is_large=is_large) - 1) // 2
        numbers = f"{tagged}, {of}, generate_series(0, {last}) r"
        count += insert(admin, "audits_costdetail", numbers, {
            "id": "gen_random_uuid()", "load_id": LOAD, "number": "r", "tags": f"jsonb_build_object({pairs})",
            "columns": """'{"SkuMeter": "EUC1-EBS:VolumeUsage.gp3", "RegionName": "EU (Frankfurt)"}'"""})  # fmt: skip
    months = f"generate_series(1, {estate.organizations}) o, {tagged}"
    admin.execute("set enable_nestloop = off")  # the tables are new, and would be thought to be nearly empty
    sums, keys = ", ".join(f"sum(line.{name})" for name in cost_days.SUMS), ", ".join(cost_days.KEYS)
    expressions = ", ".join(IN_POSTGRES.values())
    for key in TAGS:
        insert(admin, "audits_costtagkey", months, {
            "id": id_of("tag", "o", "m", f"'{key}'"), "load_id": LOAD, "key": f"'{key}'"})  # fmt: skip
        admin.execute(
            f"insert into audits_costtag (id, organization_id, tag_key_id, value, {keys}, {', '.join(cost_days.SUMS)}) "
            f"select gen_random_uuid(), line.organization_id, key.id, tags ->> '{key}', {expressions}, {sums} "
            "from audits_costline line join audits_costdetail detail on detail.organization_id = line.organization_id "
            "and detail.load_id = line.load_id and detail.number = line.detail_number join audits_costtagkey key on "
            f"key.organization_id = line.organization_id and key.load_id = line.load_id and key.key = '{key}' "
            f"group by {', '.join(str(place) for place in range(2, len(cost_days.KEYS) + 5))}"
        )
    admin.execute("reset enable_nestloop")
    print(f"    {count:>10,} details, and costs by tag, {time.perf_counter() - started:.1f} s", flush=True)


@contextmanager
def _without_indexes(admin: psycopg.Connection, table: str) -> Iterator[None]:
    """The table's indexes, taken away for the block and made again after it."""
    found = admin.execute(
        "select c.conname, pg_get_constraintdef(c.oid), i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) "
        "from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p' "
        "where i.indrelid = %s::regclass",
        [table],
    ).fetchall()
    again = []
    for constraint, definition, name, index in found:
        change = f"alter table {table}"
        admin.execute(f"{change} drop constraint {constraint}" if constraint else f"drop index {name}")
        again.append(f"{change} add constraint {constraint} {definition}" if constraint else index)
    yield
    started = time.perf_counter()
    admin.execute("set maintenance_work_mem = '1GB'")
    for statement in again:
        admin.execute(statement)
    print(f"    its indexes, {time.perf_counter() - started:.1f} s", flush=True)
