// `postern audit tail`, `show`, `receipt`: who did what, as the gateway has recorded it.

import HTTPMessage
import JSONText
import Wire

extension Command {
  static let auditTail = Command(
    "audit tail", "show the latest audit events",
    discussion: "With --json each event is a JSON document on a line of its own.",
    options: [
      .flag("follow", "go on with new events until interrupted"),
      .value("limit", "N", "events to start with, 1 to 200; 20 if absent"),
      .value("document", "ID", "only about this document"),
      .value("link", "ID", "only about this link"),
      .value("type", "WORD", "only of this type, such as link.redeem"),
    ] + ServerLocation.options,
    examples: [
      "postern audit tail --tenant acme --follow", "postern audit tail --document doc_...",
    ]
  ) { invocation throws(CommandError) in
    var probe = [String]()
    if let document = invocation.value("document") {
      probe = ["documents", try Identifier.document(document)]
    } else if let link = invocation.value("link") {
      probe = ["links", try Identifier.link(link)]
    }
    let limit = try invocation.number("limit", in: 1...200) ?? 20
    let scope = try await TenantScope.find(invocation, probe: probe)
    var tail = AuditTail(scope: scope, invocation: invocation)
    try await tail.showLatest(limit)
    if invocation.hasFlag("follow") { try await tail.follow() }
  }

  static let auditShow = Command(
    "audit show", "show one audit event",
    arguments: [ArgumentSpec("event", "the event's identifier")],
    options: ServerLocation.options, examples: ["postern audit show evt_..."]
  ) { invocation throws(CommandError) in
    let id = try Identifier.event(invocation.arguments[0])
    let scope = try await TenantScope.find(invocation, probe: ["audit", "events", id])
    let answer = try await scope.client.call(.get, scope.path("audit", "events", id))
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let event = try answer.read(EventBody.self)
    let leaf = EventLine.parse(event.leaf).map { PolicyText.flat($0, prefix: "") } ?? []
    invocation.console.printRaw(
      Table.facts(
        [("log", event.log), ("index", "\(event.index)")] + leaf.map { ($0.0, $0.1) },
        style: invocation.console.style))
  }

  static let auditReceipt = Command(
    "audit receipt", "fetch the proof that an event is in the log",
    discussion: "`postern audit verify --receipt FILE` checks it offline.",
    arguments: [ArgumentSpec("event", "the event's identifier")],
    options: [.value("out", "FILE", "write it to this new file")] + ServerLocation.options,
    examples: ["postern audit receipt evt_... --out evt.tlog-proof"]
  ) { invocation throws(CommandError) in
    let id = try Identifier.event(invocation.arguments[0])
    let scope = try await TenantScope.find(invocation, probe: ["audit", "events", id])
    let answer = try await AuditTail.receipt(of: id, scope)
    if let out = invocation.value("out") {
      try LocalFile.create(out, answer.body)
      invocation.console.print(
        invocation.isJSON
          ? JSONWriter.object { $0.member("file", out) } : "wrote \(Plain.text(out))")
    } else if invocation.isJSON {
      invocation.console.print(
        JSONWriter.object { $0.member("receipt", String(decoding: answer.body, as: UTF8.self)) })
    } else {
      invocation.console.printRaw(String(decoding: answer.body, as: UTF8.self))
    }
  }
}

/// Follows one log.
struct AuditTail {
  /// How often a receipt is asked for until the next checkpoint holds its event.
  private static let receiptAttemptsMax = 20

  private let scope: TenantScope
  private let invocation: Invocation
  private var last: Int64 = -1

  init(scope: TenantScope, invocation: Invocation) {
    self.scope = scope
    self.invocation = invocation
  }

  /// Shows the latest events, the oldest of them first.
  mutating func showLatest(_ limit: Int) async throws(CommandError) {
    show(try await page(limit, cursor: nil).items)
  }

  /// Shows what comes, until interrupted; a server that is away for a while is waited for.
  mutating func follow() async throws(CommandError) {
    var isAway = false
    while true {
      await Pause.milliseconds(1000)
      do throws(CommandError) {
        try await showNew()
        isAway = false
      } catch {
        guard error.exit == .failed else { throw error }
        if !isAway { invocation.console.note(Plain.text("\(error.message); trying on")) }
        isAway = true
      }
    }
  }

  /// Shows what came since.
  mutating func showNew() async throws(CommandError) {
    var found = [EventBody]()
    var cursor: String?
    repeat {
      let page = try await page(200, cursor: cursor)
      let new = page.items.prefix { $0.index > last }
      found += new
      cursor = new.count == page.items.count ? page.nextCursor : nil
    } while cursor != nil
    show(found)
  }

  /// The proof of an event; waits for the checkpoint that holds it.
  static func receipt(
    of event: String, _ scope: TenantScope
  ) async throws(CommandError) -> ServerClient.Answer {
    var attempt = 1
    while true {
      do throws(CommandError) {
        return try await scope.client.call(.get, scope.path("audit", "events", event, "receipt"))
      } catch {
        let isEarly = error.code == ProblemCode.eventNotPublished.rawValue
        guard isEarly, attempt < receiptAttemptsMax else { throw error }
      }
      attempt += 1
      await Pause.milliseconds(500)
    }
  }

  private mutating func show(_ events: [EventBody]) {
    for event in events.reversed() {
      last = max(last, event.index)
      invocation.console.print(
        invocation.isJSON
          ? String(decoding: event.json(), as: UTF8.self)
          : EventLine.text(event, style: invocation.console.style))
    }
  }

  private func page(
    _ limit: Int, cursor: String?
  ) async throws(CommandError) -> PageBody<EventBody> {
    try await scope.client.call(
      .get, scope.path("audit", "events"),
      query: [
        ("limit", "\(limit)"), ("cursor", cursor), ("document", invocation.value("document")),
        ("link", invocation.value("link")), ("type", invocation.value("type")),
      ]
    ).read(PageBody<EventBody>.self)
  }
}

/// One event on one line.
enum EventLine {
  static func text(_ event: EventBody, style: Style) -> String {
    guard let leaf = parse(event.leaf) else {
      return Plain.text("\(event.index)  \(event.id)  ") + style.red("unreadable")
    }
    // Made plain before our own styles are put around it.
    func word(_ value: JSONValue?) -> String? { value?.stringValue.map(Plain.text) }
    let outcome = word(leaf["out"]) ?? "?"
    let kind = word(leaf["type"]) ?? "?"
    let shown = kind + String(repeating: " ", count: max(0, 17 - kind.count))
    var parts = [
      style.dim(word(leaf["t"]) ?? "-"),
      outcome == "success" ? shown : style.yellow(shown),
    ]
    if outcome != "success" { parts.append(outcome) }
    parts.append(word(leaf["actor"]?["k"]) ?? "-")
    let named = [
      leaf["actor"]?["p"], leaf["obj"]?["doc"], leaf["obj"]?["ver"], leaf["link"]?["id"],
      leaf["xfer"]?["dlv"], leaf["why"],
    ]
    parts += named.compactMap { word($0) }
    parts.append(style.dim(Plain.text(event.id)))
    return parts.joined(separator: "  ")
  }

  /// The leaf; nothing for a text that is no JSON.
  static func parse(_ leaf: String) -> JSONValue? {
    do throws(JSONError) {
      return try JSONValue(parsing: Array(leaf.utf8), limits: .configuration)
    } catch {
      return nil
    }
  }
}
