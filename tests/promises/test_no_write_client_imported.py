"""Promise: no write client is imported anywhere. A planted import breaks the build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("costframe", "tenants", "connections", "audits", "findings", "billing", "sandbox", "tests", "benchmarks")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the sources that may be spoilt."""
    folder = tmp_path_factory.mktemp("planted")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.json", "recordings")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    shutil.copy(ROOT / ".importlinter", folder / ".importlinter")
    return folder


def lint(folder):
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_sources_keep_their_contracts(copy):
    result = lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("connections/operations.py", "import boto3", "Cloud SDKs"),
        ("audits/operations.py", "import botocore.session", "Cloud SDKs"),
        ("tenants/models.py", "from azure import mgmt", "Cloud SDKs"),
        ("findings/queries.py", "from google.cloud import compute_v1", "Cloud SDKs"),
        ("connections/kits/aws.py", "import boto3", "Cloud SDKs"),
        ("connections/readonly.py", "import botocore", "Cloud SDKs"),
        ("costframe/queue.py", "import boto3", "Cloud SDKs"),
        ("connections/models.py", "from connections.providers.aws import session", "Providers and the opener"),
        ("findings/operations.py", "from connections import access_check", "Providers and the opener"),
    ],
)
def test_a_planted_import_breaks_the_build(copy, module, line, contract):
    path = copy / module
    before = path.read_text() if path.exists() else ""
    path.write_text(f"{before}\n\n{line}\n")
    try:
        result = lint(copy)
    finally:
        path.write_text(before)
    assert result.returncode != 0
    assert any(contract in row and "BROKEN" in row for row in result.stdout.splitlines()), result.stdout


@pytest.mark.parametrize("sdk", ["boto3", "botocore", "azure", "google.cloud"])
def test_sdks_are_named_in_the_providers_only(sdk):
    named = [
        str(path.relative_to(ROOT))
        for package in ("costframe", "tenants", "connections", "audits", "findings", "billing")
        for path in (ROOT / package).rglob("*.py")
        if any(row.strip().startswith((f"import {sdk}", f"from {sdk}")) for row in path.read_text().splitlines())
    ]
    assert [path for path in named if not path.startswith("connections/providers/")] == []
