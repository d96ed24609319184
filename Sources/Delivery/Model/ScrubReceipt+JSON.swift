// The receipt as JSON: what the scrub workers print, the store keeps and the API shows.

import Cryptography
package import JSONText

extension ScrubReceipt {
  /// The most classes in one receipt.
  package static let findingsMax = 256

  /// The most bytes of a signed receipt.
  package static let signedBytesMax = 65_536

  /// All members.
  package var json: JSONValue {
    var members = facts
    members["signed"] = signed.map { .string($0) }
    return .object(members)
  }

  /// The members that are signed.
  var facts: JSONObject {
    let facts: JSONValue = [
      "policy": .string(policy),
      "tool": .string(tool),
      "media_type": .string(mediaType.text),
      "sha256_before": .string(sha256Before.hex),
      "sha256_after": .string(sha256After.hex),
      "size_before": .integer(sizeBefore),
      "size_after": .integer(sizeAfter),
      "removed": ScrubReceipt.json(removed),
    ]
    var members = facts.objectValue ?? JSONObject()
    if !staying.isEmpty { members["stays"] = ScrubReceipt.json(staying) }
    members["scan"] = scan?.json
    if isUnscrubbed { members["unscrubbed"] = true }
    return members
  }

  /// Reads a receipt; nothing if a member is missing, unknown or out of its bounds.
  package init?(json value: JSONValue) {
    let names: Set = [
      "policy", "tool", "media_type", "sha256_before", "sha256_after", "size_before",
      "size_after", "removed",
    ]
    let isUnscrubbed = value["unscrubbed"]?.boolValue
    guard let object = value.objectValue,
      Set(object.names).subtracting(["scan", "signed", "stays", "unscrubbed"]) == names,
      (isUnscrubbed == nil) == (object["unscrubbed"] == nil),
      let policy = value["policy"]?.stringValue, ScrubReceipt.isName(policy),
      let tool = value["tool"]?.stringValue, Names.isPrintable(tool, bytesMax: 100),
      let mediaType = value["media_type"]?.stringValue.flatMap(MediaType.init),
      let before = ScrubReceipt.digest(value["sha256_before"]),
      let after = ScrubReceipt.digest(value["sha256_after"]),
      let sizeBefore = value["size_before"]?.integerValue, sizeBefore >= 0,
      let sizeAfter = value["size_after"]?.integerValue, sizeAfter >= 0,
      let removed = ScrubReceipt.findings(value["removed"]),
      let staying = object["stays"].map(ScrubReceipt.findings) ?? []
    else { return nil }
    self.init(
      policy: policy, tool: tool, mediaType: mediaType, sha256Before: before,
      sha256After: after, sizeBefore: sizeBefore, sizeAfter: sizeAfter, removed: removed,
      staying: staying, isUnscrubbed: isUnscrubbed ?? false)
    if let value = object["scan"] {
      guard let scan = ScanRecord(json: value) else { return nil }
      self.scan = scan
    }
    if let value = object["signed"] {
      guard let text = value.stringValue, text.utf8.count <= ScrubReceipt.signedBytesMax else {
        return nil
      }
      signed = text
    }
  }

  /// Names of rules that a later release knows are names too.
  private static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    return text.utf8.count <= policyBytesMax
      && parts.allSatisfy { part in
        let words = part.split(separator: "=", omittingEmptySubsequences: false)
        return words.count <= 2 && words.allSatisfy { Names.isSlug(String($0), bytesMax: 64) }
      }
  }

  private static func json(_ findings: [Finding]) -> JSONValue {
    .array(findings.map { ["class": .string($0.name), "count": .integer(Int64($0.count))] })
  }

  private static func findings(_ value: JSONValue?) -> [Finding]? {
    guard let entries = value?.arrayValue, entries.count <= findingsMax else { return nil }
    let findings = entries.compactMap(Finding.init(json:))
    return findings.count == entries.count ? findings : nil
  }

  private static func digest(_ value: JSONValue?) -> SHA256Digest? {
    value?.stringValue.flatMap { SHA256Digest(hex: $0) }
  }
}

extension ScrubReceipt.Finding {
  fileprivate init?(json value: JSONValue) {
    guard let name = value["class"]?.stringValue, Names.isSlug(name, bytesMax: 64),
      let count = value["count"]?.integerValue, (1...1_000_000_000).contains(count)
    else { return nil }
    self.init(name: name, count: Int(count))
  }
}
