// The one type that moves bytes between a connection and the kernel. TLS will be a second kind of
// transport behind the same calls.

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

  func receive(into buffer: LoopBuffer, at offset: Int) -> Outcome {
    let count = unsafe buffer.withFreeBytes(from: offset) { unsafe recv(descriptor, $0, $1, 0) }
    return count == 0 ? .ended : outcome(count)
  }

  func send(_ bytes: [UInt8], from start: Int) -> Outcome {
    let count = unsafe bytes.withUnsafeBytes { all in
      // `start` is below the count: nothing is sent from an empty rest.
      let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
      return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
    }
    return outcome(count)
  }

  func send(_ file: OpenFile, from offset: inout Int64, count: Int) -> Outcome {
    var position = off_t(offset)
    let count = unsafe sendfile(descriptor, file.descriptor, &position, count)
    offset = Int64(position)
    // 0 before the end of the range: the file was cut under us.
    return count == 0 ? .failed : outcome(count)
  }

  func endOutput() {
    // Fails only when the other side is gone already.
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  func close() {
    _ = Glibc.close(descriptor)
  }

  private func outcome(_ count: Int) -> Outcome {
    if count > 0 { return .moved(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .wouldBlock : .failed
  }
}
