// Tags of an object: pairs that its owner puts on it, in the query form of a header and as XML.

import HTTPMessage
import XMLText

/// A checked set of tags.
struct ObjectTags {
  let pairs: [(key: String, value: String)]

  /// The header of uploads and the name of the stored field.
  static let header = "x-amz-tagging"
  /// Tags of one object: S3 allows 10.
  static let countMax = 10
  /// Characters of a key: S3 allows 128.
  static let keyLengthMax = 128
  /// Characters of a value: S3 allows 256.
  static let valueLengthMax = 256

  /// Checks tags; throws `InvalidTag` for what S3 does not take.
  init(_ pairs: [(key: String, value: String)]) throws(S3Error) {
    guard pairs.count <= ObjectTags.countMax else {
      throw S3Error(.invalidTag, "Object tags cannot be greater than 10.")
    }
    for (key, value) in pairs {
      guard !key.isEmpty, key.unicodeScalars.count <= ObjectTags.keyLengthMax,
        value.unicodeScalars.count <= ObjectTags.valueLengthMax, XMLWriter.canCarry(key),
        XMLWriter.canCarry(value)
      else { throw S3Error(.invalidTag, "The key or the value of a tag is not valid.") }
    }
    guard Set(pairs.map { Array($0.key.utf8) }).count == pairs.count else {
      throw S3Error(.invalidTag, "Cannot provide multiple tags with the same key.")
    }
    self.pairs = pairs
  }

  /// Reads the query form, `a=1&b=x%20y`.
  init(query: String) throws(S3Error) {
    let parameters: [QueryParameter]
    do {
      parameters = try QueryParameter.parse(Array(query.utf8)[...])
    } catch {
      throw S3Error(.invalidArgument, "The header x-amz-tagging is not encoded as a query.")
    }
    try self.init(parameters.map { ($0.name, $0.value) })
  }

  /// Reads what `encoded` wrote.
  init(stored value: [UInt8]) throws(S3Error) {
    try self.init(query: String(decoding: value, as: UTF8.self))
  }

  /// Reads a `Tagging` document.
  init(xml: [UInt8]) throws(S3Error) {
    var pairs = [(key: String, value: String)]()
    do throws(XMLError) {
      let reader = try XMLReader(xml)
      try reader.root(named: "Tagging")
      while let set = try reader.nextChild() {
        guard set.local == "TagSet" else { throw XMLError(.unexpectedElement, "not a set of tags") }
        while let tag = try reader.nextChild() {
          guard tag.local == "Tag", pairs.count <= ObjectTags.countMax else {
            throw XMLError(.unexpectedElement, "not a tag")
          }
          var (key, value) = ("", "")
          while let child = try reader.nextChild() {
            switch child.local {
            case "Key": key = try reader.text()
            case "Value": value = try reader.text()
            default: throw XMLError(.unexpectedElement, "not a part of a tag")
            }
          }
          pairs.append((key, value))
        }
      }
      try reader.finish()
    } catch {
      throw S3Error(.malformedXML, "The XML you provided was not well-formed.")
    }
    try self.init(pairs)
  }

  /// The query form.
  var encoded: [UInt8] {
    var output = [UInt8]()
    for (key, value) in pairs {
      if !output.isEmpty { output.append(UInt8(ascii: "&")) }
      PercentCoding.encode(Array(key.utf8), to: &output)
      output.append(UInt8(ascii: "="))
      PercentCoding.encode(Array(value.utf8), to: &output)
    }
    return output
  }

  /// Writes the `TagSet` element.
  func write(to writer: inout XMLWriter) throws(XMLError) {
    try writer.start("TagSet")
    for (key, value) in pairs {
      try writer.start("Tag")
      try writer.element("Key", key)
      try writer.element("Value", value)
      writer.end()
    }
    writer.end()
  }
}
