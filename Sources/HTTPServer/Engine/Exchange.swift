// A request that could not be answered at once: its body is still coming, its handler runs in a
// task, or its answer takes more than one write. Used on the loop's thread only.

import HTTPMessage
import Synchronization

/// The state of one request in progress.
final class Exchange: @unchecked Sendable {
  // Unchecked: body closures carry it back to its loop; everything but `sentBytes` happens there.
  typealias BodyResult = Result<[UInt8]?, HTTPMessageError>
  typealias WriteResult = Result<Void, HTTPMessageError>

  /// The head; nothing for a refusal of one that could not be read, nor for an answer in pieces that
  /// no access log will tell.
  let request: HTTPRequest?
  /// Decodes the request body.
  var decoder: BodyDecoder
  /// What happens to the body.
  let use: Use
  /// The whole body so far, or what a streaming handler has not taken yet.
  var received: [UInt8] = []
  /// Whether the body is complete.
  var hasWholeBody: Bool
  /// Whether `100 Continue` is owed before the body comes.
  var owesContinue: Bool
  /// Why the body failed; given to each later read.
  var failure: HTTPMessageError?
  /// A handler that waits for the next piece.
  var reader: CheckedContinuation<BodyResult, Never>?

  /// The task of the handler.
  var task: Task<Void, Never>?
  /// A handler that waits for room to write.
  var writer: CheckedContinuation<WriteResult, Never>?
  /// Bytes that a streamed answer still has to write; nothing if it is chunked or ends by closing.
  var unwritten: Int64?
  /// Whether a streamed answer is sent in chunks.
  var isChunked = false
  /// Whether the writer waits until nothing waits to be sent.
  var isDraining = false
  private let sent = Atomic<Int64>(0)
  /// Bytes of a streamed answer of known length that are with the kernel; read by any thread.
  var sentBytes: Int64 {
    get { sent.load(ordering: .relaxed) }
    set { sent.store(newValue, ordering: .relaxed) }
  }

  /// What happens to a request body.
  enum Use {
    /// It is collected for the handler.
    case whole
    /// The handler reads it.
    case streamed
    /// It is thrown away, so that the connection can be kept; then this answer is sent, or the
    /// handler asked.
    case discarded(HTTPResponse?)
  }

  var isStreamed: Bool {
    if case .streamed = use { return true }
    return false
  }

  /// How many bytes a streaming handler may have waiting.
  static let readAheadBytesMax = 65_536

  init(_ request: HTTPRequest?, _ framing: BodyFraming, limit: Int64, _ use: Use) {
    self.request = request
    decoder = BodyDecoder(framing, limit: limit)
    self.use = use
    hasWholeBody = framing == .none
    owesContinue = false
  }

  /// Whether input should be read for this body now.
  var wantsInput: Bool {
    guard !hasWholeBody, failure == nil else { return false }
    return !isStreamed || reader != nil || received.count < Exchange.readAheadBytesMax
  }

  /// Gives a waiting reader what there is to give.
  func serveReader() {
    guard let reader else { return }
    let result: BodyResult
    if !received.isEmpty {
      result = .success(received)
      received = []
    } else if let failure {
      result = .failure(failure)
    } else if hasWholeBody {
      result = .success(nil)
    } else {
      return
    }
    self.reader = nil
    reader.resume(returning: result)
  }

  /// Ends the body with an error.
  func fail(_ error: HTTPMessageError) {
    if failure == nil, !hasWholeBody { failure = error }
    serveReader()
  }

  /// Lets a waiting writer go on, or tells it that there is nobody to write to.
  func serveWriter(_ result: WriteResult) {
    guard let writer else { return }
    self.writer = nil
    isDraining = false
    writer.resume(returning: result)
  }
}
