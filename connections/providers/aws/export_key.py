"""A cost export whose bucket uses a key of the customer's own: what the role needs then, and nothing wider. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from connections.providers.aws.tolerated import THROUGH_S3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connections.provider import ExportPlace

KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", re.ASCII)
S3_SERVICE = re.compile(r"s3\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)
ANY_KEY = "(the ARN of the bucket's key)"


def statement_for(*, key_arn: str, region: str) -> dict[str, Any]:
    """What a customer adds to the role: this key, and only when S3 asks for it."""
    return {
        "Effect": "Allow",
        "Action": sorted(THROUGH_S3),
        "Resource": key_arn,
        "Condition": {"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
    }


def session_statement(export: ExportPlace) -> dict[str, Any]:
    """What a bill session lets through of it: through S3 alone, of which it may read the export's path and no more."""
    return statement_for(key_arn="*", region=export.region)


def is_through_s3(statement: Mapping[str, Any]) -> bool:
    """Whether a statement names its keys one by one and asks that S3 be the one that uses them."""
    keys, services = _texts(statement.get("Resource")), _texts(_through(statement))
    return (
        bool(keys and services)
        and all(KEY_ARN.fullmatch(key) for key in keys)
        and all(S3_SERVICE.fullmatch(service) for service in services)
    )


def refusal_of_key(said: str, *, export: ExportPlace) -> str | None:
    """What to say where AWS' words are about the key of the export, None where they are about something else."""
    if "kms" not in said.lower():
        return None
    found = KEY_ARN.search(said)
    key = found[0] if found else ANY_KEY
    if "kms:Decrypt" not in said:
        return (
            f"S3 cannot use the key that encrypts the export ({said}). Enable that key, or deliver to another bucket."
        )
    return f"The export is encrypted with a key of yours, and the role may not use it: {remedy(key, export=export)}"


def remedy(key: str, *, export: ExportPlace) -> str:
    """What a customer does whose export is encrypted with `key`."""
    text = json.dumps(statement_for(key_arn=key, region=export.region))
    return (
        f"add a policy to the role with this statement, {text}, and let the key's own policy allow the role too. "
        "Or deliver the export to a bucket that S3 encrypts with its own keys (SSE-S3), which needs neither."
    )


def _through(statement: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a text or texts
    for operator, keys in statement.get("Condition", {}).items():
        if operator.lower() == "stringequals":  # no other one, and not its IfExists form, says that S3 must be there
            for key, value in keys.items():
                if key.lower() == "kms:viaservice":
                    return value
    return None


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - IAM takes a text or a list of texts
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]
