"""The cost export: its periods, its files whole, and which setting is wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from connections.access_check import check_access
from connections.providers.aws.costs import ExportProblem, find_periods, read_header
from connections.providers.aws.export_key import refusal_of_key
from sandbox.aws import names
from tests.connections.aws import EXPORT, EXTERNAL_ID, principal, role, session, try_only

PARQUET = dataclasses.replace(EXPORT, name=names.PARQUET_EXPORT)


@pytest.fixture
def bill(calm_cloud):
    return session(calm_cloud, account=names.PAYER, export=EXPORT)


@pytest.fixture
def spoiled(calm_cloud):
    """Overwrites one object of the bucket and puts it back afterwards."""
    reader = session(calm_cloud, account=names.PAYER, export=EXPORT)
    before = {}

    def spoil(key, body):
        if key not in before:
            before[key] = reader.client("s3").get_object(Bucket=EXPORT.bucket, Key=key)["Body"].read()
        calm_cloud.put_object(key, body)

    yield spoil
    for key, body in before.items():
        calm_cloud.put_object(key, body)


def manifest_key(period):
    return f"{EXPORT.path}/metadata/BILLING_PERIOD={period:%Y-%m}/{EXPORT.name}-Manifest.json"


def test_the_periods_are_those_of_the_manifests(calm_cloud, bill):
    found = find_periods(session=bill, place=EXPORT)
    assert found.problems == ()
    totals = calm_cloud.estate["bill"]
    assert {f"{period.billing_period:%Y-%m}": period.execution_id for period in found.periods} == {
        month: totals[month]["execution_id"] for month in totals
    }
    for period in found.periods:
        assert {"BilledCost", "ResourceId"} <= set(period.columns)
        assert all(
            file.size > 0 and f"BILLING_PERIOD={period.billing_period:%Y-%m}" in file.key for file in period.files
        )


def test_a_part_that_an_earlier_run_left_behind_does_not_count(bill):
    listed = {
        one["Key"]
        for one in bill.client("s3").list_objects_v2(Bucket=EXPORT.bucket, Prefix=f"{EXPORT.path}/data/")["Contents"]
    }
    named = {file.key for period in find_periods(session=bill, place=EXPORT).periods for file in period.files}
    assert named < listed


def test_the_header_of_a_part_is_read_without_the_rest(bill):
    newest = find_periods(session=bill, place=EXPORT).periods[-1]
    assert set(read_header(session=bill, place=EXPORT, file=newest.files[0])) == set(newest.columns)


def test_parquet_is_known_by_its_mark(calm_cloud):
    opened = session(calm_cloud, account=names.PAYER, export=PARQUET)
    newest = find_periods(session=opened, place=PARQUET).periods[-1]
    assert read_header(session=opened, place=PARQUET, file=newest.files[0]) == ()


def test_a_restated_period_has_another_execution(calm_cloud, bill):
    before = find_periods(session=bill, place=EXPORT).periods
    calm_cloud.restate()
    after = find_periods(session=bill, place=EXPORT).periods
    assert before[0].execution_id != after[0].execution_id
    assert before[1].execution_id == after[1].execution_id


@pytest.mark.parametrize(
    ("body", "said", "is_permanent"),
    [
        (b"{", "not JSON", False),
        (b"[]", "names no files", True),
        (b'{"dataFiles": []}', "names no files", True),
        (json.dumps({"dataFiles": [f"s3://{EXPORT.bucket}/elsewhere/x.csv.gz"]}).encode(), "outside", True),
        (
            json.dumps({"dataFiles": [f"s3://{EXPORT.bucket}/{EXPORT.path}/data/none.csv.gz"]}).encode(),
            "not there",
            False,
        ),
        (
            json.dumps({"columns": ["line_item_usage_amount"], "dataFiles": [f"{EXPORT.path}/data/x"]}).encode(),
            "not a FOCUS table",
            True,
        ),
    ],
)
def test_a_broken_manifest_hides_its_own_period_only(bill, spoiled, body, said, is_permanent):
    month = find_periods(session=bill, place=EXPORT).periods[-1].billing_period
    spoiled(manifest_key(month), body)
    found = find_periods(session=bill, place=EXPORT)
    [(broken, problem)] = found.problems
    assert (broken, problem.permanent) == (month, is_permanent)
    assert said in str(problem)
    assert [period.billing_period for period in found.periods] == [(month - dt.timedelta(days=1)).replace(day=1)]


def restated(bill, spoiled, body, *, newest):
    """The newest period as found once its manifest says `body`."""
    spoiled(manifest_key(newest.billing_period), json.dumps(body).encode())
    return find_periods(session=bill, place=EXPORT)


def test_files_named_by_members_without_the_bucket_or_with_a_slash_are_the_same_files(bill, spoiled):
    newest = find_periods(session=bill, place=EXPORT).periods[-1]
    first, *others = [file.key for file in newest.files]
    body = {"dataFiles": [{"s3Uri": f"s3://{EXPORT.bucket}/{first}"}, *(f"/{key}" for key in others)]}
    again = restated(bill, spoiled, body, newest=newest).periods[-1]
    assert again.files == newest.files
    assert again.execution_id != newest.execution_id, "a manifest that names no run is known by its own tag"


def test_the_place_of_a_file_that_a_shorter_run_emptied_is_passed_over(bill, spoiled):
    newest = find_periods(session=bill, place=EXPORT).periods[-1]
    spoiled(newest.files[-1].key, b"")
    assert find_periods(session=bill, place=EXPORT).periods[-1].files == newest.files[:-1]


def test_a_period_of_empty_files_is_a_problem_and_no_bill_of_nothing(bill, spoiled):
    newest = find_periods(session=bill, place=EXPORT).periods[-1]
    spoiled(newest.files[0].key, b"")
    body = {"dataFiles": [f"s3://{EXPORT.bucket}/{newest.files[0].key}"]}
    [(month, problem)] = restated(bill, spoiled, body, newest=newest).problems
    assert (month, problem.permanent) == (newest.billing_period, False)
    assert "is empty" in str(problem)


def test_csv_without_gzip_is_told(bill, spoiled):
    newest = find_periods(session=bill, place=EXPORT).periods[-1]
    spoiled(newest.files[0].key, b"BilledCost,EffectiveCost\n1,2\n")
    with pytest.raises(ExportProblem, match="not gzip") as problem:
        read_header(session=bill, place=EXPORT, file=newest.files[0])
    assert problem.value.field == "export_name"


SAME = object()


def checked(cloud, *, place=EXPORT, granted=SAME, **policies):
    """The payer's access checked for the export at `place`, by a role whose kit is for it or for what was `granted`."""
    export = place if granted is SAME else granted
    return check_access(
        principal=principal(cloud),
        role_arn=role(cloud, account=names.PAYER, export=export, policies=policies),
        external_id=EXTERNAL_ID,
        connection_id="c",
        export=place,
        regions=("us-east-1",),
    )


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"bucket": "no-such-bucket-anywhere"}, "export_bucket", "no-such-bucket-anywhere"),
        ({"prefix": "wrong/prefix"}, "export_prefix", "Nothing lies below"),
        ({"name": "no-such-export"}, "export_prefix", "no-such-export"),
        ({"region": "eu-west-1"}, "export_region", "lies in us-east-1, not in eu-west-1"),
    ],
)
def test_the_access_check_names_the_setting_that_is_wrong(calm_cloud, monkeypatch, changed, field, said):
    try_only(monkeypatch, "ec2")
    place = dataclasses.replace(EXPORT, **changed)
    report = checked(calm_cloud, place=place)
    [(about, sentence)] = report.refusals
    assert about == field
    assert said in sentence


def test_the_access_check_finds_the_periods_and_tells_what_was_tried(calm_cloud, monkeypatch):
    try_only(monkeypatch, "ec2")
    report = checked(calm_cloud)
    assert (report.refusals, len(report.periods)) == ((), 2)
    results = {line.action: line.result for line in report.matrix}
    assert results["s3:GetObject"] == results["s3:ListBucket"] == results["ec2:DescribeVolumes"] == "OK"


def test_a_role_that_may_not_read_the_export_is_told_what_to_do(calm_cloud, monkeypatch):
    try_only(monkeypatch, "ec2")
    report = checked(calm_cloud, granted=None)
    [(field, sentence)] = report.refusals
    assert field == "export_bucket"
    assert "Run the kit again" in sentence


KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def encrypted(calm_cloud):
    """The export's bucket uses a key of the customer's own."""
    calm_cloud.encrypt_export(KEY)
    yield calm_cloud
    calm_cloud.encrypt_export("")


def test_an_export_with_a_key_of_the_customers_is_refused_with_the_statement_that_lets_it_in(encrypted, monkeypatch):
    """And with that statement, copied as it stands, the same check passes: the role may do no more than before."""
    with monkeypatch.context() as patch:
        try_only(patch, "ec2")
        [(field, sentence)] = checked(encrypted).refusals
    assert field == "export_bucket"
    assert "encrypted with a key of yours" in sentence
    assert "SSE-S3" in sentence
    statement = json.loads(sentence[sentence.index("{") : sentence.rindex("}") + 1])
    assert (statement["Resource"], statement["Action"]) == (KEY, ["kms:Decrypt"])
    report = checked(encrypted, key={"Version": "2012-10-17", "Statement": [statement]})
    assert (report.refusals, report.warnings, len(report.periods)) == ((), (), 2)


def test_a_role_that_may_decrypt_more_is_refused_although_the_export_needs_it(encrypted):
    wide = {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "*"}
    [(field, sentence)] = checked(encrypted, key={"Version": "2012-10-17", "Statement": [wide]}).refusals
    assert (field, "its policy key allows kms:Decrypt" in sentence) == ("role_arn", True)


WHO = "User: assumed-role of account 111122223333 is not authorized to perform:"
NO_POLICY = "because no identity-based policy allows the kms:Decrypt action"
UNNAMED = "(the ARN of the bucket's key)"


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("AccessDenied", f"{WHO} kms:Decrypt on resource: {KEY} {NO_POLICY}", f'"Resource": "{KEY}"'),
        ("AccessDenied", f'User: x is not authorized to perform: kms:Decrypt on resource: "{KEY}"', KEY),
        ("AccessDenied", f"{WHO} kms:Decrypt on the resource associated with this ciphertext", UNNAMED),
        ("AccessDenied", f"{WHO} kms:Decrypt {NO_POLICY} (mended by {KEY})", UNNAMED),
        ("KMS.DisabledException", f"{KEY} is disabled.", "Enable that key"),
        ("KMS.NotFoundException", "Invalid keyId", "Enable that key"),
        ("KMS.KMSInvalidStateException", f"{KEY} is pending deletion.", "Enable that key"),
    ],
)
def test_what_s3_says_of_a_key_is_told_apart(code, message, expected):
    assert expected in refusal_of_key(code=code, said=f"{code}: {message}", export=EXPORT)


FORGED = f"x/AccessDenied: {WHO} kms:Decrypt on resource: {KEY}/1.csv.gz"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDenied", "Access Denied"),
        ("NoSuchKey", "The specified key does not exist."),
        ("AccessDenied", f'{WHO} s3:GetObject on resource: "arn:aws:s3:::acme-kms-costs/focus/1.csv.gz" because no'),
        ("AccessDenied", f'{WHO} s3:GetObject on resource: "arn:aws:s3:::bills/kms:Decrypt on resource: {KEY}"'),
        ("AccessDenied", f'{WHO} s3:GetObject on resource: "arn:aws:s3:::bills/{FORGED}" because no'),
        ("AccessDenied", f"{WHO} kms:DecryptEverything on resource: {KEY}"),
        ("NoSuchKey", f"The specified key does not exist: {FORGED}"),
        ("InvalidObjectState", "KMS.DisabledException: is in the name"),
        ("KMS.ThrottlingException", "You have exceeded the rate at which you may call KMS."),
        ("KMS.KMSInternalException", "Try again."),
    ],
)
def test_what_is_not_about_a_key_of_kms_is_not_taken_for_it(code, message):
    """Names of buckets and objects are chosen by others, and what passes by itself needs nobody to change a key."""
    assert refusal_of_key(code=code, said=f"{code}: {message}", export=EXPORT) is None


@pytest.mark.parametrize(
    ("regions", "refused"),
    [(("eu-west-1",), None), (("mars-north-1",), "mars-north-1"), (("eu-west-1", "mars-north-1"), "mars-north-1")],
)
def test_an_unknown_region_is_refused_by_name(calm_cloud, monkeypatch, regions, refused):
    try_only(monkeypatch, "ec2")
    arn = role(calm_cloud)
    report = check_access(
        principal=principal(calm_cloud), role_arn=arn, external_id=EXTERNAL_ID, connection_id="c", regions=regions
    )
    assert [(field, refused in sentence) for field, sentence in report.refusals] == (
        [("regions", True)] if refused else []
    )
    assert report.regions == tuple(region for region in regions if region == "eu-west-1")
