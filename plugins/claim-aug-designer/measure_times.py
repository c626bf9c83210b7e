"""How long the designer takes on a phantom of 256 x 256 x 10.

Run it with ``python plugins/claim-aug-designer/measure_times.py``, and with ``CLAIM_AUG_CHROMIUM`` for the page.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from claim_aug_designer.folders import Folders
from claim_aug_designer.scan import Scan
from claim_aug_designer.serve import Place, make_server, warm_up

from claim_aug.cli import Orientation
from claim_aug.phantom import make_phantom, write_emidec

SHAPE, REPEATS = (256, 256, 10), 15
CASE = "Case_000"


def main() -> None:
    """Print medians and slowest of each: seconds on the clock, and of the processor."""
    with tempfile.TemporaryDirectory() as temporary:
        root = write_emidec(make_phantom(0, scar=False, shape=SHAPE), Path(temporary), CASE)
        files = [root / part / f"{CASE}.nii.gz" for part in ("Images", "Contours")]
        scan, place = Scan.from_files(*files, "phantom", Orientation()), Place.at("127.0.0.1", 0)
        server = make_server(Folders(Path(temporary)), scan, place)
        threading.Thread(target=server.run, kwargs={"sockets": [place.listener]}, daemon=True).start()
        warm_up()
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print("what                        median s   slowest s   processor s   slowest s")
        for generator in ("signal", "ddpm"):
            for burden in (10, 30):
                report(f"{generator}, {burden} %LV", timed(functools.partial(ask, place, generator, burden)))
        with contextlib.suppress(ImportError):
            report_page(place)


def ask(place: Place, generator: str, burden: float, seed: int) -> None:
    """One answer, as the page asks for it."""
    host, _, port = place.authority.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=120)
    design = {"generator": generator, "seed": seed, "options": {"burden": burden}}
    headers = {"Host": place.authority, "x-claim-aug-token": place.token}
    connection.request("POST", "/api/sample", json.dumps({"design": design}), headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()


def timed(work: Callable[[int], None]) -> list[tuple[float, float]]:
    """Seconds on the clock and of this process's processor time, which the server shares."""
    times = []
    for seed in range(REPEATS):
        clock, processor = time.perf_counter(), time.process_time()
        work(seed)
        times.append((time.perf_counter() - clock, time.process_time() - processor))
    return times


def report(what: str, times: list[tuple[float, float]]) -> None:
    """One line of the table."""
    clock, processor = zip(*times, strict=True)
    columns = f"{statistics.median(clock):8.3f}  {max(clock):10.3f}  {statistics.median(processor):12.3f}"
    print(f"{what:26}  {columns}  {max(processor):10.3f}")


def report_page(place: Place) -> None:
    """The page: from its address to its first scar."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CLAIM_AUG_CHROMIUM") or None, args=["--no-sandbox"]
        )
        clock = []
        for _ in range(5):
            page = browser.new_context().new_page()
            start = time.perf_counter()
            page.goto(place.address)
            page.wait_for_selector("body[data-ready=true]", timeout=120_000)
            clock.append(time.perf_counter() - start)
            page.close()
        print(f"{'page with its first scar':26}  {statistics.median(clock):8.3f}  {max(clock):10.3f}")
        browser.close()


if __name__ == "__main__":
    main()
