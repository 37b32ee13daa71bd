"""The cost export in the payer's bucket: which billing periods it holds, and in which files."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from connections.provider import ExportFile, ExportPeriod, ExportPlace
from connections.providers.aws import calls
from connections.providers.aws.export_key import ANY_KEY, refusal_of_key, remedy
from connections.providers.aws.manifest import Manifest, NotAManifest, read_manifest
from connections.providers.aws.outcomes import code_of, sentence_of
from connections.providers.aws.reader import FAILURES

if TYPE_CHECKING:
    from connections.providers.aws.session import AwsSession

PERIOD = re.compile(r"/BILLING_PERIOD=(\d{4})-(\d{2})(?:/|$)")
FOCUS_COLUMNS = frozenset(
    {"BilledCost", "EffectiveCost", "BillingCurrency", "BillingPeriodStart", "ChargePeriodStart", "ChargeCategory"}
)
FORMATS = (".csv.gz", ".parquet")
MANIFEST_LIMIT = 16 * 1024 * 1024
HEAD_BYTES = 64 * 1024
OLD_LOCATIONS = {"": "us-east-1", "EU": "eu-west-1"}
GZIP = 16 + zlib.MAX_WBITS
NOT_FOUND = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})


class ExportProblem(Exception):
    """The cost export cannot be read as it is set up. `field` names the setting to change, the message says how.

    Where not `permanent` (AWS did not answer, or the export was being written), the same attempt may succeed later.
    """

    def __init__(self, field: str, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.field = field
        self.permanent = permanent


@dataclass(frozen=True, kw_only=True)
class _Object:
    key: str
    size: int
    etag: str
    modified: Any


@dataclass(frozen=True, kw_only=True)
class ExportFound:
    """What an export holds: its readable billing periods, oldest first, and what is wrong with the others."""

    periods: tuple[ExportPeriod, ...]
    problems: tuple[tuple[date, ExportProblem], ...] = ()


def find_periods(*, session: AwsSession, place: ExportPlace) -> ExportFound:
    """The billing periods that the export holds, each with the files of its latest run.

    `session` is a bill session of the same place. Only files that a manifest names count: what an earlier run left
    behind does not. A period that is being written, or is broken, does not hide the others. Raises `ExportProblem`,
    which names the wrong setting, where the export as a whole cannot be read.
    """
    manifests = _newest_manifests(_listing(session, place, "metadata/"))
    objects = {found.key: found for found in _listing(session, place, "data/")}
    if not manifests:
        raise _nothing_there(place, has_data=bool(objects))
    periods, problems = [], []
    for billing_period, found in sorted(manifests.items()):
        try:
            periods.append(_period(session, place, billing_period, found, objects))
        except ExportProblem as problem:
            problems.append((billing_period, problem))
    return ExportFound(periods=tuple(periods), problems=tuple(problems))


def require_region(*, session: AwsSession, place: ExportPlace) -> None:
    """Raise `ExportProblem` where the bucket says that it lies in another region; where it does not say, do nothing."""
    try:
        answer = session.client("s3", place.region).get_bucket_location(Bucket=place.bucket)
    except FAILURES:
        return  # listing comes next and tells more exactly what is wrong
    found = OLD_LOCATIONS.get(answer.get("LocationConstraint") or "", answer.get("LocationConstraint"))
    if found != place.region:
        raise ExportProblem("export_region", f"The bucket {place.bucket} lies in {found}, not in {place.region}.")


def read_header(*, session: AwsSession, place: ExportPlace, file: ExportFile) -> tuple[str, ...]:
    """The columns of a CSV part's first line, read from its first bytes; empty for Parquet, whose mark is looked at."""
    wanted = {"Bucket": place.bucket, "Key": file.key, "Range": f"bytes=0-{HEAD_BYTES - 1}"}
    try:
        head = session.client("s3", place.region).get_object(**wanted)["Body"].read(HEAD_BYTES)
    except FAILURES as error:
        raise unreadable(error, place, file.key) from None
    if file.key.endswith(".parquet"):
        if not head.startswith(b"PAR1"):
            raise ExportProblem("export_name", f"{file.key} is not a Parquet file, whatever its name says.")
        return ()
    try:
        text = zlib.decompressobj(GZIP).decompress(head).decode("utf-8-sig", errors="replace")
    except zlib.error:
        raise ExportProblem(
            "export_name", f"{file.key} is not gzip. Set the export to GZIP/CSV or to Parquet in Data Exports."
        ) from None
    return tuple(name.strip().strip('"') for name in text.partition("\n")[0].split(","))


def suggest_places(*, session: AwsSession) -> tuple[ExportPlace, ...]:
    """FOCUS exports that this account defines, as Data Exports tells; empty where it may not be asked or has none."""
    client = session.client("bcm-data-exports", "us-east-1")
    try:
        listed = [one for page in client.get_paginator("list_exports").paginate() for one in page.get("Exports", ())]
        exports = [client.get_export(ExportArn=one["ExportArn"])["Export"] for one in listed]
    except FAILURES:
        return ()
    return tuple(place for export in exports if (place := _defined_place(export)) is not None)


def _defined_place(export: dict[str, Any]) -> ExportPlace | None:
    target = export.get("DestinationConfigurations", {}).get("S3Destination", {})
    if "FOCUS" not in export.get("DataQuery", {}).get("QueryStatement", "").upper() or not target:
        return None
    return ExportPlace(
        bucket=target.get("S3Bucket", ""),
        prefix=target.get("S3Prefix", ""),
        name=export.get("Name", ""),
        region=target.get("S3Region", ""),
    )


def _listing(session: AwsSession, place: ExportPlace, folder: str) -> list[_Object]:
    paginator = session.client("s3", place.region).get_paginator("list_objects_v2")
    found: list[_Object] = []
    try:
        for page in paginator.paginate(Bucket=place.bucket, Prefix=f"{place.path}/{folder}"):
            found.extend(
                _Object(key=one["Key"], size=one["Size"], etag=one.get("ETag", ""), modified=one["LastModified"])
                for one in page.get("Contents", ())
            )
    except FAILURES as error:
        raise _unlistable(error, place) from None
    return found


def _newest_manifests(objects: list[_Object]) -> dict[date, _Object]:
    """The last written manifest of each billing period: runs that do not overwrite leave one each."""
    newest: dict[date, _Object] = {}
    for found in objects:
        period = PERIOD.search(found.key)
        if period is None or not found.key.endswith("-Manifest.json"):
            continue
        month = date(int(period[1]), int(period[2]), 1)
        if month not in newest or (found.modified, found.key) > (newest[month].modified, newest[month].key):
            newest[month] = found
    return newest


def _period(
    session: AwsSession, place: ExportPlace, billing_period: date, found: _Object, objects: dict[str, _Object]
) -> ExportPeriod:
    manifest = _manifest(session, place, found)
    if manifest.columns:
        require_focus(manifest.columns, place)
    keys = [_key_of(address, place) for address in manifest.addresses]
    missing = [key for key in keys if key not in objects]
    if missing:
        message = f"The manifest of {billing_period:%Y-%m} names {missing[0]}, which is not there: it is being written."
        raise ExportProblem("export_name", message, permanent=False)
    odd = [key for key in keys if not key.endswith(FORMATS)]
    if odd:
        message = f"{odd[0]} is neither CSV with gzip nor Parquet. Set the export's format and compression accordingly."
        raise ExportProblem("export_name", message)
    # Data Exports may write and not delete: a run with fewer files leaves the places of the others empty.
    files = tuple(
        ExportFile(key=key, size=objects[key].size, etag=objects[key].etag) for key in keys if objects[key].size
    )
    if not files:
        message = f"Every file of {billing_period:%Y-%m} is empty: its first delivery may not be over."
        raise ExportProblem("export_name", message, permanent=False)
    return ExportPeriod(
        billing_period=billing_period,
        execution_id=manifest.execution_id or found.etag.strip('"'),
        files=files,
        columns=manifest.columns,
    )


def require_focus(columns: tuple[str, ...], place: ExportPlace) -> None:
    """Raise `ExportProblem` unless `columns` are those of a FOCUS table."""
    missing = sorted(FOCUS_COLUMNS - set(columns))
    if missing:
        raise ExportProblem(
            "export_name",
            f"The export {place.name} is not a FOCUS table: it has no {', '.join(missing)}. In Data Exports make one "
            "of the table “FOCUS 1.2 with AWS columns” and give its name here.",
        )


def _manifest(session: AwsSession, place: ExportPlace, found: _Object) -> Manifest:
    try:
        answer = session.client("s3", place.region).get_object(Bucket=place.bucket, Key=found.key)
        return read_manifest(answer["Body"].read(MANIFEST_LIMIT))
    except FAILURES as error:
        raise unreadable(error, place, found.key) from None
    except NotAManifest as error:
        message = f"The manifest {found.key} cannot be read: {error}."
        raise ExportProblem("export_name", message, permanent=not error.is_cut_off) from None


def _key_of(address: str, place: ExportPlace) -> str:
    key = address.removeprefix(f"s3://{place.bucket}/").removeprefix("/")
    key = key if key.startswith(f"{place.path}/") else unquote(key)
    if not key.startswith(f"{place.path}/data/"):
        raise ExportProblem("export_prefix", f"The manifest points outside the export's own path: {address[:300]}.")
    return key


def _nothing_there(place: ExportPlace, *, has_data: bool) -> ExportProblem:
    if has_data:
        message = f"There are files below s3://{place.bucket}/{place.path}/data/ but no manifest under metadata/."
        return ExportProblem("export_name", f"{message} Is it an export of Data Exports?")
    message = f"Nothing lies below s3://{place.bucket}/{place.path}/."
    return ExportProblem(
        "export_prefix",
        f"{message} Compare prefix and name with Data Exports; the first delivery takes up to 24 hours.",
    )


def _unlistable(error: BaseException, place: ExportPlace) -> ExportProblem:
    code = code_of(error)
    if code in {"NoSuchBucket", "404"}:
        return ExportProblem("export_bucket", f"There is no bucket {place.bucket}. Copy its name from Data Exports.")
    if code in {"AccessDenied", "403", "AllAccessDisabled"}:
        return ExportProblem(
            "export_bucket",
            f"The role may not list s3://{place.bucket}/{place.path}/ ({calls.LIST_OBJECTS.action}). Run the kit again "
            "with this bucket, prefix and name; the bucket's own policy may also refuse it.",
        )
    if code in {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "301"}:
        return ExportProblem("export_region", f"The bucket {place.bucket} is not in {place.region}.")
    if code in {"InvalidBucketName", "ParamValidationError"}:
        return ExportProblem("export_bucket", f"{place.bucket!r} is not the name of a bucket.")
    return ExportProblem("export_bucket", f"The bucket could not be listed: {sentence_of(error)}", permanent=False)


def unreadable(error: BaseException, place: ExportPlace, key: str) -> ExportProblem:
    """What a failed read of an object means for whoever set the export up."""
    code = code_of(error)
    about_key = refusal_of_key(code=code, said=sentence_of(error), export=place)
    if about_key is not None:
        return ExportProblem("export_bucket", about_key)
    if code in {"AccessDenied", "403"}:
        return ExportProblem(
            "export_bucket",
            f"The role may list but not read s3://{place.bucket}/{key} ({calls.GET_OBJECT.action}). Run the kit again. "
            f"Where the bucket is encrypted with a key of your own, {remedy(ANY_KEY, export=place)}",
        )
    if code in NOT_FOUND:
        message = f"{key} was replaced while it was read. It is tried again."
        return ExportProblem("export_name", message, permanent=False)
    return ExportProblem("export_bucket", f"{key} could not be read: {sentence_of(error)}", permanent=False)
