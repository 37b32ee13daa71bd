"""Reads the lists of the answers that are cut down to what is read, in place of botocore's general parser.

That one goes through every member that a model names, for every item, and takes most of the time of a collection. Here
a shape is made into functions once an answer, and what is not in it is passed over. Everything else of an answer (page
tokens, metadata, errors), and every answer that is not as its model says, is botocore's to read: a test holds that
both make the same of the same bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from botocore.model import ListShape, StructureShape
from botocore.parsers import ResponseParserFactory
from botocore.utils import parse_timestamp

from connections.providers.aws.withholding import CUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from botocore.model import Shape
    from botocore.parsers import ResponseParser

    Make = Callable[[Any], Any]

OK = 200
XML_PROTOCOLS = frozenset({"ec2", "query"})
NOT_READ_HERE = (AttributeError, KeyError, TypeError, ValueError, RecursionError, ET.ParseError)


class NotPlain(ValueError):
    """An answer or its model has what is not read here: it is botocore's to read."""


def moment(value: Any) -> datetime:  # noqa: ANN401 - botocore's
    """A timestamp as AWS writes it; the general parser that botocore uses is some hundred times slower."""
    if isinstance(value, str) and value.endswith("Z"):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    found: datetime = parse_timestamp(value)
    return found


class AnswerParsers(ResponseParserFactory):
    """Makes the parsers of a session."""

    def __init__(self) -> None:
        super().__init__()
        self.set_parser_defaults(timestamp_parser=moment)

    def create_parser(self, protocol_name: str) -> ResponseParser:
        """As botocore's, with the lists of answers that are cut down read by ourselves."""
        general = super().create_parser(protocol_name)
        take = {"json": _from_json, **dict.fromkeys(XML_PROTOCOLS, _from_xml)}.get(protocol_name)
        return general if take is None else _Parser(general, take)  # type: ignore[return-value] # what is asked of one


class _Parser:
    """What botocore asks of a parser: `parse`."""

    def __init__(self, general: ResponseParser, take: Callable[[bytes, StructureShape], tuple[Any, bytes]]) -> None:
        self._general = general
        self._take = take

    def parse(self, response: Mapping[str, Any], shape: StructureShape | None) -> dict[str, Any]:
        """The answer as botocore's own parser makes it."""
        lists: dict[str, Any] = {}
        if shape is not None and shape.name.endswith(CUT) and response["status_code"] == OK:
            try:
                lists, rest = self._take(response["body"], shape)
            except NOT_READ_HERE:  # it is read as any other, which says what is wrong with it
                lists = {}
            else:
                response = {**response, "body": rest}
        answer: dict[str, Any] = self._general.parse(response, shape)  # type: ignore[arg-type] # it may have none
        return answer | lists


def _from_xml(body: bytes, shape: StructureShape) -> tuple[dict[str, Any], bytes]:
    """The lists of an answer, and the answer without them."""
    root = ET.fromstring(body, ET.XMLParser(encoding="utf-8"))  # noqa: S314 - as botocore reads it
    wrapper = shape.serialization.get("resultWrapper")
    [start] = [root] if wrapper is None else [child for child in root if _bare(child.tag) == wrapper]
    named = {_wire_name(name, member): name for name, member in _lists(shape).items()}
    found: dict[str, ET.Element] = {}
    for child in start:
        name = named.get(_bare(child.tag), "")
        if name in found:
            raise NotPlain(name)
        found |= {name: child} if name else {}
    lists = {name: _of_xml(shape.members[name])(node) for name, node in found.items()}
    for node in found.values():
        start.remove(node)
    return lists, ET.tostring(root)


def _from_json(body: bytes, shape: StructureShape) -> tuple[dict[str, Any], bytes]:
    document = json.loads(body)
    named = {_wire_name(name, member): name for name, member in _lists(shape).items()}
    lists = {
        name: _of_json(shape.members[name], _Moments())(document.pop(wire))
        for wire, name in named.items()
        if document.get(wire) is not None
    }
    return lists, json.dumps(document).encode()


def _lists(shape: StructureShape) -> dict[str, ListShape]:
    return {name: member for name, member in shape.members.items() if isinstance(member, ListShape)}


def _wire_name(name: str, shape: Shape) -> str:
    """What a member is called in the answer; `NotPlain` where it is not simply an element or a key of that name."""
    if {"location", "flattened", "xmlAttribute", "eventstream", "jsonvalue"} & shape.serialization.keys():
        raise NotPlain(name)
    return str(shape.serialization.get("name", name))


def _bare(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag[tag.find("}") + 1 :]


class _Known(dict[str, "tuple[str, Make] | None"]):
    """The members of a structure by tag; a tag with a namespace is looked up without it, once."""

    def __missing__(self, tag: str) -> tuple[str, Make] | None:
        bare = _bare(tag)
        self[tag] = found = self[bare] if bare != tag else None
        return found


def _of_xml(shape: Shape) -> Make:
    """What makes the value of an element."""
    if isinstance(shape, StructureShape):
        if shape.is_tagged_union:
            raise NotPlain(shape.name)
        known = _Known({_wire_name(name, one): (name, _of_xml(one)) for name, one in shape.members.items()})

        def structure(node: ET.Element) -> dict[str, Any]:
            made: dict[str, Any] = {}
            for child in node:
                member = known[child.tag]
                if member is None:
                    continue
                if member[0] in made:
                    raise NotPlain(member[0])
                made[member[0]] = member[1](child)
            return made

        return structure
    if isinstance(shape, ListShape):
        of_item = _of_xml(shape.member)
        return lambda node: [of_item(child) for child in node]
    return OF_TEXT[shape.type_name]


OF_TEXT: dict[str, Make] = {
    "string": lambda node: node.text or "",
    "boolean": lambda node: node.text == "true",
    "integer": lambda node: int(node.text),
    "long": lambda node: int(node.text),
    "float": lambda node: float(node.text),
    "double": lambda node: float(node.text),
    "timestamp": lambda node: moment(node.text),
}


class _Moments(dict[Any, datetime]):
    """Timestamps of one answer: many series have the same ones."""

    def __missing__(self, value: Any) -> datetime:  # noqa: ANN401 - as JSON has it
        self[value] = found = moment(value)
        return found


def _of_json(shape: Shape, moments: _Moments) -> Make:
    """What makes the value of a part of a document."""
    if isinstance(shape, StructureShape):
        if shape.is_tagged_union or shape.is_document_type:
            raise NotPlain(shape.name)
        known = [(_wire_name(name, one), name, _of_json(one, moments)) for name, one in shape.members.items()]

        def structure(value: dict[str, Any]) -> dict[str, Any]:
            return {name: make(value[wire]) for wire, name, make in known if value.get(wire) is not None}

        return structure
    if isinstance(shape, ListShape):
        return _list_of_json(shape.member, moments)
    if shape.type_name == "timestamp":
        return moments.__getitem__
    return JSON_AS_IT_IS[shape.type_name]


def _list_of_json(item: Shape, moments: _Moments) -> Make:
    if item.type_name in JSON_AS_IT_IS:
        return list
    of_item = _of_json(item, moments)
    return lambda value: list(map(of_item, value))


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    return value


JSON_AS_IT_IS: dict[str, Make] = dict.fromkeys(("string", "boolean", "integer", "long", "float", "double"), _same)
