// Clients for tests: no retries unless asked for, short waits, no real sleeping.

import Base
import Foundation
import HTTPClient
import HTTPMessage

func makeClient(_ change: (inout HTTPClientConfiguration) -> Void = { _ in }) throws -> HTTPClient {
  var configuration = HTTPClientConfiguration()
  configuration.retry.attemptsMax = 1
  configuration.retry.sleep = { _ in }
  configuration.expectContinueTimeout = .milliseconds(50)
  configuration.totalTimeout = .seconds(20)
  change(&configuration)
  return try HTTPClient(configuration)
}

/// The code of a failed fetch, or its status as text.
func verdict(_ client: HTTPClient, _ request: ClientRequest) async -> String {
  do throws(HTTPClientError) {
    return String(try await client.fetch(request).status.code)
  } catch {
    return error.code.rawValue
  }
}

/// A file that is already unlinked, holding `bytes`.
final class TemporaryFile: Sendable {
  let descriptor: Int32

  init(_ bytes: [UInt8] = []) {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    unlink(path)
    _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }

  func bytes(count: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    let read = result.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, 0) }
    return Array(result[..<max(0, read)])
  }
}

/// A flag that one side raises and the other awaits.
final class Signal: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func raise() { continuation.yield() }

  func wait() async { for await _ in stream { return } }
}
