"""Runs a gateway for a moment and leaves what an independent checker of its audit log needs.

usage: auditsample.py POSTERN WORK EVENTS      makes WORK/data (the data folder), WORK/kept (the log's checkpoint at half of the events),
                                               WORK/leaf and WORK/proof (one event and its receipt); the log of tenant `acme` has at least EVENTS entries
Last line: N events."""
import os, random, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import gateway as G


def main():
    program, work, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    server = G.Gateway(program, work + "/data")
    server.start()
    try:
        token = server.prepare("acme", ["documents:read", "documents:write", "links:create", "audit:read"])
        connection, content = server.connect(), G.picture(random.Random(1))
        document = G.call(connection, "POST", "/v1/documents", {"title": "Site photo"}, token).json()["id"]
        G.call(connection, "POST", f"/v1/documents/{document}/versions", content, token, G.upload_headers(content, "photo.png"), want=(201,))
        events = []
        while len(events) < count:
            events.append(G.call(connection, "POST", f"/v1/documents/{document}/links", {}, token, want=(201,)).json()["event_id"])
            if len(events) == count // 2: keep(connection, token, events[-1], work)
        receipt(connection, token, events[-1])
        event = events[count // 3]
        with open(work + "/leaf", "w") as file: file.write(G.call(connection, "GET", f"/v1/audit/events/{event}", token=token).json()["leaf"])
        with open(work + "/proof", "wb") as file: file.write(receipt(connection, token, event))
        if server.stop() != 0: sys.exit("the server did not stop in good order")
    finally:
        if server.process.poll() is None: server.kill(True)
    print(len(events), "events")


def receipt(connection, token, event):
    """The event's receipt, as soon as a checkpoint holds it."""
    deadline = time.monotonic() + 20
    while True:
        answer = G.call(connection, "GET", f"/v1/audit/events/{event}/receipt", token=token, want=None)
        if answer.status == 200: return answer.body
        if time.monotonic() > deadline: raise G.Refused(f"no receipt: {answer.status} {answer.body[:200]!r}")
        time.sleep(.1)


def keep(connection, token, event, work):
    """Keeps the checkpoint that holds the event, as a customer would."""
    receipt(connection, token, event)
    checkpoint = G.call(connection, "GET", "/v1/audit/log/checkpoint", token=token).body
    with open(work + "/kept", "wb") as file: file.write(checkpoint)


if __name__ == "__main__":
    if len(sys.argv) != 4: sys.exit(__doc__)
    main()
