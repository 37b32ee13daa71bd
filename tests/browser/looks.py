"""What axe says of an open page, as it is in light and in dark."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

SCRIPT = Axe().axe_script


def violations(page, **options) -> list[tuple[str, dict]]:
    """Colour scheme and violation. The schemes differ by the stylesheet alone, so the page is not opened twice.

    axe is injected by `evaluate`, so the content policy stands as it is. Of what is in order
    it tells one example only, which is faster.
    """
    page.evaluate(SCRIPT)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert dark == (scheme == "dark")
        run = "async (options) => (await axe.run(options)).violations"
        found += [(scheme, one) for one in page.evaluate(run, {**options, "resultTypes": ["violations"]})]
    return found
