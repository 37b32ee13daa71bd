"""Lambda's runtimes: which may run on ARM as they are, and which come to their end first. By AWS' list of 2026."""

from __future__ import annotations

RUNS_ON_ARM = frozenset(
    {
        *("nodejs20.x", "nodejs22.x", "nodejs24.x"),
        *("python3.10", "python3.11", "python3.12", "python3.13", "python3.14"),
        *("java8.al2", "java11", "java17", "java21", "java25"),
        *("java8.al2023", "java11.al2023", "java17.al2023"),
        *("dotnet8", "dotnet10"),
        *("ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0"),
        *("provided.al2", "provided.al2023"),
    }
)
# Not offered on ARM, or so old that AWS lets no function be changed that has one.
EARLIER = frozenset(
    {
        *("nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x"),
        *("nodejs18.x", "nodejs4.3-edge", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
        *("java8", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6"),
        *("ruby2.5", "ruby2.7", "go1.x", "provided"),
    }
)


def untold_of_arm(runtime: str) -> str:
    """What is not known of whether a runtime that is not one of `EARLIER` runs on ARM; "" where it does."""
    if not runtime:
        return "which runtime it has"
    if runtime in RUNS_ON_ARM:
        return ""
    return f"whether {runtime} runs on ARM: our list of AWS' runtimes does not have it"
