"""A person with a browser, as far as the demo needs one: keeps cookies, follows redirects, fills in forms."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class PageRefused(Exception):
    """The product answered with an error page. The message holds its status, address and words."""


@dataclass
class Form:
    """One form of a page: where it goes and what its fields hold."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.codes: dict[str, str] = {}
        self._code: str | None = None
        self._textarea: str | None = None
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(action=given.get("action", ""), method=given.get("method", "get").lower()))
        elif tag in {"input", "button"} and self.forms and "name" in given:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._textarea = given.get("name")
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in {"script", "style"}:
            self._skipping += 1
        if "id" in given and tag in {"code", "pre"}:
            self._code = given["id"]
            self.codes[self._code] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in {"code", "pre"}:
            self._code = None
        elif tag == "textarea":
            self._textarea = None
        elif tag in {"script", "style"}:
            self._skipping -= 1

    def handle_data(self, data: str) -> None:
        if self._code is not None:
            self.codes[self._code] += data
        if self._textarea and self.forms:
            self.forms[-1].fields[self._textarea] = data
        if not self._skipping and data.strip():
            self.words.append(" ".join(data.split()))


@dataclass(frozen=True)
class Page:
    """An answer: its final address and text, read as HTML where it is."""

    url: str
    text: str

    @property
    def forms(self) -> list[Form]:
        """Its forms, in order."""
        return _read(self.text).forms

    @property
    def links(self) -> list[str]:
        """Where its links go, in order."""
        return _read(self.text).links

    @property
    def words(self) -> str:
        """What a person reads on it."""
        return " ".join(_read(self.text).words)

    def can_send(self, ending: str) -> bool:
        """Whether it has a form whose action ends so."""
        return any(form.action.endswith(ending) for form in self.forms)

    def form(self, ending: str) -> Form:
        """The form whose action ends so. `PageRefused` with the page's words where there is none."""
        for form in self.forms:
            target = urllib.parse.urljoin(self.url, form.action)
            if urllib.parse.urlsplit(target).path.endswith(ending):
                return Form(action=target, method=form.method, fields=form.fields)
        raise PageRefused(f"{self.url} has no form that goes to …{ending}. It says: {self.words[:600]}")


class Browser:
    """Speaks to one origin by number (not every resolver knows names below localhost) under its real Host.

    `signed_in` gives the identity provider's cookies with a fresh session token whenever they are needed, as its
    script does in a real browser.
    """

    def __init__(self, *, origin: str, signed_in: Callable[[], Mapping[str, str]]) -> None:
        self.origin = origin
        self._signed_in = signed_in
        parts = urllib.parse.urlsplit(origin)
        self._host = parts.netloc
        self._address = f"http://127.0.0.1:{parts.port}"
        self._jar: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Open a page, following redirects inside the origin."""
        return self._open(urllib.parse.urljoin(f"{self.origin}/", path), None)

    def submit(self, form: Form, values: Mapping[str, str] | None = None) -> Page:
        """Send a form with `values` filled in."""
        fields = {**form.fields, **(values or {})}
        return self._open(form.action, urllib.parse.urlencode(fields).encode())

    def _open(self, url: str, body: bytes | None, hops: int = 5) -> Page:
        parts = urllib.parse.urlsplit(url)
        if parts.netloc != self._host:
            raise PageRefused(f"{self.origin} sent us to {url}: the session token was not accepted.")
        target = urllib.parse.urlunsplit(parts._replace(scheme="http", netloc=self._address.removeprefix("http://")))
        request = urllib.request.Request(target, data=body, headers=self._headers(body is not None))
        try:
            with _OPENER.open(request, timeout=60) as answer:
                self._keep(answer.headers.get_all("Set-Cookie") or [])
                return Page(url=url, text=answer.read().decode())
        except urllib.error.HTTPError as error:
            self._keep(error.headers.get_all("Set-Cookie") or [])
            if error.code in {301, 302, 303, 307, 308} and hops:
                return self._open(urllib.parse.urljoin(url, error.headers["Location"]), None, hops - 1)
            words = " ".join(_read(error.read().decode(errors="replace")).words)
            raise PageRefused(f"{error.code} at {url}: {words[:800]}") from error

    def _headers(self, is_post: bool) -> dict[str, str]:  # noqa: FBT001 - one private flag
        cookies = {**self._jar, **self._signed_in()}
        return {
            "Host": self._host,
            "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            **({"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} if is_post else {}),
        }

    def _keep(self, directives: list[str]) -> None:
        for directive in directives:
            name, _, value = directive.partition(";")[0].partition("=")
            self._jar[name] = value


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Redirects are followed by the browser itself, which watches where they go."""


_OPENER = urllib.request.build_opener(_NoRedirect(), urllib.request.ProxyHandler({}))


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    return reader
