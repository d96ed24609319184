// The options of a transfer. Each is set once; the first one that libcurl refuses is the error.

import CCurl
import Glibc
import HTTPMessage

extension Transfer {
  /// Sets every option; throws `client-unavailable`, `field-refused` or `tls-failed`.
  func setUp() throws(HTTPClientError) {
    var options = unsafe TransferOptions(easy: easy)
    let request = exchange.request
    // The transfer is kept by the loop until its handle has left the multi handle.
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe options.set(CURLOPT_PRIVATE, context)
    options.set(CURLOPT_URL, request.url)
    options.set(CURLOPT_PATH_AS_IS, 1)
    options.set(CURLOPT_PROTOCOLS_STR, configuration.isHTTPSOnly ? "https" : "http,https")
    options.set(CURLOPT_FOLLOWLOCATION, 0)
    options.set(CURLOPT_NOSIGNAL, 1)
    options.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    options.set(CURLOPT_HTTP09_ALLOWED, 0)
    // An empty proxy also switches off the environment variables.
    options.set(CURLOPT_PROXY, configuration.proxyURL ?? "")
    options.set(CURLOPT_USERAGENT, configuration.userAgent)
    options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    if let path = configuration.certificateAuthorityPath { options.set(CURLOPT_CAINFO, path) }
    if let path = configuration.unixSocketPath { options.set(CURLOPT_UNIX_SOCKET_PATH, path) }
    setWaits(&options)
    setMethod(&options)
    unsafe setCallbacks(&options, context)
    try setFields(&options)
    try options.check()
  }

  private func setWaits(_ options: inout TransferOptions) {
    let total = exchange.request.totalTimeout ?? configuration.totalTimeout
    options.set(CURLOPT_TIMEOUT_MS, total.milliseconds)
    options.set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
    options.set(CURLOPT_LOW_SPEED_LIMIT, max(1, configuration.lowSpeedBytesPerSecond))
    let quietSeconds = exchange.request.quietSeconds ?? configuration.lowSpeedSeconds
    options.set(CURLOPT_LOW_SPEED_TIME, max(1, quietSeconds))
    options.set(
      CURLOPT_EXPECT_100_TIMEOUT_MS, configuration.expectContinueTimeout.milliseconds)
  }

  private func setMethod(_ options: inout TransferOptions) {
    let request = exchange.request
    switch request.method {
    case .get where request.body.count == 0: options.set(CURLOPT_HTTPGET, 1)
    case .head: options.set(CURLOPT_NOBODY, 1)
    case .delete where request.body.count == 0, .options where request.body.count == 0:
      options.set(CURLOPT_HTTPGET, 1)
      options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    default:
      options.set(CURLOPT_UPLOAD, 1)
      options.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
      options.set(CURLOPT_INFILESIZE_LARGE, offset: request.body.count)
      if request.body.count > 64 << 10 { options.set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10) }
    }
    // libcurl silently repeats a request on a fresh connection when a reused one turns out dead.
    // What must not run twice, or cannot be sent twice, starts on a fresh connection.
    if !request.isIdempotent || !request.body.isReplayable {
      options.set(CURLOPT_FRESH_CONNECT, 1)
    }
    if case .buffer = exchange.sink { return }
    options.set(CURLOPT_BUFFERSIZE, 128 << 10)
  }

  private func setCallbacks(_ options: inout TransferOptions, _ context: UnsafeMutableRawPointer) {
    unsafe options.set(CURLOPT_HEADERDATA, context)
    unsafe options.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
      let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
      return unsafe Transfer.from(context).takeLine(line) ? line.count : 0
    }
    unsafe options.set(CURLOPT_WRITEDATA, context)
    unsafe options.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
      let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
      return switch unsafe Transfer.from(context).takeBody(piece) {
      case .taken: piece.count
      case .paused: Int(CURL_WRITEFUNC_PAUSE)
      // Any other count than the given one stops libcurl.
      case .failed: piece.count == 0 ? 1 : 0
      }
    }
    if exchange.request.body.count > 0 {
      unsafe options.set(CURLOPT_READDATA, context)
      unsafe options.set(CURLOPT_READFUNCTION) { bytes, size, count, context in
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
        return unsafe Transfer.from(context).fill(buffer)
      }
      unsafe options.set(CURLOPT_SEEKDATA, context)
      options.note(
        unsafe postern_curl_set_seek(easy) { context, offset, origin in
          guard let context = unsafe context, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
          let isThere = unsafe Transfer.from(context).seek(to: Int64(offset))
          return isThere ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
        })
    }
    guard configuration.addresses != .any else { return }
    unsafe options.set(CURLOPT_OPENSOCKETDATA, context)
    options.note(
      unsafe postern_curl_set_open_socket(easy) { context, _, address in
        guard let context = unsafe context, let address = unsafe address else {
          return postern_curl_no_socket
        }
        return unsafe Transfer.from(context).openSocket(address)
      })
  }

  /// Makes the socket for an address that the policy allows.
  private func openSocket(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
    guard unsafe configuration.addresses.allows(AddressPolicy.bytes(of: address)) else {
      refusedAddress()
      return postern_curl_no_socket
    }
    let flags = Int32(bitPattern: SOCK_CLOEXEC.rawValue)
    return unsafe socket(
      address.pointee.family, address.pointee.socktype | flags, address.pointee.protocol)
  }

  private func setFields(_ options: inout TransferOptions) throws(HTTPClientError) {
    let request = exchange.request
    var lines = request.fields.pairs.map { name, value in
      // libcurl drops "Name:" and sends an empty field for "Name;".
      value.isEmpty ? "\(name);" : "\(name): \(value)"
    }
    let expects = request.body.count > 0 && request.body.count >= configuration.expectContinueBytes
    lines.append(expects ? "Expect: 100-continue" : "Expect:")
    for line in lines {
      guard line.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 9 }),
        let longer = unsafe curl_slist_append(fieldList, line)
      else { throw HTTPClientError(.fieldRefused, "a field of the request cannot be sent") }
      unsafe fieldList = longer
    }
    options.note(unsafe postern_curl_set_list(easy, CURLOPT_HTTPHEADER, fieldList))
  }
}

/// Sets options on one handle and remembers the first refusal.
@safe struct TransferOptions {
  private let easy: UnsafeMutableRawPointer
  private var refusal: CURLcode?

  init(easy: UnsafeMutableRawPointer) {
    unsafe self.easy = easy
  }

  mutating func note(_ code: CURLcode) {
    if code != CURLE_OK, refusal == nil { refusal = code }
  }

  mutating func set(_ option: CURLoption, _ value: Int) {
    note(unsafe postern_curl_set_long(easy, option, value))
  }

  mutating func set(_ option: CURLoption, offset: Int64) {
    note(unsafe postern_curl_set_offset(easy, option, curl_off_t(offset)))
  }

  /// libcurl copies the text.
  mutating func set(_ option: CURLoption, _ text: String) {
    note(unsafe postern_curl_set_text(easy, option, text))
  }

  mutating func set(_ option: CURLoption, _ context: UnsafeMutableRawPointer) {
    note(unsafe postern_curl_set_pointer(easy, option, context))
  }

  mutating func set(_ option: CURLoption, _ function: postern_curl_data_function) {
    note(unsafe postern_curl_set_data(easy, option, function))
  }

  func check() throws(HTTPClientError) {
    guard let refusal else { return }
    throw HTTPClientError(
      curl: refusal, timing: TransferTiming(isConnected: false, isTotalUsedUp: false),
      hasHead: false)
  }
}
