"""What attackers send, with what exactly they get: tables that tests/promises/test_clerk_jwt.py walks."""
