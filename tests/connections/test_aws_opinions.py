"""What AWS' own advisors say: read where they are switched on, dated and by their own names, and never as ours."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from connections.provider import Scope
from connections.providers.aws import access, advice, inventory
from connections.providers.aws.collectors import compute_optimizer, cost_optimization_hub, trustedadvisor
from connections.resources.opinions import OPINIONS, SOURCES
from sandbox.aws import names, shapes
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
SERVICES = sorted(SOURCES)
NOT_READY = {
    "compute-optimizer": (names.LAB, compute_optimizer.NOT_ENROLLED),
    "cost-optimization-hub": (names.LAB, cost_optimization_hub.NOT_ENROLLED),
    "trustedadvisor": (names.PAYER, trustedadvisor.NO_SUPPORT_PLAN),
}
REGION, ACCOUNT = "eu-west-1", "222233334444"


def collect(cloud, service, *, account=names.SHOP, region="us-east-1"):
    opened = session(cloud, account=account, service=service)
    return inventory.collect(session=opened, service=service, region=region, at=AT)


def money(before, after=None):
    told = {"savingsOpportunity": {"estimatedMonthlySavings": {"currency": "USD", "value": before}}}
    if after is not None:
        told["savingsOpportunityAfterDiscounts"] = {"estimatedMonthlySavings": {"currency": "USD", "value": after}}
    return told


@pytest.mark.parametrize("service", SERVICES)
def test_advice_is_of_the_account_dated_and_about_something(calm_cloud, service):
    found = collect(calm_cloud, service)
    assert (found.gaps, found.notes) == ((), ())
    assert len(found.resources) > 5
    for one in found.resources:
        assert (one.account_id, one.SOURCE) == (names.SHOP, SOURCES[service])
        assert one.about_id
        assert one.refreshed_at
        assert one.advice
        # Where it stands decides what is gone when it is not told any more; where the resource stands is apart.
        assert one.region == "us-east-1"
    assert len({one.resource_id for one in found.resources}) == len(found.resources)


@pytest.mark.parametrize("service", SERVICES)
def test_an_account_that_has_not_switched_an_advisor_on_has_a_note_and_no_gap(calm_cloud, service):
    account, note = NOT_READY[service]
    found = collect(calm_cloud, service, account=account)
    assert (found.resources, found.gaps, found.notes) == ((), (), (note,))


@pytest.mark.parametrize("service", SERVICES)
def test_a_permission_that_is_missing_stays_a_gap(calm_cloud, service):
    calm_cloud.fault("deny", service=service, count=None)
    found = collect(calm_cloud, service)
    assert (found.resources, found.notes) == ((), ())
    assert {gap.reason for gap in found.gaps} == {"REFUSED"}
    assert {kind for gap in found.gaps for kind in gap.kinds} == {
        kind.KIND for kind in OPINIONS if service == kind.SERVICE
    }


@pytest.mark.parametrize("service", SERVICES)
def test_what_fails_after_the_enrolment_is_a_gap_too(calm_cloud, service):
    last = inventory.COLLECTORS[service].calls[-1]
    calm_cloud.fault("deny", service=service, operation=last.operation, count=None)
    [gap] = collect(calm_cloud, service).gaps
    assert (gap.action, gap.reason) == (last.action, "REFUSED")


@pytest.mark.parametrize("service", SERVICES)
def test_an_access_check_refuses_nobody_for_an_advisor_that_is_not_switched_on(calm_cloud, service):
    account, _ = NOT_READY[service]
    opened = session(calm_cloud, account=account, service=service)
    lines = access.try_calls(opened, trial=access.Trial(calls=inventory.calls_of(service), regions=("us-east-1",)))
    assert {line.result for line in lines} == {"OK"}


@pytest.mark.parametrize("service", SERVICES)
def test_reads_that_an_advisor_makes_in_our_name_are_allowed_and_are_not_made_by_us(calm_cloud, service):
    calls = inventory.calls_of(service)
    named = {action for call in calls for action in call.besides}
    opened = session(calm_cloud, service=service)
    assert named.isdisjoint(f"{call.service}:{call.operation}" for call in calls)
    before = len(calm_cloud.calls())
    inventory.collect(session=opened, service=service, region="us-east-1", at=AT)
    assert {one["service"] for one in calm_cloud.calls(since=before)} <= {service}


def test_advice_is_read_where_it_is_given():
    scopes = {service: inventory.COLLECTORS[service] for service in SERVICES}
    assert scopes["compute-optimizer"].scope is Scope.REGIONAL
    for service in ("cost-optimization-hub", "trustedadvisor"):
        assert (scopes[service].scope, scopes[service].home_region) == (Scope.GLOBAL, "us-east-1")


# By the word that it has for the type of what is idle: of whom the bill is that names it.
IDLE_TYPES = {
    "EC2Instance": "ec2", "AutoScalingGroup": "autoscaling", "EBSVolume": "ec2", "ECSService": "ecs",
    "RDSDBInstance": "rds", "NatGateway": "vpc", "DynamoDBTable": "dynamodb", "ElastiCacheCluster": "elasticache",
    "MemoryDBCluster": "memorydb", "DocumentDBCluster": "docdb", "WorkSpaces": "workspaces",
    "SageMakerEndpoint": "sagemaker",
}  # fmt: skip


def test_advice_is_asked_for_where_the_bill_names_anything_that_may_be_called_idle():
    model = shapes.described("compute-optimizer").shape_for("IdleRecommendationResourceType")
    assert set(model.enum) == IDLE_TYPES.keys()
    billed = set(compute_optimizer.COLLECTOR.billed_as)
    assert {
        service for service in IDLE_TYPES.values() if not billed & set(inventory.COLLECTORS[service].billed_as)
    } == set()


def test_the_hub_tells_an_account_of_itself_alone_and_all_that_excludes_each_other(calm_cloud):
    found = collect(calm_cloud, "cost-optimization-hub", account=names.PAYER).resources
    assert {one.account_id for one in found} == {names.PAYER}
    shop = collect(calm_cloud, "cost-optimization-hub").resources
    assert len({one.about_id for one in shop}) < len(shop)
    assert all(one.saving and one.monthly_cost and one.currency == "USD" for one in shop)
    assert not any(one.before_discounts or one.after_discounts for one in shop)


# What AWS answers, one recommendation of each list, and what is made of it.
OPTION = {"rank": 1, **money(70.08, 41.5)}
VOLUME = {"volumeType": "gp3", "volumeSize": 500, "volumeBaselineIOPS": 9000, "volumeBaselineThroughput": 500}
INSTANCE = {
    "instanceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1",
    "currentInstanceType": "m5.xlarge",
    "finding": "Overprovisioned",
    "recommendationOptions": [
        {**OPTION, "rank": 2, "instanceType": "m5.medium"},
        {**OPTION, "instanceType": "m5.large"},
    ],
}
DATABASE = {
    "resourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders",
    "currentDBInstanceClass": "db.m5.xlarge",
    "instanceFinding": "Overprovisioned",
    "storageFinding": "NotOptimized",
    "currentStorageConfiguration": {"storageType": "gp2", "allocatedStorage": 100},
    "instanceRecommendationOptions": [{**OPTION, "dbInstanceClass": "db.m5.large"}],
    "storageRecommendationOptions": [
        {**OPTION, "storageConfiguration": {"storageType": "gp3", "allocatedStorage": 100}}
    ],
}
LICENSE = {
    "resourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1",
    "currentLicenseConfiguration": {"licenseName": "SQLServer", "licenseEdition": "Enterprise"},
    "finding": "NotOptimized",
    "licenseRecommendationOptions": [
        {"rank": 1, "licenseEdition": "Standard", "licenseModel": "LicenseIncluded", **money(350)}
    ],
}
FUNCTION = {
    "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:resize",
    "functionVersion": "$LATEST",
    "currentMemorySize": 1024,
    "finding": "NotOptimized",
    "findingReasonCodes": ["MemoryOverprovisioned"],
    "memorySizeRecommendationOptions": [{**OPTION, "memorySize": 512}],
}
SERVICE = {
    "serviceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/checkout",
    "finding": "Overprovisioned",
    "serviceRecommendationOptions": [{"memory": 4096, "cpu": 1024, **money(12)}],
}
GROUP = {
    "autoScalingGroupArn": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:1-2:autoScalingGroupName/web",
    "autoScalingGroupName": "web",
    "finding": "NotOptimized",
    "currentConfiguration": {"instanceType": "m5.xlarge"},
    "recommendationOptions": [{**OPTION, "configuration": {"instanceType": "m5.large"}}],
}
DISK = {
    "volumeArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-1",
    "finding": "NotOptimized",
    "currentConfiguration": {"volumeType": "gp2"},
    "volumeRecommendationOptions": [{**OPTION, "configuration": VOLUME}],
}
IDLE = {"resourceType": "EC2Instance", "finding": "Idle", **money(70)}
LISTS = {result: (call, told) for call, result, told in compute_optimizer.LISTS}
TOLD = [
    ("instanceRecommendations", INSTANCE, [("Rightsize", "i-1", "m5.large", "70.08", "41.5")]),
    # It has been seen to write its findings both ways.
    (
        "instanceRecommendations",
        INSTANCE | {"finding": "OVER_PROVISIONED"},
        [("Rightsize", "i-1", "m5.large", "70.08", "41.5")],
    ),
    (
        "instanceRecommendations",
        INSTANCE
        | {"recommendationOptions": [{**OPTION, "instanceType": "m6g.large", "platformDifferences": ["Architecture"]}]},
        [("MigrateToGraviton", "i-1", "m6g.large", "70.08", "41.5")],
    ),
    ("instanceRecommendations", INSTANCE | {"finding": "Optimized"}, []),
    ("instanceRecommendations", INSTANCE | {"finding": "Underprovisioned"}, []),
    ("instanceRecommendations", INSTANCE | {"recommendationOptions": []}, []),
    (
        "instanceRecommendations",
        INSTANCE | {"recommendationOptions": [{"rank": 1, "instanceType": "m5.large"}]},
        [("Rightsize", "i-1", "m5.large", None, None)],
    ),
    ("volumeRecommendations", DISK, [("Upgrade", "vol-1", "gp3", "70.08", "41.5")]),
    (
        "volumeRecommendations",
        DISK | {"currentConfiguration": {"volumeType": "gp3"}},
        [("Rightsize", "vol-1", "gp3 of 500 GiB, 9000 IOPS, 500 MiB/s", "70.08", "41.5")],
    ),
    ("volumeRecommendations", DISK | {"finding": "Optimized"}, []),
    ("autoScalingGroupRecommendations", GROUP, [("Rightsize", "web", "m5.large", "70.08", "41.5")]),
    ("autoScalingGroupRecommendations", GROUP | {"finding": "Optimized"}, []),
    ("lambdaFunctionRecommendations", FUNCTION, [("Rightsize", "resize", "512 MB", "70.08", "41.5")]),
    (
        "lambdaFunctionRecommendations",
        FUNCTION | {"findingReasonCodes": ["MemoryUnderprovisioned"]},
        [],
    ),
    (
        "ecsServiceRecommendations",
        SERVICE,
        [("Rightsize", "checkout", "1024 CPU units, 4096 MiB", "12", None)],
    ),
    ("ecsServiceRecommendations", SERVICE | {"finding": "Underprovisioned"}, []),
    (
        "rdsDBRecommendations",
        DATABASE,
        [
            ("Rightsize", "orders", "db.m5.large", "70.08", "41.5"),
            ("Upgrade", "orders", "gp3 storage of 100 GiB", "70.08", "41.5"),
        ],
    ),
    ("rdsDBRecommendations", DATABASE | {"instanceFinding": "Optimized", "storageFinding": "Optimized"}, []),
    (
        "rdsDBRecommendations",
        DATABASE
        | {
            "instanceFinding": "Optimized",
            "storageRecommendationOptions": [{**OPTION, "storageConfiguration": {"storageType": "aurora-iopt1"}}],
        },
        [("Upgrade", "orders", "aurora-iopt1 storage", "70.08", "41.5")],
    ),
    ("licenseRecommendations", LICENSE, [("", "i-1", "Standard (LicenseIncluded)", "350", None)]),
    ("licenseRecommendations", LICENSE | {"finding": "InsufficientMetrics"}, []),
    ("idleRecommendations", IDLE | {"resourceArn": INSTANCE["instanceArn"]}, [("Stop", "i-1", "", "70", None)]),
    (
        "idleRecommendations",
        IDLE | {"resourceArn": DISK["volumeArn"], "resourceType": "EBSVolume", "finding": "Unattached"},
        [("Delete", "vol-1", "", "70", None)],
    ),
    (
        "idleRecommendations",
        IDLE | {"resourceArn": GROUP["autoScalingGroupArn"], "resourceType": "AutoScalingGroup"},
        [("ScaleIn", "web", "", "70", None)],
    ),
]


@pytest.mark.parametrize(("result", "item", "expected"), TOLD)
def test_a_recommendation_becomes_what_it_says_and_no_more(result, item, expected):
    call, told = LISTS[result]
    assert shapes.problems(call.service, call.operation, {result: [item]}) == [] or "OVER_" in str(item)
    made = [
        {"about_id": advice.last_part(said["about_arn"]), "target": "", "action": "", **said}
        for said in told({"accountId": ACCOUNT, **item})
    ]
    assert [
        (one["action"], one["about_id"], one["target"], one["before_discounts"], one["after_discounts"]) for one in made
    ] == expected


def test_of_two_opinions_on_one_resource_each_has_an_id_of_its_own():
    made = list(compute_optimizer._on_database(DATABASE))
    assert {one["their_id"] for one in made} == {"class", "storage"}


def rows(*columns):
    return [{str(number): value for number, value in enumerate(row)} for row in zip(*columns, strict=True)]


# Columns of a check, its total, and which figures that proves.
FIGURES = [
    ([["14", "7"], ["208.8", "123.12"], ["db-1", "db-2"]], 331.92, ["208.8", "123.12"]),
    ([["14", "7"], ["$1,208.80", "$0"]], 1208.80, ["1208.8", "0"]),
    ([["14", "7"], ["208.79999999999998", "0.004"]], 208.8, ["208.8", "0.004"]),
    ([["14", "7"], ["db-1", "db-2"]], 331.92, [None, None]),
    ([["14", "7"], ["208.8", "123.12"]], None, [None, None]),
    ([["14", "7"], ["208.8", "100"]], 331.92, [None, None]),
    # Two columns add up to the same and do not say the same: neither is proven.
    ([["20", "1"], ["1", "20"]], 21, [None, None]),
    ([["20", "1"], ["20", "1"]], 21, ["20", "1"]),
    ([["9" * 40, "Infinity"], ["NaN", "1"]], 21, [None, None]),
    ([], 12, []),
]


@pytest.mark.parametrize(("columns", "total", "expected"), FIGURES)
def test_a_checks_figure_for_a_resource_is_the_column_that_adds_up_to_its_total(columns, total, expected):
    assert trustedadvisor.figures_of(rows(*columns), total=total) == expected


def test_a_check_that_we_know_flags_a_kind_of_ours_by_its_own_arn_where_it_tells_one(calm_cloud):
    found = collect(calm_cloud, "trustedadvisor").resources
    databases = [one for one in found if one.about_kind == "database"]
    assert databases
    assert all(one.about_arn.startswith("arn:aws:rds:") and one.action == "Stop" for one in databases)
    assert all(one.before_discounts for one in found)
    assert {"instance", "volume", "address"} <= {one.about_kind for one in found}


def test_a_resource_that_somebody_took_out_of_a_check_is_not_told(calm_cloud):
    opened = session(calm_cloud, service="trustedadvisor")
    reader = inventory.Reader(session=opened, region="us-east-1", service="trustedadvisor", at=AT)
    recommendation = {"arn": "a", "checkArn": "arn:aws:trustedadvisor:::check/Qch7DwouX1"}
    item = {"arn": "r", "awsResourceId": "i-1", "status": "warning"}
    told = {"kept": item, "excluded": item | {"exclusionStatus": "excluded"}, "in order": item | {"status": "ok"}}
    assert [name for name, one in told.items() if trustedadvisor.is_flagged(one)] == ["kept"]
    [made] = [trustedadvisor._opinion(reader, recommendation, item, None)]
    assert (made.about_id, made.action, made.before_discounts, made.currency) == ("i-1", "Stop", None, "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(12.5, "12.5"), (1000.0, "1000"), ("$1,234.50", "1234.5"), (0, "0"), (None, None), ("14 days", None)],
)
def test_an_amount_is_kept_as_decimal_text_or_not_at_all(value, expected):
    assert advice.amount(value) == expected


@pytest.mark.parametrize("kind", OPINIONS)
def test_each_advisor_has_a_name_of_its_own(kind):
    assert dataclasses.is_dataclass(kind)
    assert [one.SOURCE for one in OPINIONS].count(kind.SOURCE) == 1


RESIZE = "arn:aws:lambda:us-east-1:222233334444:function:resize"


@pytest.mark.parametrize("arn", [RESIZE, f"{RESIZE}:$LATEST", f"{RESIZE}:7"])
def test_an_opinion_on_a_version_of_a_function_is_one_on_the_function(arn):
    said = {
        "functionArn": arn,
        "functionVersion": "$LATEST",
        "finding": "NotOptimized",
        "findingReasonCodes": ["MemoryOverprovisioned"],
        "memorySizeRecommendationOptions": [{"rank": 1, "memorySize": 512}],
    }
    [made] = compute_optimizer._on_function(said)
    assert made["about_arn"] == RESIZE
