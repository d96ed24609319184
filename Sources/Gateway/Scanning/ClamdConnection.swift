// One connection to clamd, for one command: a zero byte ends command and answer. Calls block, but none
// longer than until the deadline of the connection.

import Base
import Delivery
import Glibc

/// A connection to clamd.
struct ClamdConnection: ~Copyable {
  /// The most bytes of an answer; those of clamd have far fewer than 1 KiB.
  static let answerBytesMax = 1024

  /// How many bytes of a file travel at once.
  private static let chunkBytes = 131_072

  private let socket: FileDescriptor
  private let deadline: UInt64
  private let clock: Clock

  /// Connects.
  /// - Parameter deadline: In monotonic nanoseconds; holds for all calls.
  /// - Throws: `unreachable`.
  init(
    to address: AddressSetting, before deadline: UInt64, _ clock: Clock
  ) throws(ScannerError) {
    self.deadline = deadline
    self.clock = clock
    var last = "it has no address"
    for target in SocketTarget.find(address) {
      do throws(FileError) {
        socket = try Self.connect(target, before: deadline, clock)
        return
      } catch {
        last = error.description
      }
    }
    throw ScannerError(.unreachable, "\(address): \(last)")
  }

  /// The answer to a command without arguments.
  /// - Throws: `failed`.
  func ask(_ command: String) throws(ScannerError) -> String {
    _ = try send(Array("z\(command)\0".utf8))
    return try answer()
  }

  /// What clamd says about a file.
  /// - Throws: `failed`.
  func scan(_ file: SpooledFile) throws(ScannerError) -> ClamdAnswer {
    var isWhole = try send(Array("zINSTREAM\0".utf8))
    var offset: Int64 = 0
    while isWhole, offset < file.size {
      let chunk = try Self.chunk(of: file, at: offset)
      isWhole = try send(chunk)
      offset += Int64(chunk.count - 4)
    }
    // A chunk of no bytes ends the stream.
    if isWhole { isWhole = try send([0, 0, 0, 0]) }
    let text = try answer()
    guard let answer = ClamdAnswer(text) else {
      throw ScannerError(.failed, "The answer is not understood.")
    }
    guard isWhole || answer != .clean else {
      throw ScannerError(.failed, "The verdict came before the end of the file.")
    }
    return answer
  }

  /// Sends bytes; false if there is an answer already, or nobody who reads: why tells the answer.
  private func send(_ bytes: [UInt8]) throws(ScannerError) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let ready = try wait(for: POLLIN | POLLOUT)
      guard ready & POLLIN == 0, ready & POLLOUT != 0 else { return false }
      let sent = unsafe bytes.withUnsafeBytes { buffer in
        // The offset lies within the buffer, which is not empty.
        unsafe Glibc.send(
          socket.number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if sent < 0, errno == EINTR || errno == EAGAIN { continue }
      guard sent > 0 else { return false }
      offset += sent
    }
    return true
  }

  /// The answer up to its zero byte, printable ASCII.
  private func answer() throws(ScannerError) -> String {
    var bytes = [UInt8]()
    var piece = [UInt8](repeating: 0, count: Self.answerBytesMax)
    while bytes.last != 0 {
      _ = try wait(for: POLLIN)
      // The kernel writes at most the size of the array.
      let count = unsafe recv(
        socket.number, &piece, piece.count, Int32(MSG_DONTWAIT))
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      guard count > 0 else { throw ScannerError(.failed, "It closed without an answer.") }
      bytes += piece[..<count]
      guard bytes.count <= Self.answerBytesMax else {
        throw ScannerError(.failed, "The answer is too long.")
      }
    }
    guard bytes.dropLast().allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw ScannerError(.failed, "The answer is not text.")
    }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }

  private func wait(for events: Int32) throws(ScannerError) -> Int32 {
    do throws(FileError) {
      return try socket.wait(for: events, before: deadline, clock)
    } catch {
      throw ScannerError(.failed, "It did not take or give all in time.")
    }
  }
}

// The steps that need no connection.
extension ClamdConnection {
  private static func connect(
    _ target: SocketTarget, before deadline: UInt64, _ clock: Clock
  ) throws(FileError) -> FileDescriptor {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = Glibc.socket(target.family, kind, 0)
    guard number >= 0 else { throw FileError("make a socket") }
    let socket = FileDescriptor(owning: number)
    if target.connect(number) == 0 { return socket }
    guard errno == EINPROGRESS else { throw FileError("connect") }
    _ = try socket.wait(for: POLLOUT, before: deadline, clock)
    var (failure, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    guard unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size) == 0, failure == 0
    else { throw FileError("connect", number: failure) }
    return socket
  }

  /// The next bytes of a file behind their count in four bytes, the highest first.
  private static func chunk(
    of file: SpooledFile, at offset: Int64
  ) throws(ScannerError) -> [UInt8] {
    let room = Int(min(Int64(chunkBytes), file.size - offset))
    var chunk = [UInt8](repeating: 0, count: 4 + room)
    var count = -1
    repeat {
      count = unsafe chunk.withUnsafeMutableBytes { buffer in
        // Behind the first four bytes there is room for `room` more.
        unsafe pread(file.descriptor, buffer.baseAddress?.advanced(by: 4), room, off_t(offset))
      }
    } while count < 0 && errno == EINTR
    guard count > 0 else { throw ScannerError(.failed, "The spooled file cannot be read.") }
    for index in 0..<4 { chunk[index] = UInt8(truncatingIfNeeded: count >> (24 - 8 * index)) }
    chunk.removeLast(room - count)
    return chunk
  }
}
