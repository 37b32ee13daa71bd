"""What `manage.py check --deploy` says beside Django's own warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.checks import Warning as Complaint

from tenants import handshake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.apps import AppConfig

FACING = ("web", "operator")


@register(Tags.security, deploy=True)
def proxies_are_counted(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Complaint]:  # noqa: ANN401 - Django's
    """Behind a proxy that nobody told us of, all people are one address."""
    del app_configs, kwargs
    if settings.ROLE_NAME not in FACING or "COSTFRAME_TRUSTED_PROXIES" in settings.ENVIRONMENT:
        return []
    return [
        Complaint(
            "COSTFRAME_TRUSTED_PROXIES is not set.",
            hint="Give the number of proxies in front that add to X-Forwarded-For: else everybody behind them shares "
            "one limit, and the log names the proxy. 0 says that there is none.",
            id="costframe.W001",
        )
    ]


@register(Tags.security, deploy=True)
def people_can_sign_in(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:  # noqa: ANN401 - Django's
    """A process that faces people does not start without its identity provider: said here before it is tried."""
    del app_configs, kwargs
    if settings.ROLE_NAME not in FACING:
        return []
    try:
        handshake.configure(settings)
    except (handshake.NotConfigured, ValueError) as error:
        return [Error(str(error), id="costframe.E001")]
    return []
