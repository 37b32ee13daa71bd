"""A finding that stays open unjudged claims what it was frozen with: on its own meters, where it has some."""

import json

import pytest

from findings.claims import saving_of
from findings.models import Finding
from tests.findings.rows import UNATTACHED, judged_audit
from tests.findings.test_operations import shop  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("told", "meters"), [({"meters": ["EBS:VolumeP-IOPS.gp3"]}, {"EBS:VolumeP-IOPS.gp3"}), ({}, set())]
)
def test_a_claim_that_is_kept_stays_one_on_its_own_meters(shop, told, meters):  # noqa: F811
    finding = Finding(currency="USD")
    amounts = dict.fromkeys(("monthly", "cash", "frees_commitment", "monthly_cost"), "1")
    finding.frozen_saving = json.dumps({"basis": "BILL", **amounts, **told})
    assert saving_of(finding).meters == meters


def test_what_is_frozen_names_the_meters_of_its_saving(shop):  # noqa: F811
    judged_audit(shop, UNATTACHED)
    assert Finding.objects.get().evidence["saving"]["meters"] == []  # none: it is one of the whole volume
