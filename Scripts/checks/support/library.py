"""Lists of a tenant with a million documents over HTTP. The database is filled directly, while the server is stopped."""
import os, random, re, sqlite3, statistics, sys, time
import gateway as G

DOCUMENTS, ASKS = int(os.environ.get("LIBRARY_DOCUMENTS", 1_000_000)), 60
TYPES = ["invoice"] * 40 + ["delivery-note"] * 20 + ["offer"] * 15 + ["photo"] * 12 + ["contract"] * 8 + ["report"] * 4 + ["certificate"]
MONTHS = "january february march april may june july august september october november december".split()
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def identifier(prefix, raw):
    number = int.from_bytes(raw, "big")
    return prefix + "_" + "".join(DIGITS[number >> shift & 31] for shift in range(125, -1, -5))


def uuid7(source, milliseconds):
    return (milliseconds.to_bytes(6, "big") + (0x7000 | source.getrandbits(12)).to_bytes(2, "big")
            + (1 << 63 | source.getrandbits(62)).to_bytes(8, "big"))


def fill(path, tenant, count):
    """A million documents of five years; nine of ten have a version. Names as people give them: words, a customer, a number."""
    source, now, day = random.Random(7), int(time.time() * 1000), 86_400_000
    names = ["".join(source.choice(["ba", "ko", "ri", "mul", "ter", "sen", "la", "dor", "fi", "ne"]) for _ in range(3)) + str(n) for n in range(5000)]
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("pragma synchronous = off"), database.execute("pragma cache_size = -400000")
    prefix = database.execute("select object_prefix from tenants where id = ?", (tenant,)).fetchone()[0]
    receipt = database.execute("select receipt from versions where tenant = ? limit 1", (tenant,)).fetchone()[0]
    rows = {"documents": [], "document_words": [], "document_labels": [], "versions": []}
    places = {"documents": "(tenant, id, title, type, labels, created_at, updated_at, period, revision, words) values (?,?,?,?,?,?,?,?,1,?)",
              "document_words": "values (?,?,?)", "document_labels": "values (?,?,?)",
              "versions": "(tenant, id, document, number, filename, media_type, size, sha256, object_key, receipt, created_at, valid_from,"
                          " released_issuer, released_subject) values (?,?,?,1,?,'image/png',?,?,?,?,?,?,'postern-local','portal')"}
    def flush():
        database.execute("begin")
        for table, some in rows.items():
            database.executemany(f"insert into {table} {places[table]}", some)
            some.clear()
        database.execute("commit")
    start = now - 5 * 365 * day
    for number in range(count):
        created = start + (now - start) * number // count
        identity, kind = uuid7(source, created), source.choice(TYPES)
        year, month = time.gmtime(created / 1000)[:2]
        title = f"{kind.replace('-', ' ').title()} {100_000 + number} {source.choice(names).title()} {MONTHS[month - 1].title()} {year}"
        words = re.findall(r"\w+", title.lower())
        labels = sorted({f"project-{int(source.paretovariate(.4)) % 300}", source.choice(["paid", "open", "draft"])})
        updated = min(now, created + source.randrange(60 * day))
        rows["documents"].append((tenant, identity, title, kind, " ".join(labels), created, updated, f"{year}-{month:02}", "".join(" " + w for w in words)))
        rows["document_words"] += [(tenant, word, identity) for word in sorted(set(words))]
        rows["document_labels"] += [(tenant, label, identity) for label in labels]
        if number % 10:
            version = uuid7(source, created + 1)
            rows["versions"].append((tenant, version, identity, f"{number}.png", 1000 + number, source.randbytes(32),
                                     f"v1/{prefix}/{identifier('ver', version)}", receipt, created + 1, created + 1))
        if number % 20_000 == 19_999: flush()
    flush()
    single = [row[0] for row in database.execute("select id from documents order by random() limit 300")]
    grants = [("user:customer", "document:" + identifier("doc", document), document) for document in single]
    grants += [("user:clerk", "type:offer", None), ("user:site", "label:project-7", None), ("user:site", "label:project-250", None)]
    database.executemany("insert into grants (tenant, id, holder, reach, document, rights, created_at) values (?, ?, ?, ?, ?, 1, 1)",
                         [(tenant, uuid7(source, now), holder, reach, document) for holder, reach, document in grants])
    database.execute("pragma wal_checkpoint(truncate)")
    database.close()
    return names


def questions(source, names):
    """What people and portals ask, by kind."""
    month = lambda: f"{source.randrange(2022, 2026)}-{source.randrange(1, 13):02}"
    label, name = lambda: f"project-{source.randrange(300)}", lambda: source.choice(names)
    sorts = lambda: source.choice(["", "&sort=title", "&sort=-title", "&sort=updated", "&sort=-updated"])
    return {
        "newest": lambda: "limit=50", "by title": lambda: "sort=title", "by change": lambda: "sort=-updated",
        "type": lambda: "type=" + source.choice(TYPES) + sorts(), "label": lambda: "label=" + label() + sorts(),
        "label and type": lambda: f"label={label()}&type={source.choice(TYPES)}" + sorts(),
        "two labels": lambda: f"label={label()},{source.choice(['paid', 'open', 'draft'])}" + sorts(),
        "number": lambda: f"q=invoice+{source.randrange(100_000, 100_000 + DOCUMENTS)}".replace("+", "%20"),
        "as typed": lambda: "q=" + source.choice(["i", "in", "inv", "offer", "de", "photo", "19", "2025"]) + sorts(),
        "customer": lambda: "q=" + name() + sorts(), "customer as typed": lambda: "q=" + name()[:4] + sorts(),
        "two words": lambda: f"q={source.choice(['invoice', 'offer', 'photo'])}%20{source.choice(MONTHS)[:3]}" + sorts(),
        "customer and type": lambda: f"q={name()}&type=invoice", "period": lambda: f"period={month()}" + sorts(),
        "created in a month": lambda: (lambda m: f"created_from={m}-01T00:00:00Z&created_before={m}-28T00:00:00Z")(month()) + sorts(),
        "changed lately": lambda: "updated_since=" + time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 3 * 86_400)) + sorts(),
        "deliverable": lambda: "current=true&type=" + source.choice(TYPES) + sorts(),
    }


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def library(programs, work):
    high = {"tenant_requests_per_minute": 100_000_000, "subject_requests_per_minute": 100_000_000}
    gateway = G.Gateway(programs + "/postern", work + "/library", limits=high)
    gateway.start()
    try:
        token = gateway.prepare("acme", ["documents:read", "documents:write"])
        gateway.operator("POST", "/v1/tenants", {"id": "guarded"})
        connection, content = gateway.connect(), G.picture(random.Random(1), 8)
        def add(tenant):
            document = gateway.operator("POST", f"/v1/tenants/{tenant}/documents", {"title": "First"}).json()["id"]
            G.call(G.SocketConnection(gateway.folder + "/admin.sock"), "POST", f"/v1/tenants/{tenant}/documents/{document}/versions", content,
                   headers=G.upload_headers(content, "a.png"), want=(201,))
        add("acme"), add("guarded")
        people = {name: gateway.operator("POST", "/v1/tenants/guarded/tokens", {"subject": name, "scopes": ["documents:read"], "expires_in": 3600}).json()["token"]
                  for name in ("customer", "clerk", "site")}
        gateway.stop()
        begin = time.monotonic()
        names = fill(gateway.folder + "/postern.db", "acme", DOCUMENTS)
        fill(gateway.folder + "/postern.db", "guarded", DOCUMENTS // 4)
        print(f"filled in {time.monotonic() - begin:.0f} s, {os.path.getsize(gateway.folder + '/postern.db') >> 20} MiB", file=sys.stderr)
        gateway.start()
        connection, source = gateway.connect(), random.Random(3)
        kinds, times = questions(source, names), {}
        def ask(kind, query, bearer):
            begin = time.perf_counter()
            answer = G.call(connection, "GET", "/v1/documents?" + query, token=bearer, want=(200,))
            times.setdefault(kind, []).append((time.perf_counter() - begin) * 1000)
            return answer.json()
        for warm in range(3):
            if warm == 1: times.clear()
            for kind, question in kinds.items():
                for _ in range(5 if warm == 0 else ASKS // 2): ask(kind, question(), token)
        for sort in ("-created", "title", "-updated"):
            query = cursor = f"sort={sort}&limit=200"
            for _ in range(40): cursor = query + "&cursor=" + ask("further pages of 200", cursor, token)["next_cursor"]
        for name, bearer in people.items():
            for query in ("", "sort=title", "sort=-updated", "q=invoice", "q=offer&sort=title", "label=project-7", "type=offer"):
                for _ in range(ASKS // 4): ask("as " + name, query, bearer)
        everything = [value for values in times.values() for value in values]
        for kind, values in sorted(times.items(), key=lambda item: -percentile(item[1], .99)):
            print(f"  {kind}: p50 {statistics.median(values):.2f} ms, p99 {percentile(values, .99):.2f} ms, most {max(values):.2f} ms", file=sys.stderr)
        slow = percentile(everything, .99)
        yield (f"lists of {DOCUMENTS:,} documents, {len(times)} kinds of question", f"p50 {statistics.median(everything):.1f} ms, p99 {slow:.1f} ms",
               "", None, "p99 ≤ 10 ms", slow <= 10)
    finally:
        gateway.kill(True)
