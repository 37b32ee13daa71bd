"""The session policy: narrows whatever the customer's role may do to what one session of ours declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from connections.providers.aws import calls
from connections.providers.aws.export_key import session_statement

if TYPE_CHECKING:
    from connections.provider import ExportPlace

LONGEST = 2048  # characters that AssumeRole takes, minified


class SessionPolicyTooLong(Exception):
    """The policy does not fit into AssumeRole. Shorten the export's prefix, or declare fewer calls."""

    permanent = True


def session_policy(*, role_arn: str, export: ExportPlace | None) -> str:
    """The minified policy of an inventory session, or of a bill session where `export` is given."""
    statements = _inventory(role_arn) if export is None else bill_statements(export)
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    if len(text) > LONGEST:
        raise SessionPolicyTooLong(f"The session policy has {len(text)} characters, AWS takes {LONGEST}.")
    return text


def _inventory(role_arn: str) -> list[dict[str, Any]]:
    own = {call.action for call in calls.ROLE_READS}
    every = sorted({call.action for call in calls.INVENTORY_SESSION} - own)
    return [
        {"Effect": "Allow", "Action": every, "Resource": "*"},
        {"Effect": "Allow", "Action": sorted(own), "Resource": role_arn},
    ]


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
