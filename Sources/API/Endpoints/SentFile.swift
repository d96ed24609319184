// Files that the gateway sends itself: conditions, one range, the fields of the answer, and the body
// from the domain's download to the connection. Their tag is the digest of the bytes, so it is strong
// and the same everywhere.

import Base
import Cryptography
import Delivery
import HTTPMessage
import Wire

/// The answer with the bytes of one version.
struct SentFile: Sendable {
  let services: Services
  let request: HTTPRequest

  /// The connection must look cut; the domain has recorded why.
  private struct CutOff: Error {}

  /// Answers GET; nothing if the link delivers something else by now.
  func answer(_ plan: DownloadPlan) async throws(Problem) -> HTTPResponse? {
    let version = plan.version
    let validators = Self.validators(version.sha256)
    var fields = Self.fields(plan)
    if let unchanged = try condition(validators) { return unchanged }
    let applies = Preconditions.rangeApplies(request.fields, validators)
    let range = applies ? ByteRange(request.fields[.range], size: version.size) : .whole
    if let text = range.contentRange(size: version.size) { fields.append(.contentRange, text) }
    let part: Range<Int64>
    switch range {
    case .whole: part = 0..<version.size
    case .part(let wanted): part = wanted
    case .unsatisfiable:
      let problem = Problem(.rangeUnsatisfiable)
      services.report(problem, request)
      var response = problem.response(to: request.id)
      response.fields.append(.contentRange, "bytes */\(version.size)")
      return response
    }
    let status: HTTPStatus = range == .whole ? .ok : .partialContent
    let context = services.context(of: request)
    let begun = try await services.run { () async throws(DeliveryError) in
      try await services.sendDownload(plan, part, status: status.code, request: context)
    }
    guard let download = begun else { return nil }
    let body = StreamedBody(length: Int64(part.count)) { writer in
      try await send(download, to: writer)
    }
    return HTTPResponse(status, fields: fields, body: .stream(body))
  }

  /// Answers HEAD as GET would without a range.
  func head(_ plan: DownloadPlan) throws(Problem) -> HTTPResponse {
    if let unchanged = try condition(Self.validators(plan.version.sha256)) { return unchanged }
    return HTTPResponse(
      .ok, fields: Self.fields(plan), body: .omitted(length: plan.version.size))
  }

  private func send(_ download: Download, to writer: BodyWriter) async throws {
    let sink = DownloadSink(
      write: { try await writer.write($0) }, drain: { try await writer.drain() },
      cut: { writer.cut() }, sentBytes: { writer.sentBytes })
    let end: DownloadEnd
    do throws(DeliveryError) {
      end = try await download.send(to: sink)
    } catch {
      services.report(Problem(error), request)
      throw error
    }
    guard end == .whole else { throw CutOff() }
  }

  /// 304 if the client has the file, `precondition-failed` if it wants another one.
  private func condition(_ validators: Validators) throws(Problem) -> HTTPResponse? {
    switch Preconditions.evaluate(request.method, request.fields, validators) {
    case .proceed: return nil
    case .failed: throw Problem(.preconditionFailed)
    case .notModified:
      let tag = validators.tag.map { $0.description } ?? ""
      return HTTPResponse(.notModified, fields: HTTPFields([(.etag, tag)]))
    }
  }

  private static func validators(_ digest: SHA256Digest) -> Validators {
    Validators(tag: EntityTag(digest.hex))
  }

  /// What the answer of the object store has by its presigned URL, and the tag.
  private static func fields(_ plan: DownloadPlan) -> HTTPFields {
    let (type, digest) = (plan.version.mediaType, plan.version.sha256)
    let disposition = ContentDisposition.value(
      plan.disposition == .inline ? .inline : .attachment, name: plan.filename.text,
      fileExtension: type.savedExtension)
    return HTTPFields([
      (.contentType, type.text), (.contentDisposition, disposition), (.acceptRanges, "bytes"),
      (.contentSecurityPolicy, ShownFile.contentSecurityPolicy(mediaType: type.text)),
      (.etag, EntityTag(digest.hex).description),
      (.reprDigest, "sha-256=:\(Base64.encode(digest.bytes, .standard)):"),
    ])
  }
}
