"""Requests at a steady rate, whether they are answered or not: ``python flooding.py ADDRESS RATE SECONDS``.

The address is the one that ``claim-aug design`` printed. A process of its own, so that it takes no time from a server.
"""

import asyncio
import collections
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

#: Seconds after which an answer is given up.
PATIENCE = 20


async def ask(host, port, request, found):
    """One connection, one request, the status of its answer."""
    try:
        found[await asyncio.wait_for(status(host, port, request), PATIENCE)] += 1
    except (OSError, asyncio.TimeoutError) as error:
        found[type(error).__name__] += 1


async def status(host, port, request):
    """The status of the answer; ``closed`` where there was none."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request)
        head = await reader.readline()
        return head.split()[1].decode() if head else "closed"
    finally:
        writer.close()


async def flood(address, rate, seconds):
    """What came of ``rate * seconds`` requests, by status, and how many a second were sent."""
    parts = urlsplit(address)
    token, body = parse_qs(parts.query)["token"][0], b'{"design": {}}'
    head = f"POST /api/sample HTTP/1.1\r\nHost: {parts.netloc}\r\nx-claim-aug-token: {token}\r\n"
    request = f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    found, running, start = collections.Counter(), set(), time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(start + number / rate - time.perf_counter(), 0))
        running.add(task := asyncio.create_task(ask(parts.hostname, parts.port, request, found)))
        task.add_done_callback(running.discard)
    sent = rate * seconds / (time.perf_counter() - start)
    await asyncio.gather(*running)
    return {"sent_per_second": round(sent), "answers": dict(found)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(flood(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))))
