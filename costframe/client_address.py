"""Who sent a request, as far as limits and logs go: an address that a client cannot choose by writing a header."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL = "local"  # a Unix socket has no address
SITE_PREFIX = 64  # one household or server has that many IPv6 addresses, and may use another for each request


def client_address(meta: Mapping[str, str], *, trusted_proxies: int) -> str:
    """The client's IPv4 address or IPv6 network.

    With `trusted_proxies` it is what the outermost of our proxies saw: each appends to X-Forwarded-For the address that
    it was asked from, so what stands further left was written by the client. A request with fewer entries than we have
    proxies came round them, and is known by its own connection.
    """
    entries = meta.get("HTTP_X_FORWARDED_FOR", "").split(",")
    forwarded = entries[-trusted_proxies] if 0 < trusted_proxies <= len(entries) else ""
    return _known(forwarded) or _known(meta.get("REMOTE_ADDR", "")) or LOCAL


def _known(text: str) -> str:
    """The address that `text` is, some proxies add the port; "" where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, SITE_PREFIX), strict=False))
