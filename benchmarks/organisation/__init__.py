"""An organisation of many accounts, audited twice through the whole product: calls, cost, time and memory of a night.

Its cloud is a server of its own that speaks AWS' protocols and makes up what stands in each place when it is asked.
"""

from benchmarks.organisation.run import main as main
