"""What must never stand in a log is taken out of every line, whoever wrote it: by what it looks like and by its value.

Code that logs says only what may be known. This is for the day when it does not, or a library does not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 8_000  # characters of one text in a log line
SHORTEST_SECRET = 6  # whatever is shorter stands in ordinary words
HIDDEN = "[hidden]"

# Each begins at a boundary or with fixed letters, so that no hostile text makes it slow.
_SENSITIVE = (
    r"(?:secret|passw(?:or)?d|passphrase|token|authorization|cookie|session|credential|api_?key|access_?key|"
    r"private_?key|context_?key|sealing|signature|role_?arn|external_?id|jwt|csrf|__client|__clerk|dsn)"
)
_SECRET_BY_NAME = (
    rf"(?<![\w-])([\w-]{{0,40}}?{_SENSITIVE}[\w-]{{0,40}}['\"]?\s?[:=]\s?)"
    r"(?:\[?b?\"[^\"\n]*\"\]?|\[?b?'[^'\n]*'\]?|[^\s,;&'\"()\[\]{}]+)"
)
_AMOUNT_BY_NAME = (
    r"(?<![\w-])([\w-]{0,40}?(?:cost|amount|price|saving|billed)[\w-]{0,40}['\"]?\s?[:=]\s?\[?['\"]?)-?\d[\d.,]*"
)
_AWS_40 = (
    r"(?<![A-Za-z0-9/+=])(?=[a-z0-9/+]*[A-Z])(?=[A-Z0-9/+]*[a-z])(?=[A-Za-z/+]*[0-9])[A-Za-z0-9/+]{40}"
    r"(?![A-Za-z0-9/+=])"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, flags), instead)
    for pattern, flags, instead in (
        (r"-----BEGIN [A-Z ]{1,40}-----.*?(?:-----END [A-Z ]{1,40}-----|\Z)", re.DOTALL, "[key]"),
        (r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*", 0, "[token]"),
        (r"\bbearer\s+[^\s'\",]+", re.IGNORECASE, "Bearer [token]"),
        (r"\b(?:sk_live|sk_test|rk_live|rk_test|whsec)_[A-Za-z0-9+/=_-]+", 0, "[key]"),
        (r"(?<![A-Za-z0-9])(?:AKIA|ASIA|AIDA|AROA|ABIA|ACCA)[A-Z0-9]{12,}", 0, "[aws key]"),
        (r"\barn:aws[a-z-]*:[^\s'\",;)\]}]+", 0, "[arn]"),
        (r"(?<![A-Za-z0-9])cf-[0-9a-f]{16,}", 0, "[external id]"),
        (_AWS_40, 0, "[aws secret]"),
        (r"(?<=://)[^\s/@'\"]*@", 0, f"{HIDDEN}@"),
        (_SECRET_BY_NAME, re.IGNORECASE, rf"\1{HIDDEN}"),
        (r"Decimal\(['\"]?[-\d.E+]+['\"]?\)", 0, "[amount]"),
        (_AMOUNT_BY_NAME, re.IGNORECASE, r"\1[amount]"),
        (r"(?<=[\w/.)~-])\?[\w.~%+*\[\]-]+=[^\s'\"<>]*", 0, "?[query]"),
        (r"[$€£¥]\s?\d[\d.,]*", 0, "[amount]"),
        (r"(?<![\d.,])\d[\d.,]*\s?(?:USD|EUR|GBP|CHF|JPY|AUD|CAD|INR|SEK|NOK|DKK|PLN|BRL|CNY)\b", 0, "[amount]"),
    )
)
# Costs are decimals, and so is little else; addresses and versions have more dots.
_DECIMAL = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")

_known: set[str] = set()


def remember(values: Iterable[str]) -> None:
    """From now on these are taken out of every log line of this process. Of a URL it is the password."""
    for value in values:
        try:
            secret = urlsplit(value).password or "" if "://" in value else value
        except ValueError:
            secret = value
        _known.update(form for form in (secret, unquote(secret)) if len(form) >= SHORTEST_SECRET)


def scrub(text: str) -> str:
    """`text` without what looks like a secret, an ARN, a query string or an amount of money."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redact(text: str) -> str:
    """As `scrub`, and not too long for a line."""
    text = scrub(text[: 2 * LONGEST])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}[cut]"


def redact_error(text: str) -> str:
    """What an exception says, which may quote data: its first line only, without decimals.

    PostgreSQL's further lines hold the row's values and the statement with its parameters.
    """
    return _DECIMAL.sub("[number]", redact(text.strip().partition("\n")[0]))
