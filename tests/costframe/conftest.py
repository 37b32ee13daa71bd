"""Web and operator as in production, started once for all tests that only ask them something."""

from __future__ import annotations

import pytest

from tests.costframe.served import Served


@pytest.fixture(scope="session")
def served(cluster, tmp_path_factory):
    """The running pair."""
    urls = cluster.copy()
    served = Served(urls=urls, directory=tmp_path_factory.mktemp("served"))
    yield served
    served.stop()
    cluster.drop(urls["database"])
