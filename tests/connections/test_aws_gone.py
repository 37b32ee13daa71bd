"""What goes between a list and the call that describes it: it is left out, and the rest is whole."""

from __future__ import annotations

import datetime as dt

import pytest

from connections.providers.aws.collectors import apigateway, efs, eks
from connections.providers.aws.reader import Reader
from connections.resources.files import FileShare
from sandbox.aws import names
from tests.connections.aws import session

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
SHARE = FileShare(
    resource_id="fs-00000000000000000", account_id=names.SHOP, region="us-east-1", observed_at=AT, state="available",
    size_bytes=1, standard_bytes=1, mount_targets=0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("service", "describe", "left"),
    [
        ("eks", lambda reader: eks._cluster(reader, "costframe-none"), None),
        ("eks", lambda reader: eks._groups(reader, "costframe-none"), []),
        ("apigateway", lambda reader: apigateway._stages(reader, "0000000000", "gone"), ()),
        ("efs", lambda reader: efs._with_lifecycle(reader, SHARE), SHARE),
    ],
)
def test_what_has_gone_since_it_was_listed_is_left_out_and_is_no_gap(cloud, service, describe, left):
    reader = Reader(session=session(cloud, service=service), region="us-east-1", service=service, at=AT)
    assert describe(reader) == left
    assert reader.gaps == ()
