"""The pages of findings in a real browser: read, filtered, sorted, paged, and nothing serious from axe."""

from __future__ import annotations

import dataclasses

import pytest
from django.utils import timezone

from audits.models import CostLine, Step, Usage
from audits.rate_models import ExchangeRate
from findings.models import Finding, Opinion
from findings.operations import judge
from tests.browser.looks import sideways, violations
from tests.findings.rows import (
    ADDRESS,
    AT,
    DAY,
    IDLE,
    ORPHAN,
    UNATTACHED,
    bill,
    load_bill,
    make_audit,
    make_connection,
    opinion,
    see,
    use,
)

VOLUMES = [
    dataclasses.replace(UNATTACHED, resource_id=f"vol-{number}", name=f"disk {number}", size_gib=number + 1)
    for number in range(60)
]
# On the first page, whose widths are measured: what clouds and their users call things.
VOLUMES[59] = dataclasses.replace(
    VOLUMES[59], name="arn:aws:autoscaling:ap-southeast-2:111111111111:autoScalingGroup:" + "0f3c2b1a" * 20
)
VOLUMES[58] = dataclasses.replace(VOLUMES[58], resource_id="vol-" + "0f3c2b1a9d8e7f6a5" * 12, name="")
# Tables of a finding's page with more columns than fit, each in a frame of its own.
MAY_SCROLL = ("Bill lines", "Unit prices")


@pytest.fixture
def findings(site):
    """Sixty-three findings after one audit, by rule id the id of one of each."""
    with site.rows("cf_web"):
        shop = make_connection(label="Webshop")
        ExchangeRate.objects.create(
            day=timezone.now().date(), from_currency="EUR", to_currency="USD", rate="1.0834", source="Treasury"
        )
    with site.rows("cf_worker"):
        load = load_bill(shop)
        load.totals = {"USD": {"billed_cost": "100", "effective_cost": "100"}}
        load.invoice_totals = {"INV-1": {"USD": "87.66"}}
        load.save(update_fields=["totals", "invoice_totals"])
        for volume in VOLUMES:
            bill(load, volume.resource_id, f"{volume.size_gib / 100}")
        bill(load, "vol-3", "-0.02", usage_type="", category="Credit")
        arn = "arn:aws:savingsplans::111111111111:savingsplan/6a9c2f10-7d31-4f7e-9d7a-1f0c55d0a001"
        bill(load, "i-1", "2.30", usage_type="BoxUsage:m5.large", quantity="24", unit="Hrs", commitment=arn)
        CostLine.objects.filter(resource_id="i-1", charge_date__gte=AT.date() - 10 * DAY).update(effective_cost="1.5")
        bill(load, ADDRESS.resource_id, "0.12", currency="EUR", usage_type="PublicIPv4:IdleAddress")
        audit = make_audit(shop)
        _, _, machine, *_ = see(audit, ADDRESS, ORPHAN, IDLE, *VOLUMES)
        hear(audit)
        use(machine, days=30)
        Usage.objects.filter(metric="CPUUtilization").update(values=[1.5] * 5 + [None, None] + [2.0] * 23)
        judge(audit=audit, at=AT)
        audit.state = "DONE"
        audit.save()
        agreed = {"second_opinion": Opinion.objects.get(standing="AGREED").finding_id}
        return {finding.rule_id: finding.id for finding in Finding.objects.order_by("savings_sort")} | agreed


def hear(audit) -> None:
    """Advisors agree on one volume, advise something else on another, and speak of what we have not seen."""
    Step.objects.create(
        audit=audit, connection=audit.connection, kind="INVENTORY", state="DONE", account_id=IDLE.account_id,
        region=IDLE.region, service="compute-optimizer", resource_count=3,
    )  # fmt: skip
    see(
        audit,
        opinion(VOLUMES[3], "Delete", after_discounts=None),
        opinion(IDLE, "Rightsize", target="t3.medium", before_discounts="60", after_discounts="0"),
        opinion(dataclasses.replace(IDLE, resource_id="i-7"), "Stop", before_discounts=None, after_discounts=None),
    )


def paths(findings) -> list[str]:
    return [
        "/findings/",
        "/findings/?in=EUR",
        "/findings/?q=nothing-is-called-so&region=mars-1",
        "/findings/opinions/?standing=ALL",
        "/findings/opinions/?standing=x&q=nothing",
        f"/findings/{findings['aws_ec2_instance_idle']}/",
        f"/findings/{findings['second_opinion']}/",
        f"/findings/{findings['aws_ebs_volume_unattached']}/",
        f"/findings/{findings['aws_ebs_snapshot_orphaned']}/",
        "/findings/rules/",
    ]


def complaints_of_axe(page) -> list[str]:
    """What axe calls serious or critical."""
    return [
        f"{page.url} in {scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}"
        for scheme, one in violations(page)
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_in_light_and_dark_and_no_page_is_wider_than_its_window(findings, browse, width):
    page = browse(viewport={"width": width, "height": 900})
    for path in paths(findings):
        page.goto(path)
        assert complaints_of_axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert {name for name in sideways(page) if not name.startswith(MAY_SCROLL)} == set(), path


def test_the_empty_list_has_nothing_serious_either(page):
    page.goto("/findings/")
    assert page.get_by_text("No audit has ended yet.").is_visible()
    assert complaints_of_axe(page) == []


def test_filtering_sorting_and_paging_need_no_script(findings, browse):
    page = browse(java_script_enabled=False)
    page.goto("/findings/")
    page.get_by_label("Rule").select_option(label="EBS volume attached to nothing")
    page.get_by_role("button", name="Show").click()
    page.locator("caption", has_text="60 findings").wait_for()
    assert "rule=aws_ebs_volume_unattached" in page.url
    page.get_by_role("link", name="Saving a month").click()
    first = page.locator("tbody tr").first
    assert "disk 0" in first.inner_text()
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_role("link", name="Further").click()
    assert page.locator("tbody tr").count() == 10
    assert "rule=aws_ebs_volume_unattached" in page.url
    page.get_by_role("link", name="Earlier").click()
    assert page.locator("tbody tr").count() == 50


def test_the_csv_download_has_what_is_filtered(findings, page):
    page.goto("/findings/?currency=EUR")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Download as CSV").click()
    text = caught.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 2


def test_a_finding_is_reached_by_keyboard_and_shows_its_chart_beside_its_bill(findings, page):
    page.goto("/findings/?rule=aws_ec2_instance_idle")
    page.get_by_role("link", name="Idle EC2 instance").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/findings/*-*/")
    chart = page.get_by_role("img", name="CPU, highest of the day")
    bill_lines = page.get_by_role("region", name="Bill lines of this resource")
    left, right = chart.bounding_box(), bill_lines.bounding_box()
    assert left["x"] + left["width"] <= right["x"]
    assert chart.locator("polyline").count() == 2
    line = chart.locator("polyline").first.evaluate("(one) => getComputedStyle(one).stroke")
    threshold = chart.locator(".threshold").evaluate("(one) => getComputedStyle(one).stroke")
    assert "none" not in {line, threshold}
    assert line != threshold
    page.get_by_text("Show as table").first.click()
    assert page.get_by_role("region", name="CPU, highest of the day as a table").get_by_text("no data").count() == 2


def test_the_command_can_be_copied_and_is_only_text(findings, browse):
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/findings/{findings['aws_ec2_instance_idle']}/")
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert (
        page.evaluate("navigator.clipboard.readText()")
        == "aws ec2 stop-instances --region eu-west-1 --instance-ids i-1"
    )
