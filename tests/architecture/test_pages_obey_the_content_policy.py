"""Nothing in a template needs more than script-src 'self'; style-src 'self'."""

from __future__ import annotations

import re

import pytest

from tests.architecture.test_sizes import product_files

FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*="),
    "inline handler": re.compile(r"\son[a-z]+\s*="),
    "hx-on": re.compile(r"hx-on"),
    "htmx trigger filter": re.compile(r"hx-trigger=\"[^\"]*\["),
    "javascript URL": re.compile(r"javascript:"),
    "htmx js: value": re.compile(r"[\"']js:"),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "style element": re.compile(r"<style"),
    "foreign origin": re.compile(r"<(script|link|img)[^>]*(src|href)=\"https?://"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what):
    found = [
        f"{path.name}: {match.group(0)}"
        for path in product_files(".html", ("templates",))
        for match in FORBIDDEN[what].finditer(path.read_text())
    ]
    assert found == []
