// The S3-compatible endpoint: who asks, what for, and which part answers. Path style only.
//
// From another machine only presigned GET and HEAD of objects are answered; everything else is for
// loopback peers, whoever signed it. A request that a proxy forwarded counts as coming from
// outside.

package import Base
package import HTTPMessage
package import HTTPServer
package import SigV4

/// The embedded object store as an HTTP handler.
package final class S3Endpoint: HTTPHandler {
  let store: ObjectStore
  let region: String
  let clock: Clock
  private let verifier: Verifier
  private let credentials: [String: Credentials]

  /// The largest XML body that is read: a list of 10,000 parts.
  static let xmlBytesMax = 2 << 20

  /// Creates an endpoint over a store for one region.
  ///
  /// `credentials` are all keys that are known; each may do everything.
  package init(store: ObjectStore, region: String, credentials: [Credentials], clock: Clock) {
    self.store = store
    self.region = region
    self.clock = clock
    verifier = Verifier(region: region)
    self.credentials = Dictionary(
      credentials.map { ($0.accessKeyID, $0) }, uniquingKeysWith: { first, _ in first })
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
    case .createBucket: try await createBucket(body, exchange)
    case .deleteBucket: try await deleteBucket(exchange)
    case .listObjects: try await listObjects(exchange)
    case .putObject, .putPart: try await receive(request, body, exchange)
    case .deleteObject: try await deleteObject(request, exchange)
    case .beginUpload: try await beginUpload(request, exchange)
    case .completeUpload: try await completeUpload(request, body, exchange)
    case .abortUpload: try await abortUpload(exchange)
    case .listParts: try listParts(exchange)
    case .getObject, .headObject, .headBucket, .bucketLocation, .listBuckets:
      throw S3Error(.internalError, "The request was lost.")
    }
  }

  /// Verifies the signature, then whether this peer may ask for this.
  private func accept(_ request: HTTPRequest) throws(S3Error) -> S3Exchange {
    let isLocal = S3Endpoint.isLocal(request)
    guard isLocal || request.method == .get || request.method == .head else {
      throw S3Endpoint.remoteRefusal
    }
    let verified: VerifiedRequest
    do throws(SigV4Error) {
      verified = try verifier.verify(
        S3Endpoint.received(request), at: clock.now().seconds, lookup: { credentials[$0] })
    } catch {
      throw S3Error(error, isHeaderForm: request.fields.contains(.authorization))
    }
    let target = S3Target(path: verified.path, query: verified.query)
    let operation = try S3Operation(request.method, target)
    guard isLocal || (verified.form == .query && operation.isOpenToRemotePeers) else {
      throw S3Endpoint.remoteRefusal
    }
    return S3Exchange(verified: verified, target: target, operation: operation)
  }

  private func bodyMode(of exchange: S3Exchange, _ request: HTTPRequest) throws(S3Error)
    -> BodyMode
  {
    switch exchange.operation {
    case .putObject, .putPart:
      guard request.fields.contains(.contentLength) else {
        throw S3Error(.missingContentLength, "You must provide the Content-Length HTTP header.")
      }
      return .stream(limit: store.limits.objectBytesMax)
    case .createBucket, .completeUpload: return .buffered(limit: S3Endpoint.xmlBytesMax)
    default: return .none
    }
  }

  private func finished(
    _ request: HTTPRequest, _ exchange: S3Exchange,
    _ body: () throws(S3Error) -> HTTPResponse?
  ) -> HTTPResponse? {
    do throws(S3Error) {
      return try body().map { S3Endpoint.identified($0, request) }
    } catch {
      exchange.note(error: error.code)
      return S3Endpoint.answer(to: error, request)
    }
  }

  private static let remoteRefusal = S3Error(
    .accessDenied, "Only presigned downloads are answered here.")

  private static func isLocal(_ request: HTTPRequest) -> Bool {
    // A proxy on this machine makes every peer look local, so a forwarded request never is.
    guard !request.fields.contains(.xForwardedFor), !request.fields.contains(.forwarded) else {
      return false
    }
    return request.peer.address?.isLoopback ?? true
  }

  private static func received(_ request: HTTPRequest) -> ReceivedRequest {
    let headers = (0..<request.fields.count).map { position in
      let line = request.fields.line(at: position)
      return (name: Array(line.name), value: Array(line.value))
    }
    return ReceivedRequest(
      method: Array(request.method.rawValue.utf8), path: Array(request.rawPath),
      query: request.rawQuery.map { Array($0) } ?? [], headers: headers)
  }
}
