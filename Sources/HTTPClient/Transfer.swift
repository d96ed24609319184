// One libcurl handle at work. Only the loop thread touches it; libcurl calls back on that thread.
// What the callbacks refuse is noted in `failure`, because libcurl only reports that it was told to
// stop.

import CCurl
import Glibc
import HTTPMessage

/// A running exchange with its handle.
@safe final class Transfer {
  let exchange: Exchange
  let configuration: HTTPClientConfiguration
  // Owned: made by `init`, freed by `deinit`; `TransferLoop` removes it from the multi handle first.
  let easy: UnsafeMutableRawPointer
  var fieldList: UnsafeMutablePointer<curl_slist>?
  private(set) var failure: HTTPClientError?
  private var hasRefusedAddress = false
  private var parser: HeadParser
  private var head: ClientResponseHead?
  private var sentCount: Int64 = 0
  private var receivedCount: Int64 = 0

  init(_ exchange: Exchange, _ configuration: HTTPClientConfiguration) throws(HTTPClientError) {
    guard let easy = unsafe curl_easy_init() else {
      throw HTTPClientError(.unavailable, "no transfer can be made")
    }
    self.exchange = exchange
    self.configuration = configuration
    unsafe self.easy = easy
    unsafe fieldList = nil
    parser = HeadParser(bytesMax: configuration.responseHeadBytesMax)
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_slist_free_all(fieldList)
  }

  /// The transfer behind a callback's context; it is alive as long as its handle runs.
  static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
    unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  func fail(_ error: HTTPClientError) {
    if failure == nil { failure = error }
  }

  /// Notes that the policy forbids an address; another address of the same host may still do.
  func refusedAddress() { hasRefusedAddress = true }

  // MARK: Callbacks

  /// Takes a header line; returns whether the exchange goes on.
  func takeLine(_ line: UnsafeRawBufferPointer) -> Bool {
    switch unsafe parser.take(line) {
    case .more: return true
    case .refused(let error):
      fail(error)
      return false
    case .head(let head):
      self.head = head
      if case .buffer(let bytesMax) = exchange.sink, exchange.request.method != .head,
        let length = head.contentLength, length > Int64(bytesMax)
      {
        fail(Transfer.tooLarge(bytesMax))
        return false
      }
      exchange.publish(head)
      return true
    }
  }

  enum Taking { case taken, paused, failed }

  /// Takes bytes of the answer's body.
  func takeBody(_ bytes: UnsafeRawBufferPointer) -> Taking {
    guard let head else {
      fail(HTTPClientError(.protocolError, "the answer has a body before its head"))
      return .failed
    }
    switch exchange.sink {
    case .stream(let windowBytes):
      return unsafe exchange.keep(bytes, windowBytes: windowBytes) ? .taken : .paused
    case .buffer(let bytesMax):
      return unsafe buffer(bytes, bytesMax: bytesMax)
    case .file(let descriptor, let offset, let bytesMax, let errorBytesMax):
      guard (200..<300).contains(head.status.code) else {
        return unsafe buffer(bytes, bytesMax: errorBytesMax)
      }
      guard receivedCount + Int64(bytes.count) <= bytesMax else {
        fail(Transfer.tooLarge(Int(bytesMax)))
        return .failed
      }
      return unsafe write(bytes, to: descriptor, at: offset + receivedCount) ? .taken : .failed
    }
  }

  private func buffer(_ bytes: UnsafeRawBufferPointer, bytesMax: Int) -> Taking {
    receivedCount += Int64(bytes.count)
    guard receivedCount <= Int64(bytesMax) else {
      fail(Transfer.tooLarge(bytesMax))
      return .failed
    }
    _ = unsafe exchange.keep(bytes, windowBytes: .max)
    return .taken
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int64)
    -> Bool
  {
    var done = 0
    while done < bytes.count {
      let count = unsafe pwrite(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
        off_t(offset + Int64(done)))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        fail(
          HTTPClientError(
            .responseFileFailed, "the answer cannot be written to the file", cause: "errno \(code)")
        )
        return false
      }
      done += count
    }
    receivedCount += Int64(bytes.count)
    return true
  }

  /// Fills `buffer` with the next bytes of the request body; the result is what libcurl expects.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let left = Int(min(exchange.request.body.count - sentCount, Int64(buffer.count)))
    guard left > 0 else { return 0 }
    switch exchange.request.body {
    case .none: return 0
    case .bytes(let bytes):
      let start = Int(sentCount)
      unsafe buffer.copyBytes(from: bytes[start..<(start + left)])
      sentCount += Int64(left)
      return left
    case .file(let descriptor, let offset, _):
      var count = 0
      repeat {
        count = unsafe pread(descriptor, buffer.baseAddress, left, off_t(offset + sentCount))
      } while count < 0 && errno == EINTR
      guard count > 0 else {
        let cause = count < 0 ? "errno \(errno)" : "end of file"
        return abortUpload(.requestBodyFailed, "the file of the body cannot be read", cause)
      }
      sentCount += Int64(count)
      return count
    case .stream: return unsafe fillFromStream(buffer, left)
    }
  }

  private func fillFromStream(_ buffer: UnsafeMutableRawBufferPointer, _ left: Int) -> Int {
    switch exchange.nextUpload(countMax: left) {
    case .pause: return Int(CURL_READFUNC_PAUSE)
    case .end:
      return abortUpload(.bodyMismatch, "the body is shorter than its declared length", nil)
    case .failed(let error):
      fail(error)
      return Int(CURL_READFUNC_ABORT)
    case .bytes(let piece):
      unsafe buffer.copyBytes(from: piece)
      sentCount += Int64(piece.count)
      return piece.count
    }
  }

  private func abortUpload(_ code: HTTPClientError.Code, _ detail: String, _ cause: String?) -> Int
  {
    fail(HTTPClientError(code, detail, cause: cause))
    return Int(CURL_READFUNC_ABORT)
  }

  /// Goes to `offset` of the request body, for a repeat on a fresh connection.
  func seek(to offset: Int64) -> Bool {
    guard exchange.request.body.isReplayable, (0...exchange.request.body.count).contains(offset)
    else { return false }
    sentCount = offset
    return true
  }

  private static func tooLarge(_ bytesMax: Int) -> HTTPClientError {
    HTTPClientError(.responseTooLarge, "the answer has more than \(bytesMax) bytes")
  }

  // MARK: The end

  /// What the exchange came to, given libcurl's verdict.
  func outcome(_ code: CURLcode) -> Result<Void, HTTPClientError> {
    if let failure { return .failure(failure) }
    if code == CURLE_OK, head != nil { return .success(()) }
    // An early refusal while the body was still going up: the answer counts, not the broken pipe.
    if code == CURLE_SEND_ERROR, let head, head.status.code >= 400 { return .success(()) }
    if hasRefusedAddress, code == CURLE_COULDNT_CONNECT {
      return .failure(HTTPClientError(.addressRefused, "the address of the host is not allowed"))
    }
    return .failure(HTTPClientError(curl: code, timing: timing, hasHead: head != nil))
  }

  private var timing: TransferTiming {
    func microseconds(_ info: CURLINFO) -> Int64 {
      var value = curl_off_t(0)
      let code = unsafe postern_curl_get_offset(easy, info, &value)
      return code == CURLE_OK ? Int64(value) : 0
    }
    let total = exchange.request.totalTimeout ?? configuration.totalTimeout
    return TransferTiming(
      isConnected: microseconds(CURLINFO_PRETRANSFER_TIME_T) > 0,
      isTotalUsedUp: microseconds(CURLINFO_TOTAL_TIME_T) >= Int64(total.milliseconds) * 1000)
  }
}
