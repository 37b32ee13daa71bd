"""What a request must look like before anything of ours runs: for our own host, within bounds, without trickery."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from costframe.body_length import is_within
from costframe.errors import refused_plainly, too_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

DEFAULT_PORTS = {"http": "80", "https": "443"}


class RequestShapeMiddleware:
    """Answers 400, 411 or 413 to what no browser and no program of good faith sends here. Reads no body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.hosts = own_hosts(settings.PUBLIC_ORIGIN)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The first complaint, or what the others answer."""
        meta = request.META
        named = meta.get("HTTP_HOST", "").lower()
        if named not in self.hosts or (authority(meta.get("RAW_URI", "")) or named) not in self.hosts:
            return refused_plainly(400, "Costframe is not served at this address.")
        if "\0" in request.path_info:
            return refused_plainly(400, "The address holds a character that cannot be in one.")
        if "HTTP_TRANSFER_ENCODING" in meta:
            # Its end is not known before it is read, so it cannot be bounded beforehand; browsers send a length.
            return refused_plainly(411, "Send the form with its length (Content-Length).")
        if not is_within(meta.get("CONTENT_LENGTH") or "0", most_bytes(request.path_info)):
            return too_large(request)
        return self.get_response(request)


def most_bytes(path: str) -> int:
    """How long the body of a request for `path` may be: files are taken at one address only."""
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE + (
        settings.UPLOAD_ORGANIZATION_BYTES if path == settings.UPLOAD_PATH else 0
    )


def own_hosts(origin: str) -> frozenset[str]:
    """What a Host header may say where people open `origin`: a proxy may leave the port out, or name the usual one."""
    parts = urlsplit(origin)
    host = parts.netloc.removesuffix(f":{parts.port}") if parts.port else parts.netloc
    port = str(parts.port or DEFAULT_PORTS[parts.scheme])
    return frozenset({host.lower(), f"{host.lower()}:{port}"})


def authority(target: str) -> str:
    """The host that a request line in absolute form names; "" in the usual form."""
    if target.startswith("/") or "://" not in target:
        return ""
    try:
        return urlsplit(target).netloc.lower() or "nobody"
    except ValueError:
        return "nobody"
