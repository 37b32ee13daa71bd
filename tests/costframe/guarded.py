"""What every answer must say about itself, whatever it is."""

from __future__ import annotations

import re

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin|no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": r"(?=.*default-src 'none')(?=.*frame-ancestors 'none')(?!.*unsafe)(?!.*\*).*",
}
FROM_DJANGO = {  # gunicorn's own refusals are text, closed at once
    "permissions-policy": r"(?=.*camera=\(\))(?=.*geolocation=\(\))(?=.*payment=\(\)).*",
    "strict-transport-security": "max-age=31536000",
    "x-request-id": "[0-9a-f]{32}",
    "x-robots-tag": "noindex, nofollow",
}
NOT_STORED = ".*no-store.*"
COOKIE = (
    r"__Host-costframe(_operator)?_(csrf|messages)=[^;]*;(?=.*; HttpOnly)(?=.*Path=/;)(?=.*SameSite=Lax)(?=.*Secure).*"
)


def complaints(headers, *, cache=NOT_STORED, is_ours=True, is_https=True):
    """The headers that are missing or wrong."""
    wanted = {**HEADERS, "cache-control": cache, **(FROM_DJANGO if is_ours else {})}
    if not is_https:
        del wanted["strict-transport-security"]
    said = {name.lower(): value for name, value in headers.items()}
    found = [
        f"{name}: {said.get(name)}"
        for name, value in wanted.items()
        if not re.fullmatch(value, said.get(name, ""), re.DOTALL)
    ]
    leaks = [name for name in ("x-powered-by", "access-control-allow-origin", "public-key-pins") if name in said]
    version = [said["server"]] if re.search(r"\d", said.get("server", "")) else []
    return [*found, *leaks, *version]


def bad_cookies(cookies):
    """Cookies of ours that another site, a script or plain http could reach. The provider's own are not ours."""
    return [one for one in cookies if "costframe" in one and not re.fullmatch(COOKIE, one)]
