// `postern scrub verify-receipt`: checks the signed receipt of a version, and the file it is about,
// without asking the gateway that signed it.

import Base
import Cryptography
import Delivery
import Gateway
import HTTPMessage
import JOSE
import JSONText
import PosternClient
import Wire

extension Command {
  static let scrubVerifyReceipt = Command(
    "scrub verify-receipt", "verify the signed receipt of a version, offline",
    discussion: """
      Checks the signature of the receipt and, if a file is named, that its bytes are those that the
      receipt speaks of. The keys are public: --keys names a file with them, and without it they are
      those of the data folder. --server fetches them, which trusts whoever answers there.
      Ends with 5 if something does not hold.
      """,
    arguments: [
      ArgumentSpec("receipt", "the receipt, as put --receipt wrote it", isFile: true),
      ArgumentSpec("file", "the delivered file", count: .optional, isFile: true),
    ],
    options: [
      .value("keys", "FILE", "the public keys, as /receipt-keys.json of a gateway"),
      .value("data", "DIR", "take the keys from this data folder"),
      .value("server", "URL", "fetch the keys from this gateway; no token is sent"),
    ],
    examples: [
      "postern scrub verify-receipt photo.receipt photo.jpg",
      "postern scrub verify-receipt photo.receipt photo.jpg --keys receipt-keys.json",
    ]
  ) { invocation throws(CommandError) in
    let check = try await ReceiptCheck(invocation)
    let statement = try check.statement()
    if invocation.arguments.count > 1 {
      try ReceiptCheck.compare(try OpenedFile(invocation.arguments[1]), with: statement.receipt)
    }
    ReceiptCheck.show(statement, invocation)
  }
}

/// One receipt that is to be verified.
struct ReceiptCheck {
  private let receipt: [UInt8]
  private let keys: JWKSet

  /// Reads the receipt and the keys that the options name.
  init(_ invocation: Invocation) async throws(CommandError) {
    let named = ["keys", "data", "server"].filter { invocation.value($0) != nil }
    guard named.count < 2 else {
      throw .usage("--\(named[0]) and --\(named[1]) exclude each other")
    }
    let path = invocation.arguments[0]
    let bytes = try LocalFile.read(path, bytesMax: JWKSet.statementBytesMax + 2)
    let spaces = Set(" \r\n".utf8)
    receipt = Array(bytes.reversed().drop { spaces.contains($0) }.reversed())
    let (set, place) = try await Self.keySet(invocation)
    do throws(JOSEError) {
      keys = try JWKSet(parsing: set)
    } catch {
      throw CommandError(
        .failed, "\(Plain.text(place)) holds no public keys: \(error.detail)",
        code: error.code.rawValue)
    }
  }

  /// What the receipt says, if its signature holds.
  func statement() throws(CommandError) -> VersionReceipt {
    let payload: [UInt8]
    do throws(JOSEError) {
      payload = try keys.payload(of: receipt, type: VersionReceipt.type)
    } catch {
      throw CommandError(
        .verificationFailed, "the receipt does not hold: \(error.detail)",
        hint: error.code == .keyUnknown
          ? "is it of another gateway? The keys must be those of the one that signed it" : nil,
        code: error.code.rawValue)
    }
    let statement: VersionReceipt?
    do throws(JSONError) {
      let limits = JSONLimits(bytesMax: JWKSet.statementBytesMax, depthMax: 8)
      statement = VersionReceipt(json: try JSONValue(parsing: payload, limits: limits))
    } catch {
      statement = nil
    }
    guard let statement else {
      throw CommandError(
        .verificationFailed, "the receipt is signed, but what it says is not understood",
        hint: "is it of a later release than this command?", code: "receipt-malformed")
    }
    return statement
  }

  /// Compares a file with what the receipt says about the delivered bytes.
  static func compare(
    _ file: OpenedFile, with receipt: ScrubReceipt
  ) throws(CommandError) {
    let digest = try file.sha256()
    guard digest != receipt.sha256After || file.size != receipt.sizeAfter else { return }
    let isOriginal = digest == receipt.sha256Before && file.size == receipt.sizeBefore
    throw CommandError(
      .verificationFailed, "\(Plain.text(file.path)) is not the file of the receipt",
      hint: isOriginal
        ? "it is the file as it was uploaded, before anything was removed"
        : "the receipt is about \(receipt.sizeAfter) bytes with the SHA-256 "
          + receipt.sha256After.hex,
      code: isOriginal ? "file-not-scrubbed" : "digest-mismatch")
  }

  static func show(_ statement: VersionReceipt, _ invocation: Invocation) {
    let (console, receipt) = (invocation.console, statement.receipt)
    if invocation.isJSON {
      console.print(String(decoding: statement.json.write(), as: UTF8.self))
      return
    }
    let isFileChecked = invocation.arguments.count > 1
    console.print(
      console.style.green("✓") + " signed by \(Plain.text(statement.issuer))"
        + (isFileChecked ? "; the file is the one that was delivered" : ""))
    console.printRaw(
      Table.facts(
        [
          ("tenant", statement.tenant.text), ("document", statement.document.description),
          ("version", statement.version.description),
          ("published", Moments.text(statement.publishedAt.description, console)),
          ("media type", receipt.mediaType.text),
          ("sha256", receipt.sha256After.hex), ("size", Sizes.text(receipt.sizeAfter)),
          ("uploaded", "\(receipt.sha256Before.hex), \(Sizes.text(receipt.sizeBefore))"),
          ("policy", receipt.policy), ("tool", receipt.tool),
          (
            "removed",
            receipt.isUnscrubbed
              ? Removed.kept
              : Removed.text(
                receipt.removed.map { RemovedBody(name: $0.name, count: Int64($0.count)) })
          ),
          (
            "stays",
            Removed.staying(
              receipt.staying.map { RemovedBody(name: $0.name, count: Int64($0.count)) })
          ),
          (
            "malware scan",
            receipt.scan.map {
              Scanned.text(
                ScanBody(verdict: $0.verdict.word, scanner: $0.scanner, database: $0.database))
            }
          ),
        ], style: console.style))
  }

  /// The bytes of the key set and where they come from.
  private static func keySet(
    _ invocation: Invocation
  ) async throws(CommandError) -> ([UInt8], String) {
    if let url = invocation.value("server") { return (try await fetched(from: url), url) }
    let path = invocation.value("keys") ?? ServerLocation.folder(invocation).receiptKeys
    guard invocation.value("keys") != nil || LocalFile.exists(path) else {
      throw CommandError(
        .notFound, "there are no keys of receipts at \(Plain.text(path))",
        hint: "--keys names a file with them, --data a data folder, --server a gateway",
        code: "file-not-found")
    }
    return (try LocalFile.read(path, bytesMax: JWKSet.bytesMax), path)
  }

  private static func fetched(from url: String) async throws(CommandError) -> [UInt8] {
    guard let origin = Origin(url) else {
      throw .usage("the server's URL is http:// or https:// with a host and nothing behind it")
    }
    do throws(PosternError) {
      return try await PosternClient(
        origin: origin.description, token: nil, options: PosternClient.Options()
      ).receiptKeys()
    } catch {
      throw CommandError(
        .failed, "the keys cannot be fetched from \(origin): \(error.detail)",
        code: "server-unreachable")
    }
  }
}

/// Fetches the signed receipt of a version into a new file.
enum ReceiptDownload {
  static let option = OptionSpec.value(
    "receipt", "FILE", "write the signed receipt of the version to this new file")

  /// Refuses a path that is taken, before anything is sent.
  static func check(_ invocation: Invocation) throws(CommandError) {
    guard let path = invocation.value("receipt"), LocalFile.exists(path) else { return }
    throw CommandError(
      .failed, "\(Plain.text(path)) exists", hint: "--receipt names a new file",
      code: "file-exists")
  }

  /// Writes the receipt, if it is asked for.
  static func write(
    _ version: VersionBody?, of document: String, _ scope: TenantScope, _ invocation: Invocation
  ) async throws(CommandError) {
    guard let path = invocation.value("receipt") else { return }
    guard let version else {
      throw CommandError(
        .notFound, "the document has no version yet", code: "version-not-found")
    }
    let answer = try await scope.client.call(
      .get, scope.path("documents", document, "versions", version.id, "receipt"))
    try LocalFile.create(path, answer.body + [UInt8(ascii: "\n")])
  }
}

/// What a malware scanner said, for people.
enum Scanned {
  /// Such as `clean (ClamAV 1.0.7, signatures 27432)`.
  static func text(_ scan: ScanBody) -> String {
    guard scan.verdict != "skipped" else { return "skipped; the scanner was away" }
    let by = [scan.scanner, scan.database.map { "signatures " + $0 }].compactMap(\.self)
    return by.isEmpty ? scan.verdict : "\(scan.verdict) (\(by.joined(separator: ", ")))"
  }
}
