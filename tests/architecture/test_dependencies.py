"""What production installs is pinned, hashed, and listed whole in the software bill of materials."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.database import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")


def pinned(name="requirements.txt"):
    """Name, version and hashes of each requirement of a lock file."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            found = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;]+)", line)
            yield found[1], found[2], set(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))


def make_sbom(directory, *more):
    command = next(
        line for line in (ROOT / "Makefile").read_text().replace("\\\n", " ").splitlines() if "cyclonedx_py" in line
    )
    written = directory / "sbom.cdx.json"
    arguments = command.partition("cyclonedx_py ")[2].replace("sbom.cdx.json", str(written)).split()
    import sys

    subprocess.run([sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *arguments, *more], cwd=ROOT, check=True)
    return written.read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_sbom(tmp_path_factory.mktemp("sbom"))


def test_the_bill_of_materials_lists_every_pinned_requirement_with_its_hashes(made):
    sbom = json.loads(made)
    listed = {
        (one["name"], one["version"], frozenset(h["content"] for r in one["externalReferences"] for h in r.get("hashes", ())))
        for one in sbom["components"]
    }  # fmt: skip
    assert listed == {(name, version, frozenset(hashes)) for name, version, hashes in pinned()}
    assert len(listed) > 25
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "costframe")
    assert {one["purl"] for one in sbom["components"]} == {
        f"pkg:pypi/{name.lower()}@{version}" for name, version, _ in pinned()
    }


def test_the_bill_of_materials_is_the_same_for_the_same_requirements(made, tmp_path):
    assert make_sbom(tmp_path, "--no-validate") == made, "what is the same is as valid"
    assert str(ROOT).encode() not in made


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed_and_no_index_or_machine_is_named(lock):
    assert [name for name, _, hashes in pinned(lock) if not hashes] == []
    assert not re.search(r"://|--index|--find-links|file:|/home/|/root/", (ROOT / lock).read_text())


def test_what_the_tests_need_holds_what_production_installs_at_the_same_version():
    development = {name: version for name, version, _ in pinned("requirements-dev.txt")}
    assert {name: development.get(name) for name, _, _ in pinned()} == {name: version for name, version, _ in pinned()}
