"""CloudFront: distributions and how they answer over TLS. Origins, the headers that are added for them and the rules of
caching are not even parsed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector, Scope
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.edge import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

PARTS = (
    "AliasICPRecordals",
    "CacheBehaviors",
    "Comment",
    "ConnectionFunctionAssociation",
    "CustomErrorResponses",
    "DefaultCacheBehavior",
    "OriginGroups",
    "Origins",
    "Restrictions",
    "ViewerMtlsConfig",
    "ViewerCertificate.Certificate",
)
LIST_DISTRIBUTIONS = Call(
    service="cloudfront",
    operation="ListDistributions",
    action="cloudfront:ListDistributions",
    why="Lists distributions and whether they have addresses of their own.",
    cheapest={"MaxItems": "1"},
    withheld=tuple(f"DistributionList.Items.{part}" for part in PARTS),
)
OWN_ADDRESSES = "vip"


@dataclass(frozen=True, kw_only=True)
class _Found:
    distribution: Distribution
    certificate: str


def collect(reader: Reader) -> Iterator[Thing]:
    """Every distribution of the account, with its tags."""
    listed = reader.listing(
        LIST_DISTRIBUTIONS,
        result="DistributionList.Items",
        row=lambda item: _found(reader, item),
        kinds=(Distribution.KIND,),
        page_size=100,
    )
    tags = tags_by_arn(reader, "cloudfront:distribution") if listed.rows else {}
    for one in listed.rows:
        own = tags.get(one.distribution.resource_id, {})
        named = replace(one.distribution, name=own.get("Name", ""), tags=own)
        yield replace(named, shared_with=_beside(one, listed.rows)) if listed.is_complete else named


def _found(reader: Reader, item: dict[str, Any]) -> _Found:
    said = item.get("ViewerCertificate", {})
    certificate = said.get("ACMCertificateArn") or said.get("IAMCertificateId") or ""
    distribution = Distribution(
        resource_id=item["ARN"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        state=item.get("Status", ""),
        is_enabled=bool(item.get("Enabled")),
        has_own_certificate=bool(certificate),
        tls_method=said.get("SSLSupportMethod", ""),
    )
    return _Found(distribution=distribution, certificate=certificate)


def _beside(one: _Found, all_of_them: tuple[_Found, ...]) -> tuple[str, ...]:
    """The other distributions whose addresses are paid together with this one's."""
    return tuple(
        sorted(
            other.distribution.resource_id
            for other in all_of_them
            if other is not one
            and other.certificate == one.certificate
            and other.distribution.tls_method == OWN_ADDRESSES
            and other.distribution.is_enabled
        )
    )


COLLECTOR = Collector(
    service="cloudfront",
    needs={Distribution: (LIST_DISTRIBUTIONS,)},
    calls=(LIST_DISTRIBUTIONS, GET_RESOURCES),
    collect=collect,
    scope=Scope.GLOBAL,
    home_region="us-east-1",
    billed_as=("Amazon CloudFront",),
    recorded_as={Distribution: ("AWS::CloudFront::Distribution",)},
)
