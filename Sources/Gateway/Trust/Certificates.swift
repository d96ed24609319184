// All certificates of a gateway, kept current together.

import Base
import HTTPServer

/// The certificates of the listeners; a listener without one speaks in clear.
struct Certificates: Sendable {
  let gateway: CertificateKeeper?
  let store: CertificateKeeper?
  let ops: CertificateKeeper?

  /// Reads the certificates that the settings name.
  init(_ configuration: Configuration, clock: Clock, log: Log) throws(StartError) {
    func keeper(_ listener: String, _ files: TLSFiles?) throws(StartError) -> CertificateKeeper? {
      guard let files else { return nil }
      return try CertificateKeeper(listener, files, clock: clock, log: log)
    }
    gateway = try keeper("public", configuration.tls)
    store = try keeper("store", configuration.objectStore.tls)
    ops = try keeper("ops", configuration.opsTLS)
    if let gateway, let host = configuration.publicURL?.host,
      !gateway.credentials.current.certificate.names(host)
    {
      log.event(.warning, "certificate-names-another-host", [("host", .text(host))])
    }
  }

  var all: [CertificateKeeper] { [gateway, store, ops].compactMap { $0 } }

  /// Looks at the files every few seconds, and reads them at SIGHUP, until cancelled.
  func run() async {
    let keepers = all
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in HangupSignal.events() {
          for keeper in keepers { await keeper.reload() }
        }
      }
      group.addTask {
        while !keepers.isEmpty {
          do { try await Task.sleep(for: .seconds(CertificateKeeper.lookSeconds)) } catch { return }
          for keeper in keepers { await keeper.look() }
        }
      }
      await group.waitForAll()
    }
  }
}
