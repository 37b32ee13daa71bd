"""May this caller make this call? The role's policies and the session's must both allow it, and no organisation may
deny it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.aws import families, policy
from sandbox.aws.names import BUCKET, EXPORT_REGION, PAYER, REFUSED_BY_ORGANIZATION
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.identities import Caller
    from sandbox.aws.wire import ApiCall


def authorize(call: ApiCall, caller: Caller, *, resource: str) -> None:
    """Raises a Refusal in the provider's words where the call is not allowed."""
    context = {
        **call.context,
        "aws:PrincipalArn": caller.role_arn or caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:ResourceAccount": caller.account,
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",
    }
    try:
        own = policy.decide(caller.documents, action=call.action, resource=resource, context=context)
        session = policy.ALLOWED
        if caller.session_documents is not None:
            session = policy.decide(caller.session_documents, action=call.action, resource=resource, context=context)
    except policy.UnknownPolicy as error:
        raise Refusal("SandboxCannotDecide", f"The sandbox cannot decide this policy: {error}", status=500) from error
    where = (caller.account, call.region, call.action)
    if where == REFUSED_BY_ORGANIZATION or where in families.refused():
        refuse(call, caller, resource=resource, reason="with an explicit deny in a service control policy")
    if _is_foreign_bucket(call, caller):
        refuse(
            call, caller, resource=resource, reason=f"because no resource-based policy allows the {call.action} action"
        )
    for verdict, kind in ((own, "an identity-based"), (session, "a session")):
        if verdict == policy.DENIED:
            refuse(call, caller, resource=resource, reason=f"with an explicit deny in {kind} policy")
    if own != policy.ALLOWED:
        refuse(
            call, caller, resource=resource, reason=f"because no identity-based policy allows the {call.action} action"
        )
    if session != policy.ALLOWED:
        refuse(call, caller, resource=resource, reason=f"because no session policy allows the {call.action} action")


def authorize_key(call: ApiCall, caller: Caller, *, key_arn: str) -> None:
    """As `authorize`, for the key that encrypts the export: S3 asks for it in the caller's name, and says so."""
    if call.operation != "GetObject" or not call.resource.startswith(f"arn:aws:s3:::{BUCKET}/"):
        return
    context = {"kms:ViaService": f"s3.{EXPORT_REGION}.amazonaws.com"}
    for documents, kind in ((caller.documents, "identity-based"), (caller.session_documents, "session")):
        if documents is None:
            continue
        verdict = policy.decide(documents, action="kms:Decrypt", resource=key_arn, context=context)
        if verdict != policy.ALLOWED:
            raise Refusal(
                "denied",
                f"User: {caller.arn} is not authorized to perform: kms:Decrypt on resource: {key_arn} "
                f"because no {kind} policy allows the kms:Decrypt action",
            )


def _is_foreign_bucket(call: ApiCall, caller: Caller) -> bool:
    """The export's bucket has no policy of its own: only its own account's roles get in."""
    bucket = call.resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    return call.wire == "s3" and bucket == BUCKET and caller.account != PAYER


def refuse(call: ApiCall, caller: Caller, *, resource: str, reason: str) -> None:
    where = (
        f' on resource: "{resource}"' if call.wire == "s3" else f" on resource: {resource}" if resource != "*" else ""
    )
    text = f"User: {caller.arn} is not authorized to perform: {call.action}{where} {reason}"
    if call.wire == "ec2":
        text = f"You are not authorized to perform this operation. {text}"
    raise Refusal("denied", text)
