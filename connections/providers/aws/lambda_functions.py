"""The list of Lambda functions, which tells of a function itself and of what stands behind one."""

from __future__ import annotations

from connections.provider import Call

OWN_MACHINES = "Functions.CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig"
ENVIRONMENTS = ("ExecutionEnvironmentMemoryGiBPerVCpu", "PerExecutionEnvironmentMaxConcurrency")
LIST_FUNCTIONS = Call(
    service="lambda",
    operation="ListFunctions",
    action="lambda:ListFunctions",
    why="Lists functions with their memory, time limit and runtime; no code and no environment.",
    cheapest={"MaxItems": 1},
    withheld=(
        *(f"{OWN_MACHINES}.{name}" for name in ENVIRONMENTS),
        "Functions.Description",
        "Functions.Environment",
        "Functions.FileSystemConfigs",
        "Functions.Handler",
        "Functions.ImageConfigResponse",
        "Functions.Layers",
        "Functions.LoggingConfig",
        "Functions.VpcConfig",
    ),
)
