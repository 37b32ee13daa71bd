"""What every resource has, and what a series of its usage is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What every resource has. `resource_id` is what the bill calls it where the bill names it (FOCUS ResourceId).

    `KIND` is the type's own word, kept with every row of it; `SERVICE` is the service of the collector that reads it.
    `ARN` is the form of a resource's ARN with {region}, {account_id}, {resource_id} or {name} in it, empty where
    `resource_id` is the ARN or the bill never has one; `IS_BILLED_BY_ARN` says which of the two the bill usually has.
    A field is a plain value or a flat tuple of those, so that it comes back from JSON as it was.
    """

    KIND: ClassVar[str]
    SERVICE: ClassVar[str]
    ARN: ClassVar[str] = ""
    IS_BILLED_BY_ARN: ClassVar[bool] = True

    resource_id: str
    account_id: str
    region: str
    observed_at: datetime
    name: str = ""
    created_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One usage series to ask the provider for: one value a day.

    `statistic` is Average, Maximum, Minimum or Sum. `unit` is for the reader ("%", "bytes", "connections").
    """

    name: str
    statistic: str
    unit: str

    @property
    def key(self) -> str:
        """The name under which rules and pages know the series, for example CPUUtilization.Maximum."""
        return f"{self.name}.{self.statistic}"
