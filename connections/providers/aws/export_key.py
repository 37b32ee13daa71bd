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
# From the first letter on, and the key from its own place: further on stand names that others chose.
DENIED = re.compile(
    r"[\w.]+: User: \S+(?: of account \d*)? is not authorized to perform: kms:Decrypt\b"
    rf'(?: on resource: "?({KEY_ARN.pattern}))?',
    re.ASCII,
)
OF_KMS = "KMS."  # how S3 begins a code that KMS gave it
PASSING = frozenset({"DependencyTimeoutException", "KMSInternalException", "ThrottlingException"})
ANY_KEY = "(the ARN of the bucket's key)"


def statement_for(*, key_arn: str, region: str) -> dict[str, Any]:
    """What a customer adds to the role: this key, and only when S3 asks for it."""
    return {
        "Effect": "Allow",
        "Action": sorted(THROUGH_S3),
        "Resource": key_arn,
        "Condition": {"StringEquals": {"kms:ViaService": _s3_of(region)}},
    }


def session_statement(export: ExportPlace) -> dict[str, Any]:
    """What a bill session lets through of it: through S3 alone, of which it may read the export's path and no more."""
    return statement_for(key_arn="*", region=export.region)


def is_through_s3(statement: Mapping[str, Any], *, region: str) -> bool:
    """Whether a statement names its keys one by one and asks that S3 of `region`, and no other, use them."""
    keys, services = _texts(statement.get("Resource")), _texts(_through(statement))
    return bool(keys) and all(KEY_ARN.fullmatch(key) for key in keys) and set(services) == {_s3_of(region)}


def refusal_of_key(*, code: str, said: str, export: ExportPlace) -> str | None:
    """What to tell where S3 refused because of the export's key; None where it is about something else, or passes.

    `said` is AWS' sentence as `outcomes.sentence_of` gives it, its code first.
    """
    denied = DENIED.match(said)
    if denied:
        told = remedy(denied[1] or ANY_KEY, export=export)
        return f"The export is encrypted with a key of yours, and the role may not use it: {told}"
    if code.startswith(OF_KMS) and code.removeprefix(OF_KMS) not in PASSING:
        return (
            f"S3 cannot use the key that encrypts the export ({said}). Enable that key, or deliver to another bucket."
        )
    return None


def remedy(key: str, *, export: ExportPlace) -> str:
    """What a customer does whose export is encrypted with `key`."""
    text = json.dumps(statement_for(key_arn=key, region=export.region))
    return (
        f"add a policy to the role with this statement, {text}, and let the key's own policy allow the role too. "
        "Or deliver the export to a bucket that S3 encrypts with its own keys (SSE-S3), which needs neither."
    )


def _s3_of(region: str) -> str:
    return f"s3.{region}.amazonaws.com"


def _through(statement: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a text or texts
    for operator, keys in statement.get("Condition", {}).items():
        if operator.lower() == "stringequals":  # no other one, and not its IfExists form, says that S3 must be there
            for key, value in keys.items():
                if key.lower() == "kms:viaservice":
                    return value
    return None


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - IAM takes a text or a list of texts
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]
