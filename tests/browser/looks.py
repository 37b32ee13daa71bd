"""What axe says of an open page, as it is in light and in dark, and what does not fit into its window."""

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


SIDEWAYS = """[...document.querySelectorAll('body, body *')]
.filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth)
.filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
.map((one) => [one.ariaLabel || document.getElementById(one.getAttribute('aria-labelledby'))?.innerText || one.className,
               one.tabIndex])"""


def sideways(page) -> set[str]:
    """The name of each part that can be scrolled sideways: what is right in it is out of sight, though the page fits."""
    found = page.evaluate(SIDEWAYS)
    assert all(tab_index >= 0 for _, tab_index in found), f"{page.url}: out of a keyboard's reach: {found}"
    return {name for name, _ in found}
