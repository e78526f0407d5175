"""From the command `regulars demo` to the first page, as a newcomer waits for it.

    python -m benchmarks.demo_start [--customers 20000] [--port 8017]

Starts the command in a fresh folder, follows the address it prints, and stops when the first page
has come whole. The claim: under 60 seconds for 20,000 customers on two cores. Then waits for the
first refresh and prints how long each of its steps took behind the page.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

LIMIT = 60.0
COMMAND = [sys.executable, "-c", "from regulars.app import main; main()", "demo", "--no-browser"]


def entry(process: subprocess.Popen[str]) -> str:
    """Return the address that the command prints."""
    for line in process.stdout or ():
        found = re.search(r"http://\S+/demo/enter\?code=\S+", line)
        if found:
            return found[0]
    raise SystemExit("the demo ended before it printed an address")


def opened(address: str) -> tuple[urllib.request.OpenerDirector, int, int]:
    """Follow the address until the server answers; return the session, status and size."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    while True:
        try:
            with browser.open(address, timeout=30) as answer:
                return browser, answer.status, len(answer.read())
        except urllib.error.HTTPError as error:
            return browser, error.code, len(error.read())
        except OSError:
            time.sleep(0.05)


def refreshed(browser: urllib.request.OpenerDirector, base: str) -> None:
    """Wait for the first refresh and print its steps."""
    began = time.perf_counter()
    while time.perf_counter() - began < 600:
        with browser.open(f"{base}/api/v1/jobs?job=refresh", timeout=30) as answer:
            runs = json.load(answer)
        if runs and runs[-1]["state"] not in ("waiting", "running"):
            break
        time.sleep(0.5)
    for step in runs[-1]["steps"]:
        print(f"  {step['state']:8} {step['started_at']} – {step['ended_at']}  {step['name']}")


def main() -> None:
    """Time one start."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=20_000)
    options.add_argument("--port", type=int, default=8017)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = ["--folder", str(Path(folder) / "demo"), "--port", str(chosen.port)]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*COMMAND, *where, "--customers", str(chosen.customers)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            address = entry(process)
            made = time.perf_counter() - began
            browser, status, size = opened(address)
            first = time.perf_counter() - began
            print(f"company made after {made:.1f} s, first page ({status}, {size:,} bytes) after")
            print(f"{first:.1f} s for {chosen.customers:,} customers (claim: under {LIMIT:.0f} s)")
            refreshed(browser, address.split("/demo/")[0])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


if __name__ == "__main__":
    main()
