"""What Compute Optimizer says of types that the estate has none of: a function, a service of containers, a group of
machines. So there is advice that stands beside nothing that an audit reads.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.aws import names, opinions
from sandbox.aws.shaped import Answered, Asked, camel_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SERVICE = "compute-optimizer"
EVERY_DAYS = float(opinions.LOOKBACK_DAYS)


def _told(key: str, row: Callable[[Asked], Mapping[str, Any] | None]) -> Callable[[Asked], dict[str, Any]]:
    """One row in each region of one account, in the shape of its own list."""

    def make(asked: Asked) -> dict[str, Any]:
        opinions.refuse_strangers(asked)
        found = row(asked) if asked.account == names.SHOP else None
        errors: dict[str, Any] = {} if key.startswith("lambda") else {"errors": []}
        return {key: [{"accountId": asked.account, **found}] if found else [], **errors}

    return make


def _saves(value: float, *, percent: float) -> dict[str, Any]:
    money = {
        "savingsOpportunityPercentage": percent,
        "estimatedMonthlySavings": {"currency": "USD", "value": value},
    }
    return {"savingsOpportunity": money, "savingsOpportunityAfterDiscounts": money}


def _function(asked: Asked) -> dict[str, Any]:
    return {
        "functionArn": f"arn:aws:lambda:{asked.region}:{asked.account}:function:resize-pictures",
        "functionVersion": "$LATEST",
        "currentMemorySize": 3008,
        "numberOfInvocations": 1_200_000,
        "utilizationMetrics": [{"name": "Memory", "statistic": "Maximum", "value": 410.0}],
        "lookbackPeriodInDays": EVERY_DAYS,
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
        "finding": "NotOptimized",
        "findingReasonCodes": ["MemoryOverprovisioned"],
        "memorySizeRecommendationOptions": [{"rank": 1, "memorySize": 1024, **_saves(18.4, percent=41.0)}],
        "currentPerformanceRisk": "VeryLow",
    }


def _service(asked: Asked) -> dict[str, Any]:
    return {
        "serviceArn": f"arn:aws:ecs:{asked.region}:{asked.account}:service/shop/checkout",
        "currentServiceConfiguration": {"memory": 8192, "cpu": 4096},
        "utilizationMetrics": [{"name": "Cpu", "statistic": "Maximum", "value": 12.0}],
        "lookbackPeriodInDays": EVERY_DAYS,
        "launchType": "Fargate",
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
        "finding": "Overprovisioned",
        "findingReasonCodes": ["CPUOverprovisioned"],
        "serviceRecommendationOptions": [{"memory": 4096, "cpu": 1024, **_saves(96.1, percent=62.0)}],
        "currentPerformanceRisk": "VeryLow",
    }


def _group(asked: Asked) -> dict[str, Any]:
    group = "autoScalingGroup:0f1e2d3c-4b5a-4697-8877-665544332211:autoScalingGroupName/reports"
    return {
        "autoScalingGroupArn": f"arn:aws:autoscaling:{asked.region}:{asked.account}:{group}",
        "autoScalingGroupName": "reports",
        "finding": "NotOptimized",
        "utilizationMetrics": [{"name": "Cpu", "statistic": "Maximum", "value": 9.0}],
        "lookBackPeriodInDays": EVERY_DAYS,
        "currentConfiguration": {"instanceType": "m5.xlarge", "desiredCapacity": 2, "minSize": 2, "maxSize": 4},
        "recommendationOptions": [
            {"rank": 1, "configuration": {"instanceType": "m5.large"}, **_saves(140.2, percent=50.0)}
        ],
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
    }


def _license(asked: Asked) -> dict[str, Any] | None:
    """Of licences it has seen too little to say anything."""
    machine = next((item for item in asked.of("instance") if item.is_in_inventory), None)
    if machine is None:
        return None
    return {
        "resourceArn": f"arn:aws:ec2:{asked.region}:{asked.account}:instance/{machine.native_id}",
        "lookbackPeriodInDays": EVERY_DAYS,
        "lastRefreshTimestamp": asked.estate.as_of - timedelta(hours=11),
        "finding": "InsufficientMetrics",
        "findingReasonCodes": ["CloudWatchApplicationInsightsError"],
        "licenseRecommendationOptions": [],
    }


ANSWERS = tuple(
    Answered(
        service=SERVICE,
        operation=f"Get{subject}Recommendations",
        make=_told(key, row),
        besides=besides,
        pages=camel_pages(key),
    )
    for subject, key, row, besides in (
        (
            "AutoScalingGroup",
            "autoScalingGroupRecommendations",
            _group,
            ("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances"),
        ),
        (
            "LambdaFunction",
            "lambdaFunctionRecommendations",
            _function,
            ("lambda:ListFunctions", "lambda:ListProvisionedConcurrencyConfigs"),
        ),
        ("ECSService", "ecsServiceRecommendations", _service, ("ecs:ListClusters", "ecs:ListServices")),
        ("License", "licenseRecommendations", _license, ("ec2:DescribeInstances",)),
    )
)
