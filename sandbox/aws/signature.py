"""Signature version 4, worked out again from the secret: a wrong secret is refused here as the provider refuses it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from sandbox.aws.wire import Credential, Request


def is_genuine(request: Request, claimed: Credential, *, secret: str) -> bool:
    """Whether the request was signed with this secret."""
    scope = f"{claimed.date}/{claimed.region}/{claimed.service}/aws4_request"
    canonical = hashlib.sha256(_canonical(request, claimed).encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", request.headers.get("x-amz-date", ""), scope, canonical))
    key = f"AWS4{secret}".encode()
    for part in (claimed.date, claimed.region, claimed.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), claimed.signature)


def _canonical(request: Request, claimed: Credential) -> str:
    # S3 signs its path as it is sent, every other service encodes it once more.
    path = request.path if claimed.service == "s3" else quote(request.path, safe="/~")
    pairs = sorted(part.partition("=")[::2] for part in request.query.split("&") if part)
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in claimed.signed_headers)
    payload = request.headers.get("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()
    return "\n".join((request.method, path or "/", query, headers, ";".join(claimed.signed_headers), payload))
