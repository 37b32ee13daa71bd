"""Which S3 operation a request is: method, path and sub-resource, and the permission it needs, which often has
another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

BUCKET_READS = {
    "location": ("GetBucketLocation", "s3:GetBucketLocation"),
    "policy": ("GetBucketPolicy", "s3:GetBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"),
    "acl": ("GetBucketAcl", "s3:GetBucketAcl"),
    "tagging": ("GetBucketTagging", "s3:GetBucketTagging"),
    "versioning": ("GetBucketVersioning", "s3:GetBucketVersioning"),
    "encryption": ("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    "lifecycle": ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    "publicAccessBlock": ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    "versions": ("ListObjectVersions", "s3:ListBucketVersions"),
    "uploads": ("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
}
OBJECT_READS = {
    "acl": ("GetObjectAcl", "s3:GetObjectAcl"),
    "tagging": ("GetObjectTagging", "s3:GetObjectTagging"),
    "attributes": ("GetObjectAttributes", "s3:GetObjectAttributes"),
    "uploadId": ("ListParts", "s3:ListMultipartUploadParts"),
}
WRITES = {
    ("PUT", False): ("CreateBucket", "s3:CreateBucket"),
    ("DELETE", False): ("DeleteBucket", "s3:DeleteBucket"),
    ("POST", False): ("DeleteObjects", "s3:DeleteObject"),
    ("PUT", True): ("PutObject", "s3:PutObject"),
    ("POST", True): ("CreateMultipartUpload", "s3:PutObject"),
    ("DELETE", True): ("DeleteObject", "s3:DeleteObject"),
}


def s3_call(method: str, path: str, query: str, headers: Mapping[str, str]) -> tuple[str, str, str, dict[str, str]]:
    """Operation, permission, resource and condition context. The path is decoded and names the bucket first."""
    fields = dict(parse_qsl(query, keep_blank_values=True))
    bucket, _, key = path.lstrip("/").partition("/")
    resource = f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
    context = {f"s3:{name}": fields[name] for name in ("prefix", "delimiter") if name in fields}
    if not bucket:
        return "ListBuckets", "s3:ListAllMyBuckets", "*", context
    if method in {"GET", "HEAD"}:
        operation, action = _read(method, key, fields)
    else:
        operation, action = WRITES.get((method, bool(key)), ("", "s3:Unknown"))
        subresource = next((name for name in fields if name in BUCKET_READS and not key), "")
        if subresource:
            operation, action = f"Put:{subresource}", f"s3:PutBucket{subresource.capitalize()}"
        if "x-amz-copy-source" in headers:
            operation = "CopyObject"
    return operation, action, resource, context


def _read(method: str, key: str, fields: Mapping[str, str]) -> tuple[str, str]:
    table = OBJECT_READS if key else BUCKET_READS
    for name in fields:
        if name in table:
            return table[name]
    if key:
        operation = "HeadObject" if method == "HEAD" else "GetObject"
        return operation, "s3:GetObjectVersion" if "versionId" in fields else "s3:GetObject"
    if method == "HEAD":
        return "HeadBucket", "s3:ListBucket"
    return "ListObjectsV2" if fields.get("list-type") == "2" else "ListObjects", "s3:ListBucket"
