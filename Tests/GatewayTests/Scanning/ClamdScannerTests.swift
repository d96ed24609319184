// The client of clamd against every answer that it may get, and the gate in a whole gateway.

import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct ClamdScannerTests {
  private let root: TemporaryFolder

  init() throws { root = try TemporaryFolder() }

  private func scanner(
    _ address: String, bytesMax: Int64 = 10_000_000, _ lines: LogLines = LogLines()
  ) throws -> ClamdScanner {
    ClamdScanner(
      ClamdSettings(
        address: try #require(AddressSetting(address)), seconds: 1, bytesMax: bytesMax),
      clock: .system, log: lines.log())
  }

  private func file(_ bytes: [UInt8]) throws -> SpooledFile {
    let path = root.path + "/\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let descriptor = FileDescriptor(owning: open(path, O_RDONLY))
    return SpooledFile(
      descriptor: descriptor.number, size: Int64(bytes.count), sha256: SHA256.hash(bytes),
      owner: descriptor)
  }

  private func code(
    _ body: () async throws(ScannerError) -> ScanRecord
  ) async -> ScannerError.Code? {
    do throws(ScannerError) {
      _ = try await body()
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: [1, 131_072, 131_073, 500_000])
  func `a clean file arrives whole, over a Unix socket and over TCP`(size: Int) async throws {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let wanted = ScanRecord(.clean, scanner: "ClamAV 1.4.3", database: "27432")
    let socket = root.path + "/clamd.sock"
    let local = try FakeClamd(unixPath: socket, .answer("stream: OK\0"))
    #expect(try await scanner("unix:" + socket).scan(try file(bytes)) == wanted)
    #expect(local.files == [bytes])
    let remote = try FakeClamd(.drips("stream: OK\0"))
    #expect(try await scanner(remote.address).scan(try file(bytes)) == wanted)
    #expect(remote.files == [bytes])
  }

  @Test func `what is found is named, in the log too, with the digest of the file`() async throws {
    let lines = LogLines()
    let clamd = try FakeClamd(
      version: "ClamAV 1.4.3\0", .answer("stream: Win.Test.EICAR_HDB-1 FOUND\0"))
    let bytes = Array("bad".utf8)
    let record = try await scanner(clamd.address, lines).scan(try file(bytes))
    #expect(record == ScanRecord(.found("Win.Test.EICAR_HDB-1"), scanner: "ClamAV 1.4.3"))
    #expect(try lines.events() == ["malware-found"])
    #expect(lines.text.contains("Win.Test.EICAR_HDB-1"))
    #expect(lines.text.contains(SHA256.hash(bytes).hex))
  }

  @Test(arguments: [
    (FakeClamd.Behaviour.hangs, ScannerError.Code?.some(.failed)),
    (.closes, .failed), (.answer(""), .failed), (.answer("\0"), .failed),
    // Cut off, not ended, ended twice, followed by something.
    (.answer("stream: O"), .failed), (.answer("stream: OK"), .failed),
    (.answer("stream: OK\0\0"), .failed), (.answer("stream: OK\0stream: X FOUND\0"), .failed),
    (.answer("stream: OK\n"), .failed),
    // Other words, and words around the right ones.
    (.answer("stream: ok\0"), .failed), (.answer("1: stream: OK\0"), .failed),
    (.answer("stream: FOUND\0"), .failed), (.answer("OK\0"), .failed),
    (.answer("stream: \u{7}\u{1b}[2J FOUND\0"), .failed),
    (.answer("stream: Grün FOUND\0"), .failed),
    (.answer(String(repeating: "x", count: 1025)), .failed),
    (.answer(String(repeating: "x", count: 3_000_000)), .failed),
    (.answer("Can't allocate memory ERROR\0"), .failed),
    (.answer("INSTREAM size limit exceeded. ERROR\0"), .tooLarge),
    (.early("INSTREAM size limit exceeded. ERROR\0"), .tooLarge),
    // A verdict about a file that has not been read is none, unless it is a bad one.
    (.early("stream: OK\0"), .failed), (.early("stream: X FOUND\0"), nil),
    (.early(""), .failed),
  ])
  func `an answer that is no verdict lets nothing through`(
    behaviour: FakeClamd.Behaviour, wanted: ScannerError.Code?
  ) async throws {
    let lines = LogLines()
    let socket = root.path + "/clamd.sock"
    let clamd = try FakeClamd(unixPath: socket, behaviour)
    let large = try file([UInt8](repeating: 7, count: 4_000_000))
    let scanner = try scanner("unix:" + socket, lines)
    #expect(await code { () throws(ScannerError) in try await scanner.scan(large) } == wanted)
    #expect(try lines.count("scan-failed") == (wanted == nil ? 0 : 1), "\(lines.text)")
    withExtendedLifetime(clamd) {}
  }

  @Test(arguments: [
    "", "ClamAV 1.4.3", "clamd\0", "HTTP/1.1 400 Bad Request\r\n\r\n", "ClamAV 1/2/3/4\0",
    "ClamAV \0\0",
  ])
  func `who does not say to be clamd is not reached, and gets no file`(version: String) async throws
  {
    let clamd = try FakeClamd(version: version, .answer("stream: OK\0"))
    let scanner = try scanner(clamd.address)
    let file = try file([1])
    #expect(await code { () throws(ScannerError) in try await scanner.scan(file) } == .unreachable)
    #expect(clamd.files.isEmpty)
  }

  @Test func `silence, an absent socket and a closed port are not reached`() async throws {
    let silent = try FakeClamd(version: nil, .answer("stream: OK\0"))
    let port = try freePorts(1)[0]
    let addresses = [
      silent.address, "unix:\(root.path)/absent", "127.0.0.1:\(port)", "host.invalid:3310",
    ]
    for address in addresses {
      let scanner = try scanner(address)
      let file = try file([1])
      let got = await code { () throws(ScannerError) in try await scanner.scan(file) }
      #expect(got == .unreachable, "\(address)")
    }
  }

  @Test func `a file above the limit is not sent, one at the limit is`() async throws {
    let clamd = try FakeClamd(.answer("stream: OK\0"))
    let scanner = try scanner(clamd.address, bytesMax: 10)
    let (large, small) = (
      try file([UInt8](repeating: 1, count: 11)), try file([UInt8](repeating: 1, count: 10))
    )
    #expect(await code { () throws(ScannerError) in try await scanner.scan(large) } == .tooLarge)
    #expect(try await scanner.scan(small).verdict == .clean)
    #expect(clamd.files.count == 1)
  }

  @Test func `many files at once are all scanned, each on a connection of its own`() async throws {
    let clamd = try FakeClamd(.answer("stream: OK\0"))
    let scanner = try scanner(clamd.address)
    let files = try (0..<40).map { try file([UInt8](repeating: UInt8($0), count: 100)) }
    let verdicts = await withTaskGroup(of: ScannerError.Code?.self) { group in
      for file in files {
        group.addTask { await code { () throws(ScannerError) in try await scanner.scan(file) } }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(verdicts.count == 40 && verdicts.allSatisfy { $0 == nil })
    #expect(Set(clamd.files.map { $0[0] }).count == 40)
  }

  @Test func `a gateway refuses what is found and what nobody scans, and says so`() async throws {
    let clamd = try FakeClamd(.answer("stream: Test.Bad FOUND\0"))
    let setup = try GatewaySetup([("scan-address", clamd.address), ("scan-seconds", "1")])
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let picture = DemoPictures.jpeg()
      let bad = try await gateway.upload(document, token, .bytes(picture))
      #expect(bad.status == 422 && bad.string("code") == "malware-found", "\(bad.text)")
      #expect(!bad.text.contains("Test.Bad"))
      #expect(try gateway.lines.count("malware-found") == 1)

      clamd.behave(.closes)
      let unscanned = try await gateway.upload(document, token, .bytes(picture))
      #expect(unscanned.status == 503 && unscanned.string("code") == "scanner-unreachable")
      #expect(unscanned.fields[.retryAfter] == "15")

      clamd.behave(.answer("stream: OK\0"))
      let good = try await gateway.upload(document, token, .bytes(picture))
      #expect(good.status == 201, "\(good.text)")
      let scan = good.json["version"]?["receipt"]?["scan"]
      #expect(scan?["verdict"]?.stringValue == "clean")
      #expect(scan?["scanner"]?.stringValue == "ClamAV 1.4.3")
      #expect(scan?["database"]?.stringValue == "27432")
      let sent = try #require(clamd.files.last)
      #expect(
        SHA256.hash(sent).hex == good.json["version"]?["sha256"]?.stringValue,
        "what is delivered was scanned")

      let metrics = MetricsDocument(try await gateway.send(.get, gateway.ops + "/metrics").text)
      for outcome in ["clean", "found", "failed"] {
        #expect(metrics["malware_scan_seconds_count", ["outcome": outcome]] == 1, "\(outcome)")
      }
      #expect(metrics["malware_scan_queue"] == 0)
      let ready = try await gateway.send(.get, gateway.ops + "/readyz")
      #expect(!ready.text.contains("scanner-unreachable"))
    }
  }

  @Test func `a scanner that is away is a reason, and with skip no reason to refuse`() async throws
  {
    let absent = "unix:\(root.path)/absent"
    let setup = try GatewaySetup([("scan-address", absent), ("scan-on-unreachable", "skip")])
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let answer = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
      #expect(answer.status == 201, "\(answer.text)")
      let scan = answer.json["version"]?["receipt"]?["scan"]
      #expect(scan?["verdict"]?.stringValue == "skipped")
      let ready = try await gateway.send(.get, gateway.ops + "/readyz")
      #expect(ready.status == 200 && ready.text.contains(#""code":"scanner-unreachable""#))
    }
  }
}
