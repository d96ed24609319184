"""Every key is replaced again and again while clients work: not one request may fail, and nothing made before may stop working.

usage: rotation.py POSTERN WORK SECONDS      (POSTERN: the program, postern-scrub beside it; WORK: an empty folder)
Clients issue links, follow them (new ones and the oldest that they still have), upload and download by presigned URLs, with the
newest token and with the one from before all rotations. Meanwhile `postern keys rotate` goes round the keys until there is no
place for a former key more.
Fails if
  - an answer is not the one that was wanted,
  - a key was not rotated twice at least, or an eighth former key is taken, or one is retired before its end without --now,
  - what the first keys made does not work after a restart,
  - the audit logs do not verify offline afterwards, or the rotations are not in the system's log.
Last line: rotation: ... ok. Exit 0 = nothing failed."""
import json, multiprocessing, os, queue, random, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G

SCOPES = ["documents:read", "documents:write", "links:create", "presigned:create", "links:revoke"]
KEYS, CLIENTS, FORMER_MAX = ["pepper", "local-issuer", "object-store", "audit"], 3, 7
LIMITS = {"tenant_requests_per_minute": 100000000, "subject_requests_per_minute": 100000000,
          "address_requests_per_minute": 100000000}


def client(server, tokens, documents, number, stop, results):
    """Works until it is told to stop; `tokens` is a shared pair of the first token and the newest."""
    source, count, failures, links, urls = random.Random(number), 0, [], [], []
    connection = server.connect()
    while not stop.is_set():
        chance, token = source.random(), tokens[source.randrange(2)]
        document = source.choice(documents)
        try:
            if chance < .5 or not links:
                links.append(G.call(connection, "POST", f"/v1/documents/{document}/links", {"expires_in": 900}, token).json())
            elif chance < .75:
                # The first link of all, or a fresh one: redeemed by us, and the store's URL kept for later.
                link = source.choice([links[0], links[-1]])["url"]
                urls.append(G.call(connection, "GET", link[link.index("/d/"):], want=(303,)).headers["Location"])
            elif chance < .85 and urls:
                server.download(source.choice([urls[0], urls[-1]]))
            elif chance < .9:
                urls.append(G.call(connection, "POST", f"/v1/documents/{document}/presigned-urls", {"expires_in": 900}, token)
                            .json()["url"])
            elif chance < .93:
                content = G.picture(source, 32)
                G.call(connection, "POST", f"/v1/documents/{document}/versions", content, token,
                       G.upload_headers(content, "photo.png"), want=(201,))
            elif chance < .96 and len(links) > 2:
                G.call(connection, "DELETE", f"/v1/links/{links.pop()['id']}", token=token)
            else:
                G.call(connection, "GET", "/v1/documents?limit=20", token=token)
            count += 1
        except (OSError, G.http.client.HTTPException, G.Refused) as failure:
            failures.append(f"after {count}: {str(failure)[:200]}")
            connection.close()
            connection = server.connect()
            if len(failures) > 20: break
    connection.close()
    results.put((count, failures))


def rotate(server, key, failures):
    """One rotation as an operator does it; its answer, or nothing if it failed."""
    done = server.command("keys", "rotate", key, "--overlap", "1h", "--json")
    if done.returncode:
        failures.append(f"keys rotate {key}: {done.stderr.strip()[:200]}")
        return None
    return json.loads(done.stdout)


def main():
    program, work, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    server = G.Gateway(program, work + "/data", limits=LIMITS)
    server.start()
    first = server.prepare("acme", SCOPES)
    manager, failures, rotated = multiprocessing.Manager(), [], {key: [] for key in KEYS}
    tokens, stop, results = manager.list([first, first]), multiprocessing.Event(), multiprocessing.Queue()
    documents, connection = [], server.connect()
    for _ in range(8):
        document = G.call(connection, "POST", "/v1/documents", {"title": "Site photo"}, first).json()["id"]
        content = G.picture(random.Random(1), 32)
        G.call(connection, "POST", f"/v1/documents/{document}/versions", content, first,
               G.upload_headers(content, "photo.png"), want=(201,))
        documents.append(document)
    link = G.call(connection, "POST", f"/v1/documents/{documents[0]}/links", {"expires_in": 900}, first).json()["url"]
    connection.close()
    clients = [multiprocessing.Process(target=client, args=(server, tokens, documents, n, stop, results)) for n in range(CLIENTS)]
    for process in clients: process.start()
    begin, turn = time.monotonic(), 0
    while time.monotonic() - begin < seconds and not failures:
        key = KEYS[turn % len(KEYS)]
        turn += 1
        if len(rotated[key]) < FORMER_MAX:
            found = rotate(server, key, failures)
            if found: rotated[key].append(found["id"])
            if found and key == "local-issuer":
                tokens[1] = server.operator("POST", "/v1/tenants/acme/tokens",
                                            {"subject": "portal", "scopes": SCOPES, "expires_in": 3600}).json()["token"]
        # All rotations are spread over the time, so that every key meets requests under each of its neighbours.
        time.sleep(max(.2, seconds / (len(KEYS) * FORMER_MAX) - .1))
    stop.set()
    found = []
    for _ in clients:
        try: found.append(results.get(timeout=60))
        except queue.Empty: failures.append("a client did not end")
    for process in clients: process.join(10)
    count, failures = sum(f[0] for f in found), failures + [x for f in found for x in f[1]]
    # The eighth former key has no place: the answer says what to do, and nothing changes.
    full = [key for key in KEYS if len(rotated[key]) >= FORMER_MAX]
    for key in full:
        done = server.command("keys", "rotate", key)
        if not done.returncode or "retire" not in done.stderr:
            failures.append(f"an eighth former key of {key}: {done.returncode} {done.stderr.strip()[:200]}")
    for key, ids in rotated.items():
        done = server.command("keys", "retire", key, ids[0]) if len(ids) > 1 else None
        if done and (done.returncode != 3 or "--now" not in done.stderr):
            failures.append(f"keys retire {key} before its end: {done.returncode} {done.stderr.strip()[:200]}")
    changes = [json.loads(e["leaf"]) for e in
               server.operator("GET", "/v1/system/audit/events?limit=200&type=key.change").json()["items"]]
    turns = sum(len(ids) for ids in rotated.values())
    if len(changes) < turns: failures.append(f"{turns} rotations, {len(changes)} in the log")
    code = server.stop()
    if code: failures.append(f"the server ended with {code}")
    # What the first keys made works with the keys as a new process reads them.
    server.start()
    connection = server.connect()
    try:
        G.call(connection, "GET", "/v1/documents", token=first)
        if len(server.download(link)) < 1000: failures.append("the first link after a restart: too few bytes")
    except (OSError, G.http.client.HTTPException, G.Refused) as failure:
        failures.append(f"after a restart: {failure}")
    connection.close()
    code = server.stop()
    if code: failures.append(f"the restarted server ended with {code}")
    verified = server.command("audit", "verify")
    if verified.returncode: failures.append(f"audit verify: {verified.stderr.strip()[:300]}")
    faults = [name for name, is_so in [("requests", failures), ("too few", min(map(len, rotated.values())) < 2)] if is_so]
    for failure in failures[:10]: print("failed:", failure)
    print(f"rotation: {turns} rotations of {len(KEYS)} keys, {count} requests in {seconds:g} s, {len(failures)} failed: "
          + ("ok" if not faults else "FAILED " + ", ".join(faults)))
    return bool(faults)


sys.exit(main())
