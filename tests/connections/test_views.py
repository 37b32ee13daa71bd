"""The wizard's pages: nothing typed is lost, every refusal names its field, and the credential is sealed or nowhere."""

from __future__ import annotations

import logging
import re

import pytest

from connections import operations
from connections.models import AccessCheck, Connection, SealedCredential
from connections.seal import public_key_text
from connections.unseal import KeyDirectory
from tenants import scope
from tests.conftest import AT
from tests.database import acting_as
from tests.web import Visitor

ARN = "arn:aws:iam::111111111111:role/PlantedRoleName"
EXPORT = {
    "export_bucket": "billing",
    "export_prefix": "focus",
    "export_name": "costframe",
    "export_region": "us-east-1",
}


@pytest.fixture
def sealing_key(settings, tmp_path):
    settings.SEALING_PUBLIC_KEY = public_key_text(KeyDirectory(tmp_path / "keys").make().public_key)


@pytest.fixture
def draft(organization):
    with scope.organization(organization.id):
        return operations.make_draft(label="production", regions=["eu-west-1"], export=None, by="user_1", at=AT)


def url(connection, page):
    return f"/connections/{connection.id}/{page}"


def text(response):
    """What a reader sees, without the markup."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.replace("&#x27;", "'").replace("&quot;", '"').split())


def current(connection):
    with scope.organization(connection.organization_id):
        return Connection.objects.get(id=connection.id)


def end_check(connection, **values):
    """The worker's answer to the latest access check."""
    with scope.organization(connection.organization_id), acting_as("cf_worker"):
        AccessCheck.objects.filter(connection=connection).update(due_at=None, ended_at=AT, **values)


def submit(visitor, connection, **values):
    return visitor.post(url(connection, "access/"), {"role_arn": ARN, **values})


def test_the_wizard_leads_from_a_name_to_the_access_check(visitor, organization, sealing_key):
    answer = visitor.post("/connections/new/", {"label": "payer", **EXPORT})
    assert re.fullmatch(r"/connections/[0-9a-f-]{36}/kit/", answer["Location"])
    kit = visitor.get(answer["Location"])
    with scope.organization(organization.id):
        connection = Connection.objects.get()
    assert connection.external_id in text(kit)
    assert "s3://billing/focus/costframe/" in text(kit)
    answer = submit(visitor, connection, **EXPORT)
    assert answer["Location"] == url(connection, "check/")
    assert "Waiting for a worker" in text(visitor.get(answer["Location"]))


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"label": ""}, "label", "Give the connection a name"),
        ({"regions": "eu-west-1 Frankfurt"}, "regions", "“frankfurt” is not a region. Regions look like eu-west-1."),
        ({**EXPORT, "export_bucket": "s3://billing"}, "export_bucket", "no s3:// before"),
        ({**EXPORT, "export_region": "Ohio"}, "export_region", "“ohio” is not a region"),
        ({"export_bucket": "billing"}, "export_name", "Needed where this account holds the cost export"),
        ({**EXPORT, "export_prefix": "a*b"}, "export_prefix", "“a*b” does not fit"),
    ],
)
def test_a_wrong_value_is_named_with_its_field_and_the_rest_is_kept(visitor, organization, values, field, sentence):
    typed = {"label": "my account", "regions": "us-east-1", **values}
    answer = visitor.post("/connections/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'id="error-{field}"' in page
    assert re.search(rf'name="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*error-{field}', page)
    for name, value in typed.items():
        assert not value or f'value="{value}"' in page, name
    with scope.organization(organization.id):
        assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("name", "mark"),
    [("", "AWSTemplateFormatVersion"), ("terraform/", "aws_iam_role"), ("script/", "aws iam create-role")],
)
def test_each_form_of_the_kit_is_shown_and_can_be_downloaded(visitor, draft, name, mark):
    assert mark in text(visitor.get(url(draft, f"kit/{name}")))
    file = visitor.get(url(draft, f"kit/{name or 'cloudformation/'}file"))
    assert mark in file.content.decode()
    assert draft.external_id in file.content.decode()
    assert file["Content-Disposition"].startswith("attachment; filename=")


def test_a_kit_that_is_none_is_not_found(visitor, draft):
    assert visitor.get(url(draft, "kit/pulumi/")).status_code == 404


def test_without_our_principal_the_kit_says_who_can_help(visitor, draft, settings):
    settings.AWS_PRINCIPAL_ARN = ""
    assert "COSTFRAME_AWS_PRINCIPAL_ARN" in text(visitor.get(url(draft, "kit/")))


def test_a_hosted_template_gives_a_link_with_everything_filled_in(visitor, draft, settings):
    settings.AWS_KIT_TEMPLATE_URL = "https://kits.example/costframe.json"
    page = visitor.get(url(draft, "kit/")).content.decode()
    assert "/stacks/quickcreate?templateURL=https%3A%2F%2Fkits.example" in page
    assert f"param_ExternalId={draft.external_id}" in page


@pytest.mark.parametrize("typed", ["CostframeReadOnly", "arn:aws:iam::11:role/x", "arn:aws:s3:::bucket"])
def test_a_wrong_arn_is_kept_in_the_form_and_stored_nowhere(visitor, draft, sealing_key, typed):
    answer = submit(visitor, draft, role_arn=typed, regions="eu-west-1")
    assert answer.status_code == 422
    assert f"“{typed}” is not the ARN of a role. One looks like arn:aws:iam::" in text(answer)
    assert f'value="{typed}"' in answer.content.decode()
    assert current(draft).generation == 0


def test_a_pasted_arn_may_have_spaces_around_it(visitor, draft, sealing_key):
    assert submit(visitor, draft, role_arn=f"  {ARN}\n").status_code == 302


def test_an_account_that_is_connected_already_is_named(visitor, draft, sealing_key, organization):
    submit(visitor, draft)
    with scope.organization(organization.id):
        second = operations.make_draft(label="second", regions=[], export=None, by="user_1", at=AT)
    answer = submit(visitor, second)
    assert answer.status_code == 422
    assert "Account 111111111111 is connected already, as production" in text(answer)


def test_without_a_sealing_key_nothing_is_stored_and_the_operator_learns_why(visitor, draft, settings):
    settings.SEALING_PUBLIC_KEY = ""
    answer = submit(visitor, draft)
    assert answer.status_code == 422
    assert "COSTFRAME_SEALING_PUBLIC_KEY" in text(answer)
    assert current(draft).generation == 0


def test_a_failure_of_ours_writes_the_arn_into_no_log_and_keeps_nothing(
    visitor, draft, sealing_key, monkeypatch, caplog
):
    def fail(**_):
        raise RuntimeError("as asked")

    monkeypatch.setattr("connections.operations.activity.book", fail)
    visitor.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        answer = submit(visitor, draft)
    assert answer.status_code == 500
    assert "as asked" in caplog.text
    assert "PlantedRoleName" not in caplog.text
    assert current(draft).generation == 0
    with scope.organization(draft.organization_id):
        assert not SealedCredential.objects.filter(connection=draft).exists()


def test_the_stored_arn_is_given_back_on_no_page(visitor, draft, sealing_key):
    submit(visitor, draft)
    for page in ("", "access/", "kit/", "check/", "delete/"):
        assert "PlantedRoleName" not in visitor.get(url(draft, page)).content.decode()


def test_the_access_check_is_polled_until_it_has_ended(visitor, draft, sealing_key):
    submit(visitor, draft)
    polled = visitor.poll(url(draft, "check/"))
    assert (polled.status_code, "every 2s" in polled.content.decode()) == (200, True)
    assert "<html" not in polled.content.decode()
    end_check(draft, state="PASSED", account_id="111111111111")
    polled = visitor.poll(url(draft, "check/"))
    assert (polled.status_code, "hx-trigger" in polled.content.decode()) == (286, False)
    assert "Access works, and it only reads." in text(polled)


def test_a_refusal_stands_at_its_field_and_the_matrix_names_the_action(visitor, draft, sealing_key):
    submit(visitor, draft, **EXPORT)
    matrix = [
        {"action": "ec2:DescribeVolumes", "result": "OK", "why": "Lists disks.", "message": ""},
        {"action": "rds:DescribeDBInstances", "result": "REFUSED", "why": "Lists databases.", "message": "no"},
    ]
    end_check(draft, state="REFUSED", refusals=[["export_name", "There is no export costfram."]], matrix=matrix)
    page = text(visitor.get(url(draft, "check/")))
    assert "Export name: There is no export costfram." in page
    assert page.index("rds:DescribeDBInstances refused Lists databases.") < page.index("ec2:DescribeVolumes allowed")
    form = visitor.get(url(draft, "access/")).content.decode()
    assert (
        form.index('name="export_name"')
        < form.index("There is no export costfram.")
        < form.index('name="export_region"')
    )


def test_a_call_of_several_collectors_that_is_refused_alike_is_told_once(visitor, draft, sealing_key):
    submit(visitor, draft)
    refused = {"action": "rds:DescribeDBInstances", "result": "REFUSED", "why": "Lists databases.", "message": "no"}
    again = ["rds:DescribeDBInstances is refused: no."] * 2
    end_check(draft, state="PASSED", account_id="111111111111", matrix=[refused, dict(refused)], warnings=again)
    page = text(visitor.get(url(draft, "check/")))
    assert "1 action refused: what depends on it is left out" in page
    assert page.count("rds:DescribeDBInstances refused") == page.count("rds:DescribeDBInstances is refused") == 1


def test_a_draft_is_sent_to_its_form_instead_of_an_access_check(visitor, draft):
    assert visitor.get(url(draft, "check/"))["Location"] == url(draft, "access/")
    assert visitor.post(url(draft, "check/again/"))["Location"] == url(draft, "access/")


def test_trying_again_asks_once_more(visitor, draft, sealing_key):
    submit(visitor, draft)
    end_check(draft, state="REFUSED", refusals=[["role_arn", "No."]])
    assert visitor.post(url(draft, "check/again/"))["Location"] == url(draft, "check/")
    assert "Waiting for a worker" in text(visitor.get(url(draft, "check/")))


def test_a_viewer_sees_no_button_that_would_be_refused(visitor, draft, sealing_key, provider_key):
    submit(visitor, draft)
    end_check(draft, state="PASSED", account_id="111111111111")
    reader = Visitor(role="viewer")
    for page in ("", "check/"):
        found = reader.get(url(draft, page)).content.decode()
        assert re.findall(r'<form method="post" action="([^"]+)"', found) == ["/sign-out/"]
    heading = '<th scope="col">Actions</th>'
    assert [heading in one.get("/connections/").content.decode() for one in (visitor, reader)] == [True, False]


@pytest.mark.parametrize("typed", ["", "prod", "Production"])
def test_deleting_takes_the_name_typed_in(visitor, draft, typed):
    answer = visitor.post(url(draft, "delete/"), {"label": typed})
    assert answer.status_code == 422
    assert "nothing was deleted" in text(answer)
    assert current(draft).state == "DRAFT"


def test_a_deleted_connection_says_what_to_revoke_and_can_no_longer_be_changed(visitor, draft, sealing_key):
    submit(visitor, draft)
    answer = visitor.post(url(draft, "delete/"), {"label": "production"})
    page = visitor.get(answer["Location"])
    assert "On your side, delete the role now" in text(page)
    assert "111111111111" in text(page)
    assert current(draft).state == "DELETED"
    for action in ("access/", "kit/", "check/", "delete/"):
        assert visitor.get(url(draft, action)).status_code == 404
    assert "production" not in text(visitor.get("/connections/"))


@pytest.mark.parametrize("has_export", [False, True])
def test_the_kit_shows_what_is_tolerated_although_aws_does_not_list_it_as_reading(
    visitor, draft, organization, has_export
):
    if has_export:
        with scope.organization(organization.id):
            Connection.objects.filter(id=draft.id).update(export_bucket="bills", export_name="focus")
    page = text(visitor.get(f"/connections/{draft.id}/kit/"))
    assert "backup:ListIndexedRecoveryPointsForSearch Lists recovery points. Changes nothing." in page
    assert ("kms:Decrypt Lets S3 decrypt the cost export" in page) is has_export
