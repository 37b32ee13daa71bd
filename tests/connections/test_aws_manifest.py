"""The manifest of a cost export: the shape that AWS delivers, and what is no manifest is never an empty bill."""

from __future__ import annotations

import json

import pytest

from connections.providers.aws.manifest import NotAManifest, read_manifest
from tests.database import ROOT

SHAPE = (ROOT / "tests" / "recordings" / "data_exports" / "focus-Manifest.json").read_bytes()
FOLDER = "s3://nwt-costs/exports/focus/data/BILLING_PERIOD=2026-10"


def manifest(**changes):
    return read_manifest(json.dumps({**json.loads(SHAPE), **changes}).encode())


def test_run_columns_and_files_are_read_and_the_rest_is_passed_over():
    found = read_manifest(SHAPE)
    assert found.execution_id == "7b1d4f0e-8a2c-4b52-9a30-5d1f7e2c6b94"
    assert {"BilledCost", "ResourceId", "ChargePeriodStart"} <= set(found.columns)
    assert found.addresses == (f"{FOLDER}/focus-00001.csv.gz", f"{FOLDER}/focus-00002.csv.gz")


@pytest.mark.parametrize(
    "entry",
    ["a/data/x.csv.gz", {"s3Uri": "a/data/x.csv.gz", "size": 3}, {"uri": "a/data/x.csv.gz"},
     {"path": "a/data/x.csv.gz"}, {"key": "a/data/x.csv.gz", "uri": ""}],
)  # fmt: skip
def test_a_file_may_be_named_by_its_address_or_by_a_member_that_holds_it(entry):
    assert manifest(dataFiles=[entry]).addresses == ("a/data/x.csv.gz",)


@pytest.mark.parametrize(
    ("changes", "execution_id", "columns"),
    [({"executionId": None}, "", 2), ({"columns": ["A", "B"]}, "7b1d4f0e-8a2c-4b52-9a30-5d1f7e2c6b94", 2),
     ({"columns": None}, "7b1d4f0e-8a2c-4b52-9a30-5d1f7e2c6b94", 0)],
)  # fmt: skip
def test_what_a_manifest_does_not_say_is_empty(changes, execution_id, columns):
    found = manifest(**{"columns": [{"name": "A"}, {"name": "B"}], **changes})
    assert (found.execution_id, len(found.columns)) == (execution_id, columns)


@pytest.mark.parametrize(
    ("content", "is_cut_off"),
    [
        (b"{", True),
        (b"", True),
        (b"[" * 200_000, True),
        (b"[]", False),
        (b'{"dataFiles": []}', False),
        (b'{"dataFiles": "x.csv.gz"}', False),
        (b'{"dataFiles": [{"name": "x.csv.gz"}]}', False),
        (b'{"dataFiles": [null]}', False),
        (b'{"reportKeys": ["x.csv.gz"]}', False),
    ],
)
def test_what_is_no_manifest_is_said_and_is_no_empty_bill(content, is_cut_off):
    with pytest.raises(NotAManifest) as problem:
        read_manifest(content)
    assert problem.value.is_cut_off is is_cut_off
