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


def withhold(loader: Loader, service: str, reads: Iterable[Call]) -> None:
    """Take what `reads` withhold of a service's answers out of the model that its clients are made from.

    The loader keeps one model for all, and what was taken out stays out.
    """
    paths = [(call.operation, path) for call in reads if call.service == service for path in call.withheld]
    if not paths:
        return
    # As botocore asks for it, so that it is the same model.
    model: dict[str, Any] = loader.load_service_model(service, "service-2", api_version=None)
    for operation, path in paths:
        _take_out(model, operation, path.split("."))


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
