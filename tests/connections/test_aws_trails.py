"""Trails laid beside each other: which of them logs all that another logs, and which of two alike is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest

from connections.providers.aws.collectors.cloudtrail import Seen, _seen, delivers_of_late, laid_beside, with_events
from connections.resources.trails import Trail

HERE, THERE, KMS = "us-east-1", "eu-west-1", "kms.amazonaws.com"
MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}


def seen(name, *, logs=("read", "write"), is_logging=True, everywhere=False, organization=False, **more):
    trail = Trail(
        resource_id=f"arn:aws:cloudtrail:{HERE}:1:trail/{name}", account_id="1", region=HERE, name=name,
        observed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), is_multi_region=everywhere,
        is_organization=organization, is_logging=is_logging, logs=logs,
    )  # fmt: skip
    return Seen(trail=trail, home_region=HERE, **more)


OWN = seen("b")


@pytest.mark.parametrize(
    ("own", "other", "doubled_by"),
    [
        (OWN, seen("a"), ("a",)),
        (OWN, seen("c"), ()),
        (OWN, seen("c", everywhere=True), ("c",)),
        (OWN, seen("c", feeds=True), ("c",)),
        (OWN, seen("c", organization=True, everywhere=True), ("c",)),
        (seen("b", everywhere=True), seen("a"), ()),
        (seen("b", everywhere=True), seen("a", everywhere=True), ("a",)),
        (seen("b", everywhere=True, feeds=True), seen("a", everywhere=True), ()),
        (seen("b", feeds=True), seen("c", organization=True, everywhere=True), ("c",)),
        (seen("b", everywhere=True, feeds=True), seen("c", organization=True, everywhere=True), ("c",)),
        (seen("b", everywhere=True, logs=("read",)), seen("a"), ()),
        (replace(OWN, home_region=THERE), seen("a"), ()),
        (replace(OWN, home_region=THERE), seen("a", everywhere=True), ("a",)),
        (seen("b", logs=("read",)), seen("c"), ("c",)),
        (OWN, seen("a", logs=("read",)), ()),
        (seen("b", excluded=frozenset({KMS})), seen("c"), ("c",)),
        (OWN, seen("a", excluded=frozenset({KMS})), ()),
        (seen("b", is_filtered=True), seen("c"), ("c",)),
        (OWN, seen("a", is_filtered=True), ()),
        (OWN, seen("a", is_logging=False), ()),
        (OWN, seen("a", is_logging=False, logs=None), ()),
        (OWN, seen("a", is_logging=None), None),
        (OWN, seen("a", logs=None), None),
        (OWN, seen("a", delivers=False), None),
        (OWN, seen("a", delivers=False, is_logging=False), ()),
        (OWN, seen("a", delivers=False, logs=()), ()),
        (replace(OWN, delivers=False), seen("c"), ("c",)),
        (OWN, seen("a", has_global=False), ()),
        (replace(OWN, has_global=False), seen("a", has_global=False), ("a",)),
        (replace(OWN, has_global=False), seen("c"), ("c",)),
        (seen("b", finds_unusual=True), seen("a"), ()),
        (seen("b", finds_unusual=True), seen("a", finds_unusual=True), ("a",)),
        (OWN, seen("c", finds_unusual=True), ("c",)),
        (OWN, seen("b"), ()),
    ],
)
def test_a_trail_is_doubled_by_what_logs_all_of_the_same_wherever_it_does(own, other, doubled_by):
    assert laid_beside(own, [own, other]).doubled_by == doubled_by


def test_what_cannot_be_read_does_not_matter_where_another_one_doubles_it():
    assert laid_beside(OWN, [OWN, seen("x", logs=None), seen("a")]).doubled_by == ("a",)


def test_a_trail_that_does_not_deliver_does_not_matter_where_another_one_doubles_it():
    assert laid_beside(OWN, [OWN, seen("x", delivers=False), seen("a")]).doubled_by == ("a",)


@pytest.mark.parametrize(("hours", "delivers"), [(0, True), (24, True), (24.1, False), (None, False)])
def test_a_trail_delivers_that_brought_something_within_the_last_day(hours, delivers):
    at = OWN.trail.observed_at
    status = {"IsLogging": True} | ({} if hours is None else {"LatestDeliveryTime": at - dt.timedelta(hours=hours)})
    assert delivers_of_late(status, at=at) is delivers


@pytest.mark.parametrize(("item", "finds_unusual"), [({}, False), ({"HasInsightSelectors": True}, True)])
def test_the_list_of_trails_tells_which_have_insights(item, finds_unusual):
    reader = SimpleNamespace(account_id="1", region=HERE, at=OWN.trail.observed_at, one=lambda *_, **__: None)
    assert _seen(reader, {"TrailARN": OWN.trail.resource_id} | item).finds_unusual is finds_unusual


@pytest.mark.parametrize(("own", "other", "alone"), [(True, False, True), (True, True, False), (False, False, False)])
def test_it_feeds_alone_what_no_trail_that_doubles_it_feeds(own, other, alone):
    found = laid_beside(seen("b", feeds=own), [seen("c", everywhere=True, organization=True, feeds=other)])
    assert found.feeds_alone is alone


def basic(kind="All", *, management=True, excluded=()):
    return {"ReadWriteType": kind, "IncludeManagementEvents": management, "ExcludeManagementEventSources": excluded}


def advanced(*fields):
    return {"AdvancedEventSelectors": [{"FieldSelectors": [MANAGEMENT, *fields]}]}


@pytest.mark.parametrize(
    ("selectors", "logs", "excluded", "is_filtered"),
    [
        ({"EventSelectors": [basic()]}, ("read", "write"), set(), False),
        ({"EventSelectors": [{}]}, ("read", "write"), set(), False),
        ({"EventSelectors": [basic("ReadOnly")]}, ("read",), set(), False),
        ({"EventSelectors": [basic("ReadOnly"), basic("WriteOnly")]}, ("read", "write"), set(), False),
        ({"EventSelectors": [basic(excluded=[KMS])]}, ("read", "write"), {KMS}, False),
        ({"EventSelectors": [basic(excluded=[KMS]), basic("WriteOnly")]}, ("read", "write"), set(), True),
        ({"EventSelectors": [basic(management=False)]}, (), set(), False),
        ({}, (), set(), False),
        (advanced(), ("read", "write"), set(), False),
        (advanced({"Field": "readOnly", "Equals": ["true"]}), ("read",), set(), False),
        (advanced({"Field": "readOnly", "Equals": ["false"]}), ("write",), set(), False),
        (advanced({"Field": "eventSource", "NotEquals": [KMS]}), ("read", "write"), {KMS}, False),
        (advanced({"Field": "eventSource", "Equals": [KMS]}), ("read", "write"), set(), True),
        (advanced({"Field": "eventName", "NotEquals": ["AssumeRole"]}), ("read", "write"), set(), True),
        ({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]}, (), set(),
         False),
    ],
)  # fmt: skip
def test_both_forms_of_selectors_tell_which_management_events_are_let_in(selectors, logs, excluded, is_filtered):
    found = with_events(seen("b", logs=None), selectors)
    assert (found.trail.logs, set(found.excluded), found.is_filtered) == (logs, excluded, is_filtered)
