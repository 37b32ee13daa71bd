"""The formats of bills that are no FOCUS, one file each."""

from audits.bill_formats.aws_cur import AWS_CUR
from audits.bill_formats.azure_cost import AZURE_COST
from audits.bill_formats.gcp_billing import GCP_BILLING
from audits.bill_formats.oci_focus import OCI_FOCUS

__all__ = ["AWS_CUR", "AZURE_COST", "BILL_FORMATS", "GCP_BILLING", "OCI_FOCUS"]

BILL_FORMATS = (AWS_CUR, AZURE_COST, GCP_BILLING, OCI_FOCUS)
