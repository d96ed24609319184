// What the doctor asks of sockets: whether a gateway runs, whether its ports are free, whether its
// sealer lives, and what the object store says.

import Base
import Glibc
import HTTPClient
import HTTPMessage
import S3

extension Doctor {
  /// A sealer that is silent for so long is dead, in milliseconds.
  private static let sealerQuietMilliseconds: Int64 = 15_000

  /// Clocks that differ by more than this make trouble soon, and by this at once, in milliseconds.
  private static let skewMilliseconds: Int64 = 30_000
  private static let skewFaultMilliseconds: Int64 = 840_000

  /// How long the store may take to answer.
  private static let storeSeconds = 5

  /// Whether a gateway answers on the admin socket.
  func answers(_ path: String) async -> Bool {
    guard unsafe access(path, F_OK) == 0 else { return false }
    do {
      var configuration = HTTPClientConfiguration()
      configuration.unixSocketPath = path
      configuration.totalTimeout = .seconds(Self.storeSeconds)
      _ = try await HTTPClient(configuration).fetch(
        ClientRequest(.get, "http://postern/v1/tenants?limit=1"), attemptsMax: 1)
      return true
    } catch {
      return false
    }
  }

  func deadGateway() -> [DoctorFinding] {
    guard unsafe access(folder.adminSocket, F_OK) == 0 else { return [] }
    return [
      DoctorFinding(
        .warning, .gatewayDead, "\(folder.adminSocket) is there and nobody answers",
        advice: "start the gateway; the log of the last one tells how it ended")
    ]
  }

  func sealer(_ configuration: Configuration) -> [DoctorFinding] {
    let start =
      configuration.sealsItself
      ? "it is started again by itself; the log tells why it ends" : "start postern seal"
    guard let status = SealStatus(folder),
      clock.now().milliseconds - status.at.milliseconds
        <= max(Self.sealerQuietMilliseconds, 3 * configuration.sealMilliseconds)
    else {
      return [
        DoctorFinding(
          .fault, .sealerDead, "no sealer has told of itself lately: events wait for a signature",
          advice: start)
      ]
    }
    guard status.failing > 0 else { return [] }
    return [
      DoctorFinding(
        .fault, .sealerFailing, "\(status.failing) logs cannot be sealed",
        advice: "its log names them; postern audit verify checks them")
    ]
  }

  func ports(_ configuration: Configuration) -> [DoctorFinding] {
    var addresses = configuration.listen
    if let ops = configuration.opsListen { addresses.append(ops) }
    if configuration.objectStore.endpoint == nil {
      addresses.append(configuration.objectStore.listen)
    }
    return addresses.compactMap { address in
      guard case .tcp(_, let port) = address, port != 0 else { return nil }
      guard let number = bindError(address) else { return nil }
      let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "\(number)"
      return number == EADDRINUSE
        ? DoctorFinding(
          .fault, .portInUse, "another program listens on \(address)",
          advice: "stop it, or choose another port")
        : DoctorFinding(
          .fault, .addressUnusable, "\(address): \(reason)",
          advice: "choose an address of this machine, and a port that the user may have")
    }
  }

  /// The error of listening on an address; nothing if it works.
  private func bindError(_ address: AddressSetting) -> Int32? {
    guard let target = SocketTarget.find(address).first else { return EADDRNOTAVAIL }
    let number = socket(target.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return errno }
    defer { close(number) }
    var yes: Int32 = 1
    // As the server does it: connections that just ended do not count.
    unsafe setsockopt(
      number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard target.bind(number) == 0, listen(number, 1) == 0 else { return errno }
    return nil
  }

  /// What an object store of one's own says to a question for its bucket.
  func store(_ configuration: Configuration) async -> [DoctorFinding] {
    let settings = configuration.objectStore
    let place = settings.endpoint?.description ?? "the embedded store"
    let client: S3Client
    do {
      client = try S3Client.client(
        settings, nil, nil, clock: clock, environment: environment, observer: { _ in })
    } catch {
      return [
        DoctorFinding(
          .fault, .storeRefuses, "\(place): \(error)",
          advice: "object_store.credentials names where they come from")
      ]
    }
    var findings = [DoctorFinding]()
    do throws(S3Error) {
      if try await !client.hasBucket(settings.bucket) {
        findings.append(
          DoctorFinding(
            .fault, .bucketMissing, "\(place) has no bucket \(settings.bucket)",
            advice: "make it, or set object_store.bucket"))
      }
    } catch {
      findings.append(finding(error, place))
    }
    if let skew = client.lastSkewMilliseconds, abs(skew) > Self.skewMilliseconds {
      findings.append(
        DoctorFinding(
          abs(skew) > Self.skewFaultMilliseconds ? .fault : .warning, .clockSkewed,
          "the clocks here and of \(place) differ by \(abs(skew) / 1000) s",
          advice: "let both follow NTP: signatures and links end by the clock"))
    }
    return findings
  }

  private func finding(_ error: S3Error, _ place: String) -> DoctorFinding {
    switch error.code {
    case .unreachable, .timeout, .connectionLost, .storeFailed, .slowDown:
      DoctorFinding(
        .fault, .storeUnreachable, "\(place): \(error.code.rawValue)",
        advice: "check object_store.endpoint, the network and the store itself")
    case .clockSkewed:
      DoctorFinding(
        .fault, .clockSkewed, "\(place) refuses the time of our signature",
        advice: "let both clocks follow NTP")
    default:
      DoctorFinding(
        .fault, .storeRefuses, "\(place): \(error.code.rawValue)",
        advice: "check the access key, its rights on the bucket, and object_store.region")
    }
  }
}
