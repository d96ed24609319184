"""A customer's way through the pages of links, in Chromium, and what somebody sees who only tries.

usage: customer.py POSTERN FOLDER PICTURES MODE      PICTURES gets a screenshot of each page; MODE full adds the timing rounds
Last line: customer: passed=N failed=N."""
import base64, hashlib, http.client, os, random, re, secrets, statistics, struct, sys, time, zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
from customerhouse import SCOPES, Browser, House, check, finish, tokens
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PROGRAM, FOLDER, PICTURES, MODE = sys.argv[1:5]
PROTECTION = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
              "X-Robots-Tag": "noindex, nofollow, noarchive", "Cross-Origin-Opener-Policy": "same-origin",
              "Cross-Origin-Resource-Policy": "same-origin", "Vary": "Accept, Accept-Language, Cookie"}


def logo():
    """A PNG of a disc, with a comment that must not stay."""
    def chunk(name, payload): return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))
    rows = b"".join(b"\0" + b"".join(b"\x1a\x4d\x2e\xff" if (x - 60) ** 2 / 9 + (y - 20) ** 2 < 380 else b"\0\0\0\0" for x in range(120)) for y in range(40))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 120, 40, 8, 6, 0, 0, 0)) + chunk(b"tEXt", b"Author\0Somebody")
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def journey(house):
    sent, link = hashlib.sha256(house.gateway.download(house.link()["url"])).hexdigest(), house.link(max_downloads=1)
    anna, ben = Browser(FOLDER, "anna", pictures=PICTURES), Browser(FOLDER, "ben", "de-AT,de,en", PICTURES)
    try:
        anna.open(link["url"])
        check("the page says that a file waits", anna.heading() == "Your file is ready", anna.text())
        for words in ("From acme", "Picture (PNG)", "less than 1 MB", "\u00a0UTC", "Downloads left\n1"): check(f"the page has {words!r}", words in anna.text(), anna.text())
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
        dead(house, anna, ben)
        stale(house, anna, ben)
        branded(house, anna, ben)
    finally:
        anna.quit()
        ben.quit()


def dead(house, browser, german):
    """Every other way for a link to be gone."""
    short = house.link(expires_in=60, max_downloads=1)
    house.policy("superseded_allowed=true", "link_seconds.min=1")
    brief = house.link(expires_in=1, max_downloads=1)
    pinned = house.link(version=house.version, landing="page")
    house.publish("", G.picture(random.Random(2), 20), "new.png", house.document)
    browser.open(pinned["url"])
    check("a pinned link to a replaced version says so", "There is a newer version of this file." in browser.text(), browser.text())
    browser.look("page-replaced")
    german.open(pinned["url"])
    german.look("page-replaced-german")
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
        german.open(url)
        check("and in German has other words", german.heading() not in (None, heading), german.text())
        german.look(f"{name}-german")
        answer = house.knock("GET", urlsplit(url).path, {"Accept": "application/json"})
        check(f"and its problem is {code}", answer.json()["code"] == code and answer.status == (404 if name == "unknown" else 410), answer.body)
    house.policy("superseded_allowed=true")


def stale(house, anna, ben):
    """The button of a page whose cookie is gone uses nothing up and says what to do."""
    link = house.link(max_downloads=1)
    for browser, heading, name in ((anna, "Please try once more", "form"), (ben, "Bitte versuchen Sie es noch einmal", "form-german")):
        browser.open(link["url"])
        browser.driver.delete_all_cookies()
        browser.button().click()
        check(f"a page without its cookie asks to open the link again, {name}", browser.becomes(heading), browser.text())
        browser.look(name)
    check("and has used nothing up", house.state(link)["uses_left"] == 1)


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
    left = house.state(link)
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
house = House(PROGRAM, FOLDER)
house.document, house.version = house.publish("Invoice 4711", G.picture(random.Random(1), 300), "Rechnung für März.png")
try:
    journey(house)
    counting(house)
    alike(house)
    if MODE == "full": timing(house)
    secrecy(house)
finally:
    if house.gateway.process.poll() is None: house.gateway.stop()
finish("customer")
