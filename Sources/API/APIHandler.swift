// The application behind the public listener and the admin socket: finds the route, authenticates,
// limits, calls the endpoint, and turns every failure into problem details.

import Base
import Delivery
package import HTTPMessage
package import HTTPServer
import Wire

/// Answers requests.
package struct APIHandler: HTTPHandler {
  private let services: Services
  private let redeem: RedeemEndpoint
  private let isAdminSocket: Bool

  /// What `bodyMode` found, so that the path is matched once.
  private final class Target: Sendable {
    enum Kind: Sendable {
      case endpoint(Endpoint, PathParameters, number: Int)
      case redeem(token: [UInt8])
      case fixed(HTTPResponse)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }
  }

  /// Creates the handler of one listener.
  /// - Parameter isAdminSocket: Whether the peers, whom the kernel names, are operators without a
  ///   token. True for the socket in the data folder only, never for a Unix socket behind a proxy.
  package init(services: Services, isAdminSocket: Bool) {
    self.services = services
    self.isAdminSocket = isAdminSocket
    redeem = RedeemEndpoint(services: services)
  }

  package func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode {
    let target = target(of: request)
    request.attachment = Target(target)
    switch target {
    case .fixed(let response): return .answer(response)
    case .redeem:
      return request.method == .post ? .buffered(limit: RedeemEndpoint.formBytesMax) : .none
    case .endpoint(let endpoint, _, _):
      switch endpoint.body {
      case .none: return .none
      case .json: return .buffered(limit: Endpoint.jsonBytesMax)
      case .upload: return .stream(limit: services.uploadBytesMax)
      }
    }
  }

  package func now(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) -> HTTPResponse? {
    guard case .fixed(let response) = (request.attachment as? Target)?.kind else { return nil }
    return response
  }

  package func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse {
    guard let trace = services.traces.trace(of: request) else {
      return await answer(request, body, context)
    }
    return await TraceContext.$current.withValue(trace) {
      await answer(request, body, context)
    }
  }

  private func answer(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse {
    guard let target = request.attachment as? Target else {
      return Problem(.unexpected).response(to: request.id)
    }
    switch target.kind {
    case .fixed(let response): return response
    case .redeem(let token):
      return await redeem.answer(
        request, body: body, token: token, client: services.clientAddress(of: request))
    case .endpoint(let endpoint, let parameters, _):
      do throws(Problem) {
        return try await answer(endpoint, parameters, request, body, context)
      } catch {
        let problem = await services.recorded(error, request)
        services.report(problem, request)
        return problem.response(to: request.id)
      }
    }
  }

  private func answer(
    _ endpoint: Endpoint, _ parameters: PathParameters, _ request: HTTPRequest,
    _ body: HTTPRequestBody, _ context: LoopContext
  ) async throws(Problem) -> HTTPResponse {
    let client = services.clientAddress(of: request)
    let principal = try await services.authenticator.principal(
      of: request, from: client, isAdminSocket: isAdminSocket, context)
    try await services.check(principal)
    let tenant = try await tenant(of: parameters, endpoint, principal)
    let query = try QueryReader(request, allowed: endpoint.parameters)
    guard !request.fields.contains(.contentEncoding) else { throw Problem(.encodingUnsupported) }
    let call = Call(
      request: request, body: body, parameters: parameters, query: query, principal: principal,
      context: services.context(of: request, from: client), tenant: tenant)
    guard endpoint.isIdempotent else { return try await endpoint.answer(call, services) }
    let answered = try await services.idempotency.answer(call) { () async throws(Problem) in
      try await endpoint.answer(call, services)
    }
    if let problem = answered.keepingProblem { services.report(problem, request) }
    return answered.response
  }

  /// The tenant in the path. Only operators may name one; for others the route is not there. It must
  /// exist: an event about a tenant that does not would open a log for it.
  private func tenant(
    of parameters: PathParameters, _ endpoint: Endpoint, _ principal: Principal
  ) async throws(Problem) -> TenantID? {
    let named = parameters["tenant"]
    guard named != nil || endpoint.isForOperators else { return nil }
    guard principal.isOperator else { throw Problem(.routeNotFound) }
    guard let named else { return nil }
    guard let tenant = TenantID(named) else {
      throw Problem(.identifierMalformed, "{tenant} is no name of a tenant.")
    }
    _ = try await services.run { () async throws(DeliveryError) in
      try await services.manageTenants.show(tenant, by: principal)
    }
    return tenant
  }

  private func target(of request: HTTPRequest) -> Target.Kind {
    if let token = Self.linkToken(in: request.rawPath) { return .redeem(token: token) }
    switch RouteTable.router.match(request.method, request.rawPath) {
    case .found(let route, let parameters):
      return .endpoint(route.value, parameters, number: route.number)
    case .methodNotAllowed(let allow):
      return problem(.init(.methodNotAllowed, allow: allow), request)
    case .notFound:
      do throws(Problem) {
        return .fixed(try publicDocument(request))
      } catch {
        return problem(error, request)
      }
    }
  }

  /// What needs no token: this interface's description, the keys of receipts, the problems.
  private func publicDocument(_ request: HTTPRequest) throws(Problem) -> HTTPResponse {
    if request.rawPath.elementsEqual(OpenAPIDocument.path.utf8) {
      return try OpenAPIDocument.answer(request)
    }
    if request.rawPath.elementsEqual(ReceiptFile.keysPath.utf8) {
      return try ReceiptFile.keys(services.receiptKeys(), request)
    }
    return try ProblemCatalogue.answer(request)
  }

  private func problem(_ problem: Problem, _ request: HTTPRequest) -> Target.Kind {
    services.report(problem, request)
    return .fixed(problem.response(to: request.id))
  }

  /// The position in `RouteTable.labels` of what a request was matched with; the last one for a
  /// request without a route, or one that no handler saw.
  package static func label(of request: HTTPRequest?) -> Int {
    switch (request?.attachment as? Target)?.kind {
    case .endpoint(_, _, let number): number
    case .redeem: RouteTable.labels.count - 2
    case .fixed, .none: RouteTable.labels.count - 1
    }
  }

  /// What follows `/d/`, whatever it is: a malformed token gets the answer of an unknown one.
  private static func linkToken(in path: ArraySlice<UInt8>) -> [UInt8]? {
    guard path.starts(with: "/d/".utf8), path.count > 3 else { return nil }
    return Array(path.dropFirst(3))
  }
}
