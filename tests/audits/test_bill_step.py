"""What a bill may take of the worker that brings it home."""

from __future__ import annotations

import datetime as dt

import pytest

from audits import bill_step
from audits.bill_step import ExportProblem
from connections.provider import ExportFile, ExportPeriod


def period(*sizes):
    files = tuple(ExportFile(key=f"{number}.parquet", size=size, etag="") for number, size in enumerate(sizes))
    return ExportPeriod(billing_period=dt.date(2026, 10, 1), execution_id="run", files=files)


def test_a_bill_that_would_fill_the_disk_is_left_out_and_the_remedy_said():
    bill_step._require_room(period(300, 200), free=1000)
    with pytest.raises(ExportProblem, match="501 bytes, more than this worker has room for") as problem:
        bill_step._require_room(period(300, 201), free=1000)
    assert not problem.value.permanent
