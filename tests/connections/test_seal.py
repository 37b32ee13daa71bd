"""Sealing, the key directory, and the command that keeps it."""

import base64
import stat
import traceback
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from connections import seal, unseal
from connections.management.commands import sealing_key

BINDING = seal.Binding(organization_id=UUID(int=1), connection_id=UUID(int=2), provider="aws", generation=1)
SECRET = {"role_arn": "arn:aws:iam::111122223333:role/planted-secret"}
PASSPHRASE = "a passphrase that a machine made"


@pytest.fixture
def keys(tmp_path):
    return unseal.KeyDirectory(tmp_path / "keys")


def sealed_to(key, secret=SECRET):
    return seal.seal(secret, public_key=key.public_key, binding=BINDING)


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain seed", "passphrase"])
def test_what_was_sealed_opens_with_the_key_from_the_directory(tmp_path, passphrase):
    keys = unseal.KeyDirectory(tmp_path / "keys", passphrase)
    assert unseal.unseal(sealed_to(keys.make()).blob, keys=keys, binding=BINDING) == SECRET


@settings(max_examples=25, deadline=None)
@given(secret=st.dictionaries(st.text(), st.text(), min_size=1))
def test_every_mapping_of_texts_comes_back_as_it_was(tmp_path_factory, secret):
    keys = unseal.KeyDirectory(tmp_path_factory.mktemp("keys", numbered=True) / "k")
    blob = sealed_to(keys.make(), secret).blob
    assert unseal.unseal(memoryview(blob), keys=keys, binding=BINDING) == secret


@pytest.mark.parametrize("secret", [{}, {"a": 1}, {"a": None}, {1: "a"}])
def test_a_payload_that_is_not_names_and_texts_is_refused(keys, secret):
    with pytest.raises(seal.CannotSeal, match="mapping of names to texts"):
        sealed_to(keys.make(), secret)


def test_half_a_character_is_refused_without_quoting_the_credential(keys):
    with pytest.raises(seal.CannotSeal) as refusal:
        sealed_to(keys.make(), {"role_arn": "planted-secret\ud800"})
    assert refusal.value.__suppress_context__
    assert "planted" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "There is no sealing key"),
        ("not base64!", "not base64"),
        (base64.b64encode(b"short").decode(), "5 bytes instead of 1216"),
        (base64.b64encode(b"\xff" * 1216).decode(), "damaged"),
        (base64.b64encode(b"\x00" * 1216).decode(), "damaged"),
    ],
)
def test_a_malformed_public_key_is_refused_with_the_setting_and_the_remedy(text, complaint):
    with pytest.raises(seal.CannotSeal, match=complaint) as refusal:
        seal.parse_public_key(text)
    assert "COSTFRAME_SEALING_PUBLIC_KEY" in str(refusal.value)
    assert "sealing_key make" in str(refusal.value)


def test_the_public_key_survives_its_text_form_and_line_breaks(keys):
    public_key = keys.make().public_key
    text = seal.public_key_text(public_key)
    assert seal.parse_public_key(f" {text[:800]}\n{text[800:]}\n") == public_key


def test_keys_are_files_that_only_their_owner_reads(keys):
    key = keys.make()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(keys.file(key.key_id).stat().st_mode) == 0o600


def test_a_passphrase_leaves_no_private_key_in_the_file(tmp_path):
    keys = unseal.KeyDirectory(tmp_path / "keys", PASSPHRASE)
    key_id = keys.make().key_id
    content = (keys.path / f"{key_id}.pem").read_text()
    assert content.count("BEGIN ENCRYPTED PRIVATE KEY") == 2
    assert "BEGIN PRIVATE KEY" not in content


def test_a_short_passphrase_is_refused(tmp_path):
    with pytest.raises(unseal.KeyFault, match="shorter than 20"):
        unseal.KeyDirectory(tmp_path / "keys", "hunter2").make()


@pytest.mark.parametrize(
    ("passphrase", "complaint"),
    [(None, "needs COSTFRAME_SEALING_KEY_PASSPHRASE"), ("another passphrase of a machine", "does not open")],
)
def test_a_wrapped_key_needs_its_passphrase(tmp_path, passphrase, complaint):
    key = unseal.KeyDirectory(tmp_path / "keys", PASSPHRASE).make()
    with pytest.raises(unseal.KeyFault, match=complaint):
        unseal.KeyDirectory(tmp_path / "keys", passphrase).get(key.key_id)


def open_folder(keys, key):
    keys.path.chmod(0o750)


def open_file(keys, key):
    keys.file(key.key_id).chmod(0o640)


def cut_file(keys, key):
    keys.file(key.key_id).write_bytes(b"short")


def swap_file(keys, key):
    keys.file(key.key_id).write_bytes(b"s" * 32)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [(open_folder, "chmod 700"), (open_file, "chmod 600"), (cut_file, "damaged"), (swap_file, "another key")],
)
def test_a_key_directory_that_is_not_as_it_must_be_is_refused(keys, spoil, complaint):
    key = keys.make()
    spoil(keys, key)
    with pytest.raises(unseal.KeyFault, match=complaint):
        keys.get(key.key_id)


def test_an_unknown_key_is_an_error_and_no_other_key_is_tried(keys, tmp_path):
    keys.make()
    elsewhere = unseal.KeyDirectory(tmp_path / "elsewhere").make()
    with pytest.raises(unseal.CannotUnseal, match=elsewhere.key_id):
        unseal.unseal(sealed_to(elsewhere).blob, keys=keys, binding=BINDING)


def test_resealing_moves_a_credential_to_a_newer_key(keys):
    old, new = keys.make(), keys.make()
    moved = unseal.reseal(sealed_to(old).blob, keys=keys, binding=BINDING, public_key=new.public_key)
    keys.destroy(old.key_id)
    assert moved.key_id == new.key_id
    assert unseal.unseal(moved.blob, keys=keys, binding=BINDING) == SECRET


def test_a_destroyed_key_opens_nothing_any_more(keys):
    key = keys.make()
    keys.destroy(key.key_id)
    assert keys.key_ids() == []
    with pytest.raises(unseal.CannotUnseal):
        unseal.unseal(sealed_to(key).blob, keys=keys, binding=BINDING)


def test_nothing_that_is_shown_holds_a_secret(keys):
    key = keys.make()
    sealed = sealed_to(key)
    shown = repr((unseal.KeyDirectory(keys.path, PASSPHRASE), key, sealed))
    try:
        unseal.unseal(sealed.blob[:-1] + b"x", keys=keys, binding=BINDING)
    except unseal.CannotUnseal as error:
        shown += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    seed = keys.file(key.key_id).read_bytes()
    assert [word for word in ("planted-secret", PASSPHRASE, repr(seed)[2:-1], seed.hex()) if word in shown] == []


def run(capsys, *arguments):
    call_command("sealing_key", *arguments)
    return capsys.readouterr().out


@pytest.fixture
def host(settings, tmp_path, monkeypatch):
    """A worker host with an empty key directory, and a count of rows that the test sets."""
    settings.SEALING_KEY_DIR = str(tmp_path / "keys")
    used: dict[str, int] = {}
    monkeypatch.setattr(sealing_key, "count_rows_using", lambda key_id: used.get(key_id, 0))
    return used


def test_make_prints_the_line_for_web(host, capsys, settings):
    name, _, text = run(capsys, "make").strip().partition("=")
    (key_id,) = unseal.KeyDirectory(seal_path(settings)).key_ids()
    assert name == "COSTFRAME_SEALING_PUBLIC_KEY"
    assert seal.key_id_of(seal.parse_public_key(text)) == key_id


def seal_path(settings):
    from pathlib import Path

    return Path(settings.SEALING_KEY_DIR)


def test_make_does_not_add_to_a_directory_that_has_a_key(host, capsys):
    run(capsys, "make")
    with pytest.raises(CommandError, match="rotate"):
        run(capsys, "make")


def test_an_older_key_is_destroyed_only_when_nothing_uses_it(host, capsys, settings):
    run(capsys, "make")
    run(capsys, "rotate")
    old, new = unseal.KeyDirectory(seal_path(settings)).key_ids()
    host[old] = 2
    assert f"{old}       2 credentials\n{new}       0 credentials  newest" in run(capsys, "list")
    with pytest.raises(CommandError, match="2 credentials are still sealed"):
        run(capsys, "destroy", old)
    host[old] = 0
    with pytest.raises(CommandError, match="newest key"):
        run(capsys, "destroy", new)
    run(capsys, "destroy", old)
    assert unseal.KeyDirectory(seal_path(settings)).key_ids() == [new]


def test_the_command_names_the_setting_that_is_missing(settings, capsys):
    settings.SEALING_KEY_DIR = ""
    with pytest.raises(CommandError, match="COSTFRAME_SEALING_KEY_DIR"):
        run(capsys, "make")
