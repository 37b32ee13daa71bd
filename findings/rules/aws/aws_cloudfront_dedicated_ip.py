"""A distribution with addresses of its own for TLS is charged some hundred dollars a month for them."""

from __future__ import annotations

from decimal import Decimal

from connections.resources.edge import Distribution
from findings.rule import UNTOLD, Fine, Rule, Share, Unknown, Verdict, Waste, counted

# Of what is billed for the distribution, only what its addresses cost.
ADDRESSES = Share(fraction=Decimal(1), part_of=("SSL-Cert-Custom",))


def judge(distribution: Distribution) -> Verdict:
    if not distribution.is_enabled or not distribution.has_own_certificate:
        return Fine()
    if not distribution.tls_method:
        return Unknown("how it tells its hosts apart over TLS")
    if distribution.tls_method != "vip":
        return Fine()
    if distribution.shared_with is None:
        return Unknown("whether other distributions have the same certificate and addresses")
    shared = ""
    if distribution.shared_with:
        others = counted(len(distribution.shared_with), "other distribution")
        shared = f" They are paid together with those of {others}, until the last of these is changed too."
    return Waste(
        saves=UNTOLD if shared else ADDRESSES,
        because="It has addresses of its own at every edge, for clients that do not say which host they want." + shared,
    )


rule = Rule(
    id="aws_cloudfront_dedicated_ip",
    title="Distribution with addresses of its own for TLS",
    looks_at=Distribution,
    settings={},
    action="Look whether any client is left that does not send the host's name (SNI), then let it answer by SNI alone.",
    docs="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-https-dedicated-ip-or-sni.html",
    judge=judge,
    action_type="Upgrade",
    stage="PRICE",
    implementation_effort="Medium",
    rollback_possible=True,
    rollback="Choose addresses of its own again; their price counts from then on.",
    hint="aws cloudfront get-distribution-config --id {native_id}",
    assumes="that all of its clients send the name of the host (SNI), as browsers do",
)
