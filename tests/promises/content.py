"""Which members of an answer sound as if they held what customers write, or secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

    from connections.provider import Call

MODELS = Loader()  # as botocore ships them: nothing is taken out
# In a name's letters. People write secrets into free text too, so that is told apart by its own words.
CONTENT = (
    "environment", "userdata", "variable", "argument", "customheader", "configurationpropert", "overrides", "secret",
    "passw", "passphrase", "token", "credential", "authkey", "sharedkey", "privatekey", "accesskey", "apikey",
    "keyname", "connectionstring", "gatewayconfiguration", "definition", "script", "resourcerecord", "document",
    "accesspolic", "parameters", "username", "computername", "body",
)  # fmt: skip
FREE_TEXT = ("description", "comment")


def sounds_like_content(name: str, type_name: str) -> bool:
    """Whether a member of this name and type may hold what is no business of ours."""
    word = name.lower()
    if type_name == "string" and any(free in word for free in FREE_TEXT):
        return True
    bare = word.replace("description", "")  # which has a script in it
    return any(content in bare for content in CONTENT)


def output_of(call: Call, loader: Loader = MODELS) -> Shape | None:
    """The shape of a call's answer as `loader` knows it."""
    model = ServiceModel(loader.load_service_model(call.service, "service-2"), call.service)
    return model.operation_model(call.operation).output_shape


def members(shape: Any, path: tuple[str, ...] = (), within: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(dotted path, type) of every member of an answer, through lists and maps; what holds itself is walked once."""
    if shape is None or shape.name in within:
        return
    inner = {"list": "member", "map": "value"}.get(shape.type_name)
    if inner:
        yield from members(getattr(shape, inner), path, (*within, shape.name))
    for name, member in shape.members.items() if shape.type_name == "structure" else ():
        yield ".".join((*path, name)), member.type_name
        yield from members(member, (*path, name), (*within, shape.name))


def is_left(path: str, type_name: str, call: Call) -> bool:
    """Whether a value is made of this member: it is not withheld, and is read where the call says what is."""
    if any(lies_in(path, withheld) for withheld in call.withheld):
        return False
    is_plain = "." not in path and type_name not in {"list", "map", "structure"}
    return not call.read or is_plain or any(lies_in(path, read) or lies_in(read, path) for read in call.read)


def lies_in(path: str, other: str) -> bool:
    """Whether the two are one, or the first lies beneath the other."""
    return f"{path}.".startswith(f"{other}.")


def content_of(call: Call) -> set[str]:
    """The paths of a call's answer that sound like content; the tokens by which its pages are told apart are none."""
    pages = MODELS.load_service_model(call.service, "paginators-1")["pagination"].get(call.operation, {})
    tokens = {name for side in ("input_token", "output_token") for name in _listed(pages.get(side, ()))}
    return {
        path
        for path, type_name in members(output_of(call))
        if sounds_like_content(path.rpartition(".")[2], type_name) and path not in tokens
    }


def _listed(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said)
