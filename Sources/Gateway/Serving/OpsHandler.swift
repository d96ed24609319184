// The operations listener: liveness, readiness and metrics, on loopback unless configured
// otherwise. Nothing here needs a token, and nothing here names a tenant.

package import HTTPMessage
package import HTTPServer

/// Answers `/healthz`, `/readyz` and `/metrics`.
package struct OpsHandler: HTTPHandler {
  /// Made once: load balancers ask often.
  private static let alive = HTTPResponse(.ok, type: "text/plain", text: "ok\n")

  private let readiness: @Sendable () async -> Readiness
  private let metrics: @Sendable () -> [UInt8]

  /// Puts the parts together.
  package init(
    readiness: @escaping @Sendable () async -> Readiness,
    metrics: @escaping @Sendable () -> [UInt8]
  ) {
    self.readiness = readiness
    self.metrics = metrics
  }

  package func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode {
    .none
  }

  package func now(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) -> HTTPResponse? {
    guard request.method == .get || request.method == .head else {
      return HTTPResponse(.methodNotAllowed, fields: HTTPFields([(.allow, "GET, HEAD")]))
    }
    if request.pathEquals("/healthz") { return Self.alive }
    if request.pathEquals("/metrics") {
      return HTTPResponse(
        .ok, fields: HTTPFields([(.contentType, "text/plain; version=0.0.4; charset=utf-8")]),
        body: .bytes(metrics()))
    }
    if request.pathEquals("/readyz") { return nil }
    return HTTPResponse(.notFound, type: "text/plain", text: "not found\n")
  }

  package func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse {
    await readiness().response
  }
}
