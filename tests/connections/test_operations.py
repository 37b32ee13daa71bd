"""Drafts, submissions and tries: what is written, and that nothing readable is left of a credential."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection as database

from connections import confirmations, operations
from connections.models import AccessCheck, Connection, SealedCredential
from connections.provider import ExportPlace
from connections.seal import Binding, CannotSeal
from connections.unseal import CannotUnseal, KeyDirectory, unseal
from tenants import scope
from tenants.models import Activity
from tests.conftest import AT
from tests.database import acting_as

ARN = "arn:aws:iam::111111111111:role/costframe/PlantedRoleName"
OTHER_ARN = "arn:aws:iam::222222222222:role/CostframeReadOnly"
EXPORT = ExportPlace(bucket="billing", prefix="focus", name="costframe", region="us-east-1")
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def keys(tmp_path):
    return KeyDirectory(tmp_path / "keys")


@pytest.fixture
def public_key(keys):
    return keys.make().public_key


@pytest.fixture
def inside(organization):
    with scope.organization(organization.id):
        yield organization


@pytest.fixture
def draft(inside):
    return operations.make_draft(label="production", regions=[], export=None, by="user_1", at=AT)


def submit(connection, public_key, *, role_arn=ARN, regions=(), export=None, at=AT):
    return operations.submit_access(
        connection_id=connection.id, role_arn=role_arn, regions=regions, export=export, public_key=public_key,
        by="user_1", at=at,
    )  # fmt: skip


def sealed_rows(connection):
    with acting_as("cf_worker"):
        return list(SealedCredential.objects.defer(None).filter(connection=connection))


def opened(connection, keys, *, generation):
    (row,) = sealed_rows(connection)
    binding = Binding(
        organization_id=connection.organization_id, connection_id=connection.id, provider="aws", generation=generation
    )
    return unseal(bytes(row.blob), keys=keys, binding=binding)


def test_a_draft_has_an_external_id_of_its_own_and_no_credential(draft):
    other = operations.make_draft(label="production", regions=[], export=None, by="user_1", at=AT)
    assert draft.external_id.startswith("cf-")
    assert draft.external_id != other.external_id
    assert (draft.state, draft.generation, sealed_rows(draft)) == ("DRAFT", 0, [])


def test_a_submission_is_sealed_for_the_worker_and_asks_for_the_access_check(draft, keys, public_key):
    check = submit(draft, public_key, regions=["eu-west-1"], export=EXPORT)
    draft.refresh_from_db()
    assert opened(draft, keys, generation=1) == {"role_arn": ARN}
    assert (draft.state, draft.generation, draft.account_id) == ("CHECKING", 1, "111111111111")
    assert (draft.regions, draft.export_bucket, draft.export_name) == (["eu-west-1"], "billing", "costframe")
    assert (check.state, check.generation, check.due_at) == (AccessCheck.State.REQUESTED, 1, AT)


def test_nothing_readable_is_left_of_a_submission(draft, public_key):
    submit(draft, public_key)
    for model in (Connection, AccessCheck, Activity, SealedCredential):
        with acting_as("cf_worker"), database.cursor() as cursor:
            cursor.execute(f"select t::text from {model._meta.db_table} t")
            rows = cursor.fetchall()
        assert rows
        assert not [row for (row,) in rows if "PlantedRoleName" in row or b"PlantedRoleName".hex() in row]


def test_a_new_submission_takes_the_place_of_the_earlier_one(draft, keys, public_key):
    submit(draft, public_key)
    submit(draft, public_key, role_arn=ARN + "2", at=LATER)
    draft.refresh_from_db()
    assert opened(draft, keys, generation=2) == {"role_arn": ARN + "2"}
    with pytest.raises(CannotUnseal):
        opened(draft, keys, generation=1)


def test_another_connections_credential_stays_when_one_is_replaced(draft, public_key):
    other = operations.make_draft(label="shop", regions=[], export=None, by="user_1", at=AT)
    submit(other, public_key, role_arn=OTHER_ARN)
    submit(draft, public_key)
    submit(draft, public_key)
    assert [len(sealed_rows(one)) for one in (draft, other)] == [1, 1]


@pytest.mark.parametrize(
    "role_arn",
    ["", "CostframeReadOnly", "arn:aws:iam::1111:role/x", "arn:aws:iam::111111111111:user/x", ARN + "\n", " " + ARN,
     "arn:aws-cn:iam::111111111111:role/x", "arn:aws:iam::111111111111:role/", "arn:aws:iam::111111111111:role/a*"],
)  # fmt: skip
def test_what_is_no_role_arn_is_refused_before_anything_is_written(draft, public_key, role_arn):
    with pytest.raises(operations.NotARoleArn):
        submit(draft, public_key, role_arn=role_arn)
    draft.refresh_from_db()
    assert (draft.state, draft.generation, sealed_rows(draft)) == ("DRAFT", 0, [])


def test_a_damaged_sealing_key_leaves_the_earlier_submission_in_place(draft, keys, public_key):
    submit(draft, public_key)
    with pytest.raises(CannotSeal):
        submit(draft, b"\0" * 1216, role_arn=ARN + "2")
    draft.refresh_from_db()
    assert opened(draft, keys, generation=1) == {"role_arn": ARN}


def test_an_account_is_connected_once_in_an_organisation(draft, public_key):
    other = operations.make_draft(label="second", regions=[], export=None, by="user_1", at=AT)
    submit(draft, public_key)
    with pytest.raises(operations.AccountAlreadyConnected, match="111111111111 is connected already, as production"):
        submit(other, public_key)
    assert sealed_rows(other) == []


def test_two_organisations_may_connect_the_same_account(organization, other_organization, public_key):
    for one in (organization, other_organization):
        with scope.organization(one.id):
            connection = operations.make_draft(label="production", regions=[], export=None, by="user_1", at=AT)
            assert submit(connection, public_key).state == AccessCheck.State.REQUESTED


def test_a_connection_that_was_in_use_stays_with_its_account(draft, public_key):
    submit(draft, public_key)
    with acting_as("cf_worker"):
        confirmations.confirm(connection=draft, digest="d", account_id="111111111111", at=AT)
    Connection.objects.filter(id=draft.id).update(account_id="222222222222")  # as web may, and to no avail
    with pytest.raises(operations.OtherAccount, match=r"is of account 111111111111.* make a new connection"):
        submit(draft, public_key, role_arn=OTHER_ARN)


def test_a_draft_that_was_never_let_in_may_still_change_its_account(draft, public_key):
    submit(draft, public_key)
    submit(draft, public_key, role_arn=OTHER_ARN)
    draft.refresh_from_db()
    assert draft.account_id == "222222222222"


def test_a_deleted_connection_takes_no_credential(draft, public_key):
    Connection.objects.filter(id=draft.id).update(state="DELETED", deleted_at=AT)
    with pytest.raises(operations.ConnectionDeleted):
        submit(draft, public_key)
    assert sealed_rows(draft) == []


def test_trying_again_gives_the_try_that_has_not_ended(draft, public_key):
    first = submit(draft, public_key)
    draft.refresh_from_db()
    assert operations.check_again(connection=draft, by="user_1", at=LATER).id == first.id
    with acting_as("cf_worker"):
        AccessCheck.objects.filter(id=first.id).update(state="REFUSED", due_at=None, ended_at=AT)
    again = operations.check_again(connection=draft, by="user_1", at=LATER)
    assert (again.id != first.id, again.generation, again.due_at) == (True, 1, LATER)


def test_a_draft_has_nothing_to_try_again(draft):
    with pytest.raises(operations.NothingSubmitted):
        operations.check_again(connection=draft, by="user_1", at=AT)


def test_the_trail_says_who_did_what_and_no_secret(draft, public_key):
    check = submit(draft, public_key, regions=["eu-west-1"], export=EXPORT)
    (sealed,) = sealed_rows(draft)
    name = {"connection": "production"}
    assert told() == [
        ("user_1", "connection.drafted", {**name, "regions": "all", "export": "none"}),
        (
            "user_1",
            "connection.submitted",
            {
                **name,
                "account": "none → 111111111111",
                "regions": "all → eu-west-1",
                "export": "none → billing/focus/costframe in us-east-1",
            },
        ),
        ("user_1", "credential.sealed", {**name, "key": sealed.key_id, "submission": "1"}),
    ]
    assert check.generation == 1


def test_the_trail_says_what_a_later_submission_changes(draft, public_key):
    submit(draft, public_key, regions=["eu-west-1"])
    submit(draft, public_key, regions=["eu-west-1", "us-east-1"], at=LATER)
    (changed,) = [detail for _, verb, detail in told() if verb == "connection.submitted"][1:]
    assert changed == {"connection": "production", "regions": "eu-west-1 → eu-west-1, us-east-1"}


def test_the_trail_says_that_the_exports_bucket_was_said_to_lie_elsewhere(draft, public_key):
    submit(draft, public_key, export=EXPORT)
    submit(draft, public_key, export=replace(EXPORT, region="eu-west-1"), at=LATER)
    (changed,) = [detail for _, verb, detail in told() if verb == "connection.submitted"][1:]
    place = "billing/focus/costframe in"
    assert changed == {"connection": "production", "export": f"{place} us-east-1 → {place} eu-west-1"}


def test_the_trail_says_that_access_was_to_be_tried_again(draft, public_key):
    first = submit(draft, public_key)
    with acting_as("cf_worker"):
        AccessCheck.objects.filter(id=first.id).update(state="REFUSED", due_at=None, ended_at=AT)
    draft.refresh_from_db()
    operations.check_again(connection=draft, by="user_2", at=LATER)
    assert told()[-1] == ("user_2", "connection.tried_again", {"connection": "production"})


def told():
    return list(Activity.objects.order_by("at", "verb").values_list("actor", "verb", "detail"))
