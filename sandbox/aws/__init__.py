"""A cloud on loopback that answers as AWS does: an estate, its metrics, its bill, its roles and its refusals.

Start it with `python -m sandbox.aws --port 0 --seed 7 --state-dir DIR --ready-file FILE`, or from Python:

    with SandboxCloud.start(seed=7) as cloud:            # sandbox.aws.client
        arn = cloud.create_role(account=names.SHOP, name="CostframeReadOnly", trust_policy=..., policies={...})
        cloud.fault("throttle", service="ec2", operation="DescribeVolumes", region="eu-west-1", count=3)
        ...                                               # boto3 clients with endpoint_url=cloud.endpoint_url
        cloud.calls(); cloud.estate["waste"]; cloud.restate("2026-10")

Two processes. The backend (`backend.py`) is moto's server, filled from within with what the seed makes (`estate.py`),
and holds the payer's bucket with the cost export (`export.py`). The front (`front.py`) stands before it and does what
moto leaves out: signatures, trust policies, role and session policies (`policy.py`), daily metrics (`metrics.py`),
pages (`paging.py`), trouble on demand (`faults.py`), a log of every call (`journal.py`). What moto does not know at all
it answers from data in the shape of botocore's models (`shaped.py`): a file of `families/` each, and nothing else.

What should be found is in the truth (`truth.py`), written from what the generator did. In what form the bill names
resources stands in `focus.py`; who is who in `names.py`.
"""
