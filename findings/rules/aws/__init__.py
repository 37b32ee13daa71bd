"""Kinds of waste in Amazon Web Services."""
