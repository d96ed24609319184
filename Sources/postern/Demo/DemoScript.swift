// `postern demo`: the whole path once, on invented pictures full of metadata, in a throw-away folder.
// Each step does what a person, a portal's backend or a customer would do, and checks what came of it.

import Base
import Cryptography
import Gateway
import HTTPMessage
import JSONText
import Wire

/// The steps of the demo.
struct DemoScript {
  private static let customer = "customer-42"

  let stage: DemoStage
  let report: DemoReport
  private var photo = ""
  private var created: DemoStage.Answer?
  private var delivered: [UInt8] = []
  private var origin = ""

  init(_ stage: DemoStage, _ report: DemoReport) {
    self.stage = stage
    self.report = report
  }

  /// Fills the folder and starts the gateway.
  mutating func start(_ server: (String) async throws(CommandError) -> String)
    async throws(CommandError)
  {
    let (stage, report) = (stage, report)
    try await report.step("A data folder with keys of its own") { () throws(CommandError) in
      let made = try await stage.run(["init"]).split(separator: "\n").count
      return [
        "$ postern init", "\(made) folders and files; each key is readable by its owner only",
      ]
    }
    var origin = ""
    try await report.step("The gateway: SQLite and an S3 store in one process") {
      () throws(CommandError) in
      origin = try await server(stage.data)
      return ["$ postern serve", "ready at \(origin)"]
    }
    self.origin = origin
    try await report.step("Two tenants that know nothing of each other") {
      () throws(CommandError) in
      _ = try await stage.run(["tenant", "create", "acme"])
      _ = try await stage.run(["tenant", "create", "globex"])
      return ["$ postern tenant create acme", "$ postern tenant create globex"]
    }
  }

  /// Uploads both pictures.
  mutating func upload() async throws(CommandError) {
    let stage = stage
    var photo = ""
    try await report.step("A photograph with a position, a name and a serial number in it") {
      () throws(CommandError) in
      let put = try await Self.put("photo.jpg", "Site photo", DemoPictures.jpeg(), stage)
      photo = put.text("document_id")
      return ["$ postern put photo.jpg --tenant acme --title \"Site photo\""]
        + (try Self.facts(put))
    }
    self.photo = photo
    try await report.step("A drawing with texts of its program") { () throws(CommandError) in
      let put = try await Self.put("plan.png", "Floor plan", DemoPictures.png(), stage)
      return ["$ postern put plan.png --tenant acme --title \"Floor plan\""] + (try Self.facts(put))
    }
  }

  /// The portal's backend asks for a link, the customer follows it.
  mutating func deliver() async throws(CommandError) {
    let (stage, photo, origin) = (stage, photo, origin)
    try await report.step("A grant for one customer, and a token for the portal's backend") {
      () throws(CommandError) in
      _ = try await stage.run([
        "grant", "add", "--tenant", "acme", "--to", "user:" + Self.customer, "--documents", photo,
        "--action", "read,issue",
      ])
      for tenant in ["acme", "globex"] {
        _ = try await stage.run([
          "token", "issue", "--tenant", tenant, "--subject", "portal", "--scope",
          "documents:read,links:create,links:delegate", "--out",
          stage.root + "/\(tenant).token",
        ])
      }
      return [
        "$ postern grant add --tenant acme --to user:\(Self.customer) --documents \(photo) ...",
        "$ postern token issue --tenant acme --subject portal --scope links:create,... --out ...",
      ]
    }
    var link = DemoStage.Answer(status: 0, fields: HTTPFields(), body: [])
    try await report.step("The backend asks for a link on behalf of the customer") {
      () throws(CommandError) in
      let body = LinkRequestBody(recipient: RecipientBody(id: Self.customer))
      link = try await stage.call(
        .post, origin + "/v1/documents/\(photo)/links", tokenFile: "acme.token",
        json: body.json())
      try Self.expect(link.status == 201, "a link was refused with status \(link.status)")
      return [
        "POST /v1/documents/\(photo)/links → 201",
        "it ends at \(link.text("expires_at")) and promises sha256 "
          + link.text("version.sha256").prefix(16) + "…",
      ]
    }
    created = link
    var bytes: [UInt8] = []
    try await report.step("The customer follows it") { () throws(CommandError) in
      let first = try await stage.call(.get, link.text("url"))
      try Self.expect(first.status == 303, "the link answers \(first.status)")
      let second = try await stage.call(.get, first.fields[.location] ?? "")
      try Self.expect(second.status == 200, "the store answers \(second.status)")
      bytes = second.body
      return [
        "GET /d/… → 303 → the store's presigned URL → 200",
        "\(bytes.count) bytes, \(second.fields[.contentDisposition] ?? "without a name")",
      ]
    }
    delivered = bytes
  }

  /// The delivered bytes are the promised ones, and clean.
  func inspect() async throws(CommandError) {
    try await report.step("The bytes are the promised ones, and nothing is left in them") {
      () throws(CommandError) in
      let promised = created?.text("version.sha256") ?? ""
      try Self.expect(
        SHA256.hash(delivered).hex == promised, "the delivered bytes are not the promised ones")
      for text in DemoPictures.plantedTexts {
        try Self.expect(
          !delivered.contains(text), "the delivered bytes still hold planted metadata")
      }
      let path = stage.root + "/delivered.jpg"
      try LocalFile.create(path, delivered)
      let checked = try await stage.document(["scrub", "--check", path])
      let isWhole = String(decoding: checked.body, as: UTF8.self).contains(promised)
      try Self.expect(isWhole, "a second scrub would change the file")
      return [
        "sha256 matches; none of \(DemoPictures.plantedTexts.count) planted texts is found",
        "$ postern scrub --check delivered.jpg", "nothing to remove",
      ]
    }
  }

  /// The neighbour, the revocation and the gone page.
  func close() async throws(CommandError) {
    try await report.step("The neighbour cannot even tell that the document exists") {
      () throws(CommandError) in
      let path = origin + "/v1/documents/"
      // The same identifier with its last character changed: a document that was never there.
      let absent = String(photo.dropLast()) + (photo.hasSuffix("0") ? "1" : "0")
      let foreign = try await stage.call(.get, path + photo, tokenFile: "globex.token")
      let unknown = try await stage.call(.get, path + absent, tokenFile: "globex.token")
      try Self.expect(
        foreign.status == 404 && unknown.status == 404
          && foreign.text("code") == unknown.text("code")
          && foreign.text("detail") == unknown.text("detail"),
        "the neighbour got \(foreign.status), for an unknown document \(unknown.status)")
      return ["GET /v1/documents/\(photo) with globex's token → 404, as for one that never was"]
    }
    let id = created?.text("id") ?? ""
    var event = ""
    try await report.step("The link is revoked") { () throws(CommandError) in
      let revoked = try await stage.document(["revoke", id, "--tenant", "acme"])
      event = revoked.text("event_id")
      return ["$ postern revoke \(id)"]
    }
    try await report.step("Whoever follows it now sees that it was withdrawn") {
      () throws(CommandError) in
      let page = try await stage.call(.get, created?.text("url") ?? "")
      try Self.expect(page.status == 410, "the revoked link answers \(page.status)")
      return ["GET /d/… → 410: \(Self.title(of: page.body))"]
    }
    let revocation = event
    try await report.step("The audit log holds all of it, and nobody can change it unseen") {
      () throws(CommandError) in
      let receipt = stage.root + "/revocation.tlog-proof"
      _ = try await stage.run([
        "audit", "receipt", revocation, "--tenant", "acme", "--out", receipt,
      ])
      _ = try await stage.run(["audit", "verify", "--receipt", receipt, "--log", "acme"])
      let verified = try await stage.run(["audit", "verify"])
      return ["$ postern audit receipt \(revocation)", "$ postern audit verify"]
        + verified.split(separator: "\n").map(String.init)
    }
  }

  // MARK: Pieces

  private static func put(
    _ name: String, _ title: String, _ bytes: [UInt8], _ stage: DemoStage
  ) async throws(CommandError) -> DemoStage.Answer {
    let path = stage.root + "/" + name
    try LocalFile.create(path, bytes)
    return try await stage.document(["put", path, "--tenant", "acme", "--title", title])
  }

  private static func facts(_ put: DemoStage.Answer) throws(CommandError) -> [String] {
    let upload: UploadBody
    do throws(WireError) {
      upload = try UploadBody(json: put.body)
    } catch {
      throw CommandError(.failed, "the answer to the upload is not understood: \(error.detail)")
    }
    guard let version = upload.version, let receipt = version.receipt, !receipt.removed.isEmpty
    else { throw CommandError(.failed, "nothing was removed from the picture") }
    return [
      "removed: " + Removed.text(receipt.removed),
      "sha256 \(receipt.sha256Before.prefix(16))… → \(receipt.sha256After.prefix(16))…",
    ]
  }

  private static func title(of page: [UInt8]) -> String {
    let text = String(decoding: page, as: UTF8.self)
    guard let start = text.firstRange(of: "<title>"), let end = text.firstRange(of: "</title>"),
      start.upperBound <= end.lowerBound
    else { return "a page without a title" }
    return Plain.text(String(text[start.upperBound..<end.lowerBound]))
  }

  private static func expect(_ isTrue: Bool, _ message: String) throws(CommandError) {
    guard isTrue else { throw CommandError(.verificationFailed, message) }
  }
}

extension [UInt8] {
  /// Whether the bytes of a text occur somewhere.
  fileprivate func contains(_ text: String) -> Bool {
    let pattern = Array(text.utf8)
    guard let first = pattern.first, count >= pattern.count else { return false }
    return indices.dropLast(pattern.count - 1).contains { index in
      self[index] == first && self[index..<index + pattern.count].elementsEqual(pattern)
    }
  }
}
