"""Mixed load for a long time at half of what the gateway can do: memory, descriptors and answers must stay as they are.

usage: soak.py POSTERN WORK MINUTES      (POSTERN: the program, postern-scrub beside it; WORK: an empty folder)
Clients issue links, follow them, list and upload in a fixed mix. A first run without pauses finds the capacity; then each client
keeps to its share of half of it. The gateway's own metrics tell memory and descriptors every five seconds. Fails if
  - an answer is not the one that was wanted,
  - resident memory at the end is more than 2 % above that after the warm-up (a fifth of the time), or descriptors have grown,
  - the log has not exactly one line for each request.
Last line: soak: ... ok. Exit 0 = nothing failed."""
import json, multiprocessing, os, random, re, statistics, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G

SCOPES = ["documents:read", "documents:write", "links:create", "audit:read"]
CLIENTS, CALIBRATION, SAMPLE = 4, 12, 5
LIMITS = {"tenant_requests_per_minute": 100000000, "subject_requests_per_minute": 100000000,
          "address_requests_per_minute": 100000000}


def client(server, token, documents, number, rate, until, results):
    """One client: issue 70 %, redeem 15 %, list 14.5 %, upload 0.5 %; `rate` requests a second, 0 for no pause."""
    source, count, failures, times, url = random.Random(number), 0, [], [], None
    connection, begin = server.connect(), time.monotonic()
    while time.monotonic() < until:
        if rate:
            wait = begin + count / rate - time.monotonic()
            if wait > 0: time.sleep(wait)
        start, chance, document = time.monotonic(), source.random(), source.choice(documents)
        try:
            if chance < .7 or url is None:
                url = G.call(connection, "POST", f"/v1/documents/{document}/links", {"expires_in": 300}, token).json()["url"]
            elif chance < .85:
                answer = G.call(connection, "GET", url[url.index("/d/"):], want=(303,))
                if source.random() < .05: server.download(answer.headers["Location"])
            elif chance < .995:
                G.call(connection, "GET", "/v1/documents?limit=20", token=token)
            else:
                content = G.picture(source, 32)
                G.call(connection, "POST", f"/v1/documents/{document}/versions", content, token,
                       G.upload_headers(content, "photo.png"), want=(201,))
        except (OSError, G.http.client.HTTPException, G.Refused) as failure:
            failures.append(str(failure)[:200])
            connection.close()
            connection = server.connect()
            if len(failures) > 20: break
        times.append(time.monotonic() - start)
        count += 1
    connection.close()
    times.sort()
    results.put((count, failures, times[len(times) // 2] if times else 0, times[len(times) * 99 // 100] if times else 0))


def scrape(server):
    connection = G.http.client.HTTPConnection("127.0.0.1", server.ops_port, timeout=10)
    text = G.call(connection, "GET", "/metrics").body.decode()
    connection.close()
    return {m[1]: float(m[2]) for m in re.finditer(r"^(\S+) (\S+)$", text, re.M)}


def load(server, token, documents, rate, seconds, watch):
    results, until = multiprocessing.Queue(), time.monotonic() + seconds
    clients = [multiprocessing.Process(target=client, args=(server, token, documents, n, rate / CLIENTS, until, results))
               for n in range(CLIENTS)]
    for process in clients: process.start()
    while time.monotonic() < until:
        time.sleep(min(SAMPLE, max(0, until - time.monotonic())))
        watch()
    found = [results.get(timeout=60) for _ in clients]
    for process in clients: process.join()
    return sum(f[0] for f in found), [x for f in found for x in f[1]], max(f[2] for f in found), max(f[3] for f in found)


def main():
    program, work, minutes = sys.argv[1], sys.argv[2], float(sys.argv[3])
    server = G.Gateway(program, work + "/data", limits=LIMITS)
    server.start()
    token = server.prepare("acme", SCOPES)
    documents, connection = [], server.connect()
    for _ in range(50):
        document = G.call(connection, "POST", "/v1/documents", {"title": "Site photo"}, token).json()["id"]
        content = G.picture(random.Random(1), 32)
        G.call(connection, "POST", f"/v1/documents/{document}/versions", content, token,
               G.upload_headers(content, "photo.png"), want=(201,))
        documents.append(document)
    connection.close()
    count, failures, _, _ = load(server, token, documents, 0, CALIBRATION, lambda: None)
    capacity = count / CALIBRATION
    print(f"capacity with {CLIENTS} clients: {capacity:.0f} requests/s", flush=True)
    samples = []

    def watch():
        values = scrape(server)
        samples.append((values["postern_process_resident_memory_bytes"], values["postern_process_open_fds"]))
        if len(samples) % 12 == 0:
            print(f"{len(samples) * SAMPLE // 60} min: {samples[-1][0] / 1e6:.1f} MB, {samples[-1][1]:.0f} descriptors", flush=True)

    count, more, p50, p99 = load(server, token, documents, capacity / 2, minutes * 60, watch)
    failures += more
    size = max(1, len(samples) // 5)
    before, after = samples[size:2 * size] or samples, samples[-size:]
    memory = [statistics.median(s[0] for s in part) for part in (before, after)]
    # A leak lifts every sample; the most of them tells how many uploads met at one moment.
    descriptors = [statistics.median(s[1] for s in part) for part in (before, after)]
    growth = 100 * (memory[1] / memory[0] - 1)
    values = scrape(server)
    # Requests on the public listener and the admin socket: those are the ones that the log has a line for.
    requests = sum(v for k, v in values.items() if k.startswith("postern_requests_total{"))
    code = server.stop()
    lines = sum(1 for line in open(server.log, "rb") if json.loads(line).get("event") == "request")
    for failure in failures[:10]: print("failed:", failure)
    print(f"requests {count}, p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms, memory {memory[0] / 1e6:.1f} -> {memory[1] / 1e6:.1f} MB, "
          f"descriptors {descriptors[0]:.0f} -> {descriptors[1]:.0f}, log lines {lines} for {requests:.0f} requests")
    faults = [name for name, is_so in [
        ("answers", failures), ("memory", growth >= 2), ("descriptors", descriptors[1] > descriptors[0] + 1),
        ("log lines", lines != requests), ("end", code != 0)] if is_so]
    print(f"soak: {minutes:g} min, {count / minutes / 60:.0f} requests/s, memory {growth:+.2f} %, {len(failures)} errors: "
          + ("ok" if not faults else "FAILED " + ", ".join(faults)))
    return bool(faults)


sys.exit(main())
