"""A public zone that answers nothing but for itself is charged each month."""

from __future__ import annotations

from connections.resources.dns import HostedZone
from findings.rule import ALL, Fine, Rule, Unknown, Verdict, Waste

MADE_WITH = 2  # its SOA and NS records, without which there is no zone


def judge(zone: HostedZone) -> Verdict:
    if zone.managed_by:
        return Fine(f"{zone.managed_by} keeps it.")
    if zone.record_count is None:
        return Unknown("how many records it has")
    if zone.record_count > MADE_WITH:
        return Fine()
    if zone.is_private:
        return Fine("An empty private zone hides public names from its networks, often on purpose.")
    return Waste(
        saves=ALL, because=f"{zone.name} has no record beside the two it was made with; AWS tells no date of it."
    )


rule = Rule(
    id="aws_route53_hosted_zone_empty",
    title="Public zone without a record",
    looks_at=HostedZone,
    settings={},
    action="Take its name servers out of the zone above and of the domain's registration, wait, then delete the zone.",
    docs="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DeleteHostedZone.html",
    judge=judge,
    implementation_effort="Low",
    rollback="Make the zone again: it gets other name servers, which the domain's registration must be given.",
    hint="aws route53 delete-hosted-zone --id {native_id}",
)
