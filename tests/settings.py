"""The product's own settings as the tests run them: the worker's powers, one test login that may become each role."""

import os

os.environ.setdefault("COSTFRAME_ROLE", "worker")
os.environ.setdefault("COSTFRAME_SANDBOX", "true")
os.environ.setdefault("COSTFRAME_PUBLIC_ORIGIN", "http://app.localhost:8000")
os.environ.setdefault("COSTFRAME_DATABASE_URL", "postgres://cf_test@127.0.0.1:1/costframe_test")
os.environ.setdefault("COSTFRAME_CLERK_ISSUER", "https://clerk.example.test")
os.environ.setdefault("COSTFRAME_AWS_PRINCIPAL_ARN", "arn:aws:iam::999999999999:role/costframe-worker")

from costframe.settings import *  # noqa: E402, F403 - the tests' settings are the product's

ROOT_URLCONF = "costframe.urls"
DATABASES["default"]["OPTIONS"].pop("pool", None)  # noqa: F405 - one connection, whose role the tests switch
SECRET_KEY = "for-tests-only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
