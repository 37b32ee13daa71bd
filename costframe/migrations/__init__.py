"""Walls that span the apps."""
