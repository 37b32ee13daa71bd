"""A version that is past its standard support costs a surcharge for every hour that it goes on."""

from __future__ import annotations

from audits.billed import BilledResource, cost_of, meter_of
from findings.rule import Fine, Rule, Share, Verdict, Waste, counted

WORDS = ("extendedsupport", "extendedsecurity", "extendedlifecycle")


def judge(resource: BilledResource, *, window_days: int) -> Verdict:
    lines = resource.lines(days=window_days)
    surcharge = [line for line in lines if _is_surcharge(f"{meter_of(line)} {line.charge_description}")]
    cost = cost_of(surcharge)
    if cost <= 0:
        return Fine()
    return Waste(
        saves=Share(fraction=cost / cost_of(lines)),
        because=f"Extended support cost {cost:,.2f} {surcharge[0].billing_currency} in the last "
        f"{counted(min(window_days, resource.known_days), 'day')}: {meter_of(surcharge[0])}.",
    )


def _is_surcharge(text: str) -> bool:
    plain = "".join(letter for letter in text.lower() if letter.isalpha())
    return any(word in plain for word in WORDS)


rule = Rule(
    id="bill_extended_support",
    title="Old version under paid extended support",
    looks_at=BilledResource,
    settings={"window_days": 30},
    action="Upgrade it to a version under standard support, after trying it on a copy.",
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="High",
    restart_needed=True,
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
    judge=judge,
    rollback="Restore the copy that was made before; a major version cannot be taken back in place.",
    access_adds="its exact version, and which versions it can go to",
)
