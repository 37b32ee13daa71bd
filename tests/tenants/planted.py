"""Something of everything in an organisation, with a mark in every text that a page could show."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from uuid import uuid4

from audits import upload_stop, uploads
from audits.bill_files import HandedIn
from audits.focus import COSTS
from audits.models import (
    ApiCall,
    BillLoad,
    BillUpload,
    BillUploadChunk,
    CostDay,
    CostDetail,
    CostRate,
    CostTag,
    CostTagKey,
    Gap,
    LoadProgress,
    QuarantinedRow,
    Resource,
    Schedule,
)
from audits.rate_models import ExchangeRate
from connections.models import AccessCheck, Confirmation, SealedCredential
from connections.operations import make_draft
from costframe.broker import book_lost
from findings import bill_lists, registry, thresholds
from findings.models import BillList, Finding, Opinion, ThresholdPreview
from tenants import activity, scope
from tenants.models import ClerkEvent, Member
from tenants.sealing import seal_waiting
from tests.conftest import AT, ISSUER
from tests.database import acting_as
from tests.findings.rows import GP2, IDLE, UNATTACHED, bill, judged_audit, load_bill, make_connection, use

if TYPE_CHECKING:
    from uuid import UUID

SHARED = "111111111111"  # an account that every organisation here has connected


@dataclasses.dataclass(frozen=True, kw_only=True)
class Planted:
    """The ids that addresses take, and what else names a row: accounts, resources."""

    mark: str
    organization_id: UUID
    ids: dict[str, UUID]
    account_id: str
    resource_id: str

    @property
    def everything(self) -> list[UUID]:
        """The organisation's id and those of its rows, over and over."""
        return [self.organization_id, *self.ids.values()] * 3


def plant(organization, mark: str, *, account_id: str, size_gib: int) -> Planted:
    """As sign-in, the wizard and two audits leave it. The shared account's resources have the same ids everywhere."""
    with scope.organization(organization.id):
        make_draft(label=f"{mark} draft", regions=["eu-west-1"], export=None, by=mark, at=AT)
        own = make_connection(account_id=account_id, label=f"{mark} own account")
        shared = make_connection(account_id=SHARED, label=f"{mark} shared account")
        sealed(shared)
        ExchangeRate.objects.create(
            day=AT.date(), from_currency="EUR", to_currency="USD", rate=1, source=f"{mark} source"
        )
        check = AccessCheck.objects.create(connection=shared, generation=1, requested_at=AT)
        with acting_as("cf_worker"):
            AccessCheck.objects.filter(id=check.id).update(
                state="PASSED", ended_at=AT, warnings=[f"{mark} warning"], matrix=matrix(mark)
            )
            Confirmation.objects.create(connection=shared, account_id=SHARED, digest=mark, confirmed_at=AT)
            Schedule.objects.create(connection=shared, due_at=AT)
            audit = audited(shared, mark, size_gib=size_gib)
            audited(own, mark, size_gib=size_gib, resource_id=f"vol-{mark}", account_id=account_id)
            book_lost(organization_id=organization.id, row_id=audit.id, actor="run_audit", reason="NO_SUCH_ROW")
            Member.objects.create(user_id=f"user_{mark}", name=f"{mark} person", role="engineer", first_seen_at=AT)
        noted(mark, audit)
        preview = previewed(mark)
        set_thresholds(mark, preview)
        finding = Finding.objects.get(connection=shared, rule_id="aws_ebs_volume_unattached")
        load = BillLoad.objects.get(source__connection=shared)
        upload = handed_in(mark)
        with acting_as("cf_worker"):
            proven(mark, upload)
        under_way(mark)
    return Planted(
        mark=mark,
        organization_id=organization.id,
        ids={
            "connection_id": shared.id,
            "audit_id": audit.id,
            "finding_id": finding.id,
            "load_id": load.id,
            "upload_id": upload.id,
            "preview_id": preview.id,
        },
        account_id=account_id,
        resource_id=f"vol-{mark}",
    )


def noted(mark: str, audit) -> None:
    """A trail with lines that are sealed and one that waits, and an event of the identity provider."""
    line = {"actor": mark, "verb": "planted", "subject_kind": "audit", "subject_id": audit.id, "at": AT}
    activity.book(**line)
    with acting_as("cf_worker"):
        seal_waiting(at=AT)
    activity.book(**line)
    event = ClerkEvent(issuer=ISSUER, type="organization.updated", payload={"name": mark}, received_at=AT, due_at=AT)
    ClerkEvent.objects.bulk_create([event])


def handed_in(mark: str) -> BillUpload:
    """Files of a bill that wait for a worker."""
    files = [HandedIn(name=f"{mark}.csv", size=1)]
    upload_id = uuid4()
    BillUploadChunk.objects.create(upload_id=upload_id, file_number=0, number=0, data=mark.encode())
    return uploads.request_upload(upload_id=upload_id, label=f"{mark} files", files=files, by=mark, at=AT)


def under_way(mark: str) -> None:
    """Another bill's files, of which a worker has told how far it is, and that somebody wants to stop."""
    upload = handed_in(mark)
    upload_stop.request_stop(upload=upload, by=mark, at=AT)
    with acting_as("cf_worker"):
        LoadProgress.objects.create(
            upload=upload, claim=uuid4(), phase="READING", phase_seconds=9, billing_period=AT.date(), told_at=AT
        )


def proven(mark: str, upload: BillUpload) -> BillList:
    """What that bill proves by itself."""
    row = {
        "resource_id": f"vol-{mark}", "account_id": SHARED, "region": "eu-west-1", "service": mark, "because": mark,
        "currency": "USD", "monthly": "12.34", "net": "12.34", "absorbed_by": "",
    }  # fmt: skip
    rule = {"rule_id": "bill_address_idle", "count": 1, "sums": {"USD": "12.34"}, "rows": [row]}
    told = {"looked_at": {}, "totals": {"proven": {"USD": "12.34"}, "assumed": {}}, "rules": [rule], "unknown": []}
    return bill_lists.keep(upload=upload, told=told, span=None, message="", at=AT)


def previewed(mark: str) -> ThresholdPreview:
    """What other thresholds would change, as a worker has written it; nobody has kept them."""
    preview = asked(mark)
    with acting_as("cf_worker"):
        work_out(preview, mark)
    return preview


def asked(mark: str) -> ThresholdPreview:
    """A preview that no worker has taken."""
    unattached = registry.rule("aws_ebs_volume_unattached")
    return thresholds.request_preview(rule=unattached, values={"unattached_days": 30}, by=mark, at=AT)


def work_out(preview: ThresholdPreview, mark: str) -> None:
    """A worker writes what it would change."""
    row = {
        "change": "out_of", "resource_id": f"vol-{mark}", "name": mark, "account_id": SHARED, "region": "eu-west-1",
        "because": mark, "currency": "USD", "monthly": "12.34", "finding_id": "",
    }  # fmt: skip
    money = {"count": 1, "unpriced": 0, "money": {"USD": "12.34"}}
    effect = {
        "looked_at": 2, "into": money, "out_of": money, "stay": money, "change": {"USD": "-12.34"}, "unknown": 1,
        "unknown_open": 1, "told_now": 1, "rows": [row], "connections": 1, "seen_since": "",
    }  # fmt: skip
    ThresholdPreview.objects.filter(id=preview.id).update(state="DONE", due_at=None, ended_at=AT, effect=effect)
    preview.refresh_from_db()


def set_thresholds(mark: str, preview: ThresholdPreview) -> None:
    """What was previewed counts from now on."""
    thresholds.keep(preview=preview, rule=registry.rule(preview.rule_id), note=f"{mark} note", by=mark, at=AT)


def sealed(connection) -> None:
    SealedCredential.objects.create(connection=connection, generation=1, key_id="k", blob=b"x", created_at=AT)
    connection.generation = 1
    connection.save(update_fields=["generation"])


def matrix(mark: str) -> list[dict[str, str]]:
    return [{"action": f"ec2:{mark}", "result": "REFUSED", "why": f"{mark} why", "message": f"{mark} message"}]


def lack_a_row(load, mark: str) -> None:
    """A load that left a row out."""
    load.quarantined_count = 1
    load.save(update_fields=["quarantined_count"])
    told = {"part": f"{mark}.csv", "column": f"{mark}Cost", "value": f"{mark} value", "reason": mark, "remedy": mark}
    QuarantinedRow.objects.create(load=load, row_number=1, **told)


def advise(audit, mark: str) -> None:
    """What the provider's advisors say of what the audit saw, and of what it did not see."""
    texts = {name: f"{mark} {name}" for name in ("advice", "target", "about_type", "because")}
    for resource in Resource.objects.filter(audit=audit, kind__in=["volume", "instance"]):
        Opinion.objects.create(
            connection_id=audit.connection_id, audit=audit, resource=resource, source="compute-optimizer",
            action="Stop", about_id=resource.resource_id, about_name=f"{mark} {resource.kind}",
            account_id=resource.account_id, region=resource.region, currency="USD", saving=12, savings_sort=12_000_000,
            refreshed_at=AT, standing="FINE", finding=Finding.objects.filter(resource=resource).first(), **texts,
        )  # fmt: skip


def audited(connection, mark: str, *, size_gib: int, resource_id: str = "vol-1", account_id: str = SHARED):
    """An audit that is over, with its bill, usage, gaps and calls, and findings that overlap on one resource."""
    volume = dataclasses.replace(
        UNATTACHED, resource_id=resource_id, name=f"{mark} volume", size_gib=size_gib, volume_type="gp2",
        account_id=account_id,
    )  # fmt: skip
    others = [dataclasses.replace(one, name=f"{mark} {one.KIND}", account_id=account_id) for one in (GP2, IDLE)]
    load = load_bill(connection, accounts=(account_id,))
    load.message = f"{mark} load"
    load.save(update_fields=["message"])
    lack_a_row(load, mark)
    bill(load, resource_id, str(size_gib / 100), account_id=account_id, usage_type=f"EBS:{mark}")
    day = {
        "charge_date": load.billing_period, "provider_name": f"{mark} provider", "sub_account_id": account_id,
        "service_name": f"{mark} service", "region_id": f"{mark} region", "kind": "Usage", "billing_currency": "USD",
        **dict.fromkeys(COSTS, size_gib),
    }  # fmt: skip
    CostDay.objects.create(load=load, **day)
    CostDetail.objects.create(load=load, number=1, tags={"team": f"{mark} team"})
    CostRate.objects.create(
        load=load, charge_date=load.billing_period, region_id=f"{mark} region", usage_type=f"EBS:{mark}",
        consumed_unit="GB-Mo", billing_currency="USD", effective_cost=size_gib, consumed_quantity=1,
    )  # fmt: skip
    for key in ("team", f"{mark} tag"):
        tag_key = CostTagKey.objects.create(load=load, key=key, value_count=1, other_count=0)
        CostTag.objects.create(tag_key=tag_key, value=f"{mark} team", **day)
    audit = judged_audit(connection, volume, *others)
    use(Resource.objects.get(connection=connection, kind="instance"))
    advise(audit, mark)
    step = audit.steps.all()[0]
    Gap.objects.create(
        audit=audit, step=step, account_id=account_id, region="eu-west-1", service="ec2", action=f"ec2:{mark}",
        reason="REFUSED", message=f"{mark} gap",
    )  # fmt: skip
    ApiCall.objects.create(
        audit=audit, step=step, account_id=account_id, region="eu-west-1", service="ec2", operation=f"Describe{mark}",
        outcome="REFUSED", error_code=f"{mark}Denied", count=2,
    )  # fmt: skip
    return audit
