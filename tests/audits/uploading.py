"""Handing files in, and what PostgreSQL then holds of them."""

from __future__ import annotations

from collections import defaultdict

from django.core.files.uploadedfile import SimpleUploadedFile

from audits.models import BillUpload, BillUploadChunk
from tenants import scope
from tests.database import acting_as

HAND_IN = "/bills/upload/"


def hand_in(visitor, files, *, label="Azure", address=HAND_IN, scripts=True, **fields):
    """As the form sends it; without scripts no header says whose page it was."""
    parts = [SimpleUploadedFile(name, content) for name, content in files.items()]
    headers = {} if scripts else {"costframe-organization": ""}
    return visitor.post(address, {"label": label, **fields, "parts": parts}, headers=headers)


def the_upload(organization) -> BillUpload:
    with scope.organization(organization.id):
        return BillUpload.objects.select_related("source__connection").latest("requested_at")


def held(organization):
    """The chunks of each file of the newest upload, by its name, as a worker sees them."""
    upload, found = the_upload(organization), defaultdict(list)
    with scope.organization(organization.id), acting_as("cf_worker"):
        chunks = BillUploadChunk.objects.filter(upload=upload).order_by("file_number", "number")
        for chunk in chunks:
            found[upload.files[chunk.file_number]["name"]].append(bytes(chunk.data))
    return dict(found)
