"""An export's files come home whole, side by side, and go on where a connection broke."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import threading

import pytest

from connections.providers.aws import downloads
from connections.providers.aws.costs import ExportProblem, find_periods
from connections.providers.aws.downloads import download, download_all
from sandbox.aws import names
from tests.connections.aws import EXPORT, session


@pytest.fixture
def bill(calm_cloud):
    return session(calm_cloud, account=names.PAYER, export=EXPORT)


@pytest.fixture
def files(bill):
    """Every part of every period."""
    return [file for period in find_periods(session=bill, place=EXPORT).periods for file in period.files]


@pytest.fixture
def large(files, monkeypatch):
    """A part that comes in many chunks."""
    monkeypatch.setattr(downloads, "CHUNK", files[0].size // 50)
    return files[0]


def is_whole(path, file):
    digest = hashlib.md5(path.read_bytes()).hexdigest()  # noqa: S324 - S3's entity tag
    return path.stat().st_size == file.size and digest == file.etag.strip('"')


def ranges(cloud):
    return [call for call in cloud.calls() if call["operation"] == "GetObject"]


def test_files_come_home_whole_and_apart(bill, files, tmp_path):
    paths = download_all(session=bill, place=EXPORT, files=files, directory=tmp_path)
    assert list(paths) == [file.key for file in files]
    assert len(set(paths.values())) == len(files) > 1
    assert all(is_whole(paths[file.key], file) for file in files)
    assert all(gzip.decompress(path.read_bytes()).count(b"\n") > 1 for path in paths.values())


def test_several_are_on_their_way_at_once(bill, files, tmp_path):
    together = threading.Barrier(2, timeout=20)
    waited = threading.local()

    def wait_for_another(_length):
        if not getattr(waited, "once", False):
            waited.once = True
            together.wait()

    download_all(session=bill, place=EXPORT, files=files[:2], directory=tmp_path, on_chunk=wait_for_another)
    assert not together.broken


def test_where_the_connection_breaks_it_goes_on_with_the_next_byte(bill, large, calm_cloud, tmp_path):
    calm_cloud.fault("cut", service="s3", operation="GetObject", count=2)
    calm_cloud.clear_calls()
    lengths = []
    path = download(session=bill, place=EXPORT, file=large, directory=tmp_path, on_chunk=lengths.append)
    assert is_whole(path, large)
    assert sum(lengths) == large.size, "no byte is told of twice"
    assert len(ranges(calm_cloud)) == 3


def test_a_connection_that_brings_nothing_is_given_up_and_the_part_named(
    bill, files, calm_cloud, tmp_path, monkeypatch
):
    small = min(files, key=lambda file: file.size)
    monkeypatch.setattr(downloads, "CHUNK", small.size)  # half of it is no whole chunk
    calm_cloud.fault("cut", service="s3", operation="GetObject", count=None)
    calm_cloud.clear_calls()
    with pytest.raises(ExportProblem, match="could not be read") as problem:
        download(session=bill, place=EXPORT, file=small, directory=tmp_path)
    assert small.key in str(problem.value)
    assert not problem.value.permanent
    assert len(ranges(calm_cloud)) == downloads.MOST_BREAKS


def test_what_is_replaced_while_the_connection_is_broken_is_not_joined(bill, large, calm_cloud, tmp_path):
    before = bill.client("s3").get_object(Bucket=EXPORT.bucket, Key=large.key)["Body"].read()
    replaced = threading.Event()

    def replace_it(_length):
        if not replaced.is_set():
            replaced.set()
            calm_cloud.put_object(large.key, before[::-1])

    calm_cloud.fault("cut", service="s3", operation="GetObject")
    try:
        with pytest.raises(ExportProblem, match="replaced while it was read"):
            download(session=bill, place=EXPORT, file=large, directory=tmp_path, on_chunk=replace_it)
    finally:
        calm_cloud.put_object(large.key, before)


def test_without_an_entity_tag_nothing_is_joined(bill, large, calm_cloud, tmp_path):
    calm_cloud.fault("cut", service="s3", operation="GetObject")
    with pytest.raises(ExportProblem, match="could not be read"):
        download(session=bill, place=EXPORT, file=dataclasses.replace(large, etag=""), directory=tmp_path)


def test_the_first_that_fails_ends_the_others_and_is_the_one_that_is_told(bill, files, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "SIDE_BY_SIDE", 1)  # so that the others come after it
    gone = dataclasses.replace(files[0], key=f"{files[0].key}-gone")
    seen = []
    with pytest.raises(ExportProblem, match="gone was replaced"):
        download_all(session=bill, place=EXPORT, files=[gone, *files], directory=tmp_path, on_chunk=seen.append)
    assert seen == []


def test_a_file_replaced_since_it_was_listed_is_not_taken(bill, files, calm_cloud, tmp_path):
    file = files[0]
    before = bill.client("s3").get_object(Bucket=EXPORT.bucket, Key=file.key)["Body"].read()
    calm_cloud.put_object(file.key, gzip.compress(b"something else"))
    try:
        with pytest.raises(ExportProblem, match="replaced") as problem:
            download(session=bill, place=EXPORT, file=file, directory=tmp_path)
    finally:
        calm_cloud.put_object(file.key, before)
    assert not problem.value.permanent


def test_a_download_ends_when_it_is_no_longer_wanted(bill, files, tmp_path):
    def give_up(_length):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        download_all(session=bill, place=EXPORT, files=files, directory=tmp_path, on_chunk=give_up)
