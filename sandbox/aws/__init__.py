"""A cloud on loopback that answers as AWS does: an estate, its metrics, its bill, its roles and its refusals.

`python -m sandbox.aws --port 0 --seed 7 --state-dir DIR` starts it; `sandbox.aws.client.SandboxCloud` does so from
Python.
Two processes: moto's server (`backend.py`) holds the inventory and the bucket; the front (`front.py`) stands before
it and does what
moto leaves out: signatures, trust policies, role and session policies, metrics, paging, faults, a log of every call.
"""
