"""The sandbox's sign-in pages: plain HTML that needs no script."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.clerk.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.clerk.people import Org, Person

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · Costframe sandbox</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<p class="badge">Sandbox sign-in · this machine only</p>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""

STYLE = """
:root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --ink: #1a1f2b; --soft: #556070; --line: #d5dae2;
  --accent: #1d5fb8; --hover: #eaf1fb; }
@media (prefers-color-scheme: dark) {
  :root { --page: #12151b; --card: #1b2029; --ink: #e9edf3; --soft: #a6b0c0; --line: #333c4a; --accent: #7fb2f5;
    --hover: #232c3a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2.5rem 1rem; }
h1 { margin: .25rem 0 1rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 1.75rem 0 .5rem; font-size: .95rem; font-weight: 600; color: var(--soft); }
p { margin: 0 0 1rem; }
.badge { display: inline-block; margin: 0; font-size: .85rem; color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
button { width: 100%; padding: .75rem 1rem; font: inherit; text-align: left; color: inherit; cursor: pointer;
  background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
button:hover { background: var(--hover); border-color: var(--accent); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button strong, button span { display: block; }
button span { font-size: .9rem; color: var(--soft); }
a { color: var(--accent); }
"""

OPERATORS = "Platform operators"


def sign_in(*, redirect_url: str, current: Person | None) -> str:
    """One button a person, grouped by organisation."""
    note = (
        f"<p>You are signed in as {escape(current.name)}. Choose somebody else, or the same again, or "
        f'<a href="/sign-out?{escape(urlencode({"redirect_url": redirect_url}))}">sign out</a>.</p>'
        if current
        else ""
    )
    parts = [note or "<p>Choose who you are. There is no password: these people exist in the sandbox only.</p>"]
    for group, people in groupby(PEOPLE.values(), key=lambda person: person.org.name if person.org else OPERATORS):
        buttons = "\n".join(_button(person, redirect_url) for person in people)
        parts.append(f"<h2>{escape(group)}</h2>\n<ul>\n{buttons}\n</ul>")
    return PAGE.format(title="Who is signing in?", content="\n".join(parts))


def sign_out(*, redirect_url: str) -> str:
    """The question before signing out."""
    content = (
        f'<form method="post" action="/sign-out">{_hidden(redirect_url)}'
        "<button><strong>Sign out</strong><span>of the sandbox in this browser</span></button></form>"
    )
    return PAGE.format(title="Sign out?", content=content)


def choose(*, redirect_url: str, action: str, orgs: Iterable[Org]) -> str:
    """One button an organisation, and one to go back without: products have to cope with that."""
    buttons = "\n".join(
        f'<li><form method="post" action="{action}">{_hidden(redirect_url)}'
        f'<button name="organization" value="{escape(org.id)}"><strong>{escape(org.name)}</strong></button></form></li>'
        for org in orgs
    )
    later = (
        f'<li><form method="post" action="{action}">{_hidden(redirect_url)}'
        "<button><strong>Later</strong><span>Go back without choosing</span></button></form></li>"
    )
    return PAGE.format(title="Choose an organisation", content=f"<ul>\n{buttons}\n{later}\n</ul>")


def message(title: str, text: str) -> str:
    """A page that says one thing."""
    return PAGE.format(title=escape(title), content=f'<p>{escape(text)}</p>\n<p><a href="/sign-in">Sign in</a></p>')


def _button(person: Person, redirect_url: str) -> str:
    return (
        f'<li><form method="post" action="/sign-in">{_hidden(redirect_url)}'
        f'<button name="person" value="{escape(person.key)}"><strong>{escape(person.name)}</strong>'
        f"<span>{escape(person.does)}</span></button></form></li>"
    )


def _hidden(redirect_url: str) -> str:
    return f'<input type="hidden" name="redirect_url" value="{escape(redirect_url)}">'
