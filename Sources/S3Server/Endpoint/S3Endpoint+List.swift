// ListObjects in both versions. Version 2 goes on from an opaque token, version 1 from a key.

import Base
import HTTPMessage
import SigV4
import XMLText

extension S3Endpoint {
  func listObjects(_ exchange: S3Exchange) async throws(S3Error) -> HTTPResponse {
    let target = exchange.target
    let isSecond = target.text("list-type") == "2"
    guard isSecond || target["list-type"] == nil else {
      throw S3Error(.invalidArgument, "The parameter list-type is not valid.")
    }
    let encoding = target.text("encoding-type")
    guard encoding == nil || encoding == "url" else {
      throw S3Error(.invalidArgument, "Invalid Encoding Method specified in Request.")
    }
    let query = try S3Endpoint.listQuery(target, isSecond: isSecond)
    let page: ListPage
    do {
      page = try await store.list(query, in: target.bucket)
    } catch {
      throw S3Error(error)
    }
    let hasOwner = !isSecond || target.text("fetch-owner") == "true"
    let form = ListForm(
      isSecond: isSecond, isURLEncoded: encoding != nil,
      owner: hasOwner ? exchange.accessKeyID : nil)
    return try S3Endpoint.document("ListBucketResult") { writer throws(XMLError) in
      try form.writeHead(target, query, page, to: &writer)
      for entry in page.entries { try form.write(entry, to: &writer) }
    }
  }

  /// A key or a part of one as lists tell it; throws for one that only the encoded form carries.
  static func text(of bytes: [UInt8], isURLEncoded: Bool) throws(XMLError) -> String {
    guard !isURLEncoded else {
      var output = [UInt8]()
      PercentCoding.encode(bytes, to: &output, keeping: UInt8(ascii: "/"))
      return String(decoding: output, as: UTF8.self)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw XMLError(.characterRefused, "the key is not text")
    }
    return text
  }

  private static func listQuery(_ target: S3Target, isSecond: Bool) throws(S3Error) -> ListQuery {
    var query = ListQuery()
    query.prefix = target["prefix"] ?? []
    query.delimiter = target["delimiter"] ?? []
    query.max = min(
      try target.number("max-keys", in: 0...Int(Int32.max)) ?? ListQuery.pageMax,
      ListQuery.pageMax)
    if isSecond, let token = target["continuation-token"] {
      guard let position = ListToken.position(of: token) else {
        throw S3Error(.invalidArgument, "The continuation token provided is incorrect.")
      }
      query.position = position
    } else {
      let start = target[isSecond ? "start-after" : "marker"] ?? []
      if !start.isEmpty { query.position = .marker(start) }
    }
    return query
  }
}

/// Positions as the opaque tokens of version 2.
enum ListToken {
  private static let key = UInt8(ascii: "k")
  private static let prefix = UInt8(ascii: "p")

  /// The token of a position.
  static func text(of position: ListPosition) -> String {
    switch position {
    case .afterKey(let bytes), .marker(let bytes): Base64.encode([key] + bytes, .url)
    case .afterPrefix(let bytes): Base64.encode([prefix] + bytes, .url)
    }
  }

  /// The position of a token; nothing if it is none of ours.
  static func position(of token: [UInt8]) -> ListPosition? {
    guard let bytes = Base64.decode(token, .url), let kind = bytes.first, bytes.count > 1 else {
      return nil
    }
    switch kind {
    case key: return .afterKey(Array(bytes.dropFirst()))
    case prefix: return .afterPrefix(Array(bytes.dropFirst()))
    default: return nil
    }
  }
}

/// How a page is written.
private struct ListForm {
  let isSecond: Bool
  let isURLEncoded: Bool
  let owner: String?

  func writeHead(
    _ target: S3Target, _ query: ListQuery, _ page: ListPage, to writer: inout XMLWriter
  ) throws(XMLError) {
    try writer.element("Name", target.bucket)
    try writer.element("Prefix", text(query.prefix))
    if !query.delimiter.isEmpty { try writer.element("Delimiter", text(query.delimiter)) }
    try writer.element("MaxKeys", String(query.max))
    if isURLEncoded { try writer.element("EncodingType", "url") }
    try writer.element("IsTruncated", page.next == nil ? "false" : "true")
    if isSecond {
      try writer.element("KeyCount", String(page.entries.count))
      if let token = target.text("continuation-token") {
        try writer.element("ContinuationToken", token)
      }
      if let start = target["start-after"] { try writer.element("StartAfter", text(start)) }
      if let next = page.next {
        try writer.element("NextContinuationToken", ListToken.text(of: next))
      }
    } else {
      try writer.element("Marker", text(target["marker"] ?? []))
      switch page.next {
      case .afterKey(let bytes), .afterPrefix(let bytes), .marker(let bytes):
        try writer.element("NextMarker", text(bytes))
      case nil: break
      }
    }
  }

  func write(_ entry: ListEntry, to writer: inout XMLWriter) throws(XMLError) {
    switch entry {
    case .object(let record):
      try writer.start("Contents")
      try writer.element("Key", text(record.key))
      try writer.element("LastModified", record.modified.description)
      try writer.element("ETag", "\"\(record.etag)\"")
      try writer.element("Size", String(record.size))
      try writer.element("StorageClass", "STANDARD")
      if let owner { try S3Endpoint.writeOwner(owner, to: &writer) }
    case .prefix(let prefix):
      try writer.start("CommonPrefixes")
      try writer.element("Prefix", text(prefix))
    }
    writer.end()
  }

  private func text(_ bytes: [UInt8]) throws(XMLError) -> String {
    try S3Endpoint.text(of: bytes, isURLEncoded: isURLEncoded)
  }
}
