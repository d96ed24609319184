// `postern put`: a new version of a document, from a file. The bytes are hashed before they are sent,
// so that damage on the way is noticed; they stream, however large the file is.

import Base
import Cryptography
import HTTPClient
import HTTPMessage
import JSONText
import ScrubContract
import Wire

extension Command {
  static let put = Command(
    "put", "upload a file as a new version of a document",
    discussion: """
      --title makes a new document first; --document adds a version to one that is there. The file
      is scrubbed on the server before anybody can have a link to it; a file that cannot be proved
      clean is refused and nothing of it is kept.

      --rule asks for a stricter answer to a scrub rule than the tenant's policy has, or for one that
      the policy has as its laxest. --rule signed=keep delivers a signed PDF as it is and names you as
      the approver; the policy must have it, and you need the scope tenant:admin.
      """,
    arguments: [ArgumentSpec("file", "the file to upload", isFile: true)],
    options: [
      .value("document", "ID", "the document that gets a new version"),
      .value("title", "TEXT", "the title of a new document"),
      .value("type", "WORD", "the type of a new document, such as invoice"),
      .value("label", "WORD", "a label of a new document", repeatable: true),
      .value("period", "PERIOD", "what a new document is about, such as 2026-11"),
      .value("filename", "NAME", "the name for customers; the file's own if absent"),
      .value("valid-from", "TIME", "from when the version is delivered; at once if absent"),
      .value("valid-until", "TIME", "until when it is delivered; without end if absent"),
      ReceiptDownload.option,
      RuleOption.spec,
    ] + ServerLocation.options,
    examples: [
      "postern put photo.jpg --tenant acme --title \"Site photo\"",
      "postern put photo-2.jpg --document doc_...",
      "postern put offer.docx --document doc_... --rule comments=refuse",
    ]
  ) { invocation throws(CommandError) in
    let file = try OpenedFile(invocation.arguments[0])
    let upload = try await Upload(file, invocation)
    try await upload.run()
  }
}

/// One upload from its command line to its outcome.
struct Upload {
  /// How long the server is asked to work on the file before it answers, in seconds.
  private static let waitSeconds = 60

  /// The longest time for the bytes, in seconds.
  private static let uploadSeconds = 86_400

  /// How long scrubbing is followed after the server stopped waiting, in seconds.
  private static let followSeconds = 900

  private let file: OpenedFile
  private let invocation: Invocation
  private let scope: TenantScope
  private let document: String
  private let isNew: Bool
  /// Validity and rules.
  private let query: [(String, String?)]

  /// Finds the document, or makes it.
  init(_ file: OpenedFile, _ invocation: Invocation) async throws(CommandError) {
    self.file = file
    self.invocation = invocation
    guard file.size > 0 else {
      throw CommandError(.refused, "\(Plain.text(file.path)) is empty", code: "upload-empty")
    }
    try ReceiptDownload.check(invocation)
    // Before a document is made: a mistyped time or rule must not leave an empty one behind.
    let answers = try RuleOption.answers(invocation).texts
    query = [
      ("valid_from", try Moments.wire("valid-from", of: invocation)),
      ("valid_until", try Moments.wire("valid-until", of: invocation)),
      ("scrub", answers.isEmpty ? nil : answers.joined(separator: ",")),
    ]
    let quiet = Self.waitSeconds + 30
    if let id = invocation.value("document") {
      for name in ["title", "type", "label", "period"] where !invocation.allValues(name).isEmpty {
        throw .usage("--\(name) belongs to a new document, not to --document")
      }
      document = try Identifier.document(id)
      scope = try await .find(invocation, probe: ["documents", document], quietSeconds: quiet)
      isNew = false
      return
    }
    guard let title = invocation.value("title") else {
      throw .usage(
        "one of --document and --title is needed",
        hint: "--title makes a new document, --document adds a version")
    }
    let labels = invocation.list("label")
    scope = try await .find(invocation, quietSeconds: quiet)
    let body = DocumentRequestBody(
      title: title, type: invocation.value("type"), labels: labels.isEmpty ? nil : labels,
      period: invocation.value("period"))
    let answer = try await scope.client.call(.post, scope.path("documents"), body: body.json())
    document = try answer.read(DocumentBody.self).id
    isNew = true
  }

  /// Sends the bytes, waits for the outcome and prints it.
  func run() async throws(CommandError) {
    do throws(CommandError) {
      let answer = try await send()
      let upload = try answer.read(UploadBody.self)
      if let version = upload.version {
        try await show(version, answer.text)
      } else {
        try await follow(upload)
      }
    } catch {
      guard isNew else { throw error }
      throw CommandError(
        error.exit, error.message,
        hint: [error.hint, "The document is there, without a version: --document \(document)"]
          .compactMap(\.self).joined(separator: " "), code: error.code)
    }
  }

  private func send() async throws(CommandError) -> ServerClient.Answer {
    let digest = try file.sha256()
    let bar = ProgressBar(
      label: Plain.text(file.name), total: file.size, console: invocation.console, clock: .system)
    defer { bar.finish() }
    let position = Lock<Int64>(0)
    let file = file
    let body = ClientBody.stream(count: file.size) { () throws(HTTPClientError) in
      let offset = position.withLock { $0 }
      let piece: [UInt8]
      do throws(CommandError) {
        piece = try file.read(at: offset, count: OpenedFile.pieceBytes)
      } catch {
        throw HTTPClientError(.requestBodyFailed, error.message)
      }
      guard !piece.isEmpty else { return nil }
      position.withLock { $0 += Int64(piece.count) }
      bar.advance(by: piece.count)
      return piece
    }
    return try await scope.client.send(
      .post, scope.path("documents", document, "versions"),
      query: query, body,
      fields: [
        (.contentType, "application/octet-stream"),
        (
          .contentDisposition,
          ContentDisposition.value(.attachment, name: invocation.value("filename") ?? file.name)
        ),
        (.reprDigest, "sha-256=:\(Base64.encode(digest.bytes, .standard)):"),
        (.prefer, "wait=\(Self.waitSeconds)"),
      ], totalTimeout: .seconds(Self.uploadSeconds))
  }

  /// Asks for the state until the server is done; the work goes on without us.
  private func follow(_ first: UploadBody) async throws(CommandError) {
    let started = Clock.system.monotonicNanoseconds()
    var upload = first
    var text = ""
    while upload.state != "ready" {
      if upload.state == "refused" || upload.state == "failed" || upload.reason != nil {
        throw Self.refusal(upload)
      }
      let elapsed = (Clock.system.monotonicNanoseconds() - started) / 1_000_000_000
      guard elapsed < Self.followSeconds else {
        throw CommandError(
          .failed, "the server is still \(upload.state) the file",
          hint: "postern versions \(document) shows the version once it is ready",
          code: "upload-pending")
      }
      await Pause.milliseconds(500)
      let answer = try await scope.client.call(.get, scope.path("uploads", upload.id))
      upload = try answer.read(UploadBody.self)
      text = answer.text
    }
    guard let version = upload.version else {
      throw CommandError(
        .failed, "the file is published, but the server does not show its version",
        hint: "postern versions \(document)", code: "version-not-shown")
    }
    try await show(version, text)
  }

  private static func refusal(_ upload: UploadBody) -> CommandError {
    let reason = upload.reason ?? upload.state
    return CommandError(
      .refused, "the file was refused (\(Plain.text(reason)))",
      hint: RefusalReasons.explanation[reason], code: reason)
  }

  private func show(_ version: VersionBody, _ json: String) async throws(CommandError) {
    try await ReceiptDownload.write(version, of: document, scope, invocation)
    let console = invocation.console
    if invocation.isJSON {
      console.print(json)
      return
    }
    console.printRaw(
      Table.facts(
        [
          ("document", document), ("version", "\(version.id) (number \(version.number))"),
          ("type", version.mediaType), ("size", version.size.map(Sizes.text)),
          ("sha256", version.sha256),
          ("rules", version.receipt?.policy),
          ("removed", version.receipt.map(Removed.text)),
          ("stays", version.receipt.flatMap { Removed.staying($0.staying) }),
          ("malware scan", version.receipt?.scan.map { Scanned.text($0) }),
        ], style: console.style))
    if console.isInteractive { console.note("next: postern link \(document)") }
  }
}

/// What a scrubber took out, for people.
enum Removed {
  /// What a receipt says was removed, or that the document was kept and who approved it.
  static func text(_ receipt: ReceiptBody) -> String {
    guard receipt.isUnscrubbed == true else { return text(receipt.removed) }
    return kept + (receipt.approvedBy.map { ", approved by " + $0 } ?? "")
  }

  /// Of a document that was not scrubbed.
  static let kept = "nothing; signed, kept as it is"

  /// Such as `exif, position, comment ×2`.
  static func text(_ removed: [RemovedBody]) -> String {
    removed.isEmpty ? "nothing; the file was clean" : list(removed)
  }

  /// What stays although a reader may not expect it; nothing if there is nothing of the kind.
  static func staying(_ staying: [RemovedBody]) -> String? {
    staying.isEmpty ? nil : list(staying)
  }

  private static func list(_ findings: [RemovedBody]) -> String {
    findings.map { $0.count == 1 ? $0.name : "\($0.name) ×\($0.count)" }.joined(separator: ", ")
  }
}

/// Waiting between two questions.
enum Pause {
  static func milliseconds(_ count: Int) async {
    do {
      try await Task.sleep(for: .milliseconds(count))
    } catch {
      // Cancelled: the next call notices and says so.
      return
    }
  }
}
