"""The customer's side of the kit: what CloudFormation makes of our template, as far as our template goes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.aws.client import SandboxCloud

NOTHING = object()


class UnknownInTemplate(Exception):
    """The template uses something that this small CloudFormation does not know. Teach it, or simplify the kit."""


def create_stack(cloud: SandboxCloud, template: str, *, account_id: str) -> dict[str, str]:
    """Make the template's roles in `account_id`, with its parameters' defaults. Returns the stack's outputs."""
    parsed = json.loads(template)
    names = {name: spec["Default"] for name, spec in parsed["Parameters"].items()}
    names |= {"AWS::Partition": "aws", "AWS::AccountId": account_id}
    resolver = _Resolver(names=names, conditions=parsed.get("Conditions", {}), made={})
    for name, resource in parsed["Resources"].items():
        if resource["Type"] != "AWS::IAM::Role":
            raise UnknownInTemplate(f"{name} is a {resource['Type']}.")
        properties = resolver.value(resource["Properties"])
        resolver.made[name] = cloud.create_role(
            account=account_id,
            name=properties["RoleName"],
            trust_policy=properties["AssumeRolePolicyDocument"],
            policies={policy["PolicyName"]: policy["PolicyDocument"] for policy in properties["Policies"]},
        )
    return {name: resolver.value(output["Value"]) for name, output in parsed["Outputs"].items()}


@dataclass(frozen=True)
class _Resolver:
    names: Mapping[str, str]
    conditions: Mapping[str, Any]
    made: dict[str, str]

    def value(self, node: Any) -> Any:  # noqa: ANN401 - a template is JSON
        """`node` with its functions worked out; entries that come to nothing are left out."""
        if isinstance(node, list):
            return [found for item in node if (found := self.value(item)) is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(name, argument)] = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        return {key: found for key, item in node.items() if (found := self.value(item)) is not NOTHING}

    def _function(self, name: str, argument: Any) -> Any:  # noqa: ANN401
        if name == "Ref":
            return NOTHING if argument == "AWS::NoValue" else self.names[argument]
        if name == "Fn::GetAtt" and argument[1] == "Arn":
            return self.made[argument[0]]
        if name == "Fn::Sub" and isinstance(argument, str):
            return self._substituted(argument)
        if name == "Fn::If":
            return self.value(argument[1] if self.value(self.conditions[argument[0]]) else argument[2])
        if name == "Fn::Not":
            return not self.value(argument[0])
        if name == "Fn::Equals":
            return self.value(argument[0]) == self.value(argument[1])
        raise UnknownInTemplate(f"{name} of {argument!r}")

    def _substituted(self, text: str) -> str:
        for name, value in self.names.items():
            text = text.replace(f"${{{name}}}", value)
        if "${" in text:
            raise UnknownInTemplate(text)
        return text
