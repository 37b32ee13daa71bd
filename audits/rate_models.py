"""Exchange rates as rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tenants.models import TenantModel


class ExchangeRate(TenantModel):
    """A rate that the customer gave, to show amounts in one currency. What is billed stays in its own."""

    day = models.DateField()
    from_currency = models.CharField(max_length=3)
    to_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "from_currency", "to_currency"], name="exchange_rate_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_above_zero"),
        ]
