"""Sentences for the next page, in a signed cookie of our own name."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Messages(CookieStorage):
    """Django's own storage, but the name."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # a plain attribute there, read only
        """As the settings say."""
        return str(settings.MESSAGE_COOKIE_NAME)
