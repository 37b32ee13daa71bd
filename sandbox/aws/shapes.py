"""What an answer must look like: the shape that botocore's model gives it, member by member, value by value."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, MapShape, ServiceModel, StructureShape
from botocore.parsers import create_parser
from botocore.validate import ParamValidator
from moto.core.serialize import SerializationContext, get_serializer_class

from sandbox.aws import operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape


class Misshapen(Exception):
    """The sandbox was about to answer what AWS cannot have answered. Mend the data or the handler that made it."""


@cache
def described(service: str) -> ServiceModel:
    """Botocore's own reading of its model."""
    return ServiceModel(operations.LOADER.load_service_model(service, "service-2"), service_name=service)


def problems(service: str, operation: str, answer: Mapping[str, Any]) -> list[str]:
    """What is wrong with an answer: unknown and missing members, wrong types, words that are none of the enum's."""
    shape = described(service).operation_model(operation).output_shape
    if shape is None:
        return [f"{operation} answers nothing, and this answers {sorted(answer)}"] if answer else []
    report = ParamValidator().validate(answer, shape)
    return [*(report.generate_report().splitlines() if report.has_errors() else ()), *_odd_words(answer, shape, "")]


def refuse_misshapen(service: str, operation: str, answer: Mapping[str, Any]) -> None:
    found = problems(service, operation, answer)
    if found:
        raise Misshapen(f"{service}:{operation}: {'; '.join(found[:5])}")


def too_much(service: str, operation: str, asked: Mapping[str, Any]) -> list[str]:
    """What is asked above the most that the model allows: page sizes and lists, which botocore does not check."""
    shape = described(service).operation_model(operation).input_shape
    members = shape.members if isinstance(shape, StructureShape) else {}
    found = []
    for name, value in asked.items():
        most = members[name].metadata.get("max") if name in members else None
        size = len(value) if isinstance(value, list) else value
        if most is not None and isinstance(size, int) and size > most:
            found.append(f"{name} must not be above {most}")
    return found


@cache
def _has_words(shape: Shape) -> bool:
    """Whether anything below the shape is one of an enum, so that long lists of numbers need no walk."""
    return _below(shape, frozenset())


def _below(shape: Shape, above: frozenset[str]) -> bool:
    if shape.name in above:
        return False
    inner = above | {shape.name}
    if isinstance(shape, StructureShape):
        return any(_below(member, inner) for member in shape.members.values())
    if isinstance(shape, ListShape):
        return _below(shape.member, inner)
    if isinstance(shape, MapShape):
        return _below(shape.key, inner) or _below(shape.value, inner)
    return bool(getattr(shape, "enum", None))


def _odd_words(value: Any, shape: Shape, where: str) -> Iterator[str]:  # noqa: ANN401 - any value of the answer
    """What stands where only words of an enum may stand and is none of them; wrong types are found elsewhere."""
    if not _has_words(shape):
        return
    if isinstance(shape, StructureShape | ListShape | MapShape):
        for inner, member, path in _inside(value, shape):
            yield from _odd_words(inner, member, where + path)
    elif value not in getattr(shape, "enum", ()):
        yield f"{where.removeprefix('.')} is {value!r}, which is none of its words"


def _inside(value: Any, shape: StructureShape | ListShape | MapShape) -> Iterator[tuple[Any, Shape, str]]:  # noqa: ANN401
    """Each value below, with its shape and how to call the way there."""
    if isinstance(shape, ListShape):
        for one in value if isinstance(value, list | tuple) else ():
            yield one, shape.member, "[]"
    elif isinstance(shape, MapShape):
        for key, one in value.items() if isinstance(value, dict) else ():
            yield key, shape.key, "{}"
            yield one, shape.value, f".{key}"
    elif isinstance(value, dict):
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield value[name], member, f".{name}"


def serialised(service: str, operation: str, answer: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer in the protocol that botocore speaks with the service."""
    spoken = operations.protocol(service)
    request_id = str(uuid.uuid4())
    serializer = get_serializer_class(service, spoken)(
        operations.model(service).operation_model(operation), SerializationContext(request_id)
    )
    written = serializer.serialize(answer)
    body = written["body"]
    headers = {**written["headers"], "x-amzn-RequestId": request_id}
    return written["status_code"], headers, body.encode() if isinstance(body, str) else body


def parsed(service: str, operation: str, answer: tuple[int, Mapping[str, str], bytes]) -> dict[str, Any]:
    """What a client makes of a written answer, without what botocore adds of the transport."""
    status, headers, body = answer
    parser = create_parser(operations.protocol(service))
    shape = described(service).operation_model(operation).output_shape
    if shape is None:
        return {}
    read = parser.parse({"status_code": status, "headers": dict(headers), "body": body}, shape)
    return {name: value for name, value in read.items() if name != "ResponseMetadata"}
