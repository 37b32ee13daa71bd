"""IAM actions that are tolerated on a customer's role although their access level is neither Read nor List.

AWS files them under another level although they change nothing. Each has its reason, and the customer is shown the
list (through connections/kits/aws_calls/). We call none of them: the guard and the session policy hold us.
"""

from __future__ import annotations

TOLERATED = {
    "aidevops:DescribeSupportLevel": "Tells the support level of an agent space. Changes nothing.",
    "backup:ListIndexedRecoveryPointsForSearch": "Lists recovery points. Changes nothing.",
    "backup-storage:DescribeBackupJob": "Describes a backup job. Changes nothing.",
    "bcm-pricing-calculator:ListTagsForResource": "Lists tags. Changes nothing.",
    "honeycode:ListTagsForResource": "Lists tags. Changes nothing.",
    "monitron:ListProjectAdminUsers": "Lists the administrators of a project. Changes nothing.",
    "quicksight:DescribeDataSetPermissions": "Describes who may see a data set. Changes nothing.",
    "quicksight:DescribeDataSourcePermissions": "Describes who may see a data source. Changes nothing.",
    "quicksight:DescribeTopicPermissions": "Describes who may see a topic. Changes nothing.",
    "route53globalresolver:ListTagsForResource": "Lists tags. Changes nothing.",
}

# Tolerated in one form only: on keys named one by one, through S3 of the export's region alone, where the account holds
# the export. The kit does not ask for it; a customer adds it whose bucket uses a key of their own. We do not call it
# either: S3 does.
THROUGH_S3 = {
    "kms:Decrypt": "Lets S3 decrypt the cost export where its bucket uses a key of yours. AWS lists it as Write, yet "
    "it changes nothing; through S3 it opens only what s3:GetObject opens.",
}

# Reads of what customers store, or of secrets. They change nothing, so they do not refuse a role; they are named, as
# we ask for none of them and the session policy takes them away from us. The export's own path is the one exception.
DATA_READS = frozenset(
    {
        "apprunner:DescribeService",
        "athena:GetQueryResults",
        "autoscaling:DescribeLaunchConfigurations",
        "batch:DescribeJobDefinitions",
        "cloudformation:GetTemplate",
        "cloudfront:GetFunction",
        "cloudtrail:LookupEvents",
        "cloudwatch:GetDashboard",
        "codebuild:BatchGetBuilds",
        "codebuild:BatchGetProjects",
        "cognito-idp:ListUsers",
        "config:BatchGetAggregateResourceConfig",
        "config:BatchGetResourceConfig",
        "config:GetAggregateResourceConfig",
        "config:GetResourceConfigHistory",
        "config:SelectAggregateResourceConfig",
        "config:SelectResourceConfig",
        "directconnect:DescribeVirtualInterfaces",
        "dms:DescribeEndpoints",
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:PartiQLSelect",
        "dynamodb:Query",
        "dynamodb:Scan",
        "ebs:GetSnapshotBlock",
        "ebs:ListChangedBlocks",
        "ebs:ListSnapshotBlocks",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeSpotFleetRequests",
        "ec2:DescribeSpotInstanceRequests",
        "ec2:DescribeVpnConnections",
        "ec2:GetConsoleOutput",
        "ec2:GetConsoleScreenshot",
        "ec2:GetPasswordData",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecs:DescribeTaskDefinition",
        "ecs:DescribeTasks",
        "eks:AccessKubernetesApi",
        "elasticmapreduce:DescribeCluster",
        "elasticmapreduce:DescribeStep",
        "elasticmapreduce:ListInstanceGroups",
        "es:ESHttpGet",
        "glue:GetConnections",
        "glue:GetDevEndpoints",
        "glue:GetJob",
        "glue:GetJobs",
        "kinesis:GetRecords",
        "lambda:GetFunction",
        "lambda:GetFunctionConfiguration",
        "logs:FilterLogEvents",
        "logs:GetLogEvents",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "logs:StartLiveTail",
        "logs:StartQuery",
        "mq:DescribeUser",
        "pi:GetResourceMetrics",
        "rds:DownloadDBLogFilePortion",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "sagemaker:DescribeModel",
        "sagemaker:DescribeNotebookInstanceLifecycleConfig",
        "sagemaker:DescribeTrainingJob",
        "secretsmanager:BatchGetSecretValue",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
        "ssm:GetParameter",
        "ssm:GetParameterHistory",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "states:DescribeStateMachine",
        "states:GetExecutionHistory",
    }
)
