"""The provider's own managed policies, as moto carries them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sandbox.aws.wire import Refusal


@cache
def _all() -> dict[str, Any]:
    # Megabytes of text that few runs need.
    from moto.iam.aws_managed_policies import aws_managed_policies_data  # noqa: PLC0415

    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found


def managed_policy(arn: str) -> dict[str, Any]:
    """The document of arn:aws:iam::aws:policy/…; a Refusal where there is no such policy."""
    data = _all().get(arn.rpartition("/")[2])
    if not arn.startswith("arn:aws:iam::aws:policy/") or data is None:
        raise Refusal("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", status=404)
    document: dict[str, Any] = data["Document"]
    return document
