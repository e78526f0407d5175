"""A shop's own file comes in by the page alone, to the cent, without a word of TOML."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from regulars.app import init_workspace
from regulars.company.rights.model import SHELL, Role
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.simulate.demo import service as demo
from regulars.simulate.demo.model import LOGIN
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics
from tests.browser import running as real
from tests.browser.running import Running
from tests.listen.imports.makes import chinese_orders

pytestmark = pytest.mark.browser
PATIENCE = 120_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[Workspace, Running]]:
    """An empty workspace of a Chinese shop, served, with its administrator signed in."""
    workspace = init_workspace(tmp_path / "shop", demo.settings("zh"))
    staff.add(
        workspace, SHELL, login=LOGIN, name="Mei", role=Role.ADMIN, places=None, now=clock.now()
    )
    with real.serving(workspace) as running:
        yield workspace, running
    workspace.close()


def upload(page: Page, running: Running, file: Path) -> None:
    page.goto(f"{running.address}/sources/imports/new")
    page.set_input_files("input[name=files]", str(file))
    page.click("form.form button.primary")
    page.wait_for_url("**/mapping", timeout=PATIENCE)


def total(ws: Workspace, metric: str) -> Decimal:
    [row] = metrics.measure(ws, metric)
    return Decimal(str(row.value)).quantize(Decimal("0.01"))


def test_three_thousand_orders_in_gbk_come_in_to_the_cent(
    shop: tuple[Workspace, Running], chromium: Browser, tmp_path: Path
) -> None:
    ws, running = shop
    file, gross, refunds, completed = chinese_orders(tmp_path)
    context = real.context(chromium, running, language="zh")
    page = context.new_page()
    upload(page, running, file)
    amount = page.get_by_label("实付金额 是什么？")
    expect(amount).to_have_value("amount")
    amount.select_option("property")
    expect(page.locator("#wizard")).to_contain_text("个事件", timeout=PATIENCE)
    page.get_by_label("实付金额 是什么？").select_option("amount")
    page.wait_for_timeout(500)
    page.click("button[name=act][value=start]")
    expect(page.get_by_role("heading", name="您的第一个洞察")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#first-insight")).to_contain_text("收入", timeout=PATIENCE)
    context.close()
    assert total(ws, "orders") == completed
    assert total(ws, "gross_revenue") == gross
    assert total(ws, "revenue") == gross - refunds
