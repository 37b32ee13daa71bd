"""What moto is asked for where the front makes the pages."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from sandbox.aws.paging import without_paging
from sandbox.aws.wire import ApiCall


def asked(service, operation, **form):
    call = ApiCall(
        service=service, operation=operation, action="", resource="*", region="us-east-1", wire=service, form=form
    )
    return {key: value for key, (value,) in parse_qs((without_paging(call) or b"").decode()).items()}


@pytest.mark.parametrize(
    ("service", "operation", "limit", "token"),
    [("ec2", "DescribeInstances", "MaxResults", "NextToken"), ("elbv2", "DescribeLoadBalancers", "PageSize", "Marker")],
)
def test_moto_is_asked_for_all_where_it_would_give_a_page_of_its_own(service, operation, limit, token):
    """It gives a hundred machines and fifty load balancers where no limit is named, and the front would lose the rest."""
    for form in ({}, {limit: "5", token: "somewhere"}):
        assert asked(service, operation, **form) == {limit: "100000"}


def test_a_limit_is_not_named_beside_the_ids_of_machines():
    assert asked("ec2", "DescribeInstances", **{"InstanceId.1": "i-1"}) == {"InstanceId.1": "i-1"}
    assert asked("ec2", "DescribeVolumes", MaxResults="5") == {}
