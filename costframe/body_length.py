"""Whether a request's body is one that will be read, from its headers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def leaves_body_unread(headers: Iterable[tuple[str, str]], *, most_bytes: int) -> bool:
    """Whether the application will refuse the body unread, so that the connection must end with the answer.

    Else the server would go on reading what nobody wants, in search of the next request.
    """
    for name, value in headers:
        if name == "TRANSFER-ENCODING" or (name == "CONTENT-LENGTH" and not is_within(value, most_bytes)):
            return True
    return False


def is_within(length: str, most_bytes: int) -> bool:
    """Whether a Content-Length is a number up to `most_bytes`. However long it is, it is not made a number first."""
    digits = length.lstrip("0")
    return length.isascii() and length.isdigit() and (len(digits), digits) <= (len(str(most_bytes)), str(most_bytes))
