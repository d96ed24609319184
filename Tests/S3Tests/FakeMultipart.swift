// A store that knows multipart uploads of one object, with places where it can be told to go wrong.

import Base
import Cryptography
import TestSupport

/// One bucket with multipart uploads in memory.
final class FakeMultipart: Sendable {
  struct State: Sendable {
    var parts: [Int: [UInt8]] = [:]
    var object: [UInt8]?
    var isStarted = false
    var startHead = ""
    var partHeads: [String] = []
    var completion = ""
    var underWay = 0
    var underWayMax = 0
    /// What was asked, in order: `start`, `part`, `complete`, `abort`, `head`, `put`, `copy`.
    var steps: [String] = []
    /// Answers that stand in for the next ones of a step.
    var answers: [String: [String]] = [:]
    /// The mark of the last write, or of a stranger's.
    var mark = ""
    var isForeign = false
    /// What HEAD tells instead of the size.
    var toldSize: Int?
  }

  let state = Lock(State())
  // A server ends with its last reference, so it is kept as long as the fake.
  private let running = Lock<ScriptedServer?>(nil)

  func server() throws -> ScriptedServer {
    let state = state
    let server = try store { request in FakeMultipart.respond(request, state) }
    running.withLock { $0 = server }
    return server
  }

  func answer(_ step: String, _ answers: [String]) {
    state.withLock { $0.answers[step] = answers }
  }

  private static func respond(_ request: StoreRequest, _ state: Lock<State>) -> String {
    let step = FakeMultipart.step(request)
    return state.withLock { state in
      state.steps.append(step)
      if let mark = request.field("x-amz-meta-write"), !state.isForeign { state.mark = mark }
      let planned = state.answers[step]?.first
      if planned != nil { state.answers[step]?.removeFirst() }
      switch step {
      case "start":
        state.isStarted = true
        state.startHead = request.head
      case "part":
        state.partHeads.append(request.head)
        if let number = request.parameter("partNumber").flatMap({ Int($0) }) {
          state.parts[number] = request.body
        }
      case "complete":
        state.completion = String(decoding: request.body, as: UTF8.self)
        let isDone = planned == nil || planned == ""
        if isDone, state.isStarted {
          state.object = state.parts.sorted { $0.key < $1.key }.reduce(into: []) { $0 += $1.value }
        }
      case "abort": state.isStarted = false
      case "put": state.object = request.body
      default: break
      }
      return planned ?? FakeMultipart.answer(step, state)
    }
  }

  private static func step(_ request: StoreRequest) -> String {
    switch (request.method, request.parameter("uploadId") != nil) {
    case ("POST", false): "start"
    case ("POST", true): "complete"
    case ("DELETE", true): "abort"
    case ("PUT", true): request.field("x-amz-copy-source") == nil ? "part" : "copy-part"
    case ("PUT", false): request.field("x-amz-copy-source") == nil ? "put" : "copy"
    case ("HEAD", _): "head"
    default: "other"
    }
  }

  private static func answer(_ step: String, _ state: State) -> String {
    switch step {
    case "start":
      S3Tests.answer(
        "200 OK",
        "<InitiateMultipartUploadResult><Bucket>letters</Bucket><UploadId>u+1/=</UploadId>"
          + "</InitiateMultipartUploadResult>")
    case "part": S3Tests.answer("200 OK", fields: "ETag: \"p\(state.parts.count)\"\r\n")
    case "complete":
      state.isStarted
        ? S3Tests.answer(
          "200 OK",
          "<CompleteMultipartUploadResult><ETag>&quot;x-2&quot;</ETag>"
            + "</CompleteMultipartUploadResult>")
        : problem("404 Not Found", "NoSuchUpload")
    case "copy":
      S3Tests.answer(
        "200 OK", "<CopyObjectResult><ETag>&quot;c&quot;</ETag></CopyObjectResult>")
    case "copy-part":
      S3Tests.answer("200 OK", "<CopyPartResult><ETag>&quot;c&quot;</ETag></CopyPartResult>")
    case "head":
      // The length of what a GET would answer.
      if let size = state.toldSize ?? state.object?.count {
        "HTTP/1.1 200 OK\r\nETag: \"x-2\"\r\nContent-Type: application/pdf\r\n"
          + "x-amz-meta-version: ver_1\r\nx-amz-meta-write: \(state.mark)\r\nContent-Length: \(size)\r\n\r\n"
      } else {
        S3Tests.answer("404 Not Found")
      }
    case "abort": S3Tests.answer("204 No Content")
    default: S3Tests.answer("200 OK", fields: "ETag: \"e\"\r\n")
    }
  }
}
