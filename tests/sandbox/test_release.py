"""What an earlier demo left is gone on with, whatever became of it; what another release left is dropped."""

from __future__ import annotations

import pytest

from sandbox import customer
from sandbox.browser import Page, PageRefused
from sandbox.fleet import ROOT
from sandbox.release import CONTENTS, KEPT, NAMES, Left, forget_unless_it_fits, mark_of

PATHS = {"connections/kits/aws/a.json": "{}", "sandbox/aws/estate.py": "x = 1", "audits/migrations/0001_first.py": ""}
ACCOUNT = customer.ACCOUNTS[0]
HOME = "/connections/11111111-1111-4111-8111-111111111111/"
RUNNING, ENDED = (f"/audits/{digit * 8}-2222-4222-8222-222222222222/" for digit in "23")
STOP, START = f'<form action="{RUNNING}stop/"></form>', f'<form action="{HOME}audit/"></form>'


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    for path, text in PATHS.items():
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(text)
    return root


def leave(state, *, marker):
    state.mkdir()
    for name in KEPT[:-1]:
        (state / name).mkdir()
        (state / name / "kept").touch()
    (state / KEPT[-1]).touch()
    if marker:
        (state / "seed").write_text(marker)


@pytest.mark.parametrize(
    ("marker", "left"), [("7 ours", Left.OURS), ("8 ours", Left.OTHERS), ("7", Left.OTHERS), ("", Left.NOBODYS)]
)
def test_data_that_do_not_fit_are_dropped_whole_and_those_that_do_stay(tmp_path, marker, left):
    leave(tmp_path / "demo", marker=marker)
    assert forget_unless_it_fits(tmp_path / "demo", mark="7 ours") is left
    there = {path.name for path in (tmp_path / "demo").iterdir()}
    assert there == {"seed", *(KEPT if left is Left.OURS else ())}
    assert forget_unless_it_fits(tmp_path / "demo", mark="7 ours") is Left.OURS


def test_another_kit_estate_or_migration_is_another_release(tree):
    marks = {mark_of(seed=7, root=tree), mark_of(seed=8, root=tree)}
    for path in PATHS:
        (tree / path).with_stem("another").write_text("y")
        marks.add(mark_of(seed=7, root=tree))
    (tree / "sandbox/aws/estate.py").write_text("x = 2")
    assert len(marks | {mark_of(seed=7, root=tree)}) == 2 + len(PATHS) + 1


def test_the_mark_of_this_tree_is_made_of_what_is_there():
    assert all(any(ROOT.glob(pattern)) for pattern in (*CONTENTS, *NAMES))


class Pages:
    """What a browser shows of a connection in some state."""

    def __init__(self, page):
        self.texts = {"/connections/": f'<a href="{HOME}">payer</a>', HOME: page}

    def get(self, path):
        return Page(url=f"http://app.localhost:8000{path}", text=self.texts[path])


@pytest.mark.parametrize(("page", "is_let_in"), [(START, True), (STOP, True), ("refused", False)])
def test_a_connection_of_an_earlier_run_is_found_in_whatever_state_it_is(page, is_let_in):
    browser = Pages(f'<a href="{ENDED}">an audit of {ACCOUNT.account_id}</a>{page}')
    assert customer.home_of(browser, ACCOUNT) == HOME
    assert customer.is_let_in(browser, HOME) is is_let_in
    assert customer.home_of(browser, customer.ACCOUNTS[1]) is None


def test_the_audit_that_runs_is_watched_and_none_that_has_ended():
    browser = Pages(f'<a href="{ENDED}">the last one</a>{STOP}')
    assert customer.start_audit(browser, HOME, ACCOUNT).path == RUNNING
    with pytest.raises(PageRefused):
        customer.start_audit(Pages(f'<a href="{ENDED}">the last one</a>'), HOME, ACCOUNT)
