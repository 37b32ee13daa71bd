"""Headers that stand on every answer, whatever made it: a page, a file, a refusal, a redirect, a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

# What a page of ours could ask the browser for and never does. Copying a text to the clipboard is used.
NEVER_USED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen"),
    *("geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
)


class HeadersMiddleware:
    """The outermost but one. It adds what Django's and the policy's own middleware do not, and never overrides."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.headers = {
            "Permissions-Policy": ", ".join(f"{name}=()" for name in NEVER_USED),
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Robots-Tag": "noindex, nofollow",
            "Cache-Control": "private, no-store",
        }
        if settings.USE_HTTPS:
            # Whether a proxy says that the request came by TLS or not: people open https, and http ignores it.
            self.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is on the answer already was chosen for it."""
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.setdefault(name, value)
        return response
