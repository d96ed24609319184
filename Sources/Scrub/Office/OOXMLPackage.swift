// The packaging of Office Open XML (ECMA-376 part 2): content types and relationships of parts.

import ScrubContract
import XMLText

/// Reads types, relationships and parts of a package.
struct OOXMLPackage {
  static let typesName = "[Content_Types].xml"
  private static let indexBytesMax = 16 << 20

  let zip: ZipReader
  let context: ScrubContext
  private var overrides: [String: String] = [:]
  private var defaults: [String: String] = [:]

  init(_ zip: ZipReader, _ context: ScrubContext) throws(ScrubError) {
    self.zip = zip
    self.context = context
    for tag in try tags(OOXMLPackage.typesName) ?? [] {
      guard let type = tag.value("ContentType") else { continue }
      if tag.name.local == "Override", let name = tag.value("PartName") {
        overrides[OOXMLPackage.key(name)] = type
      } else if tag.name.local == "Default", let ending = tag.value("Extension") {
        defaults[ending.lowercased()] = type
      }
    }
  }

  /// The content type of a part, without parameters and in lower case.
  func type(of part: String) -> String {
    let ending = part.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let type = overrides[OOXMLPackage.key(part)] ?? defaults[ending] ?? ""
    return type.prefix { $0 != ";" && $0 != " " }.lowercased()
  }

  /// The relationships of a part, or of the package for an empty name.
  func relations(of part: String) throws(ScrubError) -> [OOXMLRelation] {
    var result: [OOXMLRelation] = []
    var seen: Set<String> = []
    for tag in try tags(OOXMLPackage.relationsName(of: part)) ?? []
    where tag.name.local == "Relationship" {
      guard let id = tag.value("Id"), let type = tag.value("Type"),
        let target = tag.value("Target"), seen.insert(id).inserted
      else { throw ScrubError(.malformedFile, "The document has a broken relationship.") }
      result.append(
        OOXMLRelation(
          id: id, type: type, target: target, isExternal: tag.value("TargetMode") == "External"))
    }
    return result
  }

  /// The member that a relationship of `part` leads to; nothing if there is none.
  func member(_ relation: OOXMLRelation, from part: String) -> ZipReader.Member? {
    let path = relation.target.prefix { $0 != "#" }.map { $0 == "\\" ? "/" : $0 }
    let name = String(path)
    if let member = zip.member(OOXMLPackage.path(name, from: part)) { return member }
    return name.removingPercentEncoding.flatMap { zip.member(OOXMLPackage.path($0, from: part)) }
  }

  private static func path(_ decoded: String, from part: String) -> String {
    var parts = decoded.hasPrefix("/") ? [] : part.split(separator: "/").dropLast().map(String.init)
    for step in decoded.split(separator: "/") where step != "." {
      if step == ".." { _ = parts.popLast() } else { parts.append(String(step)) }
    }
    return parts.joined(separator: "/")
  }

  /// The name of the member with a part's relationships.
  static func relationsName(of part: String) -> String {
    let steps = part.split(separator: "/")
    return (steps.dropLast() + ["_rels", "\(steps.last ?? "").rels"]).joined(separator: "/")
  }

  private func tags(_ name: String) throws(ScrubError) -> [XMLTag]? {
    guard let member = zip.member(name) else { return nil }
    let bytes = try zip.bytes(
      of: member, bytesMax: OOXMLPackage.indexBytesMax, budget: context.budget)
    return try XMLTagList.read(bytes, countMax: context.limits.objectsMax)
  }

  private static func key(_ name: String) -> String {
    (name.hasPrefix("/") ? String(name.dropFirst()) : name).lowercased()
  }
}

extension String {
  /// The text with `%41` read as `A`; nothing if that is no UTF-8.
  fileprivate var removingPercentEncoding: String? {
    var result: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(value)
        rest.removeFirst(2)
      } else {
        result.append(byte)
      }
    }
    return String(validating: result, as: UTF8.self)
  }
}
