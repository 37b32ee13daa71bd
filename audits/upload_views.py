"""Pages on which a bill's files are handed in, and on which one sees what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audits import upload_stop, uploads
from audits.bill_files import BillFiles
from audits.forms import UploadForm
from audits.models import BillSource
from audits.upload_models import BillUpload
from audits.upload_page import upload_page
from tenants.access import Permission, get_or_404, named, needs
from tenants.files import takes_files

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tenants.requests import TenantRequest

STOP_POLLING = 286  # htmx swaps this answer and polls no more
UNUSABLE = 422
MOST_LABELS = 200


@takes_files(BillFiles)
@needs(Permission.LOAD_BILLS, reading=Permission.LOAD_BILLS)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: TenantRequest) -> HttpResponse:
    """Hand in the files of a bill."""
    form = UploadForm()
    if request.method == "POST":
        received = cast("BillFiles", request.upload_handlers[0])
        form = UploadForm(request.POST, received=received)
        if form.is_valid():
            try:
                asked = uploads.request_upload(
                    upload_id=received.upload_id,
                    label=form.cleaned_data["label"],
                    files=received.files,
                    by=named(request.identity),
                    at=timezone.now(),
                )
            except uploads.NoRoom as error:
                form.add_error("parts", str(error))
            else:
                return redirect("audits:upload_detail", asked.id)
    labels = BillSource.objects.filter(connection=None).order_by("label").values_list("label", flat=True)
    context = {
        "form": form,
        "labels": list(labels[:MOST_LABELS]),
        "file_megabytes": settings.UPLOAD_FILE_BYTES // settings.MEGABYTE,
        "megabytes": settings.UPLOAD_ORGANIZATION_BYTES // settings.MEGABYTE,
        "most_files": settings.UPLOAD_FILES,
    }
    return render(request, "audits/upload.html", context, status=UNUSABLE if form.is_bound else 200)


@needs(Permission.LOAD_BILLS)
@require_POST
def stop_upload(request: TenantRequest, upload_id: UUID) -> HttpResponse:
    """Ask that files which wait or are being loaded are given up."""
    asked = get_or_404(BillUpload.objects.select_related("source__connection"), upload_id)
    if upload_stop.request_stop(upload=asked, by=named(request.identity), at=timezone.now()):
        messages.info(request, "The files are asked to stop. They are given up and deleted as soon as may be.")
    else:
        messages.info(request, "The files had ended already, or were asked to stop before.")
    return redirect("audits:upload_detail", asked.id)


@require_safe
def upload_detail(request: TenantRequest, upload_id: UUID) -> HttpResponse:
    """How far it is, polled; then the loads, or what is wrong with the files."""
    asked = get_or_404(BillUpload.objects.select_related("source__connection"), upload_id)
    page = upload_page(asked, at=timezone.now())
    if request.htmx:
        status = 200 if page.is_under_way else STOP_POLLING
        return render(request, "audits/_upload.html", {"page": page}, status=status)
    return render(request, "audits/upload_detail.html", {"page": page})
