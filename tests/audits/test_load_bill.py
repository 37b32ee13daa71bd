"""The command says what it loaded and that it is equal, or what is wrong and what to do."""

import uuid

import pytest
from django.core.management import CommandError, call_command

from audits import focus_process
from audits.models import BillLoad, BillSource, CostLine
from connections.models import Connection
from tenants import scope
from tests.audits.focus_files import SAMPLE, write_csv
from tests.audits.sources import source_of
from tests.conftest import AT
from tests.database import acting_as


@pytest.fixture
def payer(organization):
    with scope.organization(organization.id):
        return Connection.objects.create(label="Payer", state="CONNECTED", account_id="999999999999", created_at=AT)


def run(payer, *files, **changes):
    options = {"organization": str(payer.organization_id), "connection": str(payer.id), **changes}
    options = {name: value for name, value in options.items() if value is not None}
    with acting_as("cf_worker"):
        call_command("load_bill", *map(str, files), **options)


def test_the_sample_is_loaded_and_shown_to_be_equal(payer, capsys):
    run(payer, SAMPLE)
    said = capsys.readouterr().out
    assert "focus_sample.csv: 1,000 rows" in said
    assert "Billing period 2024-09-01: " in said
    assert "Billing period 2024-10-01: 1 lines." in said
    assert said.count("equal") == 8
    assert "NOT EQUAL" not in said
    assert said.count("20.28022672899 ") == 2


def test_keys_of_tags_that_are_left_out_are_said(payer, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(focus_process, "MOST_TAG_KEYS", 1)
    run(payer, write_csv(tmp_path / "a.csv", [{"Tags": '{"dear": "x", "name": "y"}'}]).path)
    assert "1 key is left out: name." in capsys.readouterr().out


def test_loading_the_same_files_again_changes_nothing(payer):
    run(payer, SAMPLE)
    run(payer, SAMPLE)
    with scope.organization(payer.organization_id):
        assert BillLoad.objects.count() == 2
        assert CostLine.objects.filter(load__state="LOADED").count() == CostLine.objects.count() > 900


WRONG = {
    "no such file": (lambda path: path / "nowhere.csv", {}, "nowhere.csv cannot be read"),
    "not FOCUS": (lambda path: _text(path / "a.csv", "a,b\n1,2\n"), {}, "no bill that is known here"),
    "a bad value": (lambda path: write_csv(path / "a.csv", [{"BilledCost": "1,2"}]).path, {}, "BilledCost ('1,2')"),
    "no id": (lambda _: SAMPLE, {"organization": "northwind"}, "--organization 'northwind' is no UUID"),
    "another's connection": (lambda _: SAMPLE, {"connection": str(uuid.uuid4())}, "has no such connection"),
}


def _text(path, text):
    path.write_text(text)
    return path


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_input_is_named_with_its_remedy_and_changes_nothing(payer, tmp_path, wrong):
    make, changes, words = wrong
    with pytest.raises(CommandError) as refused:
        run(payer, make(tmp_path), **changes)
    assert words in str(refused.value)
    with scope.organization(payer.organization_id):
        assert not CostLine.objects.exists()


def test_files_are_loaded_under_a_label_without_any_connection(organization, capsys):
    with scope.organization(organization.id), acting_as("cf_web"):
        source = BillSource.objects.create(label="Finance share", created_at=AT)
    with acting_as("cf_worker"):
        call_command("load_bill", str(SAMPLE), organization=str(organization.id), source=str(source.id))
    assert "NOT EQUAL" not in capsys.readouterr().out
    with scope.organization(organization.id):
        assert {load.source_id for load in BillLoad.objects.all()} == {source.id}


def test_an_export_is_no_source_of_files(payer):
    with scope.organization(payer.organization_id), acting_as("cf_worker"):
        export = source_of(payer)
    with pytest.raises(CommandError, match="has no such source"):
        run(payer, SAMPLE, connection=None, source=str(export.id))


def test_only_a_worker_loads_bills(payer, settings):
    from costframe.roles import ROLES

    settings.COSTFRAME_ROLE = ROLES["web"]
    with pytest.raises(CommandError, match="COSTFRAME_ROLE=worker"):
        run(payer, SAMPLE)
