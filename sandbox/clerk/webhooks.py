"""Sends the sandbox's events to the product, signed as Svix signs Clerk's."""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.clerk.memberships import Event

PATH = "/webhooks/clerk"
PREFIX = "whsec_"


class NotDelivered(Exception):
    """The product did not take a webhook. Svix would try for a day; whoever runs the sandbox wants to know at once."""


def kept_secret(directory: Path) -> str:
    """The endpoint's signing secret, made at the first use and kept with the instance's key."""
    file = directory / "webhook_secret"
    if not file.exists():
        partial = directory / f"webhook_secret.{os.getpid()}"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            stream.write(PREFIX + base64.b64encode(secrets.token_bytes(24)).decode())
        partial.replace(file)
    return file.read_text().strip()


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The product's address for webhooks. It is spoken to by number under its real name, as browsers here are."""

    origin: str
    secret: str = field(repr=False)

    def send(self, event: Event, *, message_id: str | None = None) -> None:
        """Deliver one event. Raises NotDelivered."""
        body = json.dumps(event).encode()
        parts = urlsplit(self.origin)
        request = urllib.request.Request(
            f"http://127.0.0.1:{parts.port}{PATH}",
            data=body,
            headers={"Host": parts.netloc, "Content-Type": "application/json", **self.headers(body, message_id)},
        )
        try:
            with _OPENER.open(request, timeout=15) as answer:
                status = answer.status
        except (urllib.error.URLError, OSError) as error:
            raise NotDelivered(f"{event['type']} to {self.origin}{PATH}: {error}") from error
        if status != 204:  # noqa: PLR2004 - what the product answers to what it took
            raise NotDelivered(f"{event['type']} to {self.origin}{PATH}: {status}")

    def headers(self, body: bytes, message_id: str | None = None) -> dict[str, str]:
        """The three headers of a message that is sent now."""
        message, seconds = message_id or f"msg_{secrets.token_hex(12)}", str(int(time.time()))
        key = base64.b64decode(self.secret.removeprefix(PREFIX))
        signature = hmac.digest(key, f"{message}.{seconds}.".encode() + body, "sha256")
        return {
            "svix-id": message,
            "svix-timestamp": seconds,
            "svix-signature": f"v1,{base64.b64encode(signature).decode()}",
        }


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
