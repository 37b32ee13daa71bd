"""Whether a webhook is the identity provider's own: Svix' signature over the raw body. See docs/decisions/0031."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PREFIX = "whsec_"
LEAST_KEY_BYTES = 16
TOLERANCE_SECONDS = 300
MOST_SIGNATURES = 10  # two while a secret is changed
_ID = re.compile(r"[A-Za-z0-9_.-]{1,255}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class BadSecret(ValueError):
    """The signing secret cannot be used. The message never holds it."""


class NotSigned(Exception):
    """A webhook that is not the provider's, or not of now. The message is for the log and holds nothing of it."""


@dataclass(frozen=True)
class Secret:
    """The key that an endpoint's webhooks are signed with. Empty: no endpoint is set up, and nothing is genuine."""

    key: bytes = field(repr=False)

    def signature(self, *, message_id: str, seconds: str, body: bytes) -> bytes:
        """The signature in base64, over exactly the bytes that travel."""
        signed = b".".join((message_id.encode(), seconds.encode(), body))
        return base64.b64encode(hmac.digest(self.key, signed, "sha256"))

    def verify(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
        """The message's id, the same each time that it is sent. Raises NotSigned.

        While a secret is being changed the header holds a signature for each; one that fits is enough.
        """
        message_id, seconds = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
        if not self.key:
            raise NotSigned("no secret is set, so no webhook is believed")
        if not _ID.fullmatch(message_id):
            raise NotSigned("its id is missing or none")
        if not _SECONDS.fullmatch(seconds):
            raise NotSigned("its time is missing or none")
        if abs(at.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
            raise NotSigned("its time is more than five minutes away")
        wanted = self.signature(message_id=message_id, seconds=seconds, body=body)
        given = headers.get("svix-signature", "").split(" ")[:MOST_SIGNATURES]
        # Each is compared, so that how long it takes says nothing about which.
        fits = [_is_equal(wanted, one.partition(",")[2]) for one in given if one.startswith("v1,")]
        if not any(fits):
            raise NotSigned("no signature fits")
        return message_id


def secret_of(text: str) -> Secret:
    """The key in an endpoint's signing secret. Raises BadSecret, which never repeats it."""
    if not text:
        return Secret(b"")
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(PREFIX) or len(key) < LEAST_KEY_BYTES:
        raise BadSecret(f"it is no signing secret: copy the one that starts with {PREFIX} from the endpoint's page.")
    return Secret(key)


def _is_equal(wanted: bytes, given: str) -> bool:
    return hmac.compare_digest(wanted, given.encode(errors="replace"))
