// Sends the parts of one upload, several at once. Memory is bounded: parts of a file are read while
// they are sent, parts of a stream wait in memory until they were sent.

import Base
import Cryptography
import HTTPClient

/// An upload that was started and is neither completed nor aborted.
struct MultipartUpload: Sendable {
  let client: S3Client
  let location: ObjectLocation
  let id: String
  let plan: MultipartPlan

  /// Where the bytes of a part come from.
  private enum PartSource: Sendable {
    case body(ClientBody)
    case copy(of: ObjectLocation, entityTag: String, range: Range<Int64>)
  }

  /// Sends the whole body; the first failure cancels what is under way.
  func send(_ body: ClientBody) async throws(S3Error) -> [StoredPart] {
    var reader = PartReader(body)
    return try await sendAll { (number) async throws(S3Error) in
      .body(try await reader.part(plan.range(of: number)))
    }
  }

  /// Copies every part from an object that the store has.
  func copy(_ source: ObjectLocation, entityTag: String) async throws(S3Error) -> [StoredPart] {
    try await sendAll { (number) async throws(S3Error) in
      .copy(of: source, entityTag: entityTag, range: plan.range(of: number))
    }
  }

  private func sendAll(
    _ source: (Int) async throws(S3Error) -> PartSource
  ) async throws(S3Error) -> [StoredPart] {
    let inParallel = max(1, client.configuration.multipart.partsInParallel)
    let outcome = await withTaskGroup(of: Result<StoredPart, S3Error>.self) { group in
      var (next, running) = (1, 0)
      var parts: [StoredPart] = []
      while true {
        if next <= plan.count, running < inParallel {
          let number = next
          let part: PartSource
          do throws(S3Error) {
            part = try await source(number)
          } catch {
            group.cancelAll()
            return Result<[StoredPart], S3Error>.failure(error)
          }
          group.addTask { await self.send(part, number) }
          (next, running) = (next + 1, running + 1)
        } else if let result = await group.next() {
          running -= 1
          switch result {
          case .success(let part): parts.append(part)
          case .failure(let error):
            group.cancelAll()
            return .failure(error)
          }
        } else {
          return .success(parts)
        }
      }
    }
    return try outcome.get()
  }

  private func send(_ source: PartSource, _ number: Int) async -> Result<StoredPart, S3Error> {
    do throws(S3Error) {
      switch source {
      case .body(let body):
        return .success(try await client.uploadPart(location, id, number, body))
      case .copy(let source, let tag, let range):
        return .success(
          try await client.copyPart(
            location, id, number, from: source, entityTag: tag, range: range))
      }
    } catch {
      return .failure(error)
    }
  }
}

/// Cuts a body into parts, one after the other.
private struct PartReader {
  private let body: ClientBody
  private var rest: [UInt8] = []

  init(_ body: ClientBody) {
    self.body = body
  }

  /// The bytes of the next part; throws `request-body-failed` if a stream ends before.
  mutating func part(_ range: Range<Int64>) async throws(S3Error) -> ClientBody {
    switch body {
    case .none: return .none
    case .bytes(let bytes):
      return .bytes(Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
    case .file(let descriptor, let offset, _):
      return .file(
        descriptor: descriptor, offset: offset + range.lowerBound, count: Int64(range.count))
    case .stream(_, let next):
      var bytes = rest
      bytes.reserveCapacity(range.count)
      do throws(HTTPClientError) {
        while bytes.count < range.count {
          guard let piece = try await next() else { throw PartReader.tooShort }
          bytes += piece
        }
      } catch {
        throw S3Error(error)
      }
      rest = Array(bytes[range.count...])
      bytes.removeLast(bytes.count - range.count)
      return .bytes(bytes)
    }
  }

  private static let tooShort = HTTPClientError(
    .requestBodyFailed, "the body is shorter than its declared length")
}
