"""What daily statistics prove of a volume's busiest minute."""

import pytest

from findings.volume_usage import BUSIEST_OPERATIONS, OPERATIONS, busiest_iops, busiest_mibps
from tests.findings.evidence import usage_of
from tests.findings.volume_days import MISSING, month

READS, WRITES = (metric.key for metric in OPERATIONS)
MOST_READS, MOST_WRITES = (metric.key for metric in BUSIEST_OPERATIONS)


def one_day(reads, most_reads, writes=0.0, most_writes=0.0):
    return usage_of({READS: [reads], MOST_READS: [most_reads], WRITES: [writes], MOST_WRITES: [most_writes]})


def test_reads_and_writes_of_their_busiest_minutes_count_together_a_second():
    assert busiest_iops(month((9_000_000, 900, 60)), days=2) == (150, 900)
    assert busiest_mibps(month((9_000_000, 900, 60)), days=2) == (9, 60)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (one_day(0.0, 0.0), (0,)),
        (one_day(1440.0, 1.0), (1 / 60,)),
        (one_day(1441.0, 1.0), (None,)),
        (one_day(1441.0, 1.4), (1.4 / 60,)),
        (one_day(0.0, 0.0, 500_000.0, 10.0), (None,)),
        (one_day(500_000.0, 500_000.0), (500_000 / 60,)),
        (one_day(None, 5.0), (None,)),
        (one_day(5.0, None), (None,)),
        (usage_of({MOST_READS: [1.0], MOST_WRITES: [1.0]}), (None,)),
        (month(MISSING), (None,)),
    ],
)
def test_a_maximum_that_cannot_be_that_of_a_minute_tells_nothing(seen, told):
    assert busiest_iops(seen, days=1) == pytest.approx(told)


def test_bytes_are_told_where_operations_are():
    assert busiest_mibps(month((60_000, 0.1, 9)), days=1) == (None,)
    assert busiest_mibps(month((60_000, 100, None)), days=1) == (None,)
