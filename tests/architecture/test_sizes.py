"""The house's measures: small modules, small functions, small templates."""

from __future__ import annotations

import ast
import statistics
import subprocess

import pytest

from tests.database import ROOT

APPS = ("costframe", "tenants", "connections", "audits", "findings", "billing")


def product_files(pattern: str = ".py", roots: tuple[str, ...] = APPS):
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *roots],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return [ROOT / name for name in listed if name.endswith(pattern) and "/migrations/" not in name]


def lines(path):
    return path.read_text().count("\n")


def functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


EVERYWHERE = (*APPS, "sandbox", "benchmarks", "tests")


def test_no_module_is_over_400_lines():
    assert [str(path) for path in product_files(roots=EVERYWHERE) if lines(path) > 400] == []


def test_no_function_is_over_60_lines():
    assert [name for path in product_files(roots=EVERYWHERE) for size, name in functions(path) if size > 60] == []


def test_the_median_module_is_under_90_lines_and_the_median_function_under_12():
    files = product_files()
    assert statistics.median(lines(path) for path in files) < 90
    assert statistics.median(size for path in files for size, _ in functions(path)) < 12


def test_no_rule_is_over_60_lines():
    assert [str(path) for path in product_files(roots=("findings/rules",)) if lines(path) > 60] == []


def test_no_template_is_over_80_lines():
    assert [str(path) for path in product_files(".html", ("templates",)) if lines(path) > 80] == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "services.py", "signals.py"])
def test_no_app_has_a_drawer_for_everything(name):
    assert [str(path) for path in product_files() if path.name == name] == []


def test_only_the_settings_read_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in product_files()
        if any(word in path.read_text() for word in ("os.environ", "os.getenv", "environ.Env"))
        and path.name != "manage.py"
    ]
    allowed = {"costframe/settings.py", "costframe/wsgi.py"}  # wsgi only names the settings module
    assert set(readers) <= allowed, readers
