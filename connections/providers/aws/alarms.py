"""The alarms of CloudWatch, which several collectors read, each for what it looks for."""

from __future__ import annotations

from connections.provider import Call

DESCRIBE_ALARMS = Call(
    service="cloudwatch",
    operation="DescribeAlarms",
    action="cloudwatch:DescribeAlarms",
    why="Lists alarms with their states and what they watch: machines that are gone, and health checks.",
    cheapest={"MaxRecords": 1},
    withheld=(
        "CompositeAlarms",
        "LogAlarms",
        "MetricAlarms.ActionConfiguration",
        "MetricAlarms.AlarmDescription",
        "MetricAlarms.EvaluationCriteria",
        "MetricAlarms.Metrics.Expression",
        "MetricAlarms.Metrics.Label",
        "MetricAlarms.StateReason",
        "MetricAlarms.StateReasonData",
    ),
)
