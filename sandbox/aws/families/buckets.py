"""Buckets by their settings: what they keep for ever, what they do not, and those that only seem so."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.aws import names, usage
from sandbox.aws.cases import GIB, Case, meter, stands
from sandbox.aws.compute import put
from sandbox.aws.shaped import Answered
from sandbox.aws.storage_lens import Counted, publish
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.cases import Stand
    from sandbox.aws.model import Draw, Estate
    from sandbox.aws.shaped import Asked

VERSIONS, UPLOADS, LIFECYCLE, TIERING = (
    "aws_s3_bucket_versions_unexpired",
    "aws_s3_bucket_uploads_unaborted",
    "aws_s3_bucket_without_lifecycle",
    "aws_s3_bucket_without_tiering",
)
RULES = (VERSIONS, UPLOADS, LIFECYCLE, TIERING)
BILLED_AS = "Amazon Simple Storage Service"
SERVICES = {BILLED_AS: ("Storage", "Object Storage", "AmazonS3")}
RESOURCE_TYPES = {"bucket": "Bucket"}
ABORT = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
NONCURRENT = {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}
EXPIRE = {"Expiration": {"Days": 365}}
MOVE = {"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}


def of_all(**members: object) -> dict[str, Any]:
    return {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, **members}


def of_logs(**members: object) -> dict[str, Any]:
    return {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, **members}


WHOLE = (of_all(**ABORT, **NONCURRENT, **EXPIRE),)
ON = {"versioning": "Enabled"}
UNABORTED = (of_all(**NONCURRENT, **EXPIRE),)
UNENDED = (of_all(**ABORT, **EXPIRE),)
CASES = {
    "kept_clean": Case(count=3, has={"gib": 2400, "rules": WHOLE} | ON),
    "versions_for_ever": Case(
        count=2, wastes=(VERSIONS,), untold=(VERSIONS,), has={"gib": 700, "rules": (of_all(**ABORT, **EXPIRE),)} | ON
    ),
    "versions_suspended": Case(
        wastes=(VERSIONS,),
        untold=(VERSIONS,),
        has={"gib": 300, "rules": (of_all(**ABORT),), "versioning": "Suspended"},
        trap="versioning is off by now, but what it has kept stays",
    ),
    "versions_of_logs_only": Case(
        wastes=(VERSIONS,),
        untold=(VERSIONS,),
        has={"gib": 500, "rules": (of_all(**ABORT), of_logs(**NONCURRENT))} | ON,
        trap="old versions expire, but below one prefix only",
    ),
    "uploads_for_ever": Case(
        count=3, wastes=(UPLOADS,), untold=(UPLOADS,), has={"gib": 400, "rules": (of_all(**NONCURRENT),)} | ON
    ),
    "uploads_rule_off": Case(
        wastes=(UPLOADS,),
        untold=(UPLOADS,),
        has={"gib": 250, "rules": ({**of_all(**ABORT), "Status": "Disabled"}, of_all(**EXPIRE))},
        trap="a rule ends uploads, but it is switched off",
    ),
    "without_rules": Case(count=3, wastes=(UPLOADS, LIFECYCLE), untold=(UPLOADS, LIFECYCLE), has={"gib": 3000}),
    "without_rules_small": Case(count=2, has={"gib": 12} | ON, trap="keeps all for ever, but next to nothing"),
    "without_rules_new": Case(
        age_days=30, wastes=(UPLOADS,), untold=(UPLOADS,), has={"gib": 5000}, trap="large, but a month old"
    ),
    "size_untold": Case(
        count=2,
        unknowns=(VERSIONS, UPLOADS, LIFECYCLE),
        has={"gib": None} | ON,
        trap="keeps all for ever, and its size is not reported",
    ),
    "tidied_only": Case(
        count=3, wastes=(TIERING,), untold=(TIERING,), has={"gib": 2600, "rules": (of_all(**ABORT, **NONCURRENT),)} | ON
    ),
    "tidied_only_small": Case(has={"gib": 40, "rules": (of_all(**ABORT),)}, trap="nothing moves, but it is small"),
    "tidied_and_logs_move": Case(
        has={"gib": 4000, "rules": (of_all(**ABORT), of_logs(**MOVE))},
        trap="only what lies below one prefix moves, which may be most of it",
    ),
    "tidied_size_untold": Case(
        count=2,
        unknowns=(TIERING,),
        has={"gib": None, "rules": (of_all(**ABORT, **NONCURRENT),)} | ON,
        trap="nothing moves, and its size is not reported",
    ),
    "kept_by_tag": Case(
        tags={"keep": "true"},
        has={"gib": 800, "rules": (of_all(**EXPIRE),)} | ON,
        trap="its tag asks to keep all of it",
    ),
    "uploads_counted": Case(
        count=3,
        wastes=(UPLOADS,),
        silent=(UPLOADS,),
        has={"gib": 400, "rules": UNABORTED, "lens": Counted(stored=400, uploads=60)},
    ),
    "uploads_counted_twice": Case(
        count=2,
        wastes=(UPLOADS,),
        silent=(UPLOADS,),
        has={"gib": 300, "rules": UNABORTED, "lens": Counted(stored=300, uploads=45, is_own=True)},
        trap="two dashboards of Storage Lens count the same parts of uploads",
    ),
    "uploads_counted_none": Case(
        count=3,
        has={"gib": 900, "rules": UNABORTED, "lens": Counted(stored=900)},
        trap="no rule ends uploads, but Storage Lens counts none that is unfinished",
    ),
    "uploads_counted_on_few_days": Case(
        count=2,
        unknowns=(UPLOADS,),
        has={"gib": 350, "rules": UNABORTED, "lens": Counted(stored=350, days_ago=range(3, 6))},
        trap="Storage Lens counts no unfinished upload, but on three days only",
    ),
    "uploads_come_and_go": Case(
        wastes=(UPLOADS,),
        untold=(UPLOADS,),
        has={
            "gib": 260,
            "rules": UNABORTED,
            "lens": Counted(stored=260, uploads=30, empty_days_ago=range(1, 6)),
        },
        trap="no rule ends uploads; those that Storage Lens counted were just deleted by hand",
    ),
    "uploads_counted_no_more": Case(
        wastes=(UPLOADS,),
        untold=(UPLOADS,),
        has={"gib": 280, "rules": UNABORTED, "lens": Counted(stored=280, uploads=90, days_ago=range(9, 40))},
        trap="the dashboard of Storage Lens that counted them was switched off",
    ),
    "versions_counted": Case(
        count=3,
        wastes=(VERSIONS,),
        silent=(VERSIONS,),
        has={"gib": 800, "rules": UNENDED, "lens": Counted(stored=800, versions=320)} | ON,
    ),
    "versions_counted_none": Case(
        count=3,
        has={"gib": 650, "rules": UNENDED, "lens": Counted(stored=650)} | ON,
        trap="keeps every version, but nothing has been overwritten",
    ),
    "versions_counted_on_few_days": Case(
        unknowns=(VERSIONS,),
        has={"gib": 550, "rules": UNENDED, "lens": Counted(stored=550, days_ago=range(3, 6))} | ON,
        trap="Storage Lens counts no overwritten version, but on three days only",
    ),
    "versions_locked": Case(
        wastes=(VERSIONS,),
        untold=(VERSIONS,),
        has={"gib": 750, "rules": UNENDED, "lens": Counted(stored=750, versions=200, locked=750)} | ON,
        trap="its versions are counted, but Object Lock keeps them",
    ),
}


def add(draw: Draw, estate: Estate) -> None:
    for stand in stands(draw, CASES):
        _bucket(draw, estate, stand)


def _bucket(draw: Draw, estate: Estate, stand: Stand) -> None:
    has = stand.case.has
    name = f"northwind-{stand.label}-{draw.hex(6)}"
    item = stand.item(draw, kind="bucket", native_id=name, bill_id=name, rules=RULES)
    item.name = name
    item.shape = {"Name": name, "CreationDate": item.created_at, "BucketRegion": stand.region}
    item.facts |= {"rules": list(has.get("rules", ())), "versioning": has.get("versioning")}
    gib = has["gib"] or 50
    item.charges = [
        meter(draw, item, service=BILLED_AS, name="TimedStorage-ByteHrs", unit="GB-Mo", price="0.023",
              operation="StandardStorage", held=Decimal(gib))
    ]  # fmt: skip
    estate.items.append(item)
    if has["gib"] is None:
        return
    if lens := has.get("lens"):
        publish(draw, estate, item, lens)
        freed = {UPLOADS: lens.uploads, VERSIONS: lens.versions}
        told = [rule for rule in item.wastes if rule not in item.saves]
        item.saves = {**item.saves, **{rule: Decimal(freed[rule]) / lens.stored for rule in told}}
        item.parts = dict.fromkeys(told, "TimedStorage-ByteHrs")
    age = (draw.as_of - item.created_at).days
    # S3 reports a day's size late: yesterday's is not there yet.
    values = usage.without(usage.flat(float(gib * GIB)), lambda ago: ago == 1 or ago > age)
    put(estate, item, ("AWS/S3", "BucketSizeBytes", "BucketName", name, "StorageType", "StandardStorage"), values)


def _listed(asked: Asked) -> dict[str, Any]:
    """Those of one region, which is the one that must be asked for them; the export's own bucket is among them."""
    region = asked.parameters.get("BucketRegion")
    if region and region != asked.region:
        raise Refusal("InvalidArgument", f"This endpoint does not answer for buckets of {region}.")
    buckets = [one.shape for one in asked.estate.of("bucket") if one.account == asked.account]
    if asked.account == names.PAYER:
        made = min((item.created_at for item in asked.estate.items), default=None)
        buckets.append({"Name": names.BUCKET, "CreationDate": made, "BucketRegion": names.EXPORT_REGION})
    return {"Buckets": [one for one in buckets if region in {None, one["BucketRegion"]}]}


def _facts(asked: Asked) -> dict[str, Any]:
    name = asked.parameters["Bucket"]
    if asked.account == names.PAYER and name == names.BUCKET:
        return {"rules": list(WHOLE), "versioning": "Enabled"}
    for item in asked.of("bucket"):
        if item.native_id == name:
            return item.facts
    raise Refusal("NoSuchBucket", "The specified bucket does not exist", status=404)


def _lifecycle(asked: Asked) -> dict[str, Any]:
    rules = _facts(asked)["rules"]
    if not rules:
        raise Refusal("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", status=404)
    return {"Rules": rules}


def _versioning(asked: Asked) -> dict[str, Any]:
    status = _facts(asked)["versioning"]
    return {"Status": status} if status else {}


def _some_bucket(estate: Estate) -> dict[str, Any]:
    return {"Bucket": next(item.native_id for item in estate.of("bucket") if item.facts["rules"])}


ANSWERS = (
    Answered(
        service="s3",
        operation="ListBuckets",
        action="s3:ListAllMyBuckets",
        make=_listed,
        honours=frozenset({"BucketRegion"}),
        largest=1000,
    ),
    Answered(
        service="s3",
        operation="GetBucketLifecycleConfiguration",
        action="s3:GetLifecycleConfiguration",
        make=_lifecycle,
        honours=frozenset({"Bucket"}),
        tried_with=_some_bucket,
    ),
    Answered(
        service="s3",
        operation="GetBucketVersioning",
        make=_versioning,
        honours=frozenset({"Bucket"}),
        tried_with=_some_bucket,
    ),
)
