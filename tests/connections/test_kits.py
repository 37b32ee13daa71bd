"""What a customer runs: equal to the declared calls, accepted by the tools it is for, and not to be broken out of."""

from __future__ import annotations

import io
import json
import subprocess
from urllib.parse import parse_qs

import hcl2
import pytest
from cfnlint.api import lint_all
from django.core.management import call_command

from connections.forms import PlaceForm
from connections.kits import aws as kits
from connections.kits.aws import (
    CannotMakeKit,
    cli_script,
    cloudformation,
    policy_document,
    quick_create_link,
    terraform,
)
from connections.management.commands import make_kits
from connections.provider import OWN_ROLE, ExportPlace
from connections.providers.aws import calls, inventory
from connections.providers.aws.session_policy import bill_statements, session_policy
from connections.providers.aws.tolerated import THROUGH_S3
from connections.resources import KINDS
from tests.connections.aws import EXPORT, EXTERNAL_ID, kit

BOTH = pytest.mark.parametrize("made", [kit(), kit(export=EXPORT)], ids=["member", "payer"])


def actions(document):
    return {action for statement in document["Statement"] for action in statement["Action"]}


def test_the_committed_data_is_that_of_the_declared_calls():
    assert {path.name: path.read_text() for path in kits.CALLS_FOLDER.iterdir()} == make_kits.calls_texts()


def test_a_file_that_is_not_as_the_collectors_declare_is_named_and_written_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(make_kits, "CALLS_FOLDER", tmp_path)
    call_command("make_kits", stdout=io.StringIO())
    call_command("make_kits", check=True)
    (tmp_path / "rds.json").write_text("[]")
    (tmp_path / "gone.json").write_text("[]")
    with pytest.raises(SystemExit, match=r"gone.json, rds.json"):
        call_command("make_kits", check=True)
    call_command("make_kits", stdout=io.StringIO())
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == make_kits.calls_texts()


def row(action, **more):
    service, operation = action.split(":")
    return {"service": service, "operation": operation, "action": action, "resources": ["*"], "needed_for": [], **more}


def test_a_call_of_two_collectors_is_one_row_that_is_needed_for_what_either_needs(monkeypatch, tmp_path):
    for service in ("dynamodb", "ecs"):
        both = [row("application-autoscaling:DescribeScalableTargets", needed_for=[service]), row(f"{service}:List")]
        (tmp_path / f"{service}.json").write_text(json.dumps(both))
    (tmp_path / kits.SHARED).write_text(json.dumps({"inventory": [row("iam:GetRole")], "export": []}))
    monkeypatch.setattr(kits, "CALLS_FOLDER", tmp_path)
    rows = {one["action"]: one["needed_for"] for one in kits.declared.__wrapped__()["inventory"]}
    assert rows == {
        "application-autoscaling:DescribeScalableTargets": ["dynamodb", "ecs"],
        "dynamodb:List": [],
        "ecs:List": [],
        "iam:GetRole": [],
    }


def test_a_permission_is_asked_for_the_resources_that_are_declared(monkeypatch):
    stages = ["arn:aws:apigateway:*::/restapis", "arn:aws:apigateway:*::/restapis/*/stages"]
    rows = [row("ec2:A"), row("apigateway:GET", resources=stages), row("iam:GetRole", resources=[OWN_ROLE])]
    monkeypatch.setattr(kits, "declared", lambda: {"inventory": rows})
    asked = {one["Action"][0]: (one["Resource"], one["Sid"]) for one in policy_document(kit())["Statement"]}
    assert asked["ec2:A"] == ("*", "ReadInventory")
    assert asked["apigateway:GET"][0] == stages
    assert asked["iam:GetRole"] == ("arn:aws:iam::*:role/CostframeReadOnly", "ReadThisRole")
    assert len({sid for _, sid in asked.values()}) == 3


def test_the_roles_own_policy_fits_into_what_a_role_may_have():
    written = json.dumps(policy_document(kit(export=longest_export())), separators=(",", ":"))
    assert len(written) < 9_000  # AWS takes 10,240 characters in all of a role's own policies together


def test_the_role_may_do_exactly_what_is_declared():
    assert actions(policy_document(kit())) == {action for call in inventory.DECLARED for action in call.permissions}
    assert actions(policy_document(kit(export=EXPORT))) == {
        action for call in (*inventory.DECLARED, *calls.EXPORT) for action in call.permissions
    }


def test_the_session_policy_asks_for_nothing_that_the_kit_does_not_give():
    given = policy_document(kit(export=EXPORT))["Statement"]
    objects = [one for one in given if one["Action"] == ["s3:GetObject"]]
    asked = bill_statements(EXPORT)
    assert [one["Resource"] for one in objects] == [f"arn:aws:s3:::{EXPORT.bucket}/{EXPORT.path}/*"]
    assert [one["Resource"] for one in asked if one["Action"] == ["s3:GetObject"]] == [objects[0]["Resource"]]
    role_arn = "arn:aws:iam::123456789012:role/CostframeReadOnly"
    policies = [
        json.loads(session_policy(role_arn=role_arn, reads=reads, export=None))
        for reads in (calls.ACCESS, *map(inventory.calls_of, inventory.COLLECTORS))
    ]
    looking = {"Statement": [statement for policy in policies for statement in policy["Statement"]]}
    assert actions(looking) <= actions(policy_document(kit()))
    # But for what a customer may add whose bucket uses a key of their own: through S3, and in no other session.
    more = actions({"Statement": asked}) - actions(policy_document(kit(export=EXPORT)))
    assert more == set(THROUGH_S3)
    assert [one["Condition"] for one in asked if set(one["Action"]) & more] == [
        {"StringEquals": {"kms:ViaService": f"s3.{EXPORT.region}.amazonaws.com"}}
    ]
    assert not actions(looking) & more


def test_of_every_kind_it_is_known_which_permissions_show_it():
    assert {kind for row in kits.declared()["inventory"] for kind in row["needed_for"]} == set(KINDS)


def test_a_collector_s_call_is_needed_for_a_kind_unless_it_reads_tags_alone():
    """What is Unknown without a permission is looked for, among the rules, by that permission."""
    collected = [call for one in inventory.COLLECTORS.values() for call in one.calls]
    named = {row["action"]: row["needed_for"] for row in kits.declared()["inventory"]}
    unneeded = {call.action for call in collected if not named[call.action]}
    assert unneeded == {"tag:GetResources", "dynamodb:ListTagsOfResource", "elasticloadbalancing:DescribeTags"}


def test_every_action_has_a_reason_and_an_access_level_to_show():
    rows = kits.declared()["inventory"] + kits.declared()["export"]
    assert all(row["why"].endswith(".") and row["access_level"] in {"Read", "List"} for row in rows)
    assert kits.declared()["tolerated"]
    assert set(kits.declared()["through_s3"]) == {"kms:Decrypt"}


@pytest.mark.parametrize("made", [kit(), kit(export=EXPORT), None], ids=["member", "payer", "hosted"])
def test_cloudformation_is_accepted_by_its_linter(made):
    assert [str(found) for found in lint_all(cloudformation(made)) if not found.rule.id.startswith("I")] == []


def test_cloudformation_has_the_same_policy_once_its_parameters_are_filled_in():
    template = json.loads(cloudformation(kit(export=EXPORT)))
    values = {name: each["Default"] for name, each in template["Parameters"].items()}
    values |= {"AWS::Partition": "aws", "AWS::AccountId": "*"}

    def filled(node):
        if isinstance(node, dict) and set(node) == {"Ref"}:
            return values.get(node["Ref"])
        if isinstance(node, dict) and set(node) == {"Fn::Sub"}:
            text = node["Fn::Sub"]
            for name, value in values.items():
                text = text.replace(f"${{{name}}}", value)
            return text
        if isinstance(node, dict) and set(node) == {"Fn::If"}:
            return filled(node["Fn::If"][1])
        if isinstance(node, dict):
            return {name: filled(value) for name, value in node.items()}
        return [filled(one) for one in node] if isinstance(node, list) else node

    role = filled(template["Resources"]["Role"]["Properties"])
    statements = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    assert statements == policy_document(kit(export=EXPORT))["Statement"]
    assert role["AssumeRolePolicyDocument"] == kits.trust_document(kit(export=EXPORT))


@BOTH
def test_terraform_can_be_read_back(made):
    resources = hcl2.load(io.StringIO(terraform(made)))["resource"]
    text = json.dumps(resources)
    assert len(resources) == 2
    assert EXTERNAL_ID in text
    assert all(action in text for action in actions(policy_document(made)))


@BOTH
def test_the_script_is_a_script_and_asks_the_cli_for_the_same(made, tmp_path):
    subprocess.run(["bash", "-n"], input=cli_script(made), text=True, check=True)
    log = tmp_path / "log"
    aws = tmp_path / "aws"
    aws.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {log}\n[ "$2" != get-role ]\n')
    aws.chmod(0o755)
    subprocess.run(["bash"], input=cli_script(made), text=True, check=False, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    asked = log.read_text().splitlines()
    assert json.loads(asked[asked.index("--assume-role-policy-document") + 1]) == kits.trust_document(made)
    assert json.loads(asked[asked.index("--policy-document") + 1]) == policy_document(made)


def test_the_link_opens_the_template_with_everything_filled_in():
    link = quick_create_link(kit(export=EXPORT), template_url="https://kits.example.com/aws.json")
    given = parse_qs(link.partition("quickcreate?")[2])
    assert given["templateURL"] == ["https://kits.example.com/aws.json"]
    assert given["param_ExternalId"] == [EXTERNAL_ID]
    assert given["param_ExportPath"] == [EXPORT.path]
    names = set(json.loads(cloudformation())["Parameters"])
    assert {key.removeprefix("param_") for key in given if key.startswith("param_")} == names


EVIL = ['x" }', "x'; rm -rf /", "x\n", "${aws:username}", "x*", "x?", "$(id)", "`id`", "é"]


def make(field, value):
    if not field.startswith("export_"):
        return kit(**{field: value})
    place = {"bucket": EXPORT.bucket, "prefix": EXPORT.prefix, "name": EXPORT.name, "region": EXPORT.region}
    return kit(export=ExportPlace(**{**place, field.removeprefix("export_"): value}))


@pytest.mark.parametrize("value", EVIL)
@pytest.mark.parametrize("field", ["external_id", "role_name", "export_bucket", "export_prefix", "export_name"])
def test_a_value_that_could_break_out_makes_no_kit(field, value):
    with pytest.raises(CannotMakeKit) as error:
        make(field, value)
    assert error.value.field == field


@pytest.mark.parametrize("field", ["external_id", "role_name", "export_bucket", "export_name"])
def test_only_a_prefix_may_be_empty(field):
    assert make("export_prefix", "").export.path == EXPORT.name
    with pytest.raises(CannotMakeKit):
        make(field, "")


def longest_export():
    """The longest place that the form lets through."""
    bucket, prefix, name, region = (
        PlaceForm.base_fields[f"export_{part}"].max_length for part in ("bucket", "prefix", "name", "region")
    )
    return ExportPlace(bucket="b" * bucket, prefix="p" * prefix, name="n" * name, region=f"us-{'x' * (region - 5)}-1")


@pytest.mark.parametrize("export", [None, EXPORT, longest_export()])
def test_the_session_policy_fits_into_the_call(export):
    role_arn = f"arn:aws:iam::123456789012:role/{'p' * 100}/{'r' * 64}"
    policy = session_policy(role_arn=role_arn, reads=calls.ACCESS, export=export)
    assert len(policy) < 2048
    assert policy == json.dumps(json.loads(policy), separators=(",", ":"))
    assert ("s3:GetObject" in policy) == (export is not None)
