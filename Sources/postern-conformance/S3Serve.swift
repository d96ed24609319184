// `s3-serve`: the embedded object store alone, on loopback, for S3 clients and checkers. It prints
// what a client needs as shell assignments, makes one bucket and serves until it is killed.

import Base
import Cryptography
import Glibc
import HTTPMessage
import HTTPServer
import S3Server
import SigV4

enum S3Serve {
  static func run(_ arguments: [String]) async -> Int32 {
    guard let folder = arguments.first, !folder.hasPrefix("-") else { return usage() }
    var options = [
      "--port": "0", "--access-key": "", "--secret-key": "", "--region": "us-east-1",
      "--bucket": "postern", "--loops": "2", "--log": "", "--domain": "s3.localhost",
    ]
    var position = 1
    while position + 1 < arguments.count {
      guard options[arguments[position]] != nil else { return usage() }
      options[arguments[position]] = arguments[position + 1]
      position += 2
    }
    guard position == arguments.count, let port = options["--port"].flatMap({ UInt16($0) }),
      let loops = options["--loops"].flatMap({ Int($0) })
    else { return usage() }
    for key in ["--access-key", "--secret-key"] where options[key] == "" {
      options[key] = Hex.encode(Random.bytes(key == "--access-key" ? 10 : 20))
    }
    return await serve(folder, port: port, loops: loops) { options[$0] ?? "" }
  }

  private static func serve(
    _ folder: String, port: UInt16, loops: Int, _ option: (String) -> String
  ) async -> Int32 {
    let (accessKey, secretKey) = (option("--access-key"), option("--secret-key"))
    let (region, bucket, logPath) = (option("--region"), option("--bucket"), option("--log"))
    let log = logPath.isEmpty ? -1 : unsafe open(logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    do {
      let store = try ObjectStore(path: folder, clock: .system, random: { Random.pair() })
      if !store.hasBucket(bucket) { try await store.createBucket(bucket) }
      let endpoint = S3Endpoint(
        store: store, region: region,
        credentials: [Credentials(accessKeyID: accessKey, secretAccessKey: secretKey)],
        clock: .system, domain: option("--domain"))
      var configuration = endpoint.configuration(
        listeners: [.tcp(IPAddress(v4: 0x7f00_0001), port: port)],
        log: log < 0 ? nil : writer(to: log))
      configuration.loopCount = loops
      configuration.limits.connectionsPerAddressMax = 10_000
      let server = try HTTPServer(configuration, handler: endpoint)
      print("S3_ENDPOINT=http://127.0.0.1:\(server.port ?? 0)")
      print("S3_ACCESS_KEY=\(accessKey)\nS3_SECRET_KEY=\(secretKey)")
      print("S3_REGION=\(region)\nS3_BUCKET=\(bucket)")
      fflush(nil)
    } catch {
      Main.complain("error: \(error)")
      return 1
    }
    // The loops have their own threads; this one has nothing left to do.
    while true { pause() }
  }

  private static func writer(to file: Int32) -> @Sendable ([UInt8]) -> Void {
    { line in
      // A line that cannot be written is lost; the checker that reads the log will notice.
      _ = unsafe write(file, line, line.count)
    }
  }

  private static func usage() -> Int32 {
    Main.complain(
      "usage: s3-serve DIR [--port N] [--access-key K --secret-key S] [--region R] [--bucket B]"
        + " [--loops N] [--log FILE] [--domain NAME]")
    return 2
  }
}
