"""Plays the customer in the sandbox cloud, and opens sessions as the worker does."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from contextlib import contextmanager, suppress
from functools import partial

from botocore.credentials import Credentials

from connections.kits.aws import Kit, policy_document, trust_document
from connections.provider import ExportPlace
from connections.providers.aws import access, calls, inventory
from connections.providers.aws.guarded import GuardedSession
from connections.providers.aws.outcomes import CallBook
from connections.providers.aws.session import HOSTS, Principal, open_session
from connections.readonly import Guard
from sandbox.aws import names

EXTERNAL_ID = "cf-1f0e9a7c55d2"
EXPORT = ExportPlace(bucket=names.BUCKET, prefix=names.PREFIX, name=names.CSV_EXPORT, region=names.EXPORT_REGION)


def principal(cloud):
    return Principal(
        access_key_id=cloud.access_key_id,
        secret_access_key=cloud.secret_access_key,
        sandbox_url=cloud.endpoint_url,
    )


def kit(*, export=None, external_id=EXTERNAL_ID, role_name="CostframeReadOnly"):
    return Kit(principal_arn=names.PRINCIPAL_ARN, external_id=external_id, role_name=role_name, export=export)


def role(cloud, *, account=names.SHOP, export=None, name="CostframeReadOnly", trust=None, policies=None, **more):
    """Apply our kit in `account`; `policies` are further inline ones."""
    made = kit(export=export, role_name=name)
    return cloud.create_role(
        account=account,
        name=name,
        trust_policy=trust or trust_document(made),
        policies={"kit": policy_document(made), **(policies or {})},
        **more,
    )


def session(cloud, *, account=names.SHOP, export=None, region="us-east-1", service="ec2", **more):
    """As a step of `service` opens it, which may also read what the access check reads."""
    return open_session(
        principal=principal(cloud),
        role_arn=role(cloud, account=account, export=export),
        external_id=EXTERNAL_ID,
        connection_id="c-1",
        region=region,
        reads=(*inventory.calls_of(service), *calls.ACCESS),
        export=export,
        **more,
    )


def try_only(patch, *services):
    """The access check tries the calls of these collectors alone, where what the others' come to is not the matter.

    All are tried by test_write_refused, and for a payer by test_aws_costs: that takes seconds.
    """
    patch.setattr(access, "trials", partial(access.trials, among=[inventory.COLLECTORS[name] for name in services]))


def restate_short(cloud, month, *, days):
    """Publish a newer run of a billing period ("2026-10") that holds its last billed days alone."""
    first = dt.date.fromisoformat(f"{month}-01")
    next_month = (first + dt.timedelta(days=31)).replace(day=1)
    billed_until = min(next_month, dt.datetime.fromisoformat(cloud.estate["as_of"]).date())
    cloud.restate(month, since=max(first, billed_until - dt.timedelta(days=days)))


@contextmanager
def short_export(cloud):
    """The export holds a day of each of its periods, for tests that load it and mind not how much it is."""
    months = sorted(cloud.estate["bill"])
    for month in months:
        restate_short(cloud, month, days=1)
    try:
        yield cloud
    finally:
        for month in months:
            cloud.restate(month)


@contextmanager
def silent_address():
    """A loopback address that hangs up on everybody; fails where anybody has called there."""
    callers = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.settimeout(0.1)
        is_over = threading.Event()

        def hang_up():
            while not is_over.is_set():
                with suppress(TimeoutError):
                    connection, address = listener.accept()
                    callers.append(address)
                    connection.close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            is_over.set()
            thread.join()
    assert callers == [], "something was sent"


def guarded(url, *, export=None):
    """A session with the real guard whose requests would go to `url`, without any role behind it."""
    guard = Guard(
        reads=inventory.DECLARED if export is None else calls.BILL_SESSION,
        host_suffixes=HOSTS,
        sandbox_url=url,
        export=export,
    )
    return GuardedSession(
        guard=guard, book=CallBook(), credentials=Credentials("AKIAEXAMPLE", "secret"), region="us-east-1"
    )
