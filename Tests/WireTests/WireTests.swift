import Testing
import Wire

@Suite struct WireTests {
  private static let version = LinkVersionBody(
    id: "ver_1", number: 3, filename: "a.jpg", mediaType: "image/jpeg", size: 9, sha256: "00")

  @Test func `a body reads back what it wrote`() throws {
    let link = LinkCreatedBody(
      id: "lnk_1", url: "https://example.test/d/x", expiresAt: "2026-01-01T00:00:00.000Z",
      expiresReason: "requested",
      document: LinkDocumentBody(id: "doc_1", title: "Ünïcode \"quoted\"", type: "invoice"),
      version: Self.version, eventID: "evt_1")
    #expect(try LinkCreatedBody(json: link.json()) == link)
    let document = DocumentBody(
      id: "doc_1", title: "T", type: "t", labels: ["a"], createdAt: "x", updatedAt: "y",
      currentVersion: VersionBody(
        id: "ver_1", number: 1, state: "ready", filename: "f", size: 1, createdAt: "z",
        receipt: ReceiptBody(
          sha256Before: "1", sha256After: "2", policy: "p", tool: "t",
          removed: [RemovedBody(name: "exif", count: 2)],
          staying: [RemovedBody(name: "hidden", count: 1)])))
    let page = PageBody(items: [document], nextCursor: "c")
    #expect(try PageBody<DocumentBody>(json: page.json()) == page)
    #expect(try PageBody<DocumentBody>(json: Array("{}".utf8)).items.isEmpty)
    let request = LinkRequestBody(expiresInSeconds: 60, recipient: RecipientBody(id: "p1"))
    #expect(try LinkRequestBody(json: request.json()) == request)
    #expect(request.json() == Array(#"{"expires_in":60,"recipient":{"id":"p1"}}"#.utf8))
  }

  @Test(arguments: [
    (#"{"expires_im":60}"#, WireError.Code.unknownMember),
    (#"{"recipient":{"id":"a","x":1}}"#, .unknownMember),
    (#"{"recipient":{}}"#, .missingMember),
    (#"{"expires_in":"60"}"#, .invalidMember),
    (#"{"expires_in":1.5}"#, .invalidMember),
    (#"{"expires_in":1,"expires_in":2}"#, .malformed),
    (#"[]"#, .invalidMember),
    (#"{"#, .malformed),
    ("", .malformed),
  ])
  func `a request body is read strictly`(json: String, code: WireError.Code) {
    let error = #expect(throws: WireError.self) { try LinkRequestBody(json: Array(json.utf8)) }
    #expect(error?.code == code)
  }

  @Test func `an answer may grow without breaking its readers`() throws {
    let json = #"{"revoked_at":"x","residual_exposure_seconds":1,"event_id":"e","new":true}"#
    #expect(try RevocationBody(json: Array(json.utf8)).residualExposureSeconds == 1)
  }

  @Test func `the catalogue explains each code with an error status`() {
    for code in ProblemCode.allCases {
      #expect((400...599).contains(code.status), "\(code)")
      #expect(!code.title.isEmpty && !code.title.hasSuffix("."), "\(code)")
      #expect(code.advice.hasSuffix("."), "\(code)")
    }
  }

  @Test func `problem details read back`() throws {
    let problem = ProblemBody(
      code: .scrubRefused, detail: "d", instance: "req", reason: "truncated")
    #expect(try ProblemBody(json: problem.json()) == problem)
    #expect(problem.type == "/problems/scrub-refused")
  }
}
