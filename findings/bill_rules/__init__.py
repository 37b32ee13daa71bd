"""Rules that need a bill and nothing else, one file each; the form is that of `findings.rules`."""
