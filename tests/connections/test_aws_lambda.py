"""Lambda functions, joined with what is kept ready for them and with who is measured."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.bill_ids import bill_ids
from connections.providers.aws import inventory
from connections.providers.aws.collectors.lambda_ import COLLECTOR
from connections.resources.functions import Function
from findings.function_usage import CALLS, MEMORY
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def collect(cloud):
    opened = session(cloud, account=names.SHOP, service="lambda")
    return inventory.collect(session=opened, service="lambda", region="us-east-1", at=AT)


def by_name(collected):
    return {function.name: function for function in collected.resources}


def test_a_function_knows_what_is_kept_ready_and_whether_it_is_measured_and_nothing_of_its_environment(calm_cloud):
    collected = collect(calm_cloud)
    found = by_name(collected)
    ready = found["ready-used-1"]
    assert (ready.provisioned, ready.provisioned_names) == (6, ("blue", "green", "live"))
    assert ready.provisioned_at is not None
    assert bill_ids(ready) == (ready.resource_id, *(f"{ready.resource_id}:{name}" for name in ready.provisioned_names))
    assert (found["steady-1"].provisioned, found["steady-1"].provisioned_at) == (0, None)
    assert (found["steady-1"].is_measured, found["roomy-unmeasured-1"].is_measured) == (True, False)
    assert (found["x86-image-1"].package, found["x86-image-1"].runtime) == ("Image", "")
    assert (found["on-machines-1"].is_on_own_machines, found["on-machines-1"].has_accelerator) == (True, True)
    assert not found["steady-1"].has_accelerator
    assert all(function.tags["Name"] == name for name, function in found.items())
    assert "PASSWORD" not in repr(collected)
    place = COLLECTOR.places[Function]
    assert place(found["steady-1"]).of(MEMORY) == ("LambdaInsights", (("function_name", "steady-1"),))
    assert place(found["roomy-unmeasured-1"]).of(MEMORY) is None
    assert place(found["steady-1"]).of(CALLS) == ("AWS/Lambda", (("FunctionName", "steady-1"),))


@pytest.mark.parametrize(
    ("operation", "action", "field"),
    [
        ("ListProvisionedConcurrencyConfigs", "lambda:ListProvisionedConcurrencyConfigs", "provisioned"),
        ("ListMetrics", "cloudwatch:ListMetrics", "is_measured"),
    ],
)
def test_what_may_not_be_read_is_unknown_of_every_function_and_a_gap_says_so(calm_cloud, operation, action, field):
    calm_cloud.fault("deny", operation=operation, count=None)
    collected = collect(calm_cloud)
    assert {getattr(function, field) for function in collected.resources} <= {None, True}
    assert None in {getattr(function, field) for function in collected.resources}
    assert [(gap.action, gap.kinds) for gap in collected.gaps] == [(action, ())]
