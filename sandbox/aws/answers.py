"""What moto does not know: the payer's cost exports, which regions are switched on, who belongs to the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.aws import focus, names
from sandbox.aws.wire import Answer, ApiCall, Refusal, success

if TYPE_CHECKING:
    from sandbox.aws.identities import Caller
    from sandbox.aws.model import Estate

OTHER_REGIONS = ("us-east-2", "us-west-2", "eu-central-1", "eu-west-2", "ap-northeast-1", "sa-east-1")
FORMATS = {names.CSV_EXPORT: ("GZIP", "TEXT_OR_CSV"), names.PARQUET_EXPORT: ("PARQUET", "PARQUET")}


def knows(call: ApiCall) -> bool:
    return call.service in {"bcm-data-exports", "organizations", "account"} or call.operation == "DescribeRegions"


def answer(call: ApiCall, caller: Caller, estate: Estate, *, page_size: int | None) -> Answer:
    if call.operation == "DescribeRegions":
        return success(call, {"Regions": _regions(call, estate)})
    if call.service == "bcm-data-exports":
        return success(call, _exports(call, caller, estate, page_size))
    if call.service == "account" and call.operation == "ListRegions":
        on, off = _switched(estate)
        regions = [{"RegionName": name, "RegionOptStatus": "ENABLED"} for name in on]
        regions += [{"RegionName": name, "RegionOptStatus": "DISABLED"} for name in off]
        wanted = call.json.get("RegionOptStatusContains")
        return success(call, {"Regions": [one for one in regions if not wanted or one["RegionOptStatus"] in wanted]})
    if call.service == "organizations":
        return success(call, _organization(call, caller))
    raise Refusal("unknown_action", f"The sandbox does not answer {call.service}:{call.operation}")


def _switched(estate: Estate) -> tuple[list[str], list[str]]:
    """The regions that are switched on, and those that are not."""
    on = [*names.REGIONS, *estate.empty_regions]
    return on, [name for name in OTHER_REGIONS if name not in on]


def _regions(call: ApiCall, estate: Estate) -> list[dict[str, str]]:
    asked = {value for key, value in call.form.items() if key.startswith("RegionName.")}
    on, off = _switched(estate)
    unknown = asked - {*on, *off}
    if unknown:
        raise Refusal("InvalidParameterValue", f"Invalid region names: {sorted(unknown)}")
    shown = [*on]
    if call.form.get("AllRegions") == "true" or asked:
        shown += off
    return [
        {
            "RegionName": name,
            "Endpoint": f"ec2.{name}.amazonaws.com",
            "OptInStatus": "opt-in-not-required" if name in on else "not-opted-in",
        }
        for name in shown
        if not asked or name in asked
    ]


def _exports(call: ApiCall, caller: Caller, estate: Estate, page_size: int | None) -> dict[str, Any]:
    # Exports live with the payer, in one region.
    mine = list(FORMATS) if (caller.account, call.region) == (names.PAYER, names.EXPORT_REGION) else []
    status = {
        "StatusCode": "HEALTHY",
        "CreatedAt": estate.as_of.isoformat(),
        "LastUpdatedAt": estate.as_of.isoformat(),
        "LastRefreshedAt": estate.as_of.isoformat(),
    }
    if call.operation == "ListExports":
        first = int(call.json.get("NextToken") or 0)
        last = first + min(int(call.json.get("MaxResults") or 100), page_size or 100)
        exports = [{"ExportArn": names.export_arn(n), "ExportName": n, "ExportStatus": status} for n in mine]
        return {"Exports": exports[first:last]} | ({"NextToken": str(last)} if last < len(exports) else {})
    if call.operation != "GetExport":
        raise Refusal("unknown_action", f"The sandbox does not answer bcm-data-exports:{call.operation}")
    name = next((n for n in mine if names.export_arn(n) == call.json.get("ExportArn")), None)
    if name is None:
        raise Refusal("ResourceNotFoundException", "The specified export does not exist.")
    compression, form = FORMATS[name]
    return {
        "Export": {
            "ExportArn": names.export_arn(name),
            "Name": name,
            "DataQuery": {
                "QueryStatement": f"SELECT {', '.join(focus.COLUMNS)} FROM FOCUS_1_2_AWS",
                "TableConfigurations": {"FOCUS_1_2_AWS": {"TIME_GRANULARITY": "DAILY"}},
            },
            "DestinationConfigurations": {
                "S3Destination": {
                    "S3Bucket": names.BUCKET,
                    "S3Prefix": names.PREFIX,
                    "S3Region": names.EXPORT_REGION,
                    "S3OutputConfigurations": {
                        "OutputType": "CUSTOM",
                        "Format": form,
                        "Compression": compression,
                        "Overwrite": "OVERWRITE_REPORT",
                    },
                }
            },
            "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
        },
        "ExportStatus": status,
    }


def _organization(call: ApiCall, caller: Caller) -> dict[str, Any]:
    master = f"arn:aws:organizations::{names.PAYER}:account/{names.ORGANIZATION_ID}/{names.PAYER}"
    if call.operation == "DescribeOrganization":
        return {
            "Organization": {
                "Id": names.ORGANIZATION_ID,
                "Arn": f"arn:aws:organizations::{names.PAYER}:organization/{names.ORGANIZATION_ID}",
                "FeatureSet": "ALL",
                "MasterAccountId": names.PAYER,
                "MasterAccountArn": master,
                "MasterAccountEmail": "cloud@northwind.example",
            }
        }
    if call.operation == "ListAccounts":
        if caller.account != names.PAYER:
            raise Refusal("denied", "You don't have permissions to access this resource.")
        return {
            "Accounts": [
                {"Id": account, "Name": name, "Status": "ACTIVE", "Email": f"aws-{account}@northwind.example"}
                for account, name in names.ACCOUNTS.items()
            ]
        }
    raise Refusal("unknown_action", f"The sandbox does not answer organizations:{call.operation}")
