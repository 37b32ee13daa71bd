"""Waste in Amazon Web Services."""
