"""Sources of bills, as a worker or the upload page makes them."""

from audits import bill_sources
from audits.models import BillSource
from tests.conftest import AT


def source_of(owner):
    """A connection's own, or the one that is given. In the open scope."""
    return owner if isinstance(owner, BillSource) else bill_sources.of_connection(owner, at=AT)
