"""The pages' main navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest

PLACES = (
    ("Action list", "findings:list"),
    ("Audits", "audits:list"),
    ("Connections", "connections:list"),
    ("Costs", "audits:costs"),
    ("Bills", "audits:bills"),
    ("Activity", "activity"),
)


def main_navigation(request: HttpRequest) -> dict[str, list[dict[str, object]]]:
    """Where one can go, with the current place marked."""
    return {"navigation": [_item(label, name, request.path) for label, name in PLACES]}


def _item(label: str, name: str, path: str) -> dict[str, object]:
    url = reverse(name)
    return {"label": label, "url": url, "is_current": path.startswith(url)}
