// The command against a server that answers by script on the admin socket: which requests it sends,
// and what it makes of the answers.

import Foundation
import TestSupport
import Testing
import Wire

@testable import postern

@Suite struct ClientTests {
  private static let document = "doc_01m7yy6n5vfgmbcsmyghyjmg3x"
  private static let other = "doc_01m7yy6n5vfgmbcsmyghyjmg3y"
  private static let version = VersionBody(
    id: "ver_01m7yxx9wxf8x9e7tfdcf5x4nq", number: 1, state: "ready", filename: "a.jpg",
    mediaType: "image/jpeg", size: 3, sha256: String(repeating: "ab", count: 32),
    createdAt: "2026-11-21T09:00:00Z",
    receipt: ReceiptBody(
      sha256Before: "1", sha256After: "2", policy: "standard", tool: "t",
      removed: [RemovedBody(name: "exif", count: 1), RemovedBody(name: "comment", count: 4)]))

  /// What the server answers to a request line without its HTTP version.
  typealias Answers = [String: (status: Int, body: [UInt8])]

  @Test func `the only tenant need not be named`() async throws {
    let (outcome, lines) = try await Self.run(
      ["ls"],
      [
        "GET /v1/tenants?limit=200": Self.tenants("acme"),
        "GET /v1/tenants/acme/documents": Self.documents(),
      ])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("Site photo") && outcome.output.contains(Self.document))
    #expect(lines.count == 2)
  }

  @Test func `with several tenants a list needs a name`() async throws {
    let (outcome, _) = try await Self.run(
      ["ls"], ["GET /v1/tenants?limit=200": Self.tenants("acme", "globex")])
    #expect(outcome.code == 2)
    #expect(outcome.errors.contains("acme, globex"))
  }

  @Test func `a document's tenant is found by asking each`() async throws {
    let (outcome, lines) = try await Self.run(
      ["link", Self.document],
      [
        "GET /v1/tenants?limit=200": Self.tenants("acme", "globex"),
        "GET /v1/tenants/globex/documents/\(Self.document)": (200, Self.documentBody.json()),
        "POST /v1/tenants/globex/documents/\(Self.document)/links": Self.created,
      ])
    #expect(outcome == Outcome(code: 0, output: "https://files.example.com/d/pst_x\n", errors: ""))
    #expect(lines.map { $0.prefix { $0 != "\r" } }.contains { $0.contains("/acme/documents/") })
  }

  @Test func `a document that no tenant has is not found`() async throws {
    let (outcome, _) = try await Self.run(
      ["show", Self.other], ["GET /v1/tenants?limit=200": Self.tenants("acme", "globex")])
    #expect(outcome.code == 4)
  }

  @Test func `a person at a terminal sees more than the URL`() async throws {
    let (outcome, _) = try await Self.run(
      ["link", Self.document, "--tenant", "acme"],
      ["POST /v1/tenants/acme/documents/\(Self.document)/links": Self.created],
      isInteractive: true)
    #expect(outcome.output.contains("expires") && outcome.output.contains("requested"))
    #expect(outcome.errors.contains("postern revoke lnk_"))
  }

  @Test func `an upload tells its digest, its name and its length before its bytes`() async throws {
    let upload = UploadBody(
      id: "upl_1", documentID: Self.document, state: "ready", version: Self.version)
    let (outcome, heads) = try await Self.run(
      ["put", "FOLDER/Grüße.jpg", "--tenant", "acme", "--document", Self.document],
      ["POST /v1/tenants/acme/documents/\(Self.document)/versions": (201, upload.json())],
      files: ["Grüße.jpg": "abc"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("removed   exif, comment ×4"))
    let head = try #require(heads.last)
    #expect(
      head.contains("Repr-Digest: sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:\r\n"))
    #expect(head.contains("filename*=UTF-8''Gr%C3%BC%C3%9Fe.jpg\r\n"))
    #expect(head.contains("Content-Length: 3\r\n"))
  }

  @Test func `a refused file is explained, and its new document named`() async throws {
    let problem = ProblemBody(code: .scrubRefused, reason: "truncated")
    let (outcome, _) = try await Self.run(
      ["put", "FOLDER/a.jpg", "--tenant", "acme", "--title", "Site photo"],
      [
        "POST /v1/tenants/acme/documents": (201, Self.documentBody.json()),
        "POST /v1/tenants/acme/documents/\(Self.document)/versions": (422, problem.json()),
      ], files: ["a.jpg": "abc"])
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("(truncated) [scrub-refused]"))
    #expect(outcome.errors.contains("fetch or save it again"))
    #expect(outcome.errors.contains("--document \(Self.document)"))
  }

  @Test func `an upload that takes longer is followed to its end`() async throws {
    let pending = UploadBody(id: "upl_1", documentID: Self.document, state: "scrubbing")
    var refused = pending
    refused.state = "refused"
    refused.reason = "crc-mismatch"
    let post = "POST /v1/tenants/acme/documents/\(Self.document)/versions"
    let state = "GET /v1/tenants/acme/uploads/upl_1"
    var ready = pending
    ready.state = "ready"
    ready.version = Self.version
    let words = ["put", "FOLDER/a.jpg", "--tenant", "acme", "--document", Self.document]
    // The document's current version is another one if this one is delivered from later on.
    let (done, _) = try await Self.run(
      words, [post: (202, pending.json()), state: (200, ready.json())], files: ["a.jpg": "abc"])
    #expect(done.code == 0 && done.output.contains(Self.version.id))
    let (json, _) = try await Self.run(
      words + ["--json"], [post: (202, pending.json()), state: (200, ready.json())],
      files: ["a.jpg": "abc"])
    #expect(json.output == String(decoding: ready.json(), as: UTF8.self) + "\n")
    let (failed, _) = try await Self.run(
      words, [post: (202, pending.json()), state: (200, refused.json())],
      files: ["a.jpg": "abc"])
    #expect(failed.code == 3 && failed.errors.contains("crc-mismatch"))
  }

  @Test func `a mistyped time is found before a document is made`() async throws {
    let (outcome, heads) = try await Self.run(
      ["put", "FOLDER/a.jpg", "--tenant", "acme", "--title", "x", "--valid-until", "soon"], [:],
      files: ["a.jpg": "abc"])
    #expect(outcome.code == 2 && heads.isEmpty)
  }

  @Test func `an empty file, a folder and an absent file are not sent`() async throws {
    for (name, code) in [("empty.jpg", 3), ("", 1), ("absent.jpg", 4)] {
      let (outcome, heads) = try await Self.run(
        ["put", "FOLDER/\(name)", "--tenant", "acme", "--document", Self.document], [:],
        files: ["empty.jpg": ""])
      #expect(outcome.code == Int32(code), "\(name)")
      #expect(heads.isEmpty)
    }
  }

  @Test func `a token goes to a file that only its owner can read, and not to the screen`()
    async throws
  {
    let token = TokenBody(token: "a.b.c", id: "jti-1", expiresAt: "2026-11-21T09:00:00Z")
    try await Harness.withFolder { folder in
      let words = [
        "token", "issue", "--tenant", "acme", "--subject", "portal", "--scope", "links:create",
        "--out", folder + "/portal.token",
      ]
      let answers: Answers = ["POST /v1/tenants/acme/tokens": (201, token.json())]
      let (outcome, _) = try await Self.run(words, answers)
      #expect(outcome.code == 0 && !outcome.output.contains("a.b.c"))
      let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/portal.token")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let (again, heads) = try await Self.run(words, answers)
      #expect(again.code == 1 && heads.isEmpty)
    }
  }

  @Test func `a policy is sent whole, changed, with the next version`() async throws {
    let policy = #"{"version":3,"landing":"auto","link_seconds":{"max":900}}"#
    let (outcome, heads) = try await Self.run(
      ["policy", "set", "--tenant", "acme", "landing=page", "link_seconds.max=3600"],
      [
        "GET /v1/tenants/acme/policy": (200, Array(policy.utf8)),
        "PUT /v1/tenants/acme/policy": (409, ProblemBody(code: .conflict).json()),
      ])
    #expect(outcome.code == 3 && outcome.errors.contains("[conflict]"))
    #expect(heads.last?.contains("Content-Length: 58\r\n") == true)
  }

  @Test func `json prints the server's document as it is`() async throws {
    let (outcome, _) = try await Self.run(
      ["show", Self.document, "--tenant", "acme", "--json"],
      ["GET /v1/tenants/acme/documents/\(Self.document)": (200, Self.documentBody.json())])
    #expect(
      outcome.output == String(decoding: Self.documentBody.json(), as: UTF8.self) + "\n")
  }

  @Test func `an answer that is not understood is a failure, not a crash`() async throws {
    for body in ["", "[]", "{", #"{"items":7}"#] {
      let (outcome, _) = try await Self.run(
        ["ls", "--tenant", "acme"],
        ["GET /v1/tenants/acme/documents": (200, Array(body.utf8))])
      #expect(outcome.code == 1 && outcome.errors.contains("error:"), "\(body)")
    }
  }

  @Test func `the token of a file is sent to a URL, and a file that others can read is refused`()
    async throws
  {
    try await Harness.withFolder { folder in
      let server = try ScriptedServer { connection in
        connection.readHead()
        connection.answer("200 OK", #"{"items":[]}"#)
      }
      let path = folder + "/t"
      let words = ["ls", "--server", "http://127.0.0.1:\(server.port)", "--token-file", path]
      try "a.b.c\n".write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      #expect(await Harness.run(words).code == 0)
      #expect(server.heads.first?.contains("Authorization: Bearer a.b.c\r\n") == true)
      #expect(server.heads.first?.hasPrefix("GET /v1/documents HTTP/1.1\r\n") == true)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      #expect(await Harness.run(words).code == 1)
      #expect(server.heads.count == 1)
    }
  }

  // MARK: Answers

  private static let documentBody = DocumentBody(
    id: document, title: "Site photo", type: "document", createdAt: "2026-11-21T09:00:00Z",
    updatedAt: "2026-11-21T09:00:00Z")

  private static let created = (
    status: 201,
    body: LinkCreatedBody(
      id: "lnk_01m7yy6nb2fhd99ftwrrae8vbm", url: "https://files.example.com/d/pst_x",
      expiresAt: "2026-11-21T09:10:00Z", expiresReason: "requested",
      document: LinkDocumentBody(id: document, title: "Site photo", type: "document"),
      version: LinkVersionBody(
        id: version.id, number: 1, filename: "a.jpg", mediaType: "image/jpeg", size: 3,
        sha256: "ab"), eventID: "evt_1"
    ).json()
  )

  private static func tenants(_ names: String...) -> (status: Int, body: [UInt8]) {
    (200, PageBody(items: names.map { TenantBody(id: $0) }).json())
  }

  private static func documents() -> (status: Int, body: [UInt8]) {
    (200, PageBody(items: [documentBody]).json())
  }

  /// Runs a command against the script; `FOLDER` in a word stands for a folder with the files.
  private static func run(
    _ words: [String], _ answers: Answers, files: [String: String] = [:],
    isInteractive: Bool = false
  ) async throws -> (Outcome, [String]) {
    try await Harness.withFolder { folder in
      for (name, text) in files {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
      }
      let server = try ScriptedServer(unixPath: folder + "/admin.sock") { connection in
        while let head = connection.readHead() { answer(head, answers, connection) }
      }
      let outcome = await Harness.run(
        words.map { $0.replacing("FOLDER", with: folder) },
        environment: ["POSTERN_DATA": folder], isInteractive: isInteractive)
      return (outcome, server.heads)
    }
  }

  private static func answer(
    _ head: String, _ answers: Answers, _ connection: ScriptedServer.Connection
  ) {
    if let match = head.firstMatch(of: /Content-Length: (\d+)/) {
      _ = connection.read(Int(match.1) ?? 0)
    }
    let line = head.prefix { $0 != "\r\n" }.split(separator: " ").prefix(2)
      .joined(separator: " ")
    let missing = (status: 404, body: ProblemBody(code: .documentNotFound).json())
    let (status, body) = answers[line] ?? missing
    connection.send(
      "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.count)\r\n\r\n")
    connection.send(body)
  }
}
