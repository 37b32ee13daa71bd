"""What is written of a finding's figure."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from findings import waste_rows
from findings.overlaps import Net
from findings.savings import Saving

WHY = "it rests on an assumption: that nobody needs it"
NO_NET = Net(rule_id="one", monthly=None, cash=None, frees_commitment=None)


@pytest.mark.parametrize(("monthly", "apart"), [(Decimal(12), WHY), (Decimal(0), WHY), (None, "")])
def test_a_figure_that_is_assumed_stands_apart_and_a_finding_without_one_has_no_price(monthly, apart):
    finding = SimpleNamespace()
    told = SimpleNamespace(saving=Saving(basis="", monthly=monthly, currency="USD"), confidence=60)
    waste_rows._price(finding, verification=told, net=NO_NET, apart=WHY)
    assert (finding.gross_monthly_savings, finding.apart) == (monthly, apart)
