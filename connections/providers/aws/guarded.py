"""A botocore session that only reads: it takes nothing from its surroundings and asks the guard three times.

Once before parameters are built (nothing signed yet), once when a request is about to be sent, and once more in the
transport itself, which no event handler can remove. Handlers live on the session and are copied into each client.
"""

from __future__ import annotations

import threading
from copy import copy
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as SESSION_VARIABLES
from botocore.configprovider import ConfigValueStore, ConstantProvider
from botocore.credentials import CredentialResolver
from botocore.hooks import HierarchicalEmitter

from connections.providers.aws.answers import AnswerParsers
from connections.providers.aws.outcomes import code_in, outcome_of, without_names
from connections.providers.aws.withholding import withhold
from connections.readonly import READ_METHODS, WriteRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from botocore.client import BaseClient
    from botocore.credentials import Credentials

    from connections.providers.aws.outcomes import CallBook
    from connections.readonly import Guard

# Parsed service models are read-only to botocore, as they are between the clients of one session. ~/.aws/models and
# AWS_DATA_PATH are left out: a model planted there could give a write the name of a read.
LOADER = botocore.loaders.Loader(
    extra_search_paths=[botocore.loaders.Loader.BUILTIN_DATA_PATH], include_default_search_paths=False
)
CREATING = threading.Lock()  # botocore sessions may not create clients in two threads at once

CONFIG = Config(
    user_agent_extra="costframe (read-only)",
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=16,
    proxies={},  # an empty mapping keeps HTTPS_PROXY and its like out
    ignore_configured_endpoint_urls=True,  # type: ignore[call-arg] # the stubs lag behind
    use_dualstack_endpoint=False,
    use_fips_endpoint=False,
)
SANDBOX_S3 = Config(s3={"addressing_style": "path"})


class GuardedEmitter(HierarchicalEmitter):
    """An emitter from which the guard's own handlers cannot be taken away."""

    def unregister(
        self,
        event_name: str,
        handler: Callable[..., Any] | None = None,
        unique_id: str | None = None,
        unique_id_uses_count: bool = False,  # noqa: FBT001, FBT002 - botocore's signature
    ) -> None:
        """As botocore's, but a handler of the guard stays."""
        if str(unique_id or "").startswith("costframe-") or getattr(handler, "is_guard", False):
            raise WriteRefused("session", "unregister", f"the guard's handler of {event_name} stays")
        super().unregister(event_name, handler, unique_id, unique_id_uses_count)


@cache
def _built_in() -> GuardedEmitter:
    """An emitter with botocore's own handlers and nothing else. Only copies of it are used.

    botocore looks at the signature of each when it is registered, which takes most of the time that a session takes.
    """
    emitter = GuardedEmitter()
    botocore.session.Session(event_hooks=emitter)
    return emitter


class GuardedTransport:
    """What sends bytes. It looks at the request itself, so that a handler that rewrote it gains nothing."""

    def __init__(self, inner: Any, *, guard: Guard, service: str) -> None:  # noqa: ANN401 - botocore's
        if inner._verify is not True:  # noqa: SLF001 - there is no public way to see it
            raise WriteRefused(service, "connect", "certificates must be verified")
        self._inner = inner
        self._guard = guard
        self._service = service

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send `request` if it is a declared read to the provider's own address."""
        operation = wire_operation(request)
        self._guard.check_address(self._service, operation or request.method, request.url)
        self._guard.check_wire(self._service, operation, request.method, request.url)
        if self._service == "s3":
            self._guard.check_object_url(request.url, request.method)
        answer: AWSResponse = self._inner.send(request)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def wire_operation(request: AWSPreparedRequest) -> str:
    """The operation that the request itself names; empty for a protocol that names none, "several" where it is unclear.

    Body, headers, path and query may each name one, and which of them counts is the provider's affair: so all that
    are there must be the only one.
    """
    named = [*_in_headers(request), *_in_address(request), *_in_body(request)]
    return named[0] if len(named) == 1 else "several" if named else ""


def _in_headers(request: AWSPreparedRequest) -> list[str]:
    target = request.headers.get("X-Amz-Target")
    return [(target.decode() if isinstance(target, bytes) else str(target)).rsplit(".", 1)[-1]] if target else []


def _in_address(request: AWSPreparedRequest) -> list[str]:
    parts = urlsplit(request.url)
    in_path = [parts.path.rsplit("/operation/", 1)[-1]] if "/operation/" in parts.path else []
    return in_path + parse_qs(parts.query, keep_blank_values=True).get("Action", [])


def _in_body(request: AWSPreparedRequest) -> list[str]:
    content_type = request.headers.get("Content-Type") or b""
    if b"x-www-form-urlencoded" in (content_type.encode() if isinstance(content_type, str) else content_type):
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
        pairs = [pair.partition("=") for pair in body.split("&")]
        # A name that is written with escapes is a name all the same.
        return [unquote_plus(value) for name, _, value in pairs if unquote_plus(name) == "Action"] or ["none"]
    return ["a body"] if request.body and request.method in READ_METHODS else []


class GuardedSession(botocore.session.Session):
    """A session with the guard in it. No environment variable, file or metadata service reaches it."""

    def __init__(
        self, *, guard: Guard, book: CallBook, credentials: Credentials, region: str, role_name: str = ""
    ) -> None:
        super().__init__(event_hooks=copy(_built_in()), include_builtin_handlers=False)
        self._role_name = role_name
        self.guard = guard
        self.region = region
        self._config: dict[str, Any] = {"profiles": {}}
        self._credentials = credentials
        defaults = {name: ConstantProvider(value[2]) for name, value in SESSION_VARIABLES.items()}
        defaults["profile"] = ConstantProvider(None)
        self.register_component("config_store", ConfigValueStore(mapping=defaults))
        self.register_component("credential_provider", CredentialResolver(providers=[]))
        self.register_component("data_loader", LOADER)
        self.register_component("response_parser_factory", AnswerParsers())
        self._install(book)

    def _install(self, book: CallBook) -> None:
        for event, handler in (
            ("provide-client-params", self._before_parameters),
            ("choose-signer", self._before_signer),
            ("before-sign", self._before_signing),
            ("before-send", self._before_sending),
            ("after-call", self._after_call),
        ):
            held = partial(handler)
            held.is_guard = True  # type: ignore[attr-defined]  # a mark of our own
            self.get_component("event_emitter").register_first(event, held, unique_id=f"costframe-{event}")
        self._book = book

    def create_client(  # type: ignore[override] # options are looked at together, not one by one
        self,
        service_name: str,
        region_name: str | None = None,
        **options: Any,  # noqa: ANN401 - botocore's
    ) -> BaseClient:
        """A client that reads. Options that would loosen it (endpoint, keys, no TLS, no verification) are refused."""
        config = options.pop("config", None)
        options.pop("api_version", None)
        given = {name for name, value in options.items() if value is not None and value is not True}
        if given:
            raise WriteRefused(service_name, "create_client", f"{', '.join(sorted(given))} may not be set")
        ours = CONFIG.merge(SANDBOX_S3) if self.guard.sandbox_url else CONFIG
        with CREATING:
            withhold(LOADER, service_name, self.guard.reads)
            client = super().create_client(
                service_name,
                region_name=region_name or self.region,
                config=ours if config is None else config.merge(ours),
                endpoint_url=self.guard.sandbox_url or None,
                verify=True,
            )
        service = client.meta.service_model.service_name
        place: dict[str, Any] = {"service_name": service, "region_name": client.meta.region_name}
        # Where the signer is: what is registered on the event as a whole comes after all that is on one service's.
        created = f"request-created.{client.meta.service_model.service_id.hyphenize()}"
        client.meta.events.register_first(created, partial(self._before_try, **place), "costframe-pace")
        client.meta.events.register("response-received", partial(self._book.on_response, **place), unique_id="book")
        client.meta.events.register_last(
            "needs-retry",
            self._further_try,  # type: ignore[arg-type] # the stubs know of no handlers that answer
            unique_id="costframe-patience",
        )
        endpoint: Any = vars(client)["_endpoint"]  # botocore has no public door to the transport
        endpoint.http_session = GuardedTransport(endpoint.http_session, guard=self.guard, service=service)
        return client

    def get_auth_token(self, **_: object) -> None:  # type: ignore[override] # there never is one
        """No bearer tokens: they would come from the environment."""

    def _register_client_plugins(self, client: BaseClient) -> None:
        """No plugins: they are named by an environment variable."""

    def _before_parameters(self, *, params: Any, model: Any, context: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        service, operation = model.service_model.service_name, model.name
        self.guard.check_operation(service, operation, params)
        if (context or {}).get("is_presign_request"):
            raise WriteRefused(service, operation, "a presigned URL would carry our access to somebody else")
        self._book.before_call()

    def _before_try(self, *, request: Any, service_name: str, region_name: str, **_: object) -> None:  # noqa: ANN401 - botocore's
        """Wait for the turn of a try, the first or a further one: before it is signed, so that the signature is new."""
        if self._book.pace is not None:
            self._book.pace.before_call(service=service_name, region=region_name)
            # Until when the SDK waits for an answer was reckoned before the wait: the provider need not be told.
            request.context.get("retries", {}).pop("ttl", None)

    def _further_try(self, *, response: Any, attempts: int, **_: object) -> float | None:  # noqa: ANN401 - botocore's
        """In how many seconds a throttled call goes again that the SDK gives up: as long as it does not, its own answer
        counts, which comes first.
        """
        pace = self._book.pace
        is_throttled = response is not None and outcome_of(code_in(response[1])) == "THROTTLED"
        return pace.further_try(tries=attempts) if pace is not None and is_throttled else None

    def _before_signer(self, *, signature_version: Any, event_name: str, **_: object) -> None:  # noqa: ANN401 - botocore's
        if str(signature_version).endswith(("-query", "-presign-post")):
            service, operation = event_name.split(".", 2)[1:]
            raise WriteRefused(service, operation, "a presigned URL would carry our access to somebody else")

    def _before_signing(self, *, operation_name: str, event_name: str, **_: object) -> None:
        service = event_name.split(".")[1]
        if operation_name not in {operation for _, operation in self.guard.allowed}:
            raise WriteRefused(service, operation_name)

    def _before_sending(self, *, request: AWSPreparedRequest, event_name: str, **_: object) -> None:
        service, operation = event_name.split(".", 2)[1:]
        self.guard.check_address(service, operation, request.url)

    def _after_call(self, *, parsed: dict[str, Any], **_: object) -> None:
        """Take the role's name out of a refusal before anything is raised: no report, row or log can then hold it."""
        error = parsed.get("Error")
        if error and error.get("Message"):
            error["Message"] = without_names(str(error["Message"]), role_name=self._role_name)
