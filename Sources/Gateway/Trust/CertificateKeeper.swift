// Keeps the certificate of a listener current without a restart: a changed file or SIGHUP makes it
// read again. A new one that cannot be used is refused aloud, and the old one stays.

package import Base
package import HTTPServer

/// Watches the files of one certificate.
package actor CertificateKeeper {
  /// What is known of the certificate now.
  package struct Status: Sendable {
    /// Until when the one in use is valid.
    package var validUntil: Timestamp
    /// How often a new one was taken.
    package var renewals = 0
    /// How often a new one was refused.
    package var refusals = 0
  }

  /// Seconds between two looks at the files.
  package static let lookSeconds = 2
  /// How long the keys of session tickets live: whoever steals one can read no session that is
  /// older than that (TLS 1.2 only; TLS 1.3 agrees on fresh keys each time).
  package static let ticketSeconds: Int64 = 12 * 3600
  /// When the end of the certificate comes so near, the log says so, once a day.
  package static let warningSeconds: Int64 = 14 * 86_400

  /// The name of the listener, as in metrics.
  package nonisolated let listener: String
  /// The certificate for the server.
  package nonisolated let credentials: TLSCredentials
  private nonisolated let published: Lock<Status>
  private let files: TLSFiles
  private let clock: Clock
  private let log: Log
  private var used: TLSFiles.Look?
  private var seen: TLSFiles.Look?
  private var loadedAt: Timestamp
  private var warnedAt: Timestamp?

  /// Reads the certificate for the first time.
  /// - Throws: The codes of certificates and keys.
  package init(
    _ listener: String, _ files: TLSFiles, clock: Clock, log: Log
  ) throws(StartError) {
    self.listener = listener
    self.files = files
    self.clock = clock
    self.log = log
    let now = clock.now()
    // Looked at before reading: a change in between is found by the next look.
    used = files.look()
    seen = used
    loadedAt = now
    do throws(HTTPServerError) {
      let context = try files.load(now: now)
      credentials = TLSCredentials(context)
      published = Lock(Status(validUntil: context.certificate.validUntil))
    } catch {
      throw StartError(error)
    }
  }

  /// What is known of the certificate now.
  package nonisolated var status: Status { published.withLock { $0 } }

  /// Seconds until the certificate in use ends, below 0 when it has.
  package nonisolated var secondsLeft: Double {
    Double(status.validUntil.milliseconds - clock.now().milliseconds) / 1000
  }

  /// Looks at the files. They are read when they changed and then stood still for one look, since
  /// two files are never replaced at once.
  package func look() {
    warnOfEnd()
    let now = files.look()
    defer { seen = now }
    if now != nil, now == seen, now != used { return reload() }
    let age = clock.now().seconds - loadedAt.seconds
    if age >= Self.ticketSeconds, now == used { renewTicketKeys() }
  }

  /// Reads the files whether they changed or not.
  package func reload() {
    // A set that is refused is not tried again until it changes.
    used = files.look()
    do throws(HTTPServerError) {
      let context = try files.load(now: clock.now())
      use(context)
      published.withLock { status in
        status.validUntil = context.certificate.validUntil
        status.renewals += 1
      }
      warnedAt = nil
      log.event(
        .info, "certificate-read",
        [
          ("listener", .text(listener)),
          ("valid_until", .text("\(context.certificate.validUntil)")),
        ])
    } catch {
      published.withLock { $0.refusals += 1 }
      log.event(
        .error, "certificate-refused",
        [
          ("listener", .text(listener)), ("code", .text(error.code.rawValue)),
          ("reason", .text(error.detail)),
        ])
    }
  }

  // The same certificate in a new context, which OpenSSL gives new keys.
  private func renewTicketKeys() {
    do throws(HTTPServerError) {
      use(try files.load(now: clock.now()))
    } catch {
      // The certificate in use has ended, or its files were lost: that is told by other means.
      loadedAt = clock.now()
    }
  }

  private func use(_ context: TLSContext) {
    loadedAt = clock.now()
    credentials.replace(with: context)
  }

  private func warnOfEnd() {
    let now = clock.now()
    let left = status.validUntil.seconds - now.seconds
    guard left < Self.warningSeconds else { return }
    if let warnedAt, now.seconds - warnedAt.seconds < 86_400 { return }
    warnedAt = now
    log.event(
      left > 0 ? .warning : .error, left > 0 ? "certificate-ends-soon" : "certificate-expired",
      [("listener", .text(listener)), ("valid_until", .text("\(status.validUntil)"))])
  }
}
