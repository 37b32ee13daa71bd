"""Which views take files, and through what: they are parsed inside the organisation's scope, and by no other view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])


class NoFiles(FileUploadHandler):
    """The handler of every view that declares none: a request with a file is refused, and nothing of it is kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401 - Django's signature
        """Refuse the first file."""
        del args, kwargs
        raise TooManyFilesSent("This address takes no files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never reached."""

    def file_complete(self, file_size: int) -> None:
        """Never reached."""


def takes_files(handler: type[FileUploadHandler]) -> Callable[[View], View]:
    """Declare that a view takes files through `handler`, which it finds as the first of `request.upload_handlers`.

    The middleware puts it there once it is known who asks and that they may. What the handler wrote is undone unless
    the view's answer is below 400. The form must say its organisation in its address (`form_address`), since its
    body is not read before that is compared.
    """

    def declare(view: View) -> View:
        vars(view)["file_handler"] = handler
        return view

    return declare


def handler_of(view: Callable[..., Any]) -> type[FileUploadHandler] | None:
    """The handler that a view declares, through whatever decorators stand above it."""
    found: type[FileUploadHandler] | None = vars(view).get("file_handler")
    return found


def are_taken_at(path: str) -> bool:
    """Whether the view at this address takes files. Nobody else may read the body of a request to it."""
    try:
        return handler_of(resolve(path).func) is not None
    except Resolver404:
        return False


def prepare(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Let the view's handler take the files of this request. False: it takes none."""
    handler = handler_of(view)
    if handler is None or request.method != "POST":
        return False
    request.upload_handlers = [handler(request)]
    return True
