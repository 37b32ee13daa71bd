"""The settings of every process, and the only place that reads the environment."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from audits.quarantine import MOST_ROWS, percent_of
from costframe import logs, redact
from costframe.roles import EVERY_SECRET, ROLES
from tenants import roles, svix
from tenants.proof import ContextKey

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine only (localhost and names under it)."""
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


ROLE_NAME = env.str("COSTFRAME_ROLE", default="migrate")
if ROLE_NAME not in ROLES:
    raise ImproperlyConfigured(f"COSTFRAME_ROLE is {ROLE_NAME!r}: choose one of {', '.join(ROLES)}.")
COSTFRAME_ROLE = ROLES[ROLE_NAME]
ENVIRONMENT = dict(os.environ)
# Whatever logs them by mistake, their values are taken out. The folder and the people are no secret by themselves.
NO_SECRETS = {"COSTFRAME_SEALING_KEY_DIR", "PLATFORM_ADMIN_USER_IDS"}
redact.remember(ENVIRONMENT.get(name, "") for name in {"COSTFRAME_DATABASE_URL", *EVERY_SECRET} - NO_SECRETS)

DEBUG = env.bool("COSTFRAME_DEBUG", default=False)
SANDBOX = env.bool("COSTFRAME_SANDBOX", default=False)
PUBLIC_ORIGIN = env.str("COSTFRAME_PUBLIC_ORIGIN", default="http://app.localhost:8000").rstrip("/")
if SANDBOX and not is_loopback(PUBLIC_ORIGIN):
    raise ImproperlyConfigured(
        f"COSTFRAME_SANDBOX is on, but COSTFRAME_PUBLIC_ORIGIN is {PUBLIC_ORIGIN}: the sandbox serves loopback only."
    )
if DEBUG and not is_loopback(PUBLIC_ORIGIN):
    raise ImproperlyConfigured(
        f"COSTFRAME_DEBUG is on, but COSTFRAME_PUBLIC_ORIGIN is {PUBLIC_ORIGIN}: error pages would show everybody the "
        "settings, database login included. Switch it off; it is for loopback only."
    )
if not PUBLIC_ORIGIN.startswith("https://") and not is_loopback(PUBLIC_ORIGIN):
    raise ImproperlyConfigured(f"COSTFRAME_PUBLIC_ORIGIN is {PUBLIC_ORIGIN}: it must start with https://.")

# Only web and operator sign anything with it; the others get a fresh one that nobody needs to know.
SECRET_KEY = env.str("COSTFRAME_SECRET_KEY", default="") or os.urandom(32).hex()
if ROLE_NAME in {"web", "operator"} and not env.str("COSTFRAME_SECRET_KEY", default="") and not SANDBOX:
    raise ImproperlyConfigured("COSTFRAME_SECRET_KEY is not set: give web and operator one each, 50 random characters.")

try:
    CONTEXT_KEY = ContextKey.from_text(text) if (text := env.str("COSTFRAME_CONTEXT_KEY", default="")) else None
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from None
if ROLE_NAME == "web" and CONTEXT_KEY is None:
    raise ImproperlyConfigured(
        "COSTFRAME_CONTEXT_KEY is not set: PostgreSQL would open no organisation to the web process. "
        "`manage.py context_key make`, run as the migrate process, prints one."
    )

ALLOWED_HOSTS = [urlsplit(PUBLIC_ORIGIN).hostname or "app.localhost"]
USE_HTTPS = PUBLIC_ORIGIN.startswith("https://")

SECURITY_CONTACT = env.str("COSTFRAME_SECURITY_CONTACT", default="")  # stands in /.well-known/security.txt
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("https://", "mailto:")):
    raise ImproperlyConfigured(
        f"COSTFRAME_SECURITY_CONTACT is {SECURITY_CONTACT}: give an address that starts with https:// or mailto:."
    )

# What proxies say of a request is believed where a setting says that there is one, and X-Forwarded-Host never.
TRUSTED_PROXIES = env.int("COSTFRAME_TRUSTED_PROXIES", default=0)  # how many add to X-Forwarded-For
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured(f"COSTFRAME_TRUSTED_PROXIES is {TRUSTED_PROXIES}: give their number, 0 or more.")
USE_X_FORWARDED_HOST = USE_X_FORWARDED_PORT = False
if env.bool("COSTFRAME_PROXY_SETS_FORWARDED_PROTO", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "django_filters",
    "csp",
    "tenants",
    "connections",
    "audits",
    "findings",
    "costframe",
]

MIDDLEWARE = [
    # These add to every answer, so they stand outside of everything that may answer.
    "costframe.request_log.RequestLogMiddleware",
    "costframe.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # These may refuse, before anything of ours runs.
    "costframe.request_shape.RequestShapeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "costframe.limits.LimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    # The operator process serves no organisation, and every organisation's list to read.
    "tenants.operators.OperatorMiddleware" if ROLE_NAME == "operator" else "tenants.middleware.TenantMiddleware",
]
ROOT_URLCONF = COSTFRAME_ROLE.urls
# A redirect to where a page is would tell those who are no operators that it is there.
APPEND_SLASH = ROLE_NAME != "operator"
WSGI_APPLICATION = "costframe.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["tenants.templatetags.form_marks"],  # its csrf_token says the page's organisation, too
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                *(
                    ["tenants.operators.operator_in_templates"]
                    if ROLE_NAME == "operator"
                    else ["tenants.middleware.identity_in_templates", "costframe.navigation.main_navigation"]
                ),
            ],
        },
    }
]

DATABASE_URL = env.str("COSTFRAME_DATABASE_URL", default="postgres://cf_migrator@127.0.0.1:5432/costframe")
ADMIN_DATABASE_URL = env.str("COSTFRAME_ADMIN_DATABASE_URL", default="")
WORKER_PROCESSES = env.int("COSTFRAME_WORKER_PROCESSES", default=2)
WORKER_THREADS = env.int("COSTFRAME_WORKER_THREADS", default=4)
WEB_PROCESSES = env.int("COSTFRAME_WEB_PROCESSES", default=4)  # of the web and of the operator process
WEB_THREADS = env.int("COSTFRAME_WEB_THREADS", default=8)
# A worker's thread has a connection, its claim's keeper one, which a load's commit may keep waiting, and so has what
# tells how far the load is.
POOL_SIZE = 3 * WORKER_THREADS if ROLE_NAME == "worker" else WEB_THREADS + 2


def database(url: str) -> dict[str, Any]:
    """The connection settings for `url`, as the process needs them."""
    options: dict[str, Any] = {"application_name": f"costframe-{ROLE_NAME}", "connect_timeout": 10}
    if ROLE_NAME == "migrate":
        options["options"] = "-c role=cf_owner"  # or every table belongs to the login that made it
    elif ROLE_NAME in {"web", "worker", "operator"}:
        options["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 20}
    return {**env.db_url_config(url), "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False, "OPTIONS": options}


DATABASES = {"default": database(DATABASE_URL)}
if ROLE_NAME == "operator":
    # Books an operator's views, and may do nothing else. Never read-only, never the login that reads.
    OPERATOR_TRAIL_URL = env.str("COSTFRAME_OPERATOR_TRAIL_DATABASE_URL", default="")
    if not OPERATOR_TRAIL_URL:
        raise ImproperlyConfigured(
            "COSTFRAME_OPERATOR_TRAIL_DATABASE_URL is not set: give the operator process the URL of the login "
            "cf_operator_trail, which create_roles prints."
        )
    DATABASES["cf_operator_trail"] = database(OPERATOR_TRAIL_URL)
    DATABASES["default"]["OPTIONS"]["options"] = "-c default_transaction_read_only=on"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("COSTFRAME_REDIS_URL", default="")
LEASE_SECONDS = env.float("COSTFRAME_LEASE_SECONDS", default=60)  # how long a silent worker keeps what it took
STEP_SECONDS = env.float("COSTFRAME_STEP_SECONDS", default=1800)  # how long one step may take
BILL_MEMORY_MB = env.int("COSTFRAME_BILL_MEMORY_MB", default=448)  # of the process that reads a bill, beside itself
RESEND_SECONDS = env.float("COSTFRAME_RESEND_SECONDS", default=20)  # when a row that is still due is sent again
WORKER_NAME = env.str("COSTFRAME_WORKER_NAME", default="") or socket.gethostname()  # stands in customers' trails
WORKER_GRACE_SECONDS = env.float("COSTFRAME_WORKER_GRACE_SECONDS", default=20)  # between SIGTERM and the end

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = ["costframe.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("COSTFRAME_STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = SANDBOX
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs our files
if SANDBOX:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Messages and CSRF live in cookies: there is no session table. Over TLS the prefix binds them to this very host, so
# that no other site under the same domain can plant one. Ports do not separate cookies: each process has its names.
COOKIE_PREFIX = f"{'__Host-' if USE_HTTPS else ''}costframe{'_operator' if ROLE_NAME == 'operator' else ''}"
MESSAGE_STORAGE = "costframe.messages.Messages"
MESSAGE_COOKIE_NAME = f"{COOKIE_PREFIX}_messages"
SESSION_COOKIE_SECURE = USE_HTTPS  # Django's messages go by the session's settings
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = USE_HTTPS
CSRF_FAILURE_VIEW = f"costframe.errors.csrf_failure{'_plainly' if ROLE_NAME == 'operator' else ''}"
CSRF_TRUSTED_ORIGINS = [PUBLIC_ORIGIN]
SECURE_SSL_REDIRECT = False  # the proxy in front terminates TLS and redirects
SECURE_HSTS_SECONDS = 31_536_000 if USE_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes of a body; costframe.request_shape refuses a longer one unread
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
FILE_UPLOAD_HANDLERS = ["tenants.files.NoFiles"]  # a view that takes files says so; none comes into a temporary file
MEGABYTE = 1_000_000
UPLOAD_PATH = "/bills/upload/"  # the one address whose requests may be longer
UPLOAD_CHUNK_BYTES = 1 << 20  # PostgreSQL holds a chunk to it too
UPLOAD_FILES = 100
UPLOAD_FILE_BYTES = env.int("COSTFRAME_UPLOAD_FILE_MB", default=500) * MEGABYTE
UPLOAD_ORGANIZATION_BYTES = env.int("COSTFRAME_UPLOAD_ORGANIZATION_MB", default=2000) * MEGABYTE
UPLOAD_HOURS = env.int("COSTFRAME_UPLOAD_HOURS", default=24)  # what no worker has loaded by then is deleted
if min(UPLOAD_FILE_BYTES, UPLOAD_HOURS) < 1 or UPLOAD_ORGANIZATION_BYTES < UPLOAD_FILE_BYTES:
    raise ImproperlyConfigured(
        "COSTFRAME_UPLOAD_FILE_MB and COSTFRAME_UPLOAD_HOURS must be 1 or more, and COSTFRAME_UPLOAD_ORGANIZATION_MB "
        "no less than COSTFRAME_UPLOAD_FILE_MB."
    )
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_FILES + 1  # the handler itself says it of the first that is too many
AUTHENTICATION_BACKENDS: list[str] = []  # nobody has a password here: identity comes from a verified token
DEFAULT_EXCEPTION_REPORTER = "costframe.error_reports.Report"
DEFAULT_EXCEPTION_REPORTER_FILTER = "costframe.error_reports.ReportFilter"
SILENCED_SYSTEM_CHECKS = [
    "admin.E408",  # the operator is an in-memory user made by our own middleware
    "admin.E410",  # there is no session table on purpose
    "security.W005",  # which names are under the public one, and whether they speak TLS, is their owner's to say
    "security.W008",  # the proxy redirects to https: this process is not reached in any other way
    "security.W021",  # as W005: a browser's preload list is for a whole domain, and for years
]

CLERK_ISSUER = env.str("COSTFRAME_CLERK_ISSUER", default="")
CLERK_JWKS_URL = env.str("COSTFRAME_CLERK_JWKS_URL", default="")
CLERK_JWKS_PEM = env.str("COSTFRAME_CLERK_JWKS_PEM", default="")
CLERK_PUBLISHABLE_KEY = env.str("COSTFRAME_CLERK_PUBLISHABLE_KEY", default="")
CLERK_AUTHORIZED_PARTIES = env.list("COSTFRAME_CLERK_AUTHORIZED_PARTIES", default=[PUBLIC_ORIGIN])
CLERK_SIGN_IN_URL = env.str("COSTFRAME_CLERK_SIGN_IN_URL", default="")
CLERK_CHOOSE_URL = env.str("COSTFRAME_CLERK_CHOOSE_URL", default="")
CLERK_COOKIE = env.str("COSTFRAME_CLERK_COOKIE", default="__session")
try:
    CLERK_ROLES = roles.roles_by_name(env.str("COSTFRAME_CLERK_ROLES", default=roles.DEFAULT))
except roles.BadRoles as error:
    raise ImproperlyConfigured(f"COSTFRAME_CLERK_ROLES: {error}") from None
try:
    CLERK_WEBHOOK_SECRET = svix.secret_of(env.str("COSTFRAME_CLERK_WEBHOOK_SECRET", default=""))
except svix.BadSecret as error:
    raise ImproperlyConfigured(f"COSTFRAME_CLERK_WEBHOOK_SECRET: {error}") from None
PLATFORM_ADMIN_USER_IDS = frozenset(env.list("PLATFORM_ADMIN_USER_IDS", default=[]))
OPERATOR_SECOND_FACTOR_MINUTES = env.int("COSTFRAME_OPERATOR_SECOND_FACTOR_MINUTES", default=60)
if (0 if SANDBOX else 1) > OPERATOR_SECOND_FACTOR_MINUTES:
    raise ImproperlyConfigured(
        f"COSTFRAME_OPERATOR_SECOND_FACTOR_MINUTES is {OPERATOR_SECOND_FACTOR_MINUTES}: give the minutes, 1 or more, "
        "for which an operator's second factor counts. 0, which asks for none, is for the sandbox only."
    )

SEALING_PUBLIC_KEY = env.str("COSTFRAME_SEALING_PUBLIC_KEY", default="")
SEALING_KEY_DIR = env.str("COSTFRAME_SEALING_KEY_DIR", default="")
SEALING_KEY_PASSPHRASE = env.str("COSTFRAME_SEALING_KEY_PASSPHRASE", default="")

AWS_PRINCIPAL_ARN = env.str("COSTFRAME_AWS_PRINCIPAL_ARN", default="")
AWS_ACCESS_KEY_ID = env.str("COSTFRAME_AWS_ACCESS_KEY_ID", default="")
AWS_SECRET_ACCESS_KEY = env.str("COSTFRAME_AWS_SECRET_ACCESS_KEY", default="")
AWS_ENDPOINT_URL = env.str("COSTFRAME_AWS_ENDPOINT_URL", default="")
AWS_KIT_TEMPLATE_URL = env.str("COSTFRAME_AWS_KIT_TEMPLATE_URL", default="")
METRICS_COST_CAP_USD = env.float("COSTFRAME_METRICS_COST_CAP_USD", default=5.0)
BILL_LINES_MONTHS = env.int("COSTFRAME_BILL_LINES_MONTHS", default=14)  # 0: for ever
if BILL_LINES_MONTHS not in {0, *range(4, 1201)}:
    raise ImproperlyConfigured(
        f"COSTFRAME_BILL_LINES_MONTHS is {BILL_LINES_MONTHS}: give the number of months for which a bill's lines are "
        "kept, from 4 (findings look back two) to 1200, or 0 to keep them for ever."
    )
# Rows of a bill that cannot be read are left out of it, as many as both allow. With 0 of either a bad row refuses all.
BILL_BAD_ROWS = env.int("COSTFRAME_BILL_BAD_ROWS", default=100)
if not 0 <= BILL_BAD_ROWS <= MOST_ROWS:
    raise ImproperlyConfigured(
        f"COSTFRAME_BILL_BAD_ROWS is {BILL_BAD_ROWS}: give how many rows of a bill may be left out, 0 to {MOST_ROWS:,}."
    )
try:
    BILL_BAD_PERCENT = percent_of(env.str("COSTFRAME_BILL_BAD_PERCENT", default="0.1"))
except ValueError as error:
    raise ImproperlyConfigured(f"COSTFRAME_BILL_BAD_PERCENT {error}") from None
if AWS_ENDPOINT_URL and not (SANDBOX and is_loopback(AWS_ENDPOINT_URL)):
    raise ImproperlyConfigured(
        f"COSTFRAME_AWS_ENDPOINT_URL is {AWS_ENDPOINT_URL}: another endpoint than the provider's own is for the "
        "sandbox only, on loopback and with COSTFRAME_SANDBOX=true."
    )

CLERK_ORIGIN = f"{urlsplit(CLERK_ISSUER).scheme}://{urlsplit(CLERK_ISSUER).netloc}" if CLERK_ISSUER else ""
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF, CLERK_ORIGIN] if CLERK_ORIGIN else [SELF],
        "form-action": [SELF, CLERK_ORIGIN] if CLERK_ORIGIN else [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

LOG_LEVEL = env.str("COSTFRAME_LOG_LEVEL", default="INFO")
LOG_STYLE = env.str("COSTFRAME_LOG_STYLE", default="json")
if LOG_STYLE not in logs.STYLES:
    raise ImproperlyConfigured(f"COSTFRAME_LOG_STYLE is {LOG_STYLE!r}: choose one of {', '.join(logs.STYLES)}.")
LOGGING_CONFIG = "costframe.logs.configure"
LOGGING = logs.configuration(role=ROLE_NAME, level=LOG_LEVEL, style=LOG_STYLE)
