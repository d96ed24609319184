// The S3-compatible endpoint: who asks, what for, and which part answers. Buckets are named in the
// path, or in the host if the endpoint has a domain.
//
// From another machine only presigned GET and HEAD of objects are answered; everything else is for
// loopback peers that ask for a loopback host, whoever signed it. A request that a proxy forwarded
// counts as coming from outside.

package import Base
package import HTTPMessage
package import HTTPServer
package import SigV4

/// The embedded object store as an HTTP handler.
package final class S3Endpoint: HTTPHandler {
  let store: ObjectStore
  let region: String
  let clock: Clock
  let verifier: Verifier
  private let credentials: Lock<[Credentials]>
  private let domain: String?

  /// Creates an endpoint over a store for one region.
  ///
  /// `credentials` are all keys that are known; each may do everything. In front of `domain`, a
  /// host name in lower case that leads to the loopback, a host names a bucket.
  package init(
    store: ObjectStore, region: String, credentials: [Credentials], clock: Clock,
    domain: String? = nil
  ) {
    self.domain = domain.map { "." + $0 }
    self.store = store
    self.region = region
    self.clock = clock
    verifier = Verifier(region: region)
    self.credentials = Lock(credentials)
  }

  /// Knows these keys and no others from the next request on.
  package func replace(credentials: [Credentials]) {
    self.credentials.withLock { $0 = credentials }
  }

  /// The credentials of an access key id; there are a few of them, two while keys are rotated.
  func known(_ id: String) -> Credentials? {
    credentials.withLock { known in known.first { $0.accessKeyID == id } }
  }

  /// Settings of a server for this endpoint: refusals in S3's XML, one access log line a request.
  ///
  /// `log` gets each line with its line feed, on a loop: it must not block.
  package func configuration(
    listeners: [ListenAddress], log: (@Sendable ([UInt8]) -> Void)?
  ) -> HTTPServerConfiguration {
    var configuration = HTTPServerConfiguration(listeners: listeners)
    configuration.clock = clock
    configuration.refusalResponse = { status, code, id in
      S3Endpoint.answer(to: S3Error(.invalidRequest, code.rawValue), status: status, id: id)
    }
    if let log {
      let clock = clock
      configuration.accessLog = { record in log(AccessLogLine.bytes(of: record, at: clock.now())) }
    }
    return configuration
  }

  package func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode {
    admit(&request)
  }

  package func now(_ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext)
    -> HTTPResponse?
  {
    answerAtOnce(request)
  }

  package func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse {
    await answer(request, body)
  }

  /// Verifies the head of a request and decides how its body is read.
  func admit(_ request: inout HTTPRequest) -> BodyMode {
    do throws(S3Error) {
      let exchange = try accept(request)
      request.attachment = exchange
      return try bodyMode(of: exchange, request)
    } catch {
      request.attachment = S3Refusal(error: error.code)
      return .answer(S3Endpoint.answer(to: error, request))
    }
  }

  /// Answers what takes a few system calls only; nothing for the rest.
  func answerAtOnce(_ request: HTTPRequest) -> HTTPResponse? {
    guard let exchange = request.attachment as? S3Exchange else { return nil }
    return finished(request, exchange) { () throws(S3Error) in
      switch exchange.operation {
      case .getObject, .headObject: try readObject(request, exchange)
      case .headBucket: try headBucket(exchange)
      case .bucketLocation: try bucketLocation(exchange)
      case .bucketVersioning: try bucketVersioning(exchange)
      case .objectAttributes: try objectAttributes(request, exchange)
      case .getTags: try getTags(exchange)
      case .listBuckets: try listBuckets(exchange)
      default: nil
      }
    }
  }

  /// Answers what waits for the body or for the disk.
  func answer(_ request: HTTPRequest, _ body: HTTPRequestBody) async -> HTTPResponse {
    guard let exchange = request.attachment as? S3Exchange else {
      return S3Endpoint.answer(to: S3Error(.internalError, "The request was lost."), request)
    }
    do throws(S3Error) {
      return S3Endpoint.identified(try await perform(request, body, exchange), request)
    } catch {
      exchange.note(error: error.code)
      return S3Endpoint.answer(to: error, request)
    }
  }

  private func perform(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ exchange: S3Exchange
  ) async throws(S3Error) -> HTTPResponse {
    switch exchange.operation {
    case .createBucket: try await createBucket(request, body, exchange)
    case .deleteBucket: try await deleteBucket(exchange)
    case .listObjects: try await listObjects(exchange)
    case .putObject, .putPart: try await receive(request, body, exchange)
    case .copyObject: try await copyObject(request, exchange)
    case .copyPart: try await copyPart(request, exchange)
    case .deleteObject: try await deleteObject(request, exchange)
    case .deleteObjects: try await deleteObjects(request, body, exchange)
    case .putTags, .deleteTags: try await replaceTags(request, body, exchange)
    case .postObject: try await postObject(request, body, exchange)
    case .beginUpload: try await beginUpload(request, exchange)
    case .completeUpload: try await completeUpload(request, body, exchange)
    case .abortUpload: try await abortUpload(exchange)
    case .listParts: try listParts(exchange)
    case .listUploads: try await listUploads(exchange)
    case .getObject, .headObject, .headBucket, .bucketLocation, .bucketVersioning, .listBuckets,
      .objectAttributes, .getTags:
      throw S3Error(.internalError, "The request was lost.")
    }
  }

  /// Verifies the signature, then whether this peer may ask for this.
  private func accept(_ request: HTTPRequest) throws(S3Error) -> S3Exchange {
    guard request.method == .get || request.method == .head || isLocal(request) else {
      throw S3Endpoint.remoteRefusal
    }
    if let form = try form(request) { return form }
    let verified: VerifiedRequest
    do throws(SigV4Error) {
      verified = try verifier.verify(
        S3Endpoint.received(request), at: clock.now().seconds,
        lookup: known)
    } catch {
      throw S3Error(error, isHeaderForm: request.fields.contains(.authorization))
    }
    let target = S3Target(
      path: verified.path, query: verified.query, host: bucketInHost(of: request))
    let isCopy = request.method == .put && request.fields[CopyTerms.source] != nil
    let operation = try S3Operation(request.method, target, isCopy: isCopy)
    guard (verified.form == .query && operation.isOpenToRemotePeers) || isLocal(request) else {
      throw S3Endpoint.remoteRefusal
    }
    return S3Exchange(verified: verified, target: target, operation: operation)
  }

  /// The exchange of a form, which says in its body who signed it; nothing for other requests.
  private func form(_ request: HTTPRequest) throws(S3Error) -> S3Exchange? {
    guard request.method == .post, !request.fields.contains(.authorization),
      request.rawQuery == nil,
      request.fields[.contentType]?.lowercased().hasPrefix("multipart/form-data") == true
    else { return nil }
    let path: [UInt8]
    do {
      path = try PercentCoding.decode(request.rawPath)
    } catch {
      throw S3Error(.invalidURI, "Couldn't parse the specified URI.")
    }
    let target = S3Target(path: path, query: [], host: bucketInHost(of: request))
    guard !target.bucket.isEmpty, target.key.isEmpty else {
      throw S3Error(.methodNotAllowed, "The method is not allowed against this resource.")
    }
    return S3Exchange(verified: nil, target: target, operation: .postObject)
  }

  /// The bucket in front of the domain of the endpoint; nothing in path style.
  private func bucketInHost(of request: HTTPRequest) -> String? {
    guard let domain, let host = request.fields[.host] else { return nil }
    let name = host.prefix { $0 != ":" }.lowercased()
    return name.hasSuffix(domain) ? String(name.dropLast(domain.utf8.count)) : nil
  }

  private func bodyMode(of exchange: S3Exchange, _ request: HTTPRequest) throws(S3Error)
    -> BodyMode
  {
    let bytesMax = store.limits.objectBytesMax
    switch exchange.operation {
    case .putObject, .putPart:
      guard exchange.payload.isChunked else {
        guard request.fields.contains(.contentLength) else {
          throw S3Error(.missingContentLength, "You must provide the Content-Length HTTP header.")
        }
        return .stream(limit: bytesMax)
      }
      _ = try UploadTerms.decodedLength(request.fields)
      // A chunk of 8 KiB has up to 102 bytes around it.
      return .stream(limit: bytesMax + bytesMax / 64 + 4096)
    case .postObject: return .stream(limit: bytesMax + FormDecoder.overheadBytesMax)
    case .createBucket, .completeUpload, .deleteObjects, .putTags:
      return .buffered(limit: S3Documents.bytesMax)
    default: return .none
    }
  }

  private func finished(
    _ request: HTTPRequest, _ exchange: S3Exchange,
    _ body: () throws(S3Error) -> HTTPResponse?
  ) -> HTTPResponse? {
    do throws(S3Error) {
      guard let response = try body() else { return nil }
      return S3Endpoint.identified(response, request)
    } catch {
      exchange.note(error: error.code)
      return S3Endpoint.answer(to: error, request)
    }
  }

  private static let remoteRefusal = S3Error(
    .accessDenied, "Only presigned downloads are answered here.")

  private func isLocal(_ request: HTTPRequest) -> Bool {
    // A proxy on this machine makes every peer look local, so a forwarded request never is.
    guard !request.fields.contains(.xForwardedFor), !request.fields.contains(.forwarded) else {
      return false
    }
    guard let address = request.peer.address else { return true }
    // One that adds no field still passes on the public name, which the signature covers.
    return address.isLoopback && isLoopbackName(request.fields[.host] ?? "")
  }

  private func isLoopbackName(_ host: String) -> Bool {
    let name =
      host.first == "[" ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
    if let address = IPAddress(name) { return address.isLoopback }
    let text = name.lowercased()
    let isOurs = domain.map { $0.utf8.count > 1 && ("." + text).hasSuffix($0) } ?? false
    return isOurs || text == "localhost" || text.hasSuffix(".localhost")
  }

  private static func received(_ request: HTTPRequest) -> ReceivedRequest {
    let headers = (0..<request.fields.count).map { position in
      let line = request.fields.line(at: position)
      return (name: line.name, value: line.value)
    }
    return ReceivedRequest(
      method: Array(request.method.rawValue.utf8), path: request.rawPath,
      query: request.rawQuery ?? [], headers: headers)
  }
}

extension PayloadHash {
  /// Whether the body is in `aws-chunked` coding.
  var isChunked: Bool {
    switch self {
    case .signedChunks, .unsignedChunksWithTrailer: true
    default: false
    }
  }
}
