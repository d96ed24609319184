// ListMultipartUploads: the unfinished uploads of a bucket, rolled up at a delimiter, page by page.

import Base
import HTTPMessage
import XMLText

extension S3Endpoint {
  func listUploads(_ exchange: S3Exchange) async throws(S3Error) -> HTTPResponse {
    let target = exchange.target
    let form = try UploadListForm(target)
    let all: [UploadSummary]
    do {
      all = try await store.uploads(in: target.bucket)
    } catch {
      throw S3Error(error)
    }
    let (entries, isTruncated) = form.page(of: all)
    return try S3Endpoint.document("ListMultipartUploadsResult") { writer throws(XMLError) in
      try writer.element("Bucket", target.bucket)
      try writer.element("KeyMarker", form.text(form.keyMarker))
      try writer.element("UploadIdMarker", form.idMarker)
      try writer.element("Prefix", form.text(form.prefix))
      if !form.delimiter.isEmpty { try writer.element("Delimiter", form.text(form.delimiter)) }
      if form.isURLEncoded { try writer.element("EncodingType", "url") }
      try writer.element("MaxUploads", String(form.max))
      try writer.element("IsTruncated", isTruncated ? "true" : "false")
      if isTruncated, let last = entries.last {
        try writer.element("NextKeyMarker", form.text(last.key))
        try writer.element("NextUploadIdMarker", last.upload?.id ?? "")
      }
      for entry in entries { try form.write(entry, to: &writer) }
    }
  }
}

/// How uploads are listed.
private struct UploadListForm {
  /// An upload, or the common prefix of several.
  struct Entry {
    let key: [UInt8]
    let upload: UploadSummary?
  }

  let prefix: [UInt8]
  let delimiter: [UInt8]
  let keyMarker: [UInt8]
  let idMarker: String
  let max: Int
  let isURLEncoded: Bool

  init(_ target: S3Target) throws(S3Error) {
    let encoding = target.text("encoding-type")
    guard encoding == nil || encoding == "url" else {
      throw S3Error(.invalidArgument, "Invalid Encoding Method specified in Request.")
    }
    isURLEncoded = encoding != nil
    prefix = target["prefix"] ?? []
    delimiter = target["delimiter"] ?? []
    keyMarker = target["key-marker"] ?? []
    idMarker = target.text("upload-id-marker") ?? ""
    max = min(
      try target.number("max-uploads", in: 0...Int(Int32.max)) ?? ListQuery.pageMax,
      ListQuery.pageMax)
  }

  func page(of all: [UploadSummary]) -> (entries: [Entry], isTruncated: Bool) {
    var entries = [Entry]()
    for upload in all where upload.key.starts(with: prefix) && isBehindMarker(upload) {
      let common = ListQuery.commonPrefix(of: upload.key, prefix, delimiter)
      if let common, entries.last?.key == common || common == keyMarker { continue }
      guard entries.count < max else { return (entries, max > 0) }
      entries.append(Entry(key: common ?? upload.key, upload: common == nil ? upload : nil))
    }
    return (entries, false)
  }

  private func isBehindMarker(_ upload: UploadSummary) -> Bool {
    guard !keyMarker.isEmpty else { return true }
    if upload.key == keyMarker { return !idMarker.isEmpty && upload.id > idMarker }
    return keyMarker.lexicographicallyPrecedes(upload.key)
  }

  func write(_ entry: Entry, to writer: inout XMLWriter) throws(XMLError) {
    guard let upload = entry.upload else {
      try writer.start("CommonPrefixes")
      try writer.element("Prefix", text(entry.key))
      writer.end()
      return
    }
    try writer.start("Upload")
    try writer.element("Key", text(upload.key))
    try writer.element("UploadId", upload.id)
    try writer.element("StorageClass", "STANDARD")
    try writer.element("Initiated", upload.started.description)
    writer.end()
  }

  func text(_ bytes: [UInt8]) throws(XMLError) -> String {
    try S3Endpoint.text(of: bytes, isURLEncoded: isURLEncoded)
  }
}
