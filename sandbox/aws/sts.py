"""STS: assumes roles only where their trust policy says so, remembers the session and what narrows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.aws import policy
from sandbox.aws.identities import Caller, Identities, Role
from sandbox.aws.managed import managed_policy
from sandbox.aws.wire import Answer, ApiCall, Refusal, success

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_SESSION_POLICY = 2048
SHORTEST_SESSION, LONGEST_SESSION = 900, 43_200


def answer(call: ApiCall, caller: Caller, identities: Identities) -> Answer:
    handlers: dict[str, Callable[[ApiCall, Caller, Identities], dict[str, Any]]] = {
        "AssumeRole": _assume_role,
        "GetCallerIdentity": _caller_identity,
        "GetFederationToken": _federation_token,
    }
    if call.operation not in handlers:
        raise Refusal("unknown_action", f"Could not find operation {call.operation} for version 2011-06-15")
    return success(call, handlers[call.operation](call, caller, identities))


def _caller_identity(_: ApiCall, caller: Caller, __: Identities) -> dict[str, Any]:
    return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}


def _assume_role(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    arn, session_name = call.form.get("RoleArn", ""), call.form.get("RoleSessionName", "")
    role = identities.roles.get(arn)
    if role is None or not _may_assume(call, caller, role):
        # The provider says the same whether the role is unknown, the External ID wrong or the principal another one.
        raise Refusal("denied", f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}")
    seconds = _seconds(call, longest=role.max_session_seconds, default=3600)
    session = Caller(
        arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session_name}",
        account=role.account,
        user_id=f"{role.role_id}:{session_name}",
        secret_access_key="",
        documents=role.documents,
        session_documents=_session_documents(call),
        role_arn=role.arn,
        session_name=session_name,
    )
    result = _credentials(identities, session, seconds)
    result["AssumedRoleUser"] = {"AssumedRoleId": session.user_id, "Arn": session.arn}
    return result


def _may_assume(call: ApiCall, caller: Caller, role: Role) -> bool:
    context = {"sts:RoleSessionName": call.form.get("RoleSessionName", ""), "aws:PrincipalArn": caller.arn}
    context |= {"aws:PrincipalAccount": caller.account, "aws:ResourceAccount": role.account}
    if "ExternalId" in call.form:
        context["sts:ExternalId"] = call.form["ExternalId"]
    principals = {caller.arn, caller.role_arn} - {""}
    is_trusted = any(
        policy.trusts(role.trust_policy, principal=principal, action="sts:AssumeRole", context=context)
        for principal in principals
    )
    own = policy.decide(caller.documents, action="sts:AssumeRole", resource=role.arn, context=context)
    return is_trusted and own == policy.ALLOWED


def _federation_token(call: ApiCall, caller: Caller, identities: Identities) -> dict[str, Any]:
    if caller.token:
        raise Refusal("denied", "Cannot call GetFederationToken with session credentials")
    verdict = policy.decide(caller.documents, action="sts:GetFederationToken", resource="*", context={})
    name = call.form.get("Name", "")
    arn = f"arn:aws:sts::{caller.account}:federated-user/{name}"
    if verdict != policy.ALLOWED:
        raise Refusal(
            "denied", f"User: {caller.arn} is not authorized to perform: sts:GetFederationToken on resource: {arn}"
        )
    session = Caller(
        arn=arn,
        account=caller.account,
        user_id=f"{caller.account}:{name}",
        secret_access_key="",
        documents=caller.documents,
        # Without a session policy a federated user may do nothing at all.
        session_documents=_session_documents(call) or [],
        session_name=name,
    )
    result = _credentials(identities, session, _seconds(call, longest=129_600, default=43_200))
    result["FederatedUser"] = {"FederatedUserId": session.user_id, "Arn": arn}
    return result


def _credentials(identities: Identities, session: Caller, seconds: int) -> dict[str, Any]:
    access_key_id, opened = identities.open_session(session, seconds=seconds)
    return {
        "Credentials": {
            "AccessKeyId": access_key_id,
            "SecretAccessKey": opened.secret_access_key,
            "SessionToken": opened.token,
            "Expiration": opened.expires_at,
        },
        "PackedPolicySize": 12,
    }


def _seconds(call: ApiCall, *, longest: int, default: int) -> int:
    seconds = int(call.form.get("DurationSeconds", default))
    if not SHORTEST_SESSION <= seconds <= max(LONGEST_SESSION, longest):
        raise Refusal(
            "ValidationError",
            f"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: "
            f"Member must have value greater than or equal to {SHORTEST_SESSION}",
        )
    if seconds > longest:
        raise Refusal(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _session_documents(call: ApiCall) -> list[policy.Document] | None:
    """The session policies of the call, or None where it has none."""
    found: list[policy.Document] = []
    text = call.form.get("Policy")
    if text is not None:
        if len(text) > LONGEST_SESSION_POLICY:
            raise Refusal(
                "ValidationError",
                "1 validation error detected: Value at 'policy' failed to satisfy constraint: "
                f"Member must have length less than or equal to {LONGEST_SESSION_POLICY}",
            )
        try:
            document = json.loads(text)
            policy.examine(document)
        except (json.JSONDecodeError, policy.UnknownPolicy) as error:
            raise Refusal("MalformedPolicyDocument", f"The policy is not in the valid JSON format: {error}") from error
        found.append(document)
    arns = [value for key, value in call.form.items() if key.startswith("PolicyArns.member.")]
    found.extend(managed_policy(arn) for arn in arns)
    return found or None
