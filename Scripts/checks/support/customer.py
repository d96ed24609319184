"""A customer's way through the pages of links, in Chromium, and what somebody sees who only tries.

usage: customer.py POSTERN FOLDER PICTURES MODE      PICTURES gets a screenshot of each page; MODE full adds the timing rounds
Last line: customer: passed=N failed=N."""
import base64, hashlib, http.server, json, os, random, re, secrets, statistics, struct, sys, threading, time, zlib
import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PROGRAM, FOLDER, PICTURES, MODE = sys.argv[1:5]
SCOPES = ["documents:read", "documents:write", "links:create", "links:revoke", "presigned:create", "audit:read", "tenant:admin"]
PROTECTION = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
              "X-Robots-Tag": "noindex, nofollow, noarchive", "Cross-Origin-Opener-Policy": "same-origin",
              "Cross-Origin-Resource-Policy": "same-origin", "Vary": "Accept, Accept-Language, Cookie"}
passed = failed = 0
tokens = []


def check(name, holds, told=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"{'ok' if holds else 'FAILED'}: {name}{'' if holds else f': {told}'}", flush=True)


class House:
    """The gateway with one document, and a portal that issues links to it."""

    def __init__(self):
        self.gateway = G.Gateway(PROGRAM, FOLDER + "/data", limits={"address_requests_per_minute": 10_000_000})
        self.gateway.start()
        self.token = self.gateway.prepare("acme", SCOPES)
        self.content = G.picture(random.Random(1), 300)
        self.document, self.version = self.publish("Invoice 4711", self.content, "Rechnung für März.png")

    def publish(self, title, content, name, document=None):
        connection = self.gateway.connect()
        if document is None: document = G.call(connection, "POST", "/v1/documents", {"title": title}, self.token).json()["id"]
        headers = G.upload_headers(content, "name")
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        upload = G.call(connection, "POST", f"/v1/documents/{document}/versions", content, self.token, headers, want=None)
        if upload.status != 201: raise G.Refused(upload.body[:300])
        return document, upload.json()["version"]["id"]

    def link(self, document=None, **order):
        made = G.call(self.gateway.connect(), "POST", f"/v1/documents/{document or self.document}/links", {"expires_in": 600, **order}, self.token).json()
        tokens.append(made["url"].rsplit("/", 1)[1])
        return made

    def policy(self, *changes):
        done = self.gateway.command("policy", "set", "--tenant", "acme", *changes)
        if done.returncode: raise G.Refused(done.stderr)

    def revoke(self, link):
        return G.call(self.gateway.connect(), "DELETE", f"/v1/links/{link['id']}", token=self.token).json()

    def knock(self, method, path, headers=None, body=None):
        connection = self.gateway.connect()
        connection.request(method, path, body, headers or {})
        return G.Answer(connection.getresponse())

    def press(self, path):
        page = self.knock("GET", path)
        nonce = re.search(rb'name="nonce" value="([^"]+)"', page.body)[1].decode()
        cookie = page.headers["Set-Cookie"].split(";")[0]
        return lambda: self.knock("POST", path, {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}, "nonce=" + nonce).status


class Browser:
    """One profile of Chromium."""

    def __init__(self, name, language="en-GB,en"):
        self.downloads = f"{FOLDER}/downloads-{name}"
        os.makedirs(self.downloads)
        options = webdriver.ChromeOptions()
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={FOLDER}/profile-{name}", "--window-size=1000,800"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"download.default_directory": self.downloads, "intl.accept_languages": language,
                                                  "download.prompt_for_download": False})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.binary_location = "/usr/bin/chromium"
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(30)

    def open(self, url): self.driver.get(url)

    def heading(self): return self.driver.execute_script("return document.querySelector('h1')?.textContent")

    def text(self): return self.driver.execute_script("return document.body.innerText")

    def becomes(self, heading):
        """Whether the page gets a heading, which a press of the button leads to."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.heading() == heading: return True
            time.sleep(.05)
        return False

    def emulate(self, dark=False, phone=False):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        width, height = (360, 720) if phone else (1000, 800)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone})

    def picture(self, name): self.driver.save_screenshot(f"{PICTURES}/{name}.png")

    def look(self, name):
        """The page in light, dark and on a phone: a picture of each, judged by axe, with nothing cut off or said on the console."""
        for mode, setting in (("light", {}), ("dark", {"dark": True}), ("phone", {"phone": True}), ("phone-dark", {"phone": True, "dark": True})):
            self.emulate(**setting)
            time.sleep(.1)
            self.picture(f"{name}-{mode}")
            found = [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:90]}" for v in Axe().run(self.driver)["violations"]]
            check(f"axe finds nothing on {name}, {mode}", not found, found)
            wide = self.driver.execute_script("return document.documentElement.scrollWidth > window.innerWidth")
            check(f"nothing of {name} is cut off, {mode}", not wide)
        self.emulate()
        said = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING") and "status of 4" not in entry["message"]]
        check(f"{name} breaks no rule of its own policy", not said, said)

    def saved(self, count):
        """The files of finished downloads, once there are so many."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            names = [n for n in os.listdir(self.downloads) if not n.endswith(".crdownload") and not n.startswith(".")]
            if len(names) >= count: return {n: open(f"{self.downloads}/{n}", "rb").read() for n in names}
            time.sleep(.05)
        return {}

    def requests(self):
        """The URLs that were asked for since the last time."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append((message["params"]["request"]["url"], message["params"]["request"]["headers"]))
        return found

    def button(self): return self.driver.find_element(By.TAG_NAME, "button")

    def quit(self): self.driver.quit()


def logo():
    """A PNG of a disc, with a comment that must not stay."""
    def chunk(name, payload): return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))
    rows = b"".join(b"\0" + b"".join(b"\x1a\x4d\x2e\xff" if (x - 60) ** 2 / 9 + (y - 20) ** 2 < 380 else b"\0\0\0\0" for x in range(120)) for y in range(40))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 120, 40, 8, 6, 0, 0, 0)) + chunk(b"tEXt", b"Author\0Somebody")
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def journey(house):
    sent, link = hashlib.sha256(house.gateway.download(house.link()["url"])).hexdigest(), house.link(max_downloads=1)
    anna, ben = Browser("anna"), Browser("ben", "de-AT,de,en")
    try:
        anna.open(link["url"])
        check("the page says that a file waits", anna.heading() == "Your file is ready", anna.text())
        for words in ("From acme", "Picture (PNG)", "less than 1 MB", " UTC", "Downloads left\n1"): check(f"the page has {words!r}", words in anna.text(), anna.text())
        check("the page names no document", "Invoice" not in anna.driver.page_source and "Rechnung" not in anna.driver.page_source)
        seconds = "return getComputedStyle(document.querySelector('.clock')).getPropertyValue('--t')"
        first = int(anna.driver.execute_script(seconds))
        time.sleep(1.2)
        check("the clock runs down without a script", 500 < int(anna.driver.execute_script(seconds)) < first <= 600, first)
        anna.look("page")
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(link["url"]))
        asked = {url for url, _ in anna.requests() if urlsplit(url).scheme in ("http", "https")}
        check("the page asks for nothing but itself", asked <= {link["url"], origin + "/favicon.ico"}, [url.replace(link["url"], "<link>") for url in asked])

        ben.open(link["url"])
        check("a German reader reads German", ben.heading() == "Ihre Datei liegt bereit" and ben.driver.execute_script("return document.documentElement.lang") == "de")
        ben.look("page-german")

        anna.open(link["url"])
        anna.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
        active = anna.driver.switch_to.active_element
        check("the first Tab reaches the button", active.tag_name == "button")
        anna.picture("page-focus")
        active.send_keys(Keys.ENTER)
        files = anna.saved(1)
        check("the button saves the file under its name", list(files) == ["Rechnung für März.png"], list(files))
        check("the bytes are those of the version", [hashlib.sha256(f).hexdigest() for f in files.values()] == [sent])
        referers = [h["Referer"] for _, h in anna.requests() if "Referer" in h]
        check("no request names the link as where it came from", not any(link["url"][-20:] in r for r in referers), len(referers))
        anna.button().click()
        check("the same browser downloads again", len(anna.saved(2)) == 2)
        anna.open(link["url"])
        check("and once more by the link itself", len(anna.saved(3)) == 3)
        ben.button().click()
        check("another browser is too late", ben.becomes("Dieser Link wurde schon verwendet"), ben.text())
        ben.look("used-up-german")
        ben.open(link["url"])
        check("and stays so", "fragen Sie acme" in ben.text(), ben.text())

        open_ = house.link(max_downloads=3)
        anna.open(open_["url"])
        check("a revocation says how long a file can still be fetched", house.revoke(open_)["residual_exposure_seconds"] == 0)
        anna.button().click()
        check("a link revoked while its page is open delivers nothing", anna.becomes("This link was withdrawn"), anna.text())
        anna.look("revoked")
        check("nothing more was saved", len(anna.saved(3)) == 3)
        dead(house, anna)
        branded(house, anna, ben)
    finally:
        anna.quit()
        ben.quit()


def dead(house, browser):
    """Every other way for a link to be gone."""
    short = house.link(expires_in=60, max_downloads=1)
    house.policy("superseded_allowed=true", "link_seconds.min=1")
    brief = house.link(expires_in=1, max_downloads=1)
    pinned = house.link(version=house.version, landing="page")
    house.publish("", G.picture(random.Random(2), 20), "new.png", house.document)
    browser.open(pinned["url"])
    check("a pinned link to a replaced version says so", "There is a newer version of this file." in browser.text(), browser.text())
    browser.look("page-replaced")
    house.policy("superseded_allowed=false")
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    document, version = house.publish("Later", G.picture(random.Random(3), 20), "later.png")
    coming = house.link(document, version=version)
    house_call = lambda method, path, body=None: G.call(house.gateway.connect(), method, path, body, house.token)
    house_call("PATCH", f"/v1/documents/{document}/versions/{version}", {"valid_from": later})
    gone, taken = house.publish("Gone", G.picture(random.Random(4), 20), "gone.png")
    withdrawn = house.link(gone, version=taken)
    nothing = house.link(gone)
    house_call("DELETE", f"/v1/documents/{gone}/versions/{taken}")
    time.sleep(1)
    base = short["url"].rsplit("/", 1)[0]
    for url, name, heading, code in (
            (pinned["url"], "replaced", "There is a newer version of this file", "version-superseded"),
            (coming["url"], "not-yet", "This file is not available yet", "version-not-yet-valid"),
            (withdrawn["url"], "withdrawn", "This file was withdrawn", "version-withdrawn"),
            (nothing["url"], "unavailable", "This file is not available", "link-unavailable"),
            (brief["url"], "expired", "This link has expired", "link-expired"),
            (base + "/pst_nonsense", "unknown", "This link does not work", "link-not-found")):
        browser.open(url)
        check(f"the page of a link that is {name}", browser.heading() == heading, browser.text())
        browser.look(name)
        answer = house.knock("GET", urlsplit(url).path, {"Accept": "application/json"})
        check(f"and its problem is {code}", answer.json()["code"] == code and answer.status == (404 if name == "unknown" else 410), answer.body)
    house.policy("superseded_allowed=true")


def branded(house, anna, ben):
    with open(FOLDER + "/logo.png", "wb") as file: file.write(logo())
    with open(FOLDER + "/logo.svg", "w") as file: file.write("<svg xmlns='http://www.w3.org/2000/svg'/>")
    house.policy("brand.name=Müller & Söhne GmbH", "brand.colour=#ffd500", "page_title=true", "--logo", FOLDER + "/logo.png")
    shown = house.gateway.command("policy", "show", "--tenant", "acme").stdout
    check("the policy shows its brand, the logo by its digest", re.search(r"brand\.logo +sha256:[0-9a-f]{64}\n", shown) and "Müller & Söhne GmbH" in shown, shown)
    diff = house.gateway.command("policy", "diff", "--tenant", "acme").stdout
    check("the change of a brand is a few lines", "+ brand.colour #ffd500" in diff and len(diff) < 1000, diff)
    refused = house.gateway.command("policy", "set", "--tenant", "acme", "--logo", FOLDER + "/logo.svg")
    check("a drawing is no logo", refused.returncode == 3 and "no PNG and no JPEG" in refused.stderr, refused.stderr)
    house.policy("downloads_max=50")
    link = house.link(max_downloads=2, expires_in=900)
    anna.open(link["url"])
    check("the page has the sender's name, and the title where policy says so", "From Müller & Söhne GmbH" in anna.text() and "Invoice 4711" in anna.text(), anna.text())
    shown = anna.driver.execute_script("const i=document.querySelector('header img');return i&&i.naturalWidth+' '+i.alt")
    check("the logo is shown and has its words", shown == "120 Müller & Söhne GmbH", shown)
    check("the logo brings no metadata", "Somebody" not in base64.b64decode(re.search("base64,([^\"]+)", anna.driver.page_source)[1]).decode("latin1"))
    anna.look("page-branded")
    ben.open(link["url"])
    ben.look("page-branded-german")
    house.revoke(link)
    anna.open(link["url"])
    check("a dead link says whom to ask", "ask Müller & Söhne GmbH" in anna.text(), anna.text())
    anna.look("revoked-branded")


def counting(house):
    """Looking a thousand times, pressing a hundred times at once."""
    link = house.link(max_downloads=1)
    path = urlsplit(link["url"]).path
    agents = [{}, {"User-Agent": "SkypeUriPreview Preview/0.5"}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "Barracuda Sentinel"}]
    # Requests that carry no session of a browser.
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda n: house.knock(["GET", "HEAD", "OPTIONS"][n % 3], path, agents[n % 4]).status, range(1000)))
    check("a thousand looks are answered", set(statuses) == {200, 204}, set(statuses))
    left = G.call(house.gateway.connect(), "GET", f"/v1/links/{link['id']}", token=house.token).json()
    check("and use nothing up", (left["state"], left["uses_left"], left["deliveries"]) == ("live", 1, 0), left)
    events = {}
    for kind in ("link.view", "link.scan", "link.probe"):
        cursor, count = None, 0
        while True:
            query = f"/v1/audit/events?link={link['id']}&type={kind}&limit=200" + (f"&cursor={cursor}" if cursor else "")
            page = G.call(house.gateway.connect(), "GET", query, token=house.token).json()
            count, cursor = count + len(page["items"]), page.get("next_cursor")
            if not cursor: break
        events[kind] = count
    check("each look is an event of its kind", events == {"link.view": 84, "link.scan": 750, "link.probe": 166}, events)
    press = house.press(path)
    with ThreadPoolExecutor(100) as pool: pressed = list(pool.map(lambda _: press(), range(100)))
    check("of a hundred presses one wins", sorted(pressed) == [303] + [410] * 99, sorted(set(pressed)))


def alike(house):
    """What somebody sees who has no link."""
    def masked(answer): return answer.status, sorted((k, v) for k, v in answer.headers.items() if k not in ("Date", "X-Request-Id")), re.sub(rb'"instance":"[^"]+"', b"", answer.body)
    raw = struct.pack(">Q", int(time.time() * 1000))[2:] + secrets.token_bytes(16)
    text = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    genuine = "pst_" + text + base64.urlsafe_b64encode(struct.pack(">I", zlib.crc32(raw))).decode().rstrip("=")
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for accept in ("text/html", "application/json"):
            answers = [masked(house.knock(method, "/d/" + token, {"Accept": accept})) for token in (genuine, genuine[:-1] + "!", "x", "a/b", "pst_")]
            check(f"never issued and malformed are one answer to {method}, {accept}", all(a == answers[0] for a in answers))
    # The shape that was made here is the real one: a token of ours passes the same arithmetic.
    mine = base64.urlsafe_b64decode(tokens[0][4:34] + "==")
    check("the made-up token has the real form", tokens[0][34:] == base64.urlsafe_b64encode(struct.pack(">I", zlib.crc32(mine))).decode().rstrip("="))
    direct, paged = urlsplit(house.link()["url"]).path, urlsplit(house.link(max_downloads=1)["url"]).path
    answers = [house.knock(m, p, h) for m in ("GET", "HEAD", "OPTIONS", "PUT", "POST", "DELETE") for p in (direct, paged, "/d/x") for h in ({}, {"Accept": "application/json"})]
    wrong = [(k, a.status, a.headers.get_all(k)) for a in answers for k, v in PROTECTION.items() if a.headers.get_all(k) != [v]]
    large = house.knock("POST", paged, body="n" * 5000)
    refused = [large, house.knock("GET", "/d/" + "a" * 20_000), house.knock("BREW", paged)]
    wrong += [(k, a.status) for a in refused for k, v in PROTECTION.items() if k != "Vary" and a.headers.get_all(k) != [v]]
    wrong += [a.status for a in refused if a.status < 400]
    answers += refused
    wrong += [a.headers["Content-Security-Policy"] for a in answers if not (a.headers["Content-Security-Policy"] or "").startswith("default-src 'none'")]
    check(f"all {len(answers)} answers are protected", not wrong, wrong[:3])
    head = house.knock("HEAD", direct)
    got = house.gateway.download("http://127.0.0.1:%d%s" % (house.gateway.port, direct))
    check("HEAD tells length, type and ranges", (head.headers["Content-Length"], head.headers["Content-Type"], head.headers["Accept-Ranges"]) == (str(len(got)), "image/png", "bytes"), dict(head.headers))
    location = urlsplit(house.knock("GET", direct).headers["Location"])
    store = http.client.HTTPConnection(location.netloc)
    store.request("GET", location.path + "?" + location.query)
    answer = G.Answer(store.getresponse())
    check("and the entity tag that the store sends", head.headers["ETag"] and answer.headers["ETag"] == head.headers["ETag"], (head.headers["ETag"], answer.headers["ETag"]))


def programs(house):
    """A drawing with a script and a PDF with JavaScript, let through or refused: neither runs anything."""
    hits = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_): pass

    canary = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=canary.serve_forever, daemon=True).start()
    there = f"http://127.0.0.1:{canary.server_port}"
    drawing = (f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload=\"fetch('{there}/onload')\"><script>fetch('{there}/script')</script>"
               "<rect width='9' height='9'/></svg>").encode()
    objects = [b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
               f"<</S/JavaScript/JS(app.launchURL\\('{there}/pdf'\\);this.submitForm\\('{there}/form'\\);)>>".encode()]
    paper, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(paper))
        paper += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(paper)
    paper += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places) + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    browser = Browser("programs")
    try:
        for what, content, name, mark in (("a drawing with a script", drawing, "drawing.svg", b"<script"), ("a PDF with JavaScript", paper, "paper.pdf", b"JavaScript")):
            house.policy("scrub.scripts=keep", 'inline_types=["application/pdf"]')
            try:
                document, _ = house.publish(what, content, name)
            except G.Refused as refused:
                print(f"skipped: {what} is refused even by the permissive policy: {json.loads(refused.args[0]).get('reason')}")
                continue
            orders = [{}, {"landing": "page"}, {"max_downloads": 1}] + ([{"disposition": "inline"}] if name.endswith("pdf") else [])
            for order in orders:
                link = house.link(document, **order)
                delivered = house.gateway.download(house.link(document)["url"])
                try: browser.open(link["url"])
                except Exception as error: print("note:", str(error)[:80])
                for button in browser.driver.find_elements(By.TAG_NAME, "button"): button.click()
                time.sleep(1)
            check(f"{what}, {'let through as it is' if mark in delivered else 'without it'}, in {len(orders)} ways runs nothing", not hits, hits)
            forbidden = G.call(house.gateway.connect(), "POST", f"/v1/documents/{document}/links", {"disposition": "inline"}, house.token, want=None)
            if name.endswith("svg"): check("a drawing is never shown in the browser", forbidden.json()["code"] == "inline-forbidden", forbidden.body)
        tried = house.gateway.command("policy", "set", "--tenant", "acme", "scrub.scripts=keep", 'inline_types=["image/svg+xml"]')
        check("no policy lets drawings with scripts be shown", tried.returncode == 3, tried.stderr)
    finally:
        browser.quit()


def secrecy(house):
    """The tokens of all links, as text and as bytes, in every file that the gateway wrote."""
    house.gateway.stop()
    wanted = [part for token in tokens for part in (token[4:34].encode(), base64.urlsafe_b64decode(token[4:34] + "=="), base64.urlsafe_b64decode(token[4:34] + "==")[6:].hex().encode())]
    found, files, sum_ = [], 0, 0
    for folder, _, names in os.walk(FOLDER + "/data"):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path): continue
            data = open(path, "rb").read()
            files, sum_ = files + 1, sum_ + len(data)
            found += [path for part in wanted if part in data]
    log = open(house.gateway.log, "rb").read()
    found += ["log" for part in wanted if part in log]
    check(f"none of {len(tokens)} tokens in {files} files of {sum_} bytes and {len(log)} bytes of log", not found and len(log) > 1000 and files > 5, sorted(set(found)))


def timing(house):
    """Foreign against absent documents, two thousand interleaved tries each: Welch's t."""
    other = house.gateway.prepare("other", SCOPES)
    made = G.call(house.gateway.connect(), "POST", "/v1/documents", {"title": "Foreign"}, other).json()["id"]
    absent = made[:-6] + ("0" * 6 if made[-6:] != "0" * 6 else "1" * 6)
    connection, source, times = house.gateway.connect(), random.Random(9), {made: [], absent: []}
    for round_ in range(2200):
        for name in source.sample([made, absent], 2):
            begin = time.perf_counter_ns()
            answer = G.call(connection, "GET", f"/v1/documents/{name}", token=house.token, want=None)
            if round_ >= 200: times[name].append(time.perf_counter_ns() - begin)
            if answer.status != 404: raise G.Refused(answer.status)
    # The slowest tenth is the machine's, not the gateway's.
    cut = sorted(times[made] + times[absent])[int(.9 * 4000)]
    kept = [[t for t in series if t <= cut] for series in times.values()]
    a, b = kept
    t = (statistics.mean(a) - statistics.mean(b)) / (statistics.variance(a) / len(a) + statistics.variance(b) / len(b)) ** .5
    check(f"foreign and absent documents take equally long, t = {t:.2f} over {len(a)} and {len(b)} tries", abs(t) < 4.5)


os.makedirs(PICTURES, exist_ok=True)
house = House()
try:
    journey(house)
    counting(house)
    alike(house)
    programs(house)
    if MODE == "full": timing(house)
    secrecy(house)
finally:
    if house.gateway.process.poll() is None: house.gateway.stop()
print(f"customer: passed={passed} failed={failed}")
sys.exit(1 if failed else 0)
