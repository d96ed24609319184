"""kill -9 of a whole gateway during uploads and link requests; nothing that was acknowledged may be missing afterwards.

usage: killserve.py POSTERN WORK ROUNDS SEED      (POSTERN: the program, postern-scrub beside it; WORK: an empty folder)
       CHECKERS names the folder with sigv4/ref_presign.py, which lists the bucket.
Each round starts the server, lets clients work, kills it (in every second round its whole process group; in the others the children
must end by themselves), starts it again and asks:
  - is every acknowledged document, version, link and audit event there, and of the recent ones all of them?
  - does `postern audit verify` hold?
  - can no version be linked unless its bytes arrive whole and hash to what the answer promises?
  - does the bucket hold exactly the objects of the versions that are there, once the server has swept?
Some clients go away in the middle of an upload. At the end everything that was ever acknowledged is asked for once more.
Last line: N passed, N failed (rounds). Exit 0 = none failed."""
import datetime, hashlib, os, random, re, sys, threading, time
from urllib.request import urlopen
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.environ["CHECKERS"], "sigv4"))
import gateway as G
import ref_presign

SCOPES = ["documents:read", "documents:write", "links:create", "audit:read"]


class Found(Exception):
    """Something that must not be."""


class Clients:
    """What runs while the server is killed, and what it was promised."""

    def __init__(self, server, token, seed):
        self.server, self.token, self.seed = server, token, seed
        self.lock = threading.Lock()
        self.documents, self.versions, self.links, self.events, self.unfinished = [], {}, [], [], []
        self.stop = threading.Event()

    def note(self, add):
        with self.lock: add()

    def run(self, work, number):
        source = random.Random(self.seed * 1000 + number)
        while not self.stop.is_set():
            connection = self.server.connect()
            try:
                while not self.stop.is_set(): work(connection, source)
            except (OSError, G.http.client.HTTPException):
                time.sleep(.01)   # the server is gone, or will be in a moment
            finally:
                connection.close()

    def start(self):
        works = [self.upload, self.upload, self.link, self.link, self.link, self.go_away]
        self.threads = [threading.Thread(target=self.guarded, args=(w, n)) for n, w in enumerate(works)]
        self.failure = None
        for thread in self.threads: thread.start()

    def guarded(self, work, number):
        try: self.run(work, number)
        except Exception as failure: self.failure = failure

    def finish(self):
        self.stop.set()
        for thread in self.threads: thread.join()
        if self.failure: raise Found(f"a client: {self.failure}")

    def document(self, connection):
        answer = G.call(connection, "POST", "/v1/documents", {"title": "Site photo"}, self.token).json()
        self.note(lambda: self.documents.append(answer["id"]))
        return answer["id"]

    def upload(self, connection, source):
        document = self.document(connection)
        self.note(lambda: self.unfinished.append(document))
        content = G.picture(source, source.choice([16, 64, 200]))
        answer = G.call(connection, "POST", f"/v1/documents/{document}/versions", content, self.token,
                        G.upload_headers(content, "photo.png"), want=(201,)).json()
        def add():
            self.versions[document] = answer["version"]["id"]
            self.unfinished.remove(document)
            self.events.append(answer["event_id"])
        self.note(add)

    def link(self, connection, source):
        with self.lock: known = list(self.versions)
        if not known:
            time.sleep(.005)
            return
        document = source.choice(known[-50:])
        answer = G.call(connection, "POST", f"/v1/documents/{document}/links", {"expires_in": 900}, self.token, want=(201,)).json()
        def add():
            self.links.append((answer["id"], document))
            self.events.append(answer["event_id"])
        self.note(add)

    def go_away(self, connection, source):
        """Half an upload, then the client is gone."""
        document = self.document(connection)
        self.note(lambda: self.unfinished.append(document))
        content = G.picture(source, 64)
        connection.putrequest("POST", f"/v1/documents/{document}/versions")
        for name, value in G.upload_headers(content, "photo.png").items(): connection.putheader(name, value)
        connection.putheader("Authorization", "Bearer " + self.token)
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content[:source.randrange(1, len(content))])
        time.sleep(.01)
        connection.close()


class Checks:
    def __init__(self, server, token, store):
        self.server, self.token, self.store = server, token, store
        self.connection = server.connect()

    def get(self, path, want=(200,)):
        try:
            return G.call(self.connection, "GET", path, token=self.token, want=want)
        except G.Refused as refused:
            raise Found(f"LOST: {refused}")

    def acknowledged(self, clients, since):
        for document in clients.documents[since["documents"]:]: self.get(f"/v1/documents/{document}")
        for document, version in list(clients.versions.items())[since["versions"]:]:
            if version not in [v["id"] for v in self.get(f"/v1/documents/{document}/versions").json()["items"]]:
                raise Found(f"LOST: version {version} of {document}")
        for link, _ in clients.links[since["links"]:]: self.get(f"/v1/links/{link}")
        for event in clients.events[since["events"]:]: self.get(f"/v1/audit/events/{event}")

    def linkable(self, documents):
        """Links that can be had deliver what they promise; how many documents had one."""
        count = 0
        for document in documents:
            answer = G.call(self.connection, "POST", f"/v1/documents/{document}/links", {}, self.token, want=(201, 404, 409))
            if answer.status != 201: continue
            count += 1
            promise = answer.json()
            content = self.server.download(promise["url"])
            if hashlib.sha256(content).hexdigest() != promise["version"]["sha256"]: raise Found(f"{document}: other bytes than promised")
            if b"tEXt" in content: raise Found(f"{document}: metadata was delivered")
        return count

    def audit(self):
        sealed = self.server.command("audit", "verify")
        if sealed.returncode: raise Found(f"audit verify: {sealed.stdout} {sealed.stderr}")

    def objects(self):
        """The version identifiers that the bucket has objects of."""
        found, query = set(), {"list-type": "2"}
        while True:
            moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
            url = ref_presign.presign("GET", self.store["S3_ENDPOINT"], self.store["S3_BUCKET"], "", self.store["S3_REGION"],
                                      self.store["S3_ACCESS_KEY"], self.store["S3_SECRET_KEY"], 60, moment, query=query)
            text = urlopen(url, timeout=30).read().decode()
            found.update(key.rsplit("/", 1)[1] for key in re.findall("<Key>([^<]+)</Key>", text))
            more = re.search("<NextContinuationToken>([^<]+)<", text)
            if not more: return found
            query = {"list-type": "2", "continuation-token": more.group(1)}

    def orphans(self, clients):
        """Each object belongs to a version that is there, and each version has its object."""
        deadline = time.monotonic() + 20
        while True:
            versions = set()
            for document in clients.documents:
                versions.update(v["id"] for v in self.get(f"/v1/documents/{document}/versions").json()["items"] if v["state"] == "ready")
            objects = self.objects()
            if objects == versions: return
            if versions - objects: raise Found(f"LOST: {len(versions - objects)} versions without their object")
            if time.monotonic() > deadline: raise Found(f"{len(objects - versions)} objects that no version has, such as {sorted(objects - versions)[0]}")
            time.sleep(.2)


def store_of(server):
    """What `postern store credentials --shell` prints, as a dictionary."""
    lines = server.command("store", "credentials", "--shell").stdout.split()
    return dict(line.replace("'", "").split("=", 1) for line in lines)


def main():
    program, work, rounds, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    source = random.Random(seed)
    server = G.Gateway(program, work + "/data")
    server.start()
    token = server.prepare("acme", SCOPES)
    store, clients, good, failure = store_of(server), Clients(server, token, seed), 0, ""
    starts, linked = [], 0
    try:
        for number in range(rounds):
            sizes = lambda: {n: len(getattr(clients, n)) for n in ("documents", "versions", "links", "events")}
            since, clients.unfinished = sizes(), []
            clients.stop.clear()
            clients.start()
            time.sleep(source.uniform(.3, 1.2))
            whole_group = number % 2 == 1
            server.kill(whole_group)
            clients.finish()
            deadline = time.monotonic() + 10
            while server.group():
                if time.monotonic() > deadline: raise Found(f"{len(server.group())} children outlive the server")
                time.sleep(.02)
            starts.append(server.start())
            checks = Checks(server, token, store)
            checks.acknowledged(clients, since)
            recent = list(clients.versions)[since["versions"]:][-20:]
            linked += checks.linkable(clients.unfinished)
            if checks.linkable(recent) != len(recent): raise Found("an acknowledged version cannot be linked")
            checks.audit()
            good += 1
        checks = Checks(server, token, store)
        checks.acknowledged(clients, dict.fromkeys(since, 0))
        checks.orphans(clients)
        if server.stop() != 0: raise Found("the server did not stop in good order")
        checks.audit()
        if not clients.links or not clients.versions: raise Found("nothing was acknowledged: nothing tested")
    except (Found, G.Refused, RuntimeError) as found:
        failure = str(found)
    finally:
        if server.process.poll() is None: server.kill(True)
    if failure: print(f"BAD round {good}:", failure)
    print(f"acknowledged: {len(clients.documents)} documents, {len(clients.versions)} versions, {len(clients.links)} links, "
          f"{len(clients.events)} events; {linked} uploads finished without their answer; start {max(starts, default=0) * 1000:.0f} ms at most")
    print(f"{good} passed, {int(bool(failure))} failed")
    sys.exit(1 if failure else 0)


if __name__ == "__main__":
    if len(sys.argv) != 5: sys.exit(__doc__)
    main()
