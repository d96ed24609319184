// What passes between the gateway and a sandboxed worker: one job in, one answer out, each a JSON
// object in one message of a Unix socket. Files travel beside the job as descriptors.

import Base
package import JSONText

/// Which half of the work a worker does; the value is the letter of the order for it.
package enum WorkerRole: UInt8, Sendable, CaseIterable {
  /// Removes and writes: `s`.
  case scrub = 0x73
  /// Proves the written file clean: `v`.
  case verify = 0x76
}

/// One file to be scrubbed or verified.
package struct WorkerJob: Sendable, Hashable {
  /// Bytes of the largest message in either direction.
  package static let messageBytesMax = 64 * 1024

  /// The name that was claimed for the file.
  package let fileName: String?
  /// What is done where dropping changes the meaning; scrubber and verifier must agree on it.
  package let rules: ScrubRules
  /// Whether pieces of what is removed are wanted.
  package let wantsExcerpts: Bool

  /// Creates a job.
  package init(fileName: String?, rules: ScrubRules, wantsExcerpts: Bool = false) {
    self.fileName = fileName
    self.rules = rules
    self.wantsExcerpts = wantsExcerpts
  }

  /// The message.
  package var message: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("file_name", fileName)
    writer.member("rules", rules.name)
    if wantsExcerpts { writer.member("excerpts", true) }
    writer.endObject()
    return writer.bytes
  }

  /// Reads a message; nothing if it is not one, or if it names rules that are not known here.
  package init?(message: [UInt8]) {
    guard let value = WorkerJob.parse(message),
      let rules = value["rules"]?.stringValue.flatMap(ScrubRules.init(name:))
    else { return nil }
    self.rules = rules
    wantsExcerpts = value["excerpts"]?.boolValue ?? false
    fileName = value["file_name"]?.stringValue
  }

  static func parse(_ message: [UInt8]) -> JSONValue? {
    let limits = JSONLimits(bytesMax: messageBytesMax)
    do throws(JSONError) {
      return try JSONValue(parsing: message, limits: limits)
    } catch {
      return nil
    }
  }
}

/// What a worker answers.
package enum WorkerAnswer: Sendable, Hashable {
  /// The first worker wrote a scrubbed file.
  case scrubbed(ScrubReport)
  /// The second worker found nothing in it.
  case proven(CleanProof)
  /// The file is refused.
  case refused(ScrubError)

  /// The message.
  package var message: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .scrubbed(let report):
      writer.member("outcome", "scrubbed")
      report.write(to: &writer)
    case .proven(let proof):
      writer.member("outcome", "proven")
      writer.member("media_type", proof.mediaType)
      if let pages = proof.pages { writer.member("pages", pages) }
      writer.member("bytes", proof.bytes)
      writer.member("sha256", Hex.encode(proof.sha256))
      if proof.isKept { writer.member("kept", true) }
    case .refused(let error):
      writer.member("outcome", "refused")
      writer.member("code", error.code.rawValue)
      writer.member("detail", error.detail)
      writer.member("type", error.detectedType)
    }
    writer.endObject()
    return writer.bytes
  }

  /// Reads a message; nothing if it is not one. The sender may be under an attacker's control.
  package init?(message: [UInt8]) {
    guard let value = WorkerJob.parse(message) else { return nil }
    switch value["outcome"]?.stringValue {
    case "scrubbed":
      guard let report = ScrubReport(value) else { return nil }
      self = .scrubbed(report)
    case "proven":
      guard let mediaType = value["media_type"]?.stringValue,
        let bytes = value["bytes"]?.integerValue.flatMap(Int.init(exactly:)),
        let sha256 = ScrubReport.digest(value["sha256"])
      else { return nil }
      self = .proven(
        CleanProof(
          mediaType: mediaType, pages: ScrubReport.pages(value), bytes: bytes, sha256: sha256,
          isKept: value["kept"]?.boolValue ?? false))
    case "refused":
      guard let code = value["code"]?.stringValue.flatMap(ScrubError.Code.init),
        let detail = value["detail"]?.stringValue, detail.utf8.count <= 200
      else { return nil }
      let type = value["type"]?.stringValue.flatMap { $0.utf8.count <= 100 ? $0 : nil }
      self = .refused(ScrubError(code, detail, detectedType: type))
    default: return nil
    }
  }
}

extension ScrubReport {
  /// Reads what `write` wrote; nothing if a member is missing or of another shape.
  package init?(_ value: JSONValue) {
    guard let mediaType = value["media_type"]?.stringValue,
      let classes = value["removed"]?.objectValue,
      let bytesIn = value["bytes_in"]?.integerValue.flatMap(Int.init(exactly:)),
      let bytesOut = value["bytes_out"]?.integerValue.flatMap(Int.init(exactly:)),
      let before = ScrubReport.digest(value["sha256_before"]),
      let after = ScrubReport.digest(value["sha256_after"]),
      let policy = value["policy"]?.stringValue, let tool = value["tool"]?.stringValue
    else { return nil }
    var removed: [RemovedCarrier] = []
    for member in classes.members {
      guard let carrier = CarrierClass(rawValue: member.name),
        let count = member.value.integerValue.flatMap(Int.init(exactly:)), count > 0
      else { return nil }
      removed.append(RemovedCarrier(carrier, count: count))
    }
    guard let staying = ScrubReport.staying(value["stays"]) else { return nil }
    let pieces = value["excerpts"]?.arrayValue ?? []
    let excerpts = pieces.prefix(CarrierExcerpt.countMax).compactMap { piece in
      piece["class"]?.stringValue.flatMap(CarrierClass.init(rawValue:)).flatMap {
        CarrierExcerpt($0, piece["text"]?.stringValue ?? "")
      }
    }
    guard excerpts.count == pieces.count else { return nil }
    self.init(
      mediaType: mediaType, pages: ScrubReport.pages(value), removed: removed, bytesIn: bytesIn,
      bytesOut: bytesOut,
      sha256Before: before, sha256After: after, policy: policy, tool: tool,
      isKept: value["kept"]?.boolValue ?? false, staying: staying, excerpts: excerpts)
  }

  private static func staying(_ value: JSONValue?) -> [StayingContent]? {
    guard let value else { return [] }
    var staying: [StayingContent] = []
    for member in value.objectValue?.members ?? [] {
      guard let content = ContentClass(rawValue: member.name),
        let count = member.value.integerValue.flatMap(Int.init(exactly:)), count > 0
      else { return nil }
      staying.append(StayingContent(content, count: count))
    }
    return staying.isEmpty ? nil : staying
  }

  static func pages(_ value: JSONValue) -> Int? {
    value["pages"]?.integerValue.flatMap(Int.init(exactly:))
  }

  static func digest(_ value: JSONValue?) -> [UInt8]? {
    guard let bytes = value?.stringValue.flatMap(Hex.decode), bytes.count == 32 else { return nil }
    return bytes
  }
}
