"""A load balancer that Kubernetes or Elastic Beanstalk made is made again as soon as it is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connections.resources import LoadBalancer
from connections.resources.classic_balancers import ClassicLoadBalancer
from findings.trap import LOWER, Caught, Clear, Look, Trap

if TYPE_CHECKING:
    from connections.resources import Thing

MADE_BY = {
    ("elbv2.k8s.aws/", "ingress.k8s.aws/", "service.k8s.aws/", "kubernetes.io/"): (
        "Made by Kubernetes: delete the Ingress or Service instead, else its controller makes it again."
    ),
    ("elasticbeanstalk:",): (
        "Made by Elastic Beanstalk: end the environment instead, or change it to a single instance."
    ),
}


def look(thing: Thing) -> Look:
    for prefixes, because in MADE_BY.items():
        if any(key.startswith(prefixes) for key in thing.tags):
            return Caught(because)
    return Clear("No tag says that Kubernetes or Elastic Beanstalk made it.")


trap = Trap(
    id="managed_balancer",
    title="Load balancer that a controller made",
    effect=LOWER,
    look=look,
    kinds=(LoadBalancer, ClassicLoadBalancer),
    meters=("LoadBalancerUsage",),
    reads_tags=True,
)
