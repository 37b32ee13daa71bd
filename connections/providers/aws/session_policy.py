"""The session policy: narrows whatever the customer's role may do to what one session of ours declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connections.provider import OWN_ROLE
from connections.providers.aws import calls
from connections.providers.aws.export_key import session_statement

if TYPE_CHECKING:
    from connections.provider import Call, ExportPlace

LONGEST = 2048  # characters that AssumeRole takes, minified


class SessionPolicyTooLong(Exception):
    """The policy does not fit into AssumeRole. Shorten the export's prefix, or share a collector's calls out to two."""

    permanent = True


def session_policy(*, role_arn: str, reads: tuple[Call, ...], export: ExportPlace | None) -> str:
    """The minified policy of a session that makes the calls of `reads` and no other, or of one that reads `export`."""
    statements = read_statements(role_arn, reads) if export is None else bill_statements(export)
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    if len(text) > LONGEST:
        raise SessionPolicyTooLong(f"The session policy has {len(text)} characters, AWS takes {LONGEST}.")
    return text


def read_statements(role_arn: str, reads: tuple[Call, ...]) -> list[dict[str, Any]]:
    """What some calls need, by the resources that they are asked for."""
    by_resources: dict[tuple[str, ...], set[str]] = {}
    for call in reads:
        by_resources.setdefault(call.resources, set()).update(call.permissions)
    statements = []
    for resources, actions in sorted(by_resources.items()):
        named = [one.replace(OWN_ROLE, role_arn) for one in resources]
        statements.append(
            {"Effect": "Allow", "Action": sorted(actions), "Resource": named[0] if len(named) == 1 else named}
        )
    return statements


def bill_statements(export: ExportPlace) -> list[dict[str, Any]]:
    """What reading one export needs: its objects, a listing of its own path, its definition, S3's use of its key."""
    bucket = f"arn:aws:s3:::{export.bucket}"
    return [
        {"Effect": "Allow", "Action": [calls.GET_OBJECT.action], "Resource": f"{bucket}/{export.path}/*"},
        {
            "Effect": "Allow",
            "Action": [calls.LIST_OBJECTS.action],
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": f"{export.path}/*"}},
        },
        {"Effect": "Allow", "Action": [calls.GET_BUCKET_LOCATION.action], "Resource": bucket},
        {
            "Effect": "Allow",
            # sts:GetCallerIdentity is not among them: AWS lets everybody ask who they are, whatever a policy says.
            "Action": sorted({calls.LIST_EXPORTS.action, calls.GET_EXPORT.action}),
            "Resource": "*",
        },
        session_statement(export),
    ]
