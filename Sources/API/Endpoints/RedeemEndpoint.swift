// The customer's side of a link, `/d/{token}`, without a bearer token. GET, HEAD and OPTIONS consume
// nothing; POST consumes a use, and only from the form of our own page. A person gets pages, a program
// that asks for JSON gets problem details.

import Base
import Cryptography
import Delivery
import HTTPMessage
import Wire

struct RedeemEndpoint: Sendable {
  /// The most bytes of the form.
  static let formBytesMax = 4096

  /// How often a link that changes while it is followed is asked again.
  private static let attemptsMax = 3

  /// How long the form may lie open, in seconds.
  private static let nonceSeconds = 600

  let services: Services

  /// What `/d/` answers.
  private static let methods = "GET, HEAD, POST, OPTIONS"

  /// Answers GET, HEAD, POST and OPTIONS.
  func answer(
    _ request: HTTPRequest, body: HTTPRequestBody, token: [UInt8], client: IPAddress?
  ) async -> HTTPResponse {
    let cookies = LinkCookies(token: token, isSecure: services.isPublicOriginSecure)
    let visit = RedeemLink.Visit(
      token: token, session: cookies.value(.session, of: request).flatMap { SessionSecret($0) },
      isScanner: ScannerSigns.appear(in: request),
      readsPages: request.fields.all(.accept).contains { $0.contains("text/html") },
      isBrowser: BrowserSigns.appear(in: request),
      request: services.context(of: request))
    var response: HTTPResponse
    do throws(Problem) {
      if let client = client?.limitKey,
        case .refused(let seconds) = services.addressLimiter.admit(client)
      {
        throw Problem(.rateLimited, retryAfterSeconds: seconds)
      }
      response = try await answer(request, body: body, visit, cookies)
    } catch {
      if error.code == .linkNotFound, let client = client?.limitKey {
        // Guessing is paid for by the guesser (security research, section 4).
        _ = services.addressLimiter.admit(client, cost: 9)
      }
      services.report(error, request)
      response = await refusal(error, request, visit)
    }
    addProtection(to: &response)
    return response
  }

  private func answer(
    _ request: HTTPRequest, body: HTTPRequestBody, _ visit: RedeemLink.Visit,
    _ cookies: LinkCookies
  ) async throws(Problem) -> HTTPResponse {
    let file = SentFile(services: services, request: request)
    switch request.method {
    case .get:
      for _ in 0..<Self.attemptsMax {
        let answer = try await services.run { () async throws(DeliveryError) in
          try await services.redeemLink.get(visit)
        }
        switch answer {
        case .page(let page): return landing(page, request, cookies)
        case .redirect(let delivery): return redirect(to: delivery, visit, cookies)
        case .send(let plan): if let response = try await file.answer(plan) { return response }
        }
      }
      throw Problem(.conflict, "The document is changing at this moment; try again.")
    case .head:
      let look = try await services.run { () async throws(DeliveryError) in
        try await services.redeemLink.head(visit)
      }
      switch look {
      case .page(let page):
        var response = landing(page, request, cookies)
        // Who did not get the page cannot send its form.
        response.fields.remove(.setCookie)
        return response
      case .file(let file): return head(file)
      case .send(let plan): return try file.head(plan)
      }
    case .post:
      try checkForm(request, body.bytes, cookies)
      let delivery = try await services.run { () async throws(DeliveryError) in
        try await services.redeemLink.post(visit)
      }
      return redirect(to: delivery, visit, cookies)
    case .options:
      try await services.run { () async throws(DeliveryError) in
        try await services.redeemLink.options(visit)
      }
      return HTTPResponse(.noContent, fields: HTTPFields([(.allow, Self.methods)]))
    default: throw Problem(.methodNotAllowed, allow: Self.methods)
    }
  }

  private func landing(
    _ link: LinkPage, _ request: HTTPRequest, _ cookies: LinkCookies
  ) -> HTTPResponse {
    let nonce = Base64.encode(Random.bytes(16), .url)
    let landing = LandingPage(link: link, nonce: nonce, texts: texts(for: request))
    var response = html(.ok, landing.page)
    response.fields.append(
      .setCookie, cookies.header(.nonce, nonce, seconds: Self.nonceSeconds))
    for end in cookies.surplusEnds(of: request) { response.fields.append(.setCookie, end) }
    return response
  }

  private func redirect(
    to delivery: LinkDelivery, _ visit: RedeemLink.Visit, _ cookies: LinkCookies
  ) -> HTTPResponse {
    // Only a token that was found gets here, so that it is what we made of it.
    let here = "/d/" + String(decoding: visit.token, as: UTF8.self)
    var fields = HTTPFields([(.location, delivery.url?.secretText ?? here)])
    if let session = delivery.session {
      fields.append(
        .setCookie,
        cookies.header(
          .session, session.secretText, seconds: Int(RedeemLink.sessionSeconds)))
    }
    return HTTPResponse(.seeOther, fields: fields)
  }

  private func head(_ file: LinkInspection) -> HTTPResponse {
    var fields = HTTPFields([
      (.contentType, file.mediaType.text), (.acceptRanges, "bytes"),
      (.reprDigest, "sha-256=:\(Base64.encode(file.sha256.bytes, .standard)):"),
    ])
    if let tag = file.entityTag { fields.append(.etag, tag) }
    return HTTPResponse(.ok, fields: fields, body: .omitted(length: file.size))
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

  private func refusal(
    _ problem: Problem, _ request: HTTPRequest, _ visit: RedeemLink.Visit
  ) async -> HTTPResponse {
    let accept = request.fields.all(.accept).joined(separator: ",")
    if accept.contains("application/json") || accept.contains("application/problem+json") {
      return problem.response(to: request.id)
    }
    let end =
      GonePage.namesSender(problem.code) ? await services.redeemLink.end(visit) : nil
    var response = html(
      HTTPStatus(problem.code.status),
      GonePage.page(for: problem.code, end, texts(for: request)))
    if let seconds = problem.retryAfterSeconds {
      response.fields.append(.retryAfter, String(seconds))
    }
    if let allow = problem.allow { response.fields.append(.allow, allow) }
    return response
  }

  private func texts(for request: HTTPRequest) -> PageTexts {
    PageTexts.chosen(by: request.fields.all(.acceptLanguage))
  }

  private func html(_ status: HTTPStatus, _ page: HTMLPage) -> HTTPResponse {
    HTTPResponse(
      status,
      fields: HTTPFields([
        (.contentType, "text/html; charset=utf-8"), (.contentLanguage, page.language),
        (.contentSecurityPolicy, page.contentSecurityPolicy(formsLeadTo: objectOrigin)),
      ]), body: .bytes(page.bytes))
  }

  private var objectOrigin: String? { services.objectOrigin }

  /// What every answer below `/d/` carries.
  private func addProtection(to response: inout HTTPResponse) {
    if services.isPublicOriginSecure {
      response.fields.set(.strictTransportSecurity, "max-age=31536000")
    }
    response.fields.set(.vary, "Accept, Accept-Language, Cookie")
    Protection.add(to: &response)
  }
}
