"""Every address of the web process, with an id in each place that takes one."""

from __future__ import annotations

import re
import uuid

from django.urls import URLPattern, get_resolver
from django.urls.converters import UUIDConverter

NOBODYS = uuid.UUID(int=0)


def every_route(resolver=None, namespace="", before=""):
    """(name, pattern, converters) of every view. `pattern` has {name} in each place that takes something."""
    for one in (resolver or get_resolver("costframe.urls")).url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield f"{namespace}{one.name}", pattern, dict(one.pattern.converters)
        else:
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from every_route(one, inner, pattern)


def filled_in(pattern, ids, word="terraform"):
    """The address with `ids` by parameter name, and `word` for everything else."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str(ids.get(place[1], word)), pattern)


def every_url():
    """(name, address) with an id that is nobody's."""
    for name, pattern, converters in every_route():
        ids = {key: NOBODYS for key, value in converters.items() if isinstance(value, UUIDConverter)}
        yield name, filled_in(pattern, ids)
