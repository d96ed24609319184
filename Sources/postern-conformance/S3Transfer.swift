// `s3-transfer`: moves objects through the S3 client and tells the CPU time of this process, to be
// held against other clients. Endpoint and keys come from variables, as `s3-serve` prints them.

import Base
import Cryptography
import Glibc
import HTTPClient
import S3
import SigV4

enum S3Transfer {
  private static let smallBytes = 10_240

  static func run(_ arguments: [String]) async -> Int32 {
    guard arguments.count == 3, let count = Int(arguments[1]), count > 0 else { return usage() }
    do {
      let client = try client()
      let bucket = variable("S3_BUCKET")
      if !(try await client.hasBucket(bucket)) { try await client.createBucket(bucket) }
      let start = Moment.now
      switch arguments[0] {
      case "up-small":
        try await each(count) { number throws(S3Error) in
          try await client.put(small(bucket, number), .bytes(content(number)))
        }
      case "down-small":
        try await each(count) { number throws(S3Error) in
          _ = try await client.bytes(small(bucket, number), bytesMax: smallBytes)
        }
      case "up-big": try await upload(client, big(bucket), arguments[2])
      case "down-big": try await download(client, big(bucket), arguments[2])
      case "round": try await round(client, bucket, bytes: count)
      default: return usage()
      }
      let (wall, cpu) = start.passed
      print("\(arguments[0]) count=\(count) wall_ms=\(wall / 1000) cpu_us=\(cpu)")
      return 0
    } catch {
      Main.complain("error: \(error)")
      return 1
    }
  }

  /// An object there and back through every operation, checked; for real stores.
  private static func round(_ client: S3Client, _ bucket: String, bytes: Int) async throws {
    let location = ObjectLocation(bucket: bucket, key: "v1/round a+\u{e4}")
    let copy = ObjectLocation(bucket: bucket, key: "v1/copy")
    let content = [UInt8](repeating: 0x5a, count: bytes) + Random.bytes(100)
    let digest = SHA256.hash(content)
    var options = PutOptions()
    options.contentType = "application/pdf"
    options.isNewOnly = true
    try await client.put(location, .bytes(content), options: options)
    do throws(S3Error) {
      try await client.put(location, .bytes(content), options: options)
      throw S3Error(.conflict, "a taken key was written again")
    } catch {
      guard error.code == .preconditionFailed else { throw error }
    }
    let head = try await client.copy(location, to: copy)
    guard head.contentType == "application/pdf" else {
      throw S3Error(.conflict, "the copy has another media type")
    }
    for place in [location, copy] {
      _ = try await client.bytes(place, expected: digest, bytesMax: content.count)
      try await client.delete(place)
    }
    let swept = try await client.sweepUploads(
      bucket: bucket, prefix: "v1/", startedBefore: Clock.system.now().adding(seconds: 60))
    guard swept.aborted == 0, swept.young == 0, swept.failures.isEmpty else {
      throw S3Error(.conflict, "unfinished uploads were left")
    }
  }

  private static func upload(
    _ client: S3Client, _ location: ObjectLocation, _ path: String
  ) async throws {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let size = lseek(file, 0, SEEK_END)
    guard file >= 0, size > 0 else { throw S3Error(.requestBodyFailed, "the file is not there") }
    try await client.put(location, .file(descriptor: file, offset: 0, count: Int64(size)))
  }

  private static func download(
    _ client: S3Client, _ location: ObjectLocation, _ path: String
  ) async throws {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(file) }
    let (_, body) = try await client.get(location)
    while let chunk = try await body.nextChunk() {
      let count = unsafe chunk.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
      guard count == chunk.count else {
        throw S3Error(.responseFileFailed, "the file cannot be written")
      }
    }
  }

  /// Runs the body for each number, 16 at once.
  private static func each(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws(S3Error) -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        if number >= 16 { try await group.next() }
        group.addTask { try await body(number) }
      }
      try await group.waitForAll()
    }
  }

  private static func client() throws -> S3Client {
    let profile = StoreProfile.named(variable("S3_KIND")) ?? .generic
    let style: Endpoint.Style = variable("S3_STYLE") == "virtual" ? .virtualHost : .path
    var configuration = S3Configuration(
      endpoint: try Endpoint(variable("S3_ENDPOINT"), style: style),
      region: variable("S3_REGION"))
    configuration.profile = profile
    let credentials = Credentials(
      accessKeyID: variable("S3_ACCESS_KEY"), secretAccessKey: variable("S3_SECRET_KEY"))
    return S3Client(
      configuration, credentials: .fixed(credentials), http: try HTTPClient(), clock: .system)
  }

  private static func variable(_ name: String) -> String {
    guard let value = unsafe getenv(name) else { return "" }
    return unsafe String(cString: value)
  }

  private static func small(_ bucket: String, _ number: Int) -> ObjectLocation {
    ObjectLocation(bucket: bucket, key: "small/\(number)")
  }

  private static func big(_ bucket: String) -> ObjectLocation {
    ObjectLocation(bucket: bucket, key: "big")
  }

  private static func content(_ number: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: smallBytes)
  }

  private static func usage() -> Int32 {
    Main.complain("usage: s3-transfer up-small|down-small|up-big|down-big|round COUNT FILE")
    return 2
  }
}

/// A point in wall time and in this process's CPU time.
private struct Moment {
  let wall: UInt64
  let cpu: UInt64

  static var now: Moment {
    var usage = rusage()
    unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    let micro = Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    return Moment(
      wall: Clock.system.monotonicNanoseconds() / 1000, cpu: UInt64(seconds * 1_000_000 + micro))
  }

  /// Microseconds since then, of wall and of CPU time.
  var passed: (wall: UInt64, cpu: UInt64) {
    let now = Moment.now
    return (now.wall - wall, now.cpu - cpu)
  }
}
