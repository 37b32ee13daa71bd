"""Promise decrypted_in_workers_only: web holds neither key nor opener, and cannot read the ciphertext back."""

from __future__ import annotations

import base64
import contextlib
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from connections.seal import public_key_text
from connections.unseal import KeyDirectory, expand
from sandbox.browser import Browser
from sandbox.clerk.people import ENGINEER
from tests.browser.live import Site
from tests.database import ROOT, enter
from tests.promises.test_environments_apart import run
from tests.tenants import catalogue


def test_the_web_process_with_every_page_loaded_holds_neither_opener_nor_sdk(cluster):
    code = (
        "import sys, costframe.wsgi\n"
        "from django.urls import get_resolver\n"
        "count = len(get_resolver().reverse_dict)\n"
        "assert count > 0, 'no pages'\n"
        "names = ('connections.unseal', 'connections.providers', 'connections.access_check', 'boto3', 'botocore')\n"
        "print([name for name in names if name in sys.modules])"
    )
    started = run("web", code, COSTFRAME_DATABASE_URL=cluster.urls["cf_web"], COSTFRAME_SECRET_KEY="own")
    assert started.stdout == "[]\n", started.stderr


@pytest.fixture
def sealed(fresh_database):
    """A database with one sealed credential of each of two organisations."""
    with psycopg.connect(fresh_database["admin"]) as connection:
        for table in ("tenants_organization", "connections_connection", "connections_sealedcredential"):
            catalogue.fill(connection, table)
    return fresh_database


@pytest.mark.parametrize(
    "statement",
    [
        "select blob from connections_sealedcredential",
        "select * from connections_sealedcredential",
        "select to_jsonb(s) from connections_sealedcredential s",
        "select length(blob) from connections_sealedcredential",
        "select id from connections_sealedcredential where blob = 'x'",
        "select key_id from connections_sealedcredential",
        "update connections_sealedcredential set blob = 'y'",
        "update connections_sealedcredential set generation = 2",
        "delete from connections_sealedcredential returning blob",
        "copy connections_sealedcredential to stdout",
        "select blob from connections_sealedcredential for update",
        "create temp table t as select blob from connections_sealedcredential",
    ],
)
@pytest.mark.parametrize("login", ["cf_web", "cf_scheduler", "cf_operator"])
def test_no_login_but_the_workers_reads_or_changes_a_ciphertext(sealed, login, statement):
    with psycopg.connect(sealed[login]) as connection:
        enter(connection, catalogue.A)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_the_worker_reads_its_own_organisations_ciphertext_only(sealed):
    with psycopg.connect(sealed["cf_worker"]) as connection:
        enter(connection, catalogue.A)
        rows = connection.execute("select organization_id, blob from connections_sealedcredential").fetchall()
    assert rows == [(catalogue.A, b"x")]


def test_web_deletes_one_connections_credential_and_leaves_the_others(sealed):
    with psycopg.connect(sealed["cf_web"]) as connection:
        enter(connection, catalogue.A)
        (owned,) = connection.execute("select connection_id from connections_sealedcredential").fetchone()
        connection.execute("delete from connections_sealedcredential where connection_id = %s", [owned])
    with psycopg.connect(sealed["admin"]) as connection:
        left = connection.execute("select organization_id from connections_sealedcredential").fetchall()
    assert left == [(catalogue.B,)]


def readable(pid):
    try:
        return Path(f"/proc/{pid}/mem").open("rb", buffering=0)
    except PermissionError:
        pytest.skip("This kernel lets nobody read another process's memory (kernel.yama.ptrace_scope, or a container).")


def memory_of(pid):
    """Every byte of the process's own that can be read: heap, stacks, and what it has mapped for itself alone."""
    found = bytearray()
    with readable(pid) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            place, rights, *rest = line.split()
            if rights[0] != "r" or rights[3] != "p" or rest[-1].startswith("[v"):
                continue
            first, end = (int(one, 16) for one in place.split("-"))
            memory.seek(first)
            with contextlib.suppress(OSError):  # given back meanwhile
                found += memory.read(end - first)
    return bytes(found)


def private_forms(keys):
    """The private key in each form in which a process could hold it."""
    (file,) = keys.path.iterdir()
    seed = file.read_bytes()
    mlkem, x25519 = expand(seed)
    raw = (seed, mlkem.private_bytes_raw(), x25519.private_bytes_raw())
    return {form for one in raw for form in (one, one.hex().encode(), base64.b64encode(one).rstrip(b"="))}


OPENER = """
import sys
from pathlib import Path
from connections.unseal import KeyDirectory
keys = KeyDirectory(Path(sys.argv[1]))
held = keys.get(sys.argv[2])
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.processes
def test_the_memory_of_a_web_process_that_has_sealed_holds_no_private_key(fresh_database, tmp_path):
    site = Site(urls=fresh_database, directory=tmp_path)
    try:
        keys = KeyDirectory(tmp_path / "keys")
        forms = private_forms(keys)
        browser = Browser(
            origin=site.origin,
            signed_in=lambda: site.issuer.cookies(site.issuer.mint(ENGINEER, azp=site.origin)),
        )
        kit = browser.submit(browser.get("/connections/new/").form("/connections/new/"), {"label": "Shop"})
        way = urlsplit(kit.url).path.replace("/kit/", "/access/")
        browser.submit(browser.get(way).form("/access/"), {"role_arn": "arn:aws:iam::123456789012:role/PlantedRole"})
        with psycopg.connect(fresh_database["admin"]) as admin:
            assert admin.execute("select count(*) from connections_sealedcredential").fetchone() == (1,)
        master = site.fleet.running["web"].pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        memory = b"".join(memory_of(pid) for pid in (master, *children))
    finally:
        site.stop()
    assert public_key_text(keys.get(keys.key_ids()[0]).public_key).encode() in memory, "the search finds what is there"
    assert [form for form in forms if form in memory] == []


@pytest.mark.processes
def test_the_same_search_finds_the_key_where_it_is_opened(tmp_path):
    keys = KeyDirectory(tmp_path / "keys")
    made = keys.make()
    command = [sys.executable, "-c", OPENER, str(keys.path), made.key_id]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as opener:
        assert opener.stdout is not None
        assert opener.stdout.readline() == b"ready\n"
        memory = memory_of(opener.pid)
        opener.kill()
    assert [form for form in private_forms(keys) if form in memory] != []
