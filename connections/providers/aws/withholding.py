"""Takes what is withheld out of botocore's models, so that its parsers never make a value of it.

A parser makes the members that the model of an answer names and passes over all others. So a member that is taken out
before a client is made cannot be read by anything behind that client, cannot stand in an error and cannot be logged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from botocore.loaders import Loader

    from connections.provider import Call

Members = dict[str, "Members"]  # by name; with none beneath it, a member is meant with all that it holds
CUT = " as read"  # ends the name of every structure that is cut down to what is read


def withhold(loader: Loader, service: str, reads: Iterable[Call]) -> None:
    """Take what `reads` withhold of a service's answers out of the model that its clients are made from.

    Of an answer of which a call says what is `read`, all the rest is taken out. The loader keeps one model for all, and
    what was taken out stays out.
    """
    own = [call for call in reads if call.service == service and (call.withheld or call.read)]
    if not own:
        return
    # As botocore asks for it, so that it is the same model.
    model: dict[str, Any] = loader.load_service_model(service, "service-2", api_version=None)
    for call in own:
        for path in call.withheld:
            _take_out(model, call.operation, path.split("."))
        if call.read:
            _cut(model, call)


def _take_out(model: Mapping[str, Any], operation: str, path: list[str]) -> None:
    shapes = model["shapes"]
    shape = _structure(shapes, model["operations"][operation]["output"]["shape"])
    for name in path[:-1]:
        if name not in shape.get("members", {}):
            return  # it was taken out with what holds it
        shape = _structure(shapes, shape["members"][name]["shape"])
    # Replaced, not changed: another thread may be going through the members.
    shape["members"] = {name: member for name, member in shape.get("members", {}).items() if name != path[-1]}
    if "required" in shape:
        shape["required"] = [name for name in shape["required"] if name != path[-1]]


def _structure(shapes: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The structure called `name`, or that of which a list or map of this name is made."""
    shape: dict[str, Any] = shapes[name]
    while shape["type"] in {"list", "map"}:
        shape = shapes[shape["member" if shape["type"] == "list" else "value"]["shape"]]
    return shape


def _cut(model: dict[str, Any], call: Call) -> None:
    """Give one operation an answer of its own, of what is read; others keep the shapes that it shared with them."""
    operation = model["operations"][call.operation]
    output, shapes = operation["output"], dict(model["shapes"])
    if output["shape"].endswith(CUT):
        return
    wanted = tree((*_plain(shapes, output["shape"]), *call.read))
    added = _add(shapes, output["shape"], wanted, of=call.operation)
    # Replaced, not changed: another thread may be going through the shapes.
    model["shapes"] = shapes
    operation["output"] = {**output, "shape": added}


def tree(paths: Iterable[str]) -> Members:
    """Dotted paths as members in members."""
    found: Members = {}
    for path in paths:
        at = found
        for name in path.split("."):
            at = at.setdefault(name, {})
    return found


def _plain(shapes: Mapping[str, Any], output: str) -> list[str]:
    members = shapes[output]["members"]
    return [name for name, one in members.items() if shapes[one["shape"]]["type"] not in {"list", "map", "structure"}]


def _add(shapes: dict[str, Any], name: str, wanted: Members, *, of: str) -> str:
    """Add the shape called `name` with what is wanted of it, and return what it is called."""
    if not wanted:
        return name
    shape, added = shapes[name], f"{of} {name}{CUT}"
    if shape["type"] == "structure":
        members = {
            one: {**ref, "shape": _add(shapes, ref["shape"], wanted[one], of=f"{of} {one}")}
            for one, ref in shape["members"].items()
            if one in wanted
        }
        required = {"required": [one for one in shape["required"] if one in members]} if "required" in shape else {}
        shapes[added] = {**shape, "members": members, **required}
    else:
        inner = "member" if shape["type"] == "list" else "value"
        ref = shape[inner]
        shapes[added] = {**shape, inner: {**ref, "shape": _add(shapes, ref["shape"], wanted, of=of)}}
    return added
