"""Promise: workers query cloud endpoints over TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import botocore.httpsession
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, SSLError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connections.providers.aws import inventory
from connections.providers.aws.guarded import GuardedSession, GuardedTransport
from connections.providers.aws.outcomes import CallBook
from connections.providers.aws.session import HOSTS, CannotAssumeRole, Principal, open_session
from connections.readonly import Guard, WriteRefused
from tests.connections.aws import silent_address

ROLE = "arn:aws:iam::123456789012:role/CostframeReadOnly"


def certificate(folder, *, host):
    """A self-signed certificate for `host`, with its key; answers their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = dt.datetime.now(dt.UTC)
    subject = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem, secret


class Answering(BaseHTTPRequestHandler):
    requests: list[str] = []

    def do_POST(self):
        type(self).requests.append(self.path)
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def tls_server(tmp_path, request):
    """A TLS server on loopback whose certificate is for the host given as parameter; answers URL and certificate."""
    pem, key = certificate(tmp_path, host=request.param)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    Answering.requests = []
    server = HTTPServer(("127.0.0.1", 0), Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", pem
    server.shutdown()
    thread.join()
    server.server_close()


def ask(url):
    guard = Guard(reads=inventory.DECLARED, host_suffixes=HOSTS, sandbox_url=url)
    session = GuardedSession(guard=guard, book=CallBook(), credentials=Credentials("a", "b"), region="us-east-1")
    session.create_client("ec2").describe_volumes()


@pytest.mark.parametrize("tls_server", ["127.0.0.1"], indirect=True)
def test_a_self_signed_certificate_is_refused(tls_server):
    with pytest.raises(SSLError, match="self-signed"):
        ask(tls_server[0])
    assert Answering.requests == []


@pytest.mark.parametrize("tls_server", ["ec2.us-east-1.amazonaws.com"], indirect=True)
def test_a_certificate_for_another_host_is_refused(tls_server, monkeypatch):
    url, pem = tls_server
    monkeypatch.setattr(botocore.httpsession, "where", lambda: str(pem))
    with pytest.raises(SSLError, match=r"doesn.t match"):
        ask(url)
    assert Answering.requests == []


@pytest.mark.parametrize("tls_server", ["127.0.0.1"], indirect=True)
def test_a_trusted_certificate_of_the_right_host_is_what_makes_the_difference(tls_server, monkeypatch):
    url, pem = tls_server
    monkeypatch.setattr(botocore.httpsession, "where", lambda: str(pem))
    with pytest.raises(ClientError):
        ask(url)
    assert Answering.requests


def test_plain_http_to_the_provider_is_refused():
    guard = Guard(reads=inventory.DECLARED, host_suffixes=HOSTS)
    session = GuardedSession(guard=guard, book=CallBook(), credentials=Credentials("a", "b"), region="us-east-1")
    client = session.create_client("ec2")
    client.meta.events.register_first(
        "before-send", lambda request, **_: setattr(request, "url", request.url.replace("https:", "http:"))
    )
    with pytest.raises(WriteRefused, match="http is not TLS"):
        client.describe_volumes()


@pytest.mark.parametrize("url", ["http://10.0.0.5:8080", "https://aws.example.com", "http://sandbox.internal"])
def test_an_endpoint_that_is_neither_the_providers_nor_loopback_is_refused(url):
    with pytest.raises(WriteRefused):
        open_session(
            principal=Principal(access_key_id="a", secret_access_key="b", sandbox_url=url),
            role_arn=ROLE,
            external_id="cf-1",
            connection_id="c",
        )


def test_certificates_are_verified_whatever_the_surroundings_say(monkeypatch):
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    guard = Guard(reads=inventory.DECLARED, host_suffixes=HOSTS)
    session = GuardedSession(guard=guard, book=CallBook(), credentials=Credentials("a", "b"), region="us-east-1")
    transport = session.create_client("ec2")._endpoint.http_session
    assert isinstance(transport, GuardedTransport)
    assert transport._inner._verify is True
    assert session.create_client("ec2").meta.endpoint_url == "https://ec2.us-east-1.amazonaws.com"


def test_an_unverified_transport_is_refused():
    inner = botocore.httpsession.URLLib3Session(verify=False)
    with pytest.raises(WriteRefused, match="verified"):
        GuardedTransport(inner, guard=Guard(reads=(), host_suffixes=HOSTS), service="ec2")


def test_no_proxy_of_the_surroundings_stands_between(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with silent_address():
        guard = Guard(reads=inventory.DECLARED, host_suffixes=HOSTS)
        session = GuardedSession(guard=guard, book=CallBook(), credentials=Credentials("a", "b"), region="us-east-1")
        proxies = session.create_client("ec2")._endpoint.http_session._inner._proxy_config._proxies
    assert proxies == {}


def test_an_unreachable_endpoint_is_no_verdict_on_the_role():
    with pytest.raises(CannotAssumeRole) as error:
        open_session(
            principal=Principal(access_key_id="a", secret_access_key="b", sandbox_url="http://127.0.0.1:1"),
            role_arn=ROLE,
            external_id="cf-1",
            connection_id="c",
        )
    assert not error.value.permanent
