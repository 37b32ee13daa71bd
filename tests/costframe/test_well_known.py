"""What programs look for under fixed names."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from tests.costframe.test_deployed import run


def ask(path):
    return Client(headers={"host": "app.localhost:8000"}).get(path)


def test_search_engines_are_told_that_there_is_nothing_for_them(db):
    assert ask("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_whoever_finds_a_weakness_is_told_whom_to_tell_for_less_than_a_year(settings, db):
    settings.SECURITY_CONTACT = "mailto:security@costframe.example"
    fields = dict(line.split(": ", 1) for line in ask("/.well-known/security.txt").content.decode().splitlines())
    left = dt.datetime.fromisoformat(fields.pop("Expires")) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=100) < left < dt.timedelta(days=365)
    assert fields == {
        "Contact": "mailto:security@costframe.example",
        "Preferred-Languages": "en",
        "Canonical": "http://app.localhost:8000/.well-known/security.txt",
    }


def test_without_a_contact_there_is_no_such_file(db):
    assert ask("/.well-known/security.txt").status_code == 404


def test_a_contact_that_nobody_can_reach_stops_the_process():
    done = run("-c", "import costframe.settings", COSTFRAME_SECURITY_CONTACT="x\nContact: mailto:evil@evil.example")
    assert done.returncode == 1
    assert "COSTFRAME_SECURITY_CONTACT is x" in done.stderr
