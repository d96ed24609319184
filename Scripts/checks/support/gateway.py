"""A real `postern serve` in a throw-away folder, for checks and benchmarks. Python standard library only.

Starts and kills the server, speaks its HTTP interface as a BFF does, and its admin socket as an operator does.
"""
import base64, hashlib, http.client, json, os, random, signal, socket, struct, subprocess, time, zlib
from urllib.parse import urlsplit


# The programs refuse POSTERN_* variables that they do not know, such as POSTERN_CHECKS.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("POSTERN_")}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)


class Refused(Exception):
    """An answer with another status than the one that was wanted."""


class Gateway:
    def __init__(self, program, folder, **settings):
        """Makes the data folder and writes its settings; `settings` are more members of postern.json."""
        self.program, self.folder, self.log, self.process = program, folder, folder + ".log", None
        self.port, self.store_port, self.ops_port = free_port(), free_port(), free_port()
        made = self.command("init")
        if made.returncode: raise RuntimeError(made.stderr)
        with open(folder + "/postern.json", "w") as file:
            json.dump({"listen": [f"127.0.0.1:{self.port}"], "ops_listen": f"127.0.0.1:{self.ops_port}",
                       "object_store": {"listen": f"127.0.0.1:{self.store_port}"}, **settings}, file)

    def command(self, *words):
        return subprocess.run([self.program, *words, "--data", self.folder], capture_output=True, text=True, timeout=120,
                              env=ENVIRONMENT)

    def start(self):
        """Starts the server; the seconds until it says that it is ready."""
        begin = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "--data", self.folder],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
                                            env=ENVIRONMENT)
        line = self.process.stdout.readline()
        if b"ready" not in line:
            raise RuntimeError(f"the server did not start: {line!r} {open(self.log, 'rb').read()[-600:]!r}")
        return time.monotonic() - begin

    def kill(self, whole_group):
        """kill -9: the server alone, whose children must end by themselves, or all of them."""
        (os.killpg if whole_group else os.kill)(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(60)
        self.process.stdout.close()
        return code

    def group(self):
        """Processes that are left of the server's group."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                text = open(f"/proc/{name}/stat").read()
            except OSError:
                continue
            state, _, group = text.rpartition(")")[2].split()[:3]
            if int(group) == self.process.pid and state not in "ZX":
                found.append(int(name))
        return found

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def operator(self, method, path, body=None, want=(200, 201, 204)):
        return call(SocketConnection(self.folder + "/admin.sock"), method, path, body, want=want)

    def prepare(self, tenant, scopes, lifetime=43200):
        """Makes a tenant in which everybody may read and issue, and a token of a portal's backend."""
        self.operator("POST", "/v1/tenants", {"id": tenant})
        self.operator("POST", f"/v1/tenants/{tenant}/grants",
                      {"subject": "everyone", "documents": "all", "actions": ["read", "issue", "write"]})
        return self.operator("POST", f"/v1/tenants/{tenant}/tokens",
                             {"subject": "portal", "scopes": scopes, "expires_in": lifetime}).json()["token"]

    def download(self, url):
        """Follows a link as a browser does; the bytes."""
        for _ in range(3):
            parts = urlsplit(url)
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
            connection.request("GET", parts.path + ("?" + parts.query if parts.query else ""))
            answer = Answer(connection.getresponse())
            connection.close()
            if answer.status == 303:
                url = answer.headers["Location"]
                continue
            if answer.status != 200:
                raise Refused(f"GET of a link: {answer.status}")
            return answer.body
        raise Refused("GET of a link: too many redirects")


def call(connection, method, path, body=None, token=None, headers=None, want=(200, 201, 204)):
    """One request; the answer, whose status must be one of `want` (None: any)."""
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = "Bearer " + token
    connection.request(method, path, body, headers)
    answer = Answer(connection.getresponse())
    if want and answer.status not in want:
        # Paths carry identifiers only; bodies of problems carry nothing secret.
        raise Refused(f"{method} {path}: {answer.status} {answer.body[:200]!r}")
    return answer


def upload_headers(content, name):
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"Content-Type": "application/octet-stream", "Prefer": "wait=30", "Repr-Digest": f"sha-256=:{digest}:",
            "Content-Disposition": f'attachment; filename="{name}"'}


def picture(source=random, side=64, text="Author\0Somebody"):
    """A PNG of random pixels with a text chunk that must not be delivered."""
    def chunk(name, payload):
        return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))
    rows = b"".join(b"\0" + source.randbytes(3 * side) for _ in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"tEXt", text.encode()) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def sound(size, seed=56):
    """A WAV file with so many bytes of noise, which no store and no line can compress, and nothing to remove."""
    return (b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, 44100, 176400, 4, 16)
            + b"data" + struct.pack("<I", size) + random.Random(seed).randbytes(size))
