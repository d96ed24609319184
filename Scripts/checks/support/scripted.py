"""Files with scripts, delivered in every way: none of them runs where it could reach a link, a cookie or anybody.

usage: scripted.py POSTERN FOLDER
Twice: as a permissive policy lets them through; and with the bytes put in place in the store afterwards, as if the scrubber had failed.
What runs is seen by requests that arrive here, by marks in the document, and by what the PDF viewer shows; that each of these can be
seen is shown first, with the same files from a plain server. Last line: scripted: passed=N failed=N."""
import http.server, os, random, re, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G
from customerhouse import Browser, House, check, finish
from selenium.webdriver.common.by import By

PROGRAM, FOLDER = sys.argv[1:3]
SECONDS_MAX, QUIET_SECONDS = 20, .6
PDF, SVG = "application/pdf", "image/svg+xml"
MARK, WORD = "data-ran", "document.documentElement.setAttribute('data-ran','1')"
# Of the PDF viewer's picture: inside of the field.
CLIP = {"x": 455, "y": 130, "width": 390, "height": 390, "scale": 1}


class Plain:
    """A server that protects nothing; whatever else is asked for is remembered as a hit."""

    def __init__(self):
        self.files, self.hits = {}, []
        plain = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, content = plain.files.get(self.path, (None, b""))
                if kind is None and self.path != "/favicon.ico": plain.hits.append(self.path)
                self.send_response(200 if kind else 204)
                if kind: self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *_): pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{server.server_port}"

    def serve(self, path, kind, content):
        self.files[path] = kind, content
        return self.origin + path


def drawing(there, script=True):
    """An SVG, with room for the bytes of the other one."""
    active = f"<script>fetch('{there}/script');{WORD}</script>" if script else "<script>1</script>" + "<rect width='9' height='9'/>" * 40
    handler = f" onload=\"fetch('{there}/onload')\"" if script else ""
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'{handler}>{active}<rect width='9' height='9'/></svg>".encode()


def page(there): return f"<!doctype html><script>fetch('{there}/page');{WORD}</script><img src=x onerror=\"fetch('{there}/error')\">".encode()


def paper(script, size=0, seed=0):
    """A PDF that says "before" in a field, and a script that runs when it is opened; filled up to a size."""
    noise = "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz", k=0 if size else 6000))
    text = f"BT /H 1 Tf 3 3 Td ({noise}) Tj ET".encode()
    objects = [b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R/AcroForm<</Fields[5 0 R]/DR<</Font<</H 6 0 R>>>>/DA(/H 12 Tf 0 g)>>>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Annots[5 0 R]/Resources<</Font<</H 6 0 R>>>>/Contents 7 0 R>>",
               b"<</S/JavaScript/JS(" + re.sub(r"([()\\])", r"\\\1", script).encode() + b")>>",
               b"<</Type/Annot/Subtype/Widget/FT/Tx/T(t)/F 4/Rect[50 50 350 350]/DA(/H 40 Tf 0 g)/MK<</BG[0.9]>>/V(before)/P 3 0 R>>",
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>", b"<</Length %d>>stream\n%s\nendstream" % (len(text), text)]

    def written(filler):
        paper, places = b"%PDF-1.7\n%" + b"x" * filler + b"\n", []
        for number, body in enumerate(objects, 1):
            places.append(len(paper))
            paper += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        start = len(paper)
        return (paper + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
                + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%08d\n%%%%EOF\n" % (len(objects) + 1, start))

    return written(max(0, size - len(written(0))))


def says(word): return f"this.getField('t').value='{word}';"


def reaching(there):
    """A script that says what it can reach outside of its document, and tries to."""
    return ("var o='';['window','document','fetch','XMLHttpRequest','WebSocket','localStorage'].forEach(function(n){try{if(typeof eval(n)!='undefined')o+=n}catch(e){}});"
            + f"this.getField('t').value=o?'OUT':'RAN';try{{app.launchURL('{there}/launched')}}catch(e){{}}"
            + f"try{{this.getURL('{there}/got')}}catch(e){{}}try{{this.submitForm('{there}/submitted')}}catch(e){{}}")


class Desk:
    """The browser that opens what customers get, and what it saw."""

    def __init__(self, plain):
        self.plain, self.browser = plain, Browser(FOLDER, "scripted")
        self.browser.driver.set_window_size(1000, 800)
        self.known = {}

    def shot(self): return self.browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": CLIP})["data"]

    def learn(self, word, url):
        """What the viewer shows of a paper with this word: the picture that stays."""
        self.browser.open("about:blank")
        self.browser.open(url)
        last, since, until = None, 0, time.monotonic() + SECONDS_MAX
        while time.monotonic() < until:
            now = self.shot()
            if now != last: last, since = now, time.monotonic()
            if time.monotonic() - since > 2: break
            time.sleep(.1)
        self.known[last] = self.known.get(last, word)
        return self.known[last]

    def shown(self):
        """Which of the known pictures stands at last; a script that runs needs a moment."""
        if not self.loaded(PDF): return None
        word, since, until = None, 0, time.monotonic() + SECONDS_MAX
        while time.monotonic() < until:
            now = self.known.get(self.shot())
            if now != word: word, since = now, time.monotonic()
            if word and time.monotonic() - since > QUIET_SECONDS: return word
            time.sleep(.1)
        return None

    def mark(self): return self.browser.driver.execute_script(f"return document.documentElement.getAttribute('{MARK}')")

    def follow(self, link):
        """Opens a link, and presses its button if it has one."""
        for name in os.listdir(self.browser.downloads): os.remove(f"{self.browser.downloads}/{name}")
        self.plain.hits.clear()
        self.browser.open("about:blank")
        self.browser.open(link["url"])
        for button in self.browser.driver.find_elements(By.TAG_NAME, "button"): button.click()

    def saved(self, link):
        """The bytes that a link saves, and that nothing runs while it does."""
        self.follow(link)
        files = list(self.browser.saved(1).values())
        time.sleep(QUIET_SECONDS)
        return files[0] if len(files) == 1 else None

    def asked(self, script, wanted):
        """What a script of ours says of the document, once it is what is wanted or the time is over."""
        until = time.monotonic() + SECONDS_MAX
        while (found := self.browser.driver.execute_script("return " + script)) != wanted and time.monotonic() < until: time.sleep(.05)
        return found

    def loaded(self, kind):
        """Whether a document of a type was opened, some time ago."""
        found = self.asked("document.readyState + ' ' + document.contentType", "complete " + kind)
        time.sleep(QUIET_SECONDS)
        return found == "complete " + kind


def controls(desk, plain):
    """The same files from a server without our fields run, and that is seen."""
    there = plain.origin
    for name, kind, content, hits in (("drawing.svg", "image/svg+xml", drawing(there), {"/script", "/onload"}), ("page.html", "text/html", page(there), {"/page", "/error", "/x"})):
        plain.hits.clear()
        desk.browser.open(plain.serve("/" + name, kind, content))
        until = time.monotonic() + SECONDS_MAX
        while set(plain.hits) != hits and time.monotonic() < until: time.sleep(.05)
        check(f"{name} runs where nothing keeps it", set(plain.hits) == hits and desk.mark() == "1", (plain.hits, desk.mark()))
    words = [desk.learn(word, plain.serve(f"/{word}.pdf", "application/pdf", paper(script)))
             for word, script in (("before", "1"), ("RAN", says("RAN")), ("OUT", says("OUT")))]
    check("a script in a PDF runs in the viewer, and that is seen", words == ["before", "RAN", "OUT"], words)
    plain.hits.clear()
    desk.browser.open(plain.serve("/reaching.pdf", "application/pdf", paper(reaching(there))))
    check("the viewer gives it nothing outside of its document", desk.shown() == "RAN" and not plain.hits, (desk.shown(), plain.hits))


def permissive(house, desk, plain):
    """What the most permissive policy lets through."""
    there = plain.origin
    for mode in ("redirect", "proxy"):
        house.policy(f"delivery={mode}", "scrub.scripts=keep", 'inline_types=["application/pdf"]')
        for what, content, name, has in (("a drawing with a script", drawing(there), "drawing.svg", b"<script"), ("a PDF with a script", paper(reaching(there)), "paper.pdf", b"%PDF")):
            document, _ = house.publish(what, content, name)
            for order in ATTACHED:
                saved = desk.saved(house.link(document, **order))
                check(f"{what}, {mode}, {order}: saved and not run", saved and has in saved and not plain.hits, (saved, plain.hits))
            if name.endswith("pdf"):
                check(f"{what}, {mode}: the policy cannot keep the script", b"/JS" not in saved and b"JavaScript" not in saved)
                for order in INLINE:
                    desk.follow(house.link(document, **order))
                    word = desk.shown()
                    check(f"{what}, {mode}, {order}: shown and not run", word == "before" and not plain.hits, (word, plain.hits))
            else:
                refused = G.call(house.gateway.connect(), "POST", f"/v1/documents/{document}/links", {"disposition": "inline"}, house.token, want=None)
                check(f"{what}, {mode}: never shown", refused.json()["code"] == "inline-forbidden", refused.body)
    tried = house.gateway.command("policy", "set", "--tenant", "acme", "scrub.scripts=keep", 'inline_types=["image/svg+xml"]')
    check("no policy lets drawings with scripts be shown", tried.returncode == 3, tried.stderr)


def replaced(old, new):
    """Puts other bytes in the place of an object of the store, behind everybody's back."""
    places = []
    for folder, _, names in os.walk(FOLDER + "/data"):
        for path in (os.path.join(folder, name) for name in names):
            if not os.path.isfile(path): continue
            with open(path, "rb") as file:
                if file.read(len(old)) == old: places.append(path)
    if len(places) != 1: raise G.Refused(f"{len(places)} objects have the bytes")
    with open(places[0], "r+b") as file: file.write(new.ljust(len(old), b"\n"))
    if len(new) > len(old): raise G.Refused("the new bytes are more")


def smuggled(house, desk, plain):
    """Scripts that stand in the store as if the scrubber had let them through, where every type may be shown."""
    there = plain.origin
    for mode in ("redirect", "proxy"):
        house.policy(f"delivery={mode}", "scrub.scripts=drop", 'inline_types=["application/pdf","image/svg+xml"]')
        cases = (("a drawing", drawing(there, script=False), "drawing.svg", lambda size: drawing(there), SVG),
                 ("a PDF", paper("1", seed=1), "paper.pdf", lambda size: paper(reaching(there), size), None),
                 ("a drawing called PDF", paper("1", seed=2), "paper.pdf", lambda size: drawing(there), PDF),
                 ("a page called PDF", paper("1", seed=3), "paper.pdf", lambda size: page(there), PDF),
                 ("a page called drawing", drawing(there, script=False) + b" ", "drawing.svg", lambda size: page(there), SVG))
        for what, content, name, smuggle, kind in cases:
            document, _ = house.publish(what, content, name)
            clean = house.gateway.download(house.link(document)["url"])
            replaced(clean, smuggle(len(clean)))
            for order in ATTACHED:
                saved = desk.saved(house.link(document, **order))
                check(f"{what}, smuggled, {mode}, {order}: saved and not run", saved and saved != clean and not plain.hits, (saved, plain.hits))
            for order in INLINE:
                desk.follow(house.link(document, **order))
                if kind is None:
                    word = desk.shown()
                    check(f"{what}, smuggled, {mode}, {order}: runs inside of the viewer, which lets nothing out", word == "RAN" and not plain.hits, (word, plain.hits))
                else:
                    loaded = desk.loaded(kind)
                    check(f"{what}, smuggled, {mode}, {order}: shown and not run", loaded and desk.mark() is None and not plain.hits, (loaded, desk.mark(), plain.hits))


def harmless(house, desk):
    """What may be shown is shown: the rules that stop scripts leave colours, pictures and sounds alone."""
    style = b"<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'><rect id='r' width='99' height='99' style='fill:#0f0'/></svg>"
    cases = (("a picture", G.picture(random.Random(1)), "picture.png", "document.images[0].naturalWidth", 64),
             ("a drawing with colours", style, "drawing.svg", "getComputedStyle(document.querySelector('#r')).fill", "rgb(0, 255, 0)"),
             ("a sound", G.sound(200_000), "sound.wav", "document.querySelector('video,audio').readyState", 4))
    for mode in ("redirect", "proxy"):
        house.policy(f"delivery={mode}", "scrub.scripts=drop", 'inline_types=["image/png","image/svg+xml","audio/wav"]')
        for what, content, name, script, wanted in cases:
            document, _ = house.publish(what, content, name)
            for order in INLINE + [{"disposition": "inline", "max_downloads": 1}]:
                desk.follow(house.link(document, **order))
                # The page of the button is still there for a moment.
                found = desk.asked(f"(() => {{ try {{ return {script} }} catch {{ return null }} }})()", wanted)
                check(f"{what}, {mode}, {order}: is shown", found == wanted, found)


ATTACHED = [{}, {"landing": "page"}, {"max_downloads": 1}]
INLINE = [{"disposition": "inline"}, {"disposition": "inline", "landing": "page"}]
plain = Plain()
house = House(PROGRAM, FOLDER)
try:
    desk = Desk(plain)
    try:
        controls(desk, plain)
        permissive(house, desk, plain)
        smuggled(house, desk, plain)
        harmless(house, desk)
    finally:
        desk.browser.quit()
finally:
    house.gateway.stop()
finish("scripted")
