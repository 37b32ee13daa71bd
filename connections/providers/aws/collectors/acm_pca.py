"""Private certificate authorities of the account itself, with their states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connections.provider import Call, Collector
from connections.providers.aws.tagging import GET_RESOURCES, tags_by_arn
from connections.resources.secrets import CertificateAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connections.providers.aws.reader import Reader
    from connections.resources import Thing

LIST_AUTHORITIES = Call(
    service="acm-pca",
    operation="ListCertificateAuthorities",
    action="acm-pca:ListCertificateAuthorities",
    why="Lists private certificate authorities with their states.",
    cheapest={"MaxResults": 1},
    withheld=(
        "CertificateAuthorities.CertificateAuthorityConfiguration",
        "CertificateAuthorities.RevocationConfiguration",
    ),
)


def collect(reader: Reader) -> Iterator[Thing]:
    """Every authority that the account owns in one region. Tags are asked for only where there is one."""
    found = reader.listing(
        LIST_AUTHORITIES,
        result="CertificateAuthorities",
        row=lambda item: item,
        kinds=(CertificateAuthority.KIND,),
        page_size=100,
        ResourceOwner="SELF",
    ).rows
    tags = tags_by_arn(reader, "acm-pca:certificate-authority") if found else {}
    yield from (_authority(reader, item, tags) for item in found)


def _authority(reader: Reader, item: dict[str, Any], tags: dict[str, dict[str, str]]) -> CertificateAuthority:
    own = tags.get(item["Arn"], {})
    return CertificateAuthority(
        resource_id=item["Arn"],
        account_id=reader.account_id,
        region=reader.region,
        observed_at=reader.at,
        name=own.get("Name", ""),
        created_at=item.get("CreatedAt"),
        tags=own,
        state=item.get("Status", ""),
        authority_type=item.get("Type", ""),
        state_since_at=item.get("LastStateChangeAt"),
        ends_at=item.get("NotAfter"),
    )


COLLECTOR = Collector(
    service="acm-pca",
    needs={CertificateAuthority: (LIST_AUTHORITIES,)},
    calls=(LIST_AUTHORITIES, GET_RESOURCES),
    collect=collect,
    billed_as=("AWS Certificate Manager", "AWS Private Certificate Authority"),
    recorded_as={CertificateAuthority: ("AWS::ACMPCA::CertificateAuthority",)},
)
