"""Secrets: the bill may charge them by the account and name none."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.secrets import Secret


def _secret(secret: Secret) -> tuple[tuple[str, Decimal], ...]:
    return () if secret.deleted_at else (("AWSSecretsManager-Secrets", Decimal(1)),)


METERS = {Secret: _secret}
