"""The product's own settings as the tests run them: the worker's powers, one test login that may become each role."""

import os

from tests.database import CONTEXT_KEY as TEST_CONTEXT_KEY

_ours = {
    "COSTFRAME_ROLE": "worker",
    "COSTFRAME_SANDBOX": "true",
    "COSTFRAME_PUBLIC_ORIGIN": "http://app.localhost:8000",
    "COSTFRAME_DATABASE_URL": "postgres://cf_test@127.0.0.1:1/costframe_test",  # replaced when the server runs
    "COSTFRAME_CLERK_ISSUER": "https://clerk.example.test",
    "COSTFRAME_AWS_PRINCIPAL_ARN": "arn:aws:iam::999999999999:role/costframe-worker",
}
_before = {name: os.environ.get(name) for name in _ours}
os.environ.update(_ours)

from costframe.settings import *  # noqa: E402, F403 - the tests' settings are the product's

# A server that whoever runs the tests gave by URL is found by tests/database.py; nothing else may see our values.
for _name, _value in _before.items():
    if _value is None:
        del os.environ[_name]
    else:
        os.environ[_name] = _value

ROOT_URLCONF = "costframe.urls"
DATABASES["default"]["OPTIONS"].pop("pool", None)  # noqa: F405 - one connection, whose role the tests switch
CONTEXT_KEY = TEST_CONTEXT_KEY
SECRET_KEY = "for-tests-only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
