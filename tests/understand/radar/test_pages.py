"""The mapping is changed by page and kept; a benchmark is brought in and compared."""

from __future__ import annotations

from fastapi.testclient import TestClient
from tests.understand.radar.test_analysis import ALL
from tests.understand.radar.test_comparing import MINE


def test_the_mapping_is_changed_and_kept(client: TestClient) -> None:
    body = {"document": MINE, "reason": "ours", "based_on": 0}
    assert client.put("/api/v1/radar/mapping", json=body).json() == {"version": 1}
    assert client.put("/api/v1/radar/mapping", json=body).status_code == 409
    assert len(client.get("/api/v1/radar", params=ALL).json()["dimensions"]) == 1
    assert "ours" in client.get("/radar/mapping").text
    assert client.put("/api/v1/radar/mapping", json={**body, "document": "x ="}).status_code == 422


def test_a_benchmark_is_brought_in_and_compared(client: TestClient) -> None:
    address = "/api/v1/radar/benchmarks/trade"
    assert client.put(address, json={"csv": "dimension,value\nease,95\n"}).status_code == 204
    found = client.get("/api/v1/radar", params={**ALL, "against": "benchmark:trade"}).json()
    ease = next(one for one in found["dimensions"] if one["key"] == "ease")
    assert ease["against"]["verdict"] == "lower"
    assert "Benchmark: trade" in client.get("/radar").text
    assert client.delete(address).status_code == 204
    assert client.get("/api/v1/radar/benchmarks").json() == []
