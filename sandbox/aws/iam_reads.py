"""The IAM reads of an access check, answered from the true roles: what is attached, what it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.aws.managed import managed_policy
from sandbox.aws.wire import Answer, ApiCall, Refusal, success

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.aws.identities import Caller, Identities, Role
    from sandbox.aws.policy import Document

MADE_AT = datetime(2026, 1, 15, tzinfo=UTC)


def resource_of(call: ApiCall, caller: Caller, identities: Identities) -> str:
    """What the call is about, as IAM names it in a policy."""
    if "PolicyArn" in call.form:
        return call.form["PolicyArn"]
    if "RoleName" in call.form:
        name = call.form["RoleName"]
        role = _find(identities, caller.account, name)
        return role.arn if role else f"arn:aws:iam::{caller.account}:role/{name}"
    return "*"


def answer(call: ApiCall, caller: Caller, identities: Identities) -> Answer:
    handlers: dict[str, Callable[[ApiCall, Caller, Identities], dict[str, Any]]] = {
        "GetRole": _get_role,
        "ListAttachedRolePolicies": _list_attached,
        "ListRolePolicies": _list_inline,
        "GetRolePolicy": _get_inline,
        "GetPolicy": _get_policy,
        "GetPolicyVersion": _get_policy_version,
    }
    if call.operation not in handlers:
        raise Refusal("unknown_action", f"The sandbox does not answer iam:{call.operation}")
    return success(call, handlers[call.operation](call, caller, identities))


def _find(identities: Identities, account: str, name: str) -> Role | None:
    return next((role for role in identities.roles.values() if (role.account, role.name) == (account, name)), None)


def _role(call: ApiCall, caller: Caller, identities: Identities) -> Role:
    name = call.form.get("RoleName", "")
    role = _find(identities, caller.account, name)
    if role is None:
        raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.", status=404)
    return role


def _text(document: Document) -> str:
    return quote(json.dumps(document))


def _get_role(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    role = _role(call, caller, identities)
    return {
        "Role": {
            "Path": role.path,
            "RoleName": role.name,
            "RoleId": role.role_id,
            "Arn": role.arn,
            "CreateDate": MADE_AT,
            "AssumeRolePolicyDocument": _text(role.trust_policy),
            "MaxSessionDuration": role.max_session_seconds,
        }
    }


def _list_attached(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    role = _role(call, caller, identities)
    attached = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in role.attached]
    return {"AttachedPolicies": attached, "IsTruncated": False}


def _list_inline(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    return {"PolicyNames": list(_role(call, caller, identities).policies), "IsTruncated": False}


def _get_inline(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    role, name = _role(call, caller, identities), call.form.get("PolicyName", "")
    if name not in role.policies:
        raise Refusal("NoSuchEntity", f"The role policy with name {name} cannot be found.", status=404)
    return {"RoleName": role.name, "PolicyName": name, "PolicyDocument": _text(role.policies[name])}


def _document(call: ApiCall, caller: Caller, identities: Identities) -> Document:
    arn = call.form.get("PolicyArn", "")
    for role in identities.roles.values():
        if role.account == caller.account and arn in role.attached:
            return role.attached[arn]
    return managed_policy(arn)


def _get_policy(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    _document(call, caller, identities)
    arn = call.form["PolicyArn"]
    return {
        "Policy": {
            "PolicyName": arn.rpartition("/")[2],
            "Arn": arn,
            "Path": "/",
            "DefaultVersionId": "v1",
            "AttachmentCount": 1,
            "IsAttachable": True,
            "CreateDate": MADE_AT,
            "UpdateDate": MADE_AT,
        }
    }


def _get_policy_version(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    document = _text(_document(call, caller, identities))
    version = {"Document": document, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": MADE_AT}
    return {"PolicyVersion": version}
