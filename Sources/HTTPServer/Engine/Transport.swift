// The one type that moves bytes between a connection and the kernel, in clear or through TLS.

import CSystem
import Glibc
import HTTPMessage

/// A connected socket; `close` must be called once.
struct Transport {
  /// What a call did.
  enum Outcome {
    /// So many bytes, at least 1.
    case moved(Int)
    /// Nothing now; wait for the next event.
    case wouldBlock
    /// The other side will send nothing more.
    case ended
    /// The connection is unusable.
    case failed
  }

  let descriptor: Int32
  /// The TLS of the connection; nothing while bytes go in clear.
  var tls: TLSSession?

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Whether there may be input that no event of the socket will announce.
  var holdsInput: Bool { tls?.holdsInput ?? false }

  /// Whether reading waits for the socket to take output.
  var needsOutput: Bool { tls?.wantsOutput ?? false }

  func receive(into buffer: LoopBuffer, at offset: Int) -> Outcome {
    if let tls {
      return unsafe buffer.withFreeBytes(from: offset) { unsafe tls.receive($0, $1) }
    }
    let count = unsafe buffer.withFreeBytes(from: offset) { unsafe recv(descriptor, $0, $1, 0) }
    return count == 0 ? .ended : outcome(count)
  }

  func send(_ bytes: [UInt8], from start: Int) -> Outcome {
    unsafe bytes.withUnsafeBytes { all in
      // `start` is below the count: nothing is sent from an empty rest.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
      if let tls { return unsafe tls.send(rest.baseAddress, rest.count) }
      return unsafe outcome(
        Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL)))
    }
  }

  /// Sends from a file: by the kernel alone in clear, through `buffer` with TLS.
  func send(
    _ file: OpenFile, from offset: inout Int64, count: Int, through buffer: LoopBuffer
  ) -> Outcome {
    if let tls { return send(file, from: &offset, count: count, through: buffer, tls) }
    var position = off_t(offset)
    let count = unsafe sendfile(descriptor, file.descriptor, &position, count)
    offset = Int64(position)
    // 0 before the end of the range: the file was cut under us.
    return count == 0 ? .failed : outcome(count)
  }

  private func send(
    _ file: OpenFile, from offset: inout Int64, count: Int, through buffer: LoopBuffer,
    _ tls: TLSSession
  ) -> Outcome {
    let wanted = min(count, buffer.capacity)
    let read = unsafe buffer.withFreeBytes(from: 0) { bytes, _ in
      unsafe pread(file.descriptor, bytes, wanted, off_t(offset))
    }
    guard read > 0 else { return read < 0 && errno == EINTR ? .wouldBlock : .failed }
    var sent = 0
    while sent < read {
      let outcome = unsafe buffer.withFreeBytes(from: sent) { bytes, _ in
        unsafe tls.send(bytes, read - sent)
      }
      // A record that had to wait is tried again from the same offset, and so with the same bytes.
      guard case .moved(let count) = outcome else {
        if case .wouldBlock = outcome, sent > 0 { break }
        return outcome
      }
      sent += count
    }
    offset += Int64(sent)
    return .moved(sent)
  }

  /// Tells the other side that nothing more will come; input can still be read, but only to be
  /// thrown away: it is not decrypted any more.
  mutating func endOutput() {
    tls?.endOutput()
    tls = nil
    // Fails only when the other side is gone already.
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Has the next `close` throw away what the kernel has not sent yet, and reset the connection.
  func discardOutput() {
    var now = linger(l_onoff: 1, l_linger: 0)
    // Fails only for a socket that is no TCP socket; then nothing is thrown away.
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }

  /// Closes the socket. With `isClean` the other side is told that this is the end and no accident.
  mutating func close(isClean: Bool = false) {
    if isClean { tls?.endOutput() }
    tls = nil
    _ = Glibc.close(descriptor)
  }

  private func outcome(_ count: Int) -> Outcome {
    if count > 0 { return .moved(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .wouldBlock : .failed
  }
}
