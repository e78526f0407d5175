"""The frame of a page: who sees which links, in which language and theme."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from regulars.faces.layout import NavItem, Section, here
from regulars.kit.text import Text


def test_links_follow_rights(lin: TestClient) -> None:
    words = lin.get("/orders").text
    assert 'href="/orders" aria-current="page"' in words
    assert 'href="/staff"' not in words


def test_a_stranger_sees_no_navigation(server: TestClient) -> None:
    words = server.get("/orders").text
    assert "<nav" not in words
    assert "What was ordered?" in words


def test_the_longest_fitting_link_is_where_we_are() -> None:
    items = [NavItem(Text(p, p), p, Section.ACT) for p in ("/", "/metrics", "/metrics/glossary")]
    assert here(items, "/metrics/glossary") == "/metrics/glossary"
    assert here(items, "/metrics/nps") == "/metrics"
    assert here(items, "/metricsx") is None
    assert here(items, "/") == "/"


def test_a_page_is_one_document_with_landmarks_and_one_heading(lin: TestClient) -> None:
    words = lin.get("/orders").text
    assert len(re.findall("<h1", words)) == 1
    assert '<main id="content"' in words
    assert 'href="#content"' in words
    assert '<html lang="en"' in words
    assert "data updated" in words


def test_static_files_are_kept_for_a_year_under_their_fingerprint(lin: TestClient) -> None:
    words = lin.get("/orders").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', words):
        answer = lin.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert lin.get("/static/regulars.css").headers["cache-control"] == "no-cache"
