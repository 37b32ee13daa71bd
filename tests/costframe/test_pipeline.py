"""From the submission to the night: checked, let in, looked at, and refused once the role may write."""

from __future__ import annotations

import contextlib

import pytest
import redis

from sandbox.aws import names
from tests.costframe.running import Running, make_role, wait_for

pytestmark = pytest.mark.processes
NOT_THE_ONE = "The credential is not the one that was tried and let in: try the access again."
WRITES = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DeleteVolume", "Resource": "*"}]}


@pytest.fixture
def running(fresh_database, redis_server, calm_cloud, tmp_path):
    with contextlib.closing(redis.Redis.from_url(redis_server.url)) as queue:
        queue.flushall()
    running = Running(urls=fresh_database, redis=redis_server, cloud=calm_cloud, directory=tmp_path)
    running.make_connection(state="CHECKING")
    running.cloud.clear_calls()
    running.start_scheduler()
    running.start_worker()
    yield running
    running.stop()


def check(running):
    """The wizard's last step, to its end: state, refusals, matrix."""
    check_id = running.request_check()
    (found,) = wait_for(
        lambda: running.rows(
            "select state, refusals, matrix from connections_accesscheck where id = %s and ended_at is not null",
            check_id,
        ),
        seconds=40,
    )
    return found


def connection_state(running):
    return running.rows("select state from connections_connection")[0][0]


def test_a_connection_is_let_in_only_while_its_role_can_but_read(running):
    running.set_role_policies(extra={"write": WRITES})
    state, refusals, _ = check(running)
    assert (state, connection_state(running)) == ("REFUSED", "REFUSED")
    assert [field for field, _ in refusals] == ["role_arn"]
    assert "ec2:DeleteVolume" in refusals[0][1]
    assert running.rows("select * from audits_schedule") == []

    running.set_role_policies()
    state, refusals, matrix = check(running)
    assert (state, refusals, connection_state(running)) == ("PASSED", [], "CONNECTED")
    assert {line["action"]: line["result"] for line in matrix}["ec2:DescribeVolumes"] == "OK"

    # The night comes: its audit is asked for, made, and the next night planned.
    assert running.rows("select due_at > now() from audits_schedule") == [(True,)]
    with running.web() as web:
        web.execute("update audits_schedule set due_at = now()")
        web.execute("select pg_notify('costframe_due', '')")
    ((audit_id, night),) = wait_for(lambda: running.rows("select id, night_date from audits_audit"))
    assert running.wait_for_end(audit_id) == "DONE", running.describe(audit_id)
    assert running.rows("select due_at > now(), last_night_date from audits_schedule") == [(True, night)]
    assert running.rows("select night_cost_usd > 0 from connections_connection") == [(True,)]

    # Somebody widens the role: the next audit ends before its first step, and the connection is refused.
    running.set_role_policies(extra={"write": WRITES})
    refused = running.request_audit()
    assert running.wait_for_end(refused) == "FAILED"
    assert connection_state(running) == "REFUSED"
    assert running.rows("select message like '%%ec2:DeleteVolume%%' from audits_audit where id = %s", refused) == [
        (True,)
    ]
    assert running.rows("select count(*) from audits_step where audit_id = %s", refused) == [(0,)]

    # Whoever has web's powers calls it connected all the same: no audit goes by that, nor asks AWS anything.
    with running.web() as web:
        web.execute("update connections_connection set state = 'CONNECTED'")
    calls = len(running.cloud.calls())
    again = running.request_audit()
    assert running.wait_for_end(again) == "FAILED"
    assert len(running.cloud.calls()) == calls
    assert running.rows("select message from audits_audit where id = %s", again) == [(NOT_THE_ONE,)]

    assert_told_and_sealed(running)

    # Somebody takes reads away, then locks us out: what AWS says of it names the role, and the role's name is sealed.
    for service in ("iam", "ec2"):
        running.cloud.fault("deny", service=service, count=None)
    assert "REFUSED" in {line["result"] for line in check(running)[2]}
    running.cloud.fault("deny", service="sts", operation="AssumeRole", count=None)
    assert check(running)[0] == "REFUSED"
    running.cloud.clear_faults()
    assert running.role_name.encode() not in running.everything()

    # Whatever became of them: each call of the checks, of the audit, and of those that never began is booked.
    assert running.booked() == running.called()
    for_what = "select audit_id is null, step_id is null, account_id from audits_apicall group by 1, 2, 3 order by 1, 2"
    account = running.role["account"]
    assert running.rows(for_what) == [(False, False, account), (False, True, account), (True, True, account)]


def assert_told_and_sealed(running):
    """All of it stands in the trail, and the trail is sealed without anybody asking."""
    running.rows(
        "with due as (update tenants_unsealedactivity set due_at = now()) select pg_notify('costframe_due', '')"
    )
    wait_for(lambda: running.rows("select count(*) from tenants_unsealedactivity") == [(0,)])
    told = running.rows(
        "select a.verb, a.detail->>'outcome', s.position from tenants_activity a "
        "join tenants_activityseal s on s.activity_id = a.id and s.organization_id = a.organization_id"
    )
    assert sorted(position for *_, position in told) == list(range(1, len(told) + 1))
    assert running.rows("select count(*) from tenants_activity") == [(len(told),)]
    words = {(verb, outcome) for verb, outcome, _ in told}
    assert {("connection.checked", "REFUSED"), ("connection.checked", "PASSED"), ("audit.requested", None),
            ("credential.opened", None), ("finding.opened", None)} <= words  # fmt: skip
    said = running.fleet.command("operator", "verify_activity")
    assert f"{running.organization_id} holds up to {len(told)}:" in said
    assert running.rows("select 1 from audits_lostmessage") == []


def test_a_credential_that_was_put_in_anothers_place_is_not_used(running):
    """Whoever has web's powers can seal a role of their own, and say that the connection is connected."""
    check(running)
    calls = len(running.cloud.calls())
    swapped = running.seal(make_role(running.cloud, account=names.LAB, external_id=running.role["external_id"]))
    with running.web() as web:
        web.execute("delete from connections_sealedcredential where connection_id = %s", [running.connection_id])
        web.execute(
            "insert into connections_sealedcredential "
            "(id, organization_id, connection_id, generation, key_id, blob, created_at) "
            "values (gen_random_uuid(), %s, %s, 1, %s, %s, now())",
            [running.organization_id, running.connection_id, swapped.key_id, swapped.blob],
        )
        web.execute("update connections_connection set state = 'CONNECTED', account_id = %s", [names.LAB])
    audit_id = running.request_audit()
    assert running.wait_for_end(audit_id) == "FAILED"
    assert running.rows("select message from audits_audit where id = %s", audit_id) == [(NOT_THE_ONE,)]
    assert len(running.cloud.calls()) == calls, "it is not even tried"

    # Tried again, as the page offers: the account that was confirmed first stays the only one.
    state, refusals, _ = check(running)
    assert state == "REFUSED"
    assert f"This connection is of account {running.role['account']}" in refusals[0][1]
    assert running.rows("select account_id from connections_confirmation") == [(running.role["account"],)]
