"""A version past its standard support is charged extra until it is upgraded."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, meter_of, part_of
from findings.rule import Fine, Rule, Share, Unknown, Verdict, Waste, counted

# As every cloud spells it: ExtendedSupport:Yr1-Yr2:MySQL8.0, Enterprise Plus Extended support vCPU v13 in Iowa.
WORDS = "extendedsupport"
# Licences of this type are for extended security updates and nothing else.
ONLY_UPDATES = "/microsoft.hybridcompute/licenses/"


def judge(resource: BilledResource, *, window_days: int) -> Verdict:
    everything = resource.lines(days=window_days)
    is_licence = ONLY_UPDATES in resource.resource_id.lower()
    extra = [one for one in everything if is_licence or WORDS in meter_of(one).lower().replace(" ", "")]
    if not extra or not resource.cloud:
        return Fine()
    if missing := resource.lacks((), days=window_days):
        return Unknown(missing)
    if not all(cost > 0 for cost in resource.cost_by_day(extra, days=window_days)):
        return Fine(f"Not charged on each of the last {counted(window_days, 'day')}.")
    part = part_of(extra, everything)
    return Waste(
        saves=Share(fraction=part),
        because=f"{cost_of(extra):,.2f} of {cost_of(everything):,.2f} {extra[0].billing_currency} ({part * 100:.0f} %) "
        f"of the last {counted(window_days, 'day')} paid for extended support ({meter_of(extra[-1])}).",
    )


rule = Rule(
    id="bill_extended_support",
    title="Charged for extended support of an old version",
    looks_at=BilledResource,
    settings={"window_days": 7},
    action="Upgrade to a version in standard support, first on a copy.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="High",
    restart_needed=True,
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-charges.html",
    judge=judge,
    rollback="Restore the snapshot that was taken before the upgrade.",
    told_by=("aws_rds_database_extended_support", "aws_eks_cluster_extended_support"),
    access_adds="the version it runs, those it can be upgraded to, and when the extended support ends or gets dearer",
)
