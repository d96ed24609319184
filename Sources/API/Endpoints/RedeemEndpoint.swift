// The customer's side of a link, `/d/{token}`, without a bearer token. GET and HEAD consume nothing;
// POST consumes a use, and only from the form of our own page. A person gets pages, a program that
// asks for JSON gets problem details.

import Base
import Cryptography
import Delivery
import HTTPMessage
import Wire

struct RedeemEndpoint: Sendable {
  /// The most bytes of the form.
  static let formBytesMax = 4096

  /// How long the form may lie open, in seconds.
  private static let nonceSeconds = 600

  let services: Services

  /// Answers GET, HEAD and POST.
  func answer(
    _ request: HTTPRequest, body: HTTPRequestBody, token: [UInt8], client: IPAddress?
  ) async -> HTTPResponse {
    let cookies = LinkCookies(token: token, isSecure: services.isPublicOriginSecure)
    var response: HTTPResponse
    do throws(Problem) {
      if let client = client?.limitKey,
        case .refused(let seconds) = services.addressLimiter.admit(client)
      {
        throw Problem(.rateLimited, retryAfterSeconds: seconds)
      }
      response = try await answer(request, body: body, token: token, cookies)
    } catch {
      if error.code == .linkNotFound, let client = client?.limitKey {
        // Guessing is paid for by the guesser (security research, section 4).
        _ = services.addressLimiter.admit(client, cost: 9)
      }
      services.report(error, request)
      response = refusal(error, request)
    }
    addProtection(to: &response)
    return response
  }

  private func answer(
    _ request: HTTPRequest, body: HTTPRequestBody, token: [UInt8], _ cookies: LinkCookies
  ) async throws(Problem) -> HTTPResponse {
    let visit = RedeemLink.Visit(
      token: token, session: cookies.value(.session, of: request).flatMap { SessionSecret($0) },
      isScanner: ScannerSigns.appear(in: request), request: services.context(of: request))
    switch request.method {
    case .get:
      let answer = try await services.run { () async throws(DeliveryError) in
        try await services.redeemLink.get(visit)
      }
      switch answer {
      case .page(let page): return landing(page, cookies)
      case .redirect(let delivery): return redirect(to: delivery, cookies)
      }
    case .head:
      let inspection = try await services.run { () async throws(DeliveryError) in
        try await services.redeemLink.head(visit)
      }
      return head(inspection)
    case .post:
      try checkForm(request, body.bytes, cookies)
      let delivery = try await services.run { () async throws(DeliveryError) in
        try await services.redeemLink.post(visit)
      }
      return redirect(to: delivery, cookies)
    default: throw Problem(.methodNotAllowed, allow: "GET, HEAD, POST")
    }
  }

  private func landing(_ link: LinkPage, _ cookies: LinkCookies) -> HTTPResponse {
    let nonce = Base64.encode(Random.bytes(16), .url)
    let landing = LandingPage(
      title: link.title, mediaType: link.mediaType, size: link.size,
      expiresAt: link.expiresAt, usesLeft: link.usesLeft, nonce: nonce)
    var response = html(.ok, landing.page)
    response.fields.append(
      .setCookie, cookies.header(.nonce, nonce, seconds: Self.nonceSeconds))
    return response
  }

  private func redirect(to delivery: LinkDelivery, _ cookies: LinkCookies) -> HTTPResponse {
    var fields = HTTPFields([(.location, delivery.url.secretText)])
    if let session = delivery.session {
      fields.append(
        .setCookie,
        cookies.header(
          .session, session.secretText, seconds: Int(RedeemLink.sessionSeconds)))
    }
    return HTTPResponse(.seeOther, fields: fields)
  }

  private func head(_ inspection: LinkInspection) -> HTTPResponse {
    guard inspection.landing == .direct else {
      return HTTPResponse(
        .ok,
        fields: HTTPFields([
          (.contentType, "text/html; charset=utf-8"),
          (.contentSecurityPolicy, HTMLPage.contentSecurityPolicy(formsLeadTo: objectOrigin)),
        ]))
    }
    return HTTPResponse(
      .ok,
      fields: HTTPFields([
        (.contentType, inspection.mediaType.text), (.acceptRanges, "bytes"),
        (
          .reprDigest,
          "sha-256=:\(Base64.encode(inspection.sha256.bytes, .standard)):"
        ),
      ]), body: .omitted(length: inspection.size))
  }

  /// The form must come from our page: its nonce equals the cookie's, and the browser, if it says
  /// where the form stood, says that it stood here.
  private func checkForm(
    _ request: HTTPRequest, _ body: [UInt8], _ cookies: LinkCookies
  ) throws(Problem) {
    let site = request.fields["Sec-Fetch-Site"]
    guard site == nil || site == "same-origin" || site == "none" else {
      throw Problem(.formRefused)
    }
    let type = request.fields[.contentType]?.split(separator: ";").first?.trimmingSpaces()
    guard type?.lowercased() == "application/x-www-form-urlencoded" else {
      throw Problem(.mediaTypeUnsupported, "Send the page's form.")
    }
    let fields: [QueryParameter]
    do throws(HTTPMessageError) {
      fields = try QueryParameter.parse(body[...])
    } catch {
      throw Problem(.formRefused)
    }
    guard let sent = fields.first(where: { $0.name == "nonce" }), fields.count == 1,
      let kept = cookies.value(.nonce, of: request), !kept.isEmpty,
      constantTimeEqual(Array(sent.value.utf8), kept)
    else { throw Problem(.formRefused) }
  }

  private func refusal(_ problem: Problem, _ request: HTTPRequest) -> HTTPResponse {
    let accept = request.fields[.accept] ?? ""
    if accept.contains("application/json") || accept.contains("application/problem+json") {
      return problem.response(to: request.id)
    }
    var response = html(HTTPStatus(problem.code.status), GonePage.page(for: problem.code))
    if let seconds = problem.retryAfterSeconds {
      response.fields.append(.retryAfter, String(seconds))
    }
    if let allow = problem.allow { response.fields.append(.allow, allow) }
    return response
  }

  private func html(_ status: HTTPStatus, _ page: HTMLPage) -> HTTPResponse {
    HTTPResponse(
      status,
      fields: HTTPFields([
        (.contentType, "text/html; charset=utf-8"),
        (.contentSecurityPolicy, HTMLPage.contentSecurityPolicy(formsLeadTo: objectOrigin)),
      ]), body: .bytes(page.bytes))
  }

  private var objectOrigin: String? { services.objectOrigin }

  /// What every answer below `/d/` carries.
  private func addProtection(to response: inout HTTPResponse) {
    if services.isPublicOriginSecure {
      response.fields.set(.strictTransportSecurity, "max-age=31536000")
    }
    response.fields.set(.cacheControl, "no-store")
    response.fields.set(.xContentTypeOptions, "nosniff")
    response.fields.set(.referrerPolicy, "no-referrer")
    _ = response.fields.append(name: "X-Robots-Tag", value: "noindex, nofollow, noarchive")
    _ = response.fields.append(name: "Cross-Origin-Opener-Policy", value: "same-origin")
    _ = response.fields.append(name: "Cross-Origin-Resource-Policy", value: "same-origin")
    if !response.fields.contains(.contentSecurityPolicy) {
      response.fields.append(.contentSecurityPolicy, "default-src 'none'; sandbox")
    }
  }
}
