"""Every rule of the product stands in the estate with waste, with what is fine and with what cannot be told.

A rule whose whole criterion comes with the resource has nothing that cannot be told. Such a rule stands with its reason
in never_unknown.json beside this file, and nowhere else: the rule's own tests read it there too.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path

import pytest

from sandbox.aws import truth
from sandbox.aws.estate import build

AS_OF = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
FILES = Path(__file__).parents[2] / "findings" / "rules" / "aws"
RULES = {path.stem: path for path in sorted(FILES.glob("*.py")) if path.stem != "__init__"}
NEVER_UNKNOWN = json.loads(Path(__file__).with_name("never_unknown.json").read_text())
LEAST = {"waste": 3, "fine": 3, "unknown": 2}
VERDICTS = ("wastes", "fines", "unknowns")


@pytest.fixture(scope="module", params=["committed", "random"])
def estate(request):
    seed = 7 if request.param == "committed" else random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}")
    return build(seed=seed, as_of=AS_OF)


@pytest.fixture(scope="module")
def counts(estate):
    told = truth.write(estate)
    return {verdict: Counter(row["rule_id"] for row in told[verdict]) for verdict in LEAST}


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_meets_waste_and_what_is_fine_and_what_cannot_be_told(counts, rule_id):
    least = LEAST | ({"unknown": 0} if rule_id in NEVER_UNKNOWN else {})
    assert {verdict: (counts[verdict][rule_id], "at least", number) for verdict, number in least.items()
            if counts[verdict][rule_id] < number} == {}  # fmt: skip


def test_the_truth_speaks_of_no_rule_that_there_is_not(counts):
    assert {rule_id for found in counts.values() for rule_id in found} == set(RULES)


def test_a_rule_calls_a_resource_one_thing_at_most(estate):
    for item in estate.items:
        told = [rule_id for verdict in VERDICTS for rule_id in getattr(item, verdict)]
        assert len(told) == len(set(told)), item


def test_what_is_not_in_the_inventory_is_not_judged(estate):
    assert not [item for item in estate.items if not item.is_in_inventory and (item.wastes or item.fines)]


@pytest.mark.parametrize("rule_id", NEVER_UNKNOWN)
def test_only_a_rule_that_always_decides_is_excused_from_the_unknown(counts, rule_id):
    source = RULES[rule_id].read_text()
    assert counts["unknown"][rule_id] == 0, "it can be told apart after all: take it out of never_unknown.json"
    assert not any(word in source for word in ("Unknown(", "unmeasured(", "needs=")), "its own file knows an unknown"
    assert NEVER_UNKNOWN[rule_id].endswith(".")
