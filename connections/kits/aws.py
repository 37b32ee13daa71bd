"""What a customer runs in AWS to let us read: CloudFormation, Terraform or a script, all from the declared calls."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from connections.provider import OWN_ROLE

if TYPE_CHECKING:
    from connections.provider import ExportPlace

CALLS_FOLDER = Path(__file__).with_name("aws_calls")
SHARED = "_shared.json"  # no service is called so
ROLE_NAME = "CostframeReadOnly"
POLICY_NAME = "CostframeReadOnly"
EXPORT_POLICY_NAME = "CostframeCostExport"
STACK_NAME = "CostframeReadOnly"
ON_EXPORT = ("s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation")
# Narrower than AWS allows: * and ? would widen a policy's resource, $ would be a variable, quotes would end a text.
SHAPES = {
    "principal_arn": r"arn:aws:iam::\d{12}:(?:user|role)/[\w+=,.@/-]{1,512}",
    "external_id": r"[\w+=,.@:/-]{2,1224}",
    "role_name": r"[\w+=,.@-]{1,64}",
    "export_bucket": r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    "export_prefix": r"[\w.!()/-]{0,512}",
    "export_name": r"[\w.!()-]{1,128}",
}


class CannotMakeKit(Exception):
    """A value has a shape that AWS does not take, or that could break out of the kit. `field` names it."""

    def __init__(self, field: str, value: str) -> None:
        super().__init__(f"{value[:80]!r} cannot stand in a kit as {field}: allowed is {SHAPES[field]}")
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Kit:
    """Who may assume the role, with which External ID, and the export it may read where this account holds one."""

    principal_arn: str
    external_id: str
    role_name: str = ROLE_NAME
    export: ExportPlace | None = None

    def __post_init__(self) -> None:
        values = {
            "principal_arn": self.principal_arn,
            "external_id": self.external_id,
            "role_name": self.role_name,
        }
        if self.export is not None:
            values |= {
                "export_bucket": self.export.bucket,
                "export_prefix": self.export.prefix,
                "export_name": self.export.name,
            }
        for field, value in values.items():
            if re.fullmatch(SHAPES[field], value, re.ASCII) is None:
                raise CannotMakeKit(field, value)


@cache
def declared() -> dict[str, Any]:
    """The declared calls as data: `inventory` and `export` rows, the `tolerated` actions, and those that are tolerated
    `through_s3` only. A call that several collectors make is one row, needed for what any of them needs it for.
    """
    found: dict[str, Any] = json.loads((CALLS_FOLDER / SHARED).read_text())
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    files = sorted(path for path in CALLS_FOLDER.glob("*.json") if path.name != SHARED)
    for row in (*(row for path in files for row in json.loads(path.read_text())), *found["inventory"]):
        known = rows.setdefault((row["service"], row["operation"]), {**row, "needed_for": []})
        known["needed_for"] += row["needed_for"]
    return {**found, "inventory": list(rows.values())}


def trust_document(kit: Kit) -> dict[str, Any]:
    """Who may assume the role: our principal, and only together with this connection's External ID."""
    return _trust(kit.principal_arn, kit.external_id)


def policy_document(kit: Kit) -> dict[str, Any]:
    """Everything that the role may do: inventory, its own description and, in the payer's account, one export."""
    statements = _inventory(f"arn:aws:iam::*:role/{kit.role_name}")
    if kit.export is not None:
        bucket, path = f"arn:aws:s3:::{kit.export.bucket}", kit.export.path
        statements += _export(bucket=bucket, objects=f"{bucket}/{path}/*", prefix=f"{path}/*")
    return _document(statements)


def cloudformation(kit: Kit | None = None) -> str:
    """A CloudFormation template whose parameters default to `kit`; without one, the template to host for the link."""
    export = _export(
        bucket={"Fn::Sub": "arn:${AWS::Partition}:s3:::${ExportBucket}"},
        objects={"Fn::Sub": "arn:${AWS::Partition}:s3:::${ExportBucket}/${ExportPath}/*"},
        prefix={"Fn::Sub": "${ExportPath}/*"},
    )
    own_arn = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${RoleName}"}
    properties = {
        "RoleName": {"Ref": "RoleName"},
        "Description": "Lets Costframe read what stands in this account. It cannot change anything.",
        "AssumeRolePolicyDocument": _trust({"Ref": "PrincipalArn"}, {"Ref": "ExternalId"}),
        "Policies": [
            _named(POLICY_NAME, _inventory(own_arn)),
            {"Fn::If": ["HasExport", _named(EXPORT_POLICY_NAME, export), {"Ref": "AWS::NoValue"}]},
        ],
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A read-only role for Costframe, to be assumed only with this connection's External ID.",
        "Parameters": _parameters(kit),
        "Conditions": {"HasExport": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExportBucket"}, ""]}]}},
        "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}},
        "Outputs": {"RoleArn": {"Description": "Give this to Costframe.", "Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }
    return json.dumps(template, indent=2) + "\n"


def quick_create_link(kit: Kit, *, template_url: str, region: str = "us-east-1") -> str:
    """A link that opens CloudFormation with everything filled in; `template_url` is the hosted template's address."""
    export = kit.export
    values = {
        "templateURL": template_url,
        "stackName": STACK_NAME,
        "param_PrincipalArn": kit.principal_arn,
        "param_ExternalId": kit.external_id,
        "param_RoleName": kit.role_name,
        "param_ExportBucket": export.bucket if export else "",
        "param_ExportPath": export.path if export else "",
    }
    console = f"https://console.aws.amazon.com/cloudformation/home?region={quote(region)}#/stacks/quickcreate?"
    return console + urlencode(values, quote_via=quote)


def terraform(kit: Kit) -> str:
    """The same role for Terraform."""
    return f"""# Lets Costframe read what stands in this account. It cannot change anything.
resource "aws_iam_role" "costframe" {{
  name               = {_hcl(kit.role_name)}
  description        = "Lets Costframe read what stands in this account."
  assume_role_policy = jsonencode({_hcl(trust_document(kit))})
}}

resource "aws_iam_role_policy" "costframe" {{
  name   = {_hcl(POLICY_NAME)}
  role   = aws_iam_role.costframe.id
  policy = jsonencode({_hcl(policy_document(kit))})
}}

output "role_arn" {{
  description = "Give this to Costframe."
  value       = aws_iam_role.costframe.arn
}}
"""


def cli_script(kit: Kit) -> str:
    """The same role as a shell script for the AWS CLI. Running it again brings an existing role up to date."""
    name = shlex.quote(kit.role_name)
    trust = shlex.quote(json.dumps(trust_document(kit)))
    policy = shlex.quote(json.dumps(policy_document(kit)))
    return f"""#!/usr/bin/env bash
# Lets Costframe read what stands in this account. It cannot change anything.
set -euo pipefail

trust={trust}
policy={policy}

if aws iam get-role --role-name {name} >/dev/null 2>&1; then
  aws iam update-assume-role-policy --role-name {name} --policy-document "$trust"
else
  aws iam create-role --role-name {name} --assume-role-policy-document "$trust" >/dev/null
fi
aws iam put-role-policy --role-name {name} --policy-name {POLICY_NAME} --policy-document "$policy"

echo "Give this to Costframe:"
aws iam get-role --role-name {name} --query Role.Arn --output text
"""


def _trust(principal: Any, external_id: Any) -> dict[str, Any]:  # noqa: ANN401 - a text or a template's reference
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    return _document([statement])


def _inventory(role_arn: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    """A statement for each set of resources that permissions are asked for."""
    by_resources: dict[tuple[str, ...], set[str]] = {}
    for row in declared()["inventory"]:
        by_resources.setdefault(tuple(row["resources"]), set()).update([row["action"], *row.get("besides", ())])
    sids: dict[tuple[str, ...], tuple[str, Any]] = {
        ("*",): ("ReadInventory", "*"),
        (OWN_ROLE,): ("ReadThisRole", role_arn),
    }
    statements = []
    for number, (resources, actions) in enumerate(sorted(by_resources.items())):
        sid, resource = sids.get(resources, (f"ReadSome{number}", list(resources)))
        statements.append({"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resource})
    return statements


def _export(*, bucket: Any, objects: Any, prefix: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    described = sorted({row["action"] for row in declared()["export"]} - set(ON_EXPORT))
    below = {"StringLike": {"s3:prefix": prefix}}
    return [
        {"Sid": "ReadExport", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": objects},
        {"Sid": "ListExport", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket, "Condition": below},
        {"Sid": "LocateExport", "Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": bucket},
        {"Sid": "DescribeExport", "Effect": "Allow", "Action": described, "Resource": "*"},
    ]


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _named(name: str, statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"PolicyName": name, "PolicyDocument": _document(statements)}


def _parameters(kit: Kit | None) -> dict[str, Any]:
    export = kit.export if kit else None
    values = {
        "PrincipalArn": (kit.principal_arn if kit else None, "Costframe's principal", SHAPES["principal_arn"]),
        "ExternalId": (kit.external_id if kit else None, "This connection's External ID", SHAPES["external_id"]),
        "RoleName": (kit.role_name if kit else ROLE_NAME, "How the role is called", SHAPES["role_name"]),
        "ExportBucket": (
            export.bucket if export else "",
            "Bucket of the cost export; empty where another account holds it",
            rf"(?:{SHAPES['export_bucket']})?",
        ),
        "ExportPath": (export.path if export else "", "Prefix and name of the cost export", SHAPES["export_prefix"]),
    }
    return {
        name: {
            "Type": "String",
            "Description": description,
            "AllowedPattern": f"^{pattern}$",
            **({} if default is None else {"Default": default}),
        }
        for name, (default, description, pattern) in values.items()
    }


def _hcl(value: Any) -> str:  # noqa: ANN401 - anything that JSON holds
    """A value as HCL: its objects are JSON's, but ${ and %{ would be templates."""
    text = json.dumps(value, indent=2)
    return text.replace("${", "$${").replace("%{", "%%{").replace("\n", "\n  ")
