"""What the provider's own advisors say of a resource: theirs, never ours. One type for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from connections.resources.thing import Thing

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Said:
    """One piece of advice, whoever gives it. What it did not say is None, or empty.

    `about_id`, `about_arn` and `about_region` name the resource; `about_kind` is our word for its type where we have
    one, `about_type` theirs. `action` is a word of Cost Optimization Hub's, empty where none fits; `advice` says it in
    their own words, `target` what the resource should become. Amounts are a month's, in `currency`, as decimal text:
    before discounts, after them, and `saving` where they do not tell which; `monthly_cost` is what they believe that
    the resource costs. `origin` is who told them, `measured` the usage that they looked at, over `lookback_days`.
    """

    SOURCE: ClassVar[str]  # as a reader knows the advisor

    their_id: str
    about_id: str
    about_arn: str = ""
    about_kind: str = ""
    about_type: str = ""
    about_region: str = ""
    action: str = ""
    advice: str = ""
    target: str = ""
    before_discounts: str | None = None
    after_discounts: str | None = None
    saving: str | None = None
    monthly_cost: str | None = None
    currency: str = ""
    lookback_days: int | None = None
    refreshed_at: datetime | None = None
    origin: str = ""
    measured: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComputeOptimizerOpinion(Said, Thing):
    """What Compute Optimizer advises."""

    KIND: ClassVar[str] = "compute_optimizer_opinion"
    SERVICE: ClassVar[str] = "compute-optimizer"
    SOURCE: ClassVar[str] = "Compute Optimizer"


@dataclass(frozen=True, kw_only=True)
class CostHubOpinion(Said, Thing):
    """What Cost Optimization Hub advises."""

    KIND: ClassVar[str] = "cost_hub_opinion"
    SERVICE: ClassVar[str] = "cost-optimization-hub"
    SOURCE: ClassVar[str] = "Cost Optimization Hub"


@dataclass(frozen=True, kw_only=True)
class TrustedAdvisorOpinion(Said, Thing):
    """What a check of Trusted Advisor flags."""

    KIND: ClassVar[str] = "trusted_advisor_opinion"
    SERVICE: ClassVar[str] = "trustedadvisor"
    SOURCE: ClassVar[str] = "Trusted Advisor"


Opinion = ComputeOptimizerOpinion | CostHubOpinion | TrustedAdvisorOpinion
OPINIONS: tuple[type[Opinion], ...] = (ComputeOptimizerOpinion, CostHubOpinion, TrustedAdvisorOpinion)
SOURCES: dict[str, str] = {kind.SERVICE: kind.SOURCE for kind in OPINIONS}
