"""A site with something of everything in it: connections in each state, audits, gaps, calls, bills."""

from __future__ import annotations

import datetime as dt
import uuid

from audits import load_progress, uploads
from audits.bill_files import HandedIn
from audits.focus import COSTS
from audits.load_meter import Extent, Phase
from audits.models import (
    ApiCall,
    Audit,
    BillLoad,
    BillUpload,
    CostDay,
    CostDetail,
    CostLine,
    CostTag,
    CostTagKey,
    Gap,
    QuarantinedRow,
    Schedule,
    Step,
)
from audits.rate_models import ExchangeRate
from connections.models import AccessCheck, Connection
from tests.audits.sources import source_of
from tests.conftest import AT
from tests.tenants.planted import asked, proven, work_out

EXPORT = {
    "export_bucket": "northwind-billing-exports",
    "export_prefix": "focus",
    "export_name": "costframe",
    "export_region": "us-east-1",
}
MATRIX = [
    {"action": "ec2:DescribeVolumes", "result": "OK", "why": "Lists disks with their type and size.", "message": ""},
    {"action": "ec2:DescribeInstances", "result": "OK", "why": "Lists machines with their size.", "message": ""},
    {
        "action": "rds:DescribeDBInstances",
        "result": "REFUSED",
        "why": "Lists databases with their class and storage.",
        "message": "in eu-central-1: is not authorized to perform rds:DescribeDBInstances",
    },
    {"action": "s3:GetObject", "result": "NOT_NEEDED", "why": "Reads the cost export's files.", "message": ""},
]
REFUSAL = (
    "The role can be assumed without an External ID. Its trust policy does not demand this connection's External ID, "
    "so others could be let in by mistake: put the condition sts:ExternalId back as the kit has it."
)
GRID = [
    {"rule": "aws_ebs_volume_unattached", "region": "eu-west-1", "WASTE": 7, "FINE": 41, "UNKNOWN": 0},
    {"rule": "aws_ebs_volume_unattached", "region": "us-east-1", "WASTE": 0, "FINE": 12, "UNKNOWN": 3},
    {"rule": "aws_ec2_instance_idle", "region": "eu-west-1", "WASTE": 2, "FINE": 18, "UNKNOWN": 1},
]
SUMMARY = {
    "grid": GRID,
    "totals": [],
    "changes": {"opened": 9, "reopened": 1, "refreshed": 14, "left_alone": 2, "resolved": 3},
    "headline": [
        {
            "currency": "USD",
            "before": "1204.50",
            "opened": "310.25",
            "reopened": "12.00",
            "resolved": "-88.10",
            "repriced": "4.35",
            "after": "1443.00",
        }
    ],
}
HOUR = dt.timedelta(hours=1)


def seed(site) -> dict[str, object]:
    """Write it all. Returns ids by name: draft, checking, refused, payer, shop; done, running, requested."""
    with site.rows("cf_web"):
        ExchangeRate.objects.create(
            day=AT.date(), from_currency="EUR", to_currency="USD", rate="1.0834", source="European Central Bank"
        )
        made = {
            "draft": _connection("sandbox", "DRAFT", account_id=None, generation=0),
            "checking": _connection("staging", "CHECKING", account_id="333333333333"),
            "refused": _connection("warehouse", "REFUSED", account_id="444444444444"),
            "payer": _connection("payer", "CONNECTED", account_id="111111111111", night_cost_usd="0.41", **EXPORT),
            "shop": _connection("shop production", "CONNECTED", account_id="222222222222", regions=["eu-west-1"]),
        }
        checks = {name: _ask(made[name]) for name in ("checking", "refused", "payer", "shop")}
    with site.rows("cf_worker"):
        for name in ("payer", "shop"):
            _end(
                checks[name],
                state="PASSED",
                matrix=MATRIX,
                account_id=made[name].account_id,
                warnings=["rds:DescribeDBInstances is refused in eu-central-1: is not authorized"],
            )
            Schedule.objects.create(connection=made[name], due_at=dt.datetime.now(dt.UTC) + 6 * HOUR)
        _end(checks["refused"], state="REFUSED", refusals=[["role_arn", REFUSAL], ["export_name", "There is none."]])
        done, running = _done(made["payer"]), _running(made["shop"])
        bill = _bills(made["payer"])
    with site.rows("cf_web"):
        handed_in = _uploads()
        previews = {name: asked("Erin Engineer (user_erin)") for name in ("tried", "asked")}
    with site.rows("cf_worker"):
        _end_uploads(handed_in, bill)
        work_out(previews["tried"], "Northwind")
        for work in (handed_in["loading"], Step.objects.get(audit=running, kind="BILL")):
            _tell(work)
    audits = {"done": done, "running": running, "bill": bill}
    return {name: one.id for name, one in {**made, **audits, **handed_in, **previews}.items()}


def _uploads() -> dict[str, BillUpload]:
    """Files that were handed in, whose content is in no test."""
    return {
        name: uploads.request_upload(
            upload_id=uuid.uuid4(), label=f"Azure, {name}", by="Erin Engineer (user_erin)", at=AT,
            files=[HandedIn(name=f"part-{number}.csv.gz", size=48_120_334) for number in range(3)],
        )
        for name in ("waiting", "loading", "loaded", "refused_files")
    }  # fmt: skip


def _end_uploads(handed_in: dict[str, BillUpload], bill: BillLoad) -> None:
    wrong = "part-1.csv.gz, line 812: BilledCost ('1.234,50') is no number. Write it plainly, like 1234.5678."
    rows = BillUpload.objects
    rows.filter(id=handed_in["loaded"].id).update(state="DONE", steps_done=4, load_ids=[bill.id], due_at=None)
    proven("Northwind", handed_in["loaded"])
    rows.filter(id=handed_in["refused_files"].id).update(state="REFUSED", steps_done=2, message=wrong, due_at=None)


def _tell(work: BillUpload | Step) -> None:
    """A worker loads it, and was heard of just now as long as a test runs."""
    work.state, work.claim = "RUNNING", uuid.uuid4()
    work.save(update_fields=["state", "claim"])
    extent = Extent(
        phase=Phase.READING, seconds=48, done_bytes=21_000_000, all_bytes=48_120_334 * 3, done_rows=1_830_000,
        billing_period=None if isinstance(work, BillUpload) else dt.date(2026, 11, 1),
    )  # fmt: skip
    load_progress.tell(work=work, extent=extent, at=dt.datetime.now(dt.UTC) + HOUR)


def _connection(label, state, **values):
    return Connection.objects.create(label=label, state=state, created_at=AT, **{"generation": 1, **values})


def _ask(connection):
    return AccessCheck.objects.create(connection=connection, generation=1, requested_at=AT, due_at=None)


def _end(check, **values):
    AccessCheck.objects.filter(id=check.id).update(ended_at=AT + HOUR / 60, **values)


def _done(connection) -> Audit:
    audit = Audit.objects.create(
        connection=connection, state="DONE", requested_by="nightly", night_date=AT.date(), requested_at=AT,
        started_at=AT, ended_at=AT + dt.timedelta(seconds=94), summary=SUMMARY, estimated_cost_usd="0.41",
    )  # fmt: skip
    steps = _steps(audit, ["DONE"] * 9)
    for action, reason, region in (
        ("rds:DescribeDBInstances", "REFUSED", "eu-central-1"),
        ("", "NOT_LOOKED_AT", "ap-south-1"),
        ("", "NOT_LOOKED_AT", "sa-east-1"),
    ):
        Gap.objects.create(
            audit=audit, step=steps[0], account_id=connection.account_id, region=region, service="rds", action=action,
            reason=reason, message="is not authorized to perform: rds:DescribeDBInstances", kinds=["database"],
        )  # fmt: skip
    for service, operation, outcome, count, code in (
        ("ec2", "DescribeVolumes", "OK", 14, ""),
        ("ec2", "DescribeVolumes", "THROTTLED", 2, "RequestLimitExceeded"),
        ("rds", "DescribeDBInstances", "REFUSED", 1, "AccessDenied"),
        ("cloudwatch", "GetMetricData", "OK", 6, ""),
        ("sts", "AssumeRole", "OK", 3, ""),
    ):
        ApiCall.objects.create(
            audit=audit, step=steps[0], account_id=connection.account_id, region="eu-west-1", service=service,
            operation=operation, outcome=outcome, count=count, error_code=code,
        )  # fmt: skip
    return audit


def _running(connection) -> Audit:
    audit = Audit.objects.create(
        connection=connection, state="RUNNING", requested_by="user_2engineer", requested_at=dt.datetime.now(dt.UTC),
        started_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    _steps(audit, ["DONE", "DONE", "RUNNING", "RUNNING", "FAILED", "WAITING", "WAITING", "WAITING", "WAITING"])
    return audit


def _steps(audit, states) -> list[Step]:
    places = [(region, service) for region in ("eu-central-1", "eu-west-1", "us-east-1")
              for service in ("ec2", "elasticloadbalancing", "rds")]  # fmt: skip
    steps = [
        Step.objects.create(
            audit=audit, connection=audit.connection, kind="INVENTORY", state=state, region=region, service=service,
            account_id=audit.connection.account_id, ended_at=AT if state in {"DONE", "FAILED"} else None,
            resource_count=12 if state == "DONE" else 0, call_count=5 if state == "DONE" else 0,
            gap_count=int(service == "rds" and state == "DONE" and region == "eu-central-1"),
            message="The worker ended each time that it was tried." if state == "FAILED" else "",
        )
        for (region, service), state in zip(places, states, strict=True)
    ]  # fmt: skip
    for kind in ("BILL", "JUDGE"):
        Step.objects.create(audit=audit, connection=audit.connection, kind=kind, account_id="111111111111",
                            state="DONE" if audit.state == "DONE" else "WAITING")  # fmt: skip
    return steps


def _bills(connection) -> BillLoad:
    """Gives back the one of November, with all that a page of a load shows."""
    loads = [
        _load(connection, month=month, state=state, billed=billed, invoices=invoices, message=message)
        for month, state, billed, invoices, message in (
            (10, "LOADED", "18234.77", {"INV-1": {"USD": "18234.77"}}, ""),
            (11, "LOADED", "11820.05", {"INV-2": {"USD": "9000.00"}}, ""),
            (11, "REPLACED", "11000.00", {}, ""),
            (
                9,
                "REFUSED",
                None,
                {},
                "Part 2 of 3 is cut off in line 8,120: load it again once AWS has written it anew.",
            ),
        )
    ]
    for load in loads[:2]:
        _days(load)
        _tags(load)
    _leave_out(loads[1])
    return loads[1]


def _days(load) -> None:
    """Eighteen days of two services, a tax and a credit."""
    CostDay.objects.bulk_create(
        CostDay(
            load=load, charge_date=load.billing_period + dt.timedelta(days=day), charge_days=days, kind=kind,
            provider_name="AWS", sub_account_id="222222222222", service_name=service, region_id="eu-west-1",
            billing_currency="USD", billed_cost=cost, effective_cost=cost, list_cost=cost, contracted_cost=cost,
        )
        for service, kind, cost, days, last in (
            ("Amazon Elastic Compute Cloud", "Usage", "412.1234567891", 1, 18),
            ("Amazon Relational Database Service", "Usage", "87.5", 1, 18),
            ("Tax", "Tax", "900", 31, 1),
            ("Amazon Elastic Compute Cloud", "Credit", "-80", 1, 1),
        )
        for day in range(last)
    )  # fmt: skip


def _tags(load) -> None:
    """Costs by an owner's tag, and lines of which each has another one too."""
    key = CostTagKey.objects.create(load=load, key="team", value_count=2, other_count=7)
    CostTagKey.objects.create(load=load, key="env", value_count=2, other_count=0)
    day = {"charge_date": load.billing_period, "billing_currency": "USD"}
    for value in ("shop", None):
        CostTag.objects.create(tag_key=key, value=value, kind="Usage", **day, **dict.fromkeys(COSTS, 12))
    for number, env in enumerate(("prod", "test", ""), start=1):
        CostDetail.objects.create(load=load, number=number, tags={"team": "shop", "env": env})
        CostLine.objects.create(
            load=load, detail_number=number, billing_period=load.billing_period, charge_category="Usage",
            provider_name="AWS", service_name="Amazon Elastic Compute Cloud", **day, **dict.fromkeys(COSTS, 4),
        )  # fmt: skip


def _leave_out(load) -> None:
    unreadable = {"billed_cost": 1, "effective_cost": 0, "list_cost": 0, "contracted_cost": 0}
    costs = dict.fromkeys(unreadable, "12.345678901234567890")
    tally = {"currency": "USD", "rows": 2, "costs": costs, "unreadable": unreadable, "invoiced": "3.5"}
    load.quarantined_count, load.quarantined = 2, [tally]
    load.message = "2 of 120,346 rows cannot be read and are left out."
    load.save()
    wrong = "is no number of at most 14 digits before the point", "Write it plainly, like 1234.5678: a point."
    for number, value in ((8120, '=HYPERLINK("http://x")' + "long " * 30), (98_120, "")):
        QuarantinedRow.objects.create(
            load=load, part="exports/data/BILLING_PERIOD=2026-11/focus-00001.csv.gz", row_number=number,
            column="BilledCost", value=value, reason=wrong[0], remedy=wrong[1], currency="USD",
        )  # fmt: skip


def _load(connection, *, month, state, billed, invoices, message) -> BillLoad:
    kinds = [
        {"currency": "USD", "kind": kind, "rows": 1200, "billed": cost, "effective": cost, "rows_without_resource": 30,
         "billed_without_resource": "12.50"}
        for kind, cost in (("Usage", "11000.05"), ("Tax", "900.00"), ("Credit", "-80.00"))
    ]  # fmt: skip
    change = {"account_id": "222222222222", "service_name": "Amazon Relational Database Service", "currency": "USD",
              "before": "1200.00", "after": "2020.05"}  # fmt: skip
    return BillLoad.objects.create(
        source=source_of(connection), billing_period=dt.date(2026, month, 1), state=state, loaded_at=AT,
        files=[{"key": "exports/data/BILLING_PERIOD=2026-11/focus-00001.csv.gz", "size": 1_204_000, "rows": 120_344}, {}],
        row_count=120_344, line_count=90_000, invoice_totals=invoices, message=message,
        totals={"USD": {"billed_cost": billed, "effective_cost": billed}} if billed else {},
        billed_until=dt.date(2026, month, 19) if billed else None, kinds=kinds if billed else [],
        changes=[change] if invoices else [], change_count=3 if invoices else 0,
    )  # fmt: skip
