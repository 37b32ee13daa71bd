"""Findings on paper: files, the printed list, charts."""
