"""Adapters to the clouds: the only place where a provider SDK is imported."""
