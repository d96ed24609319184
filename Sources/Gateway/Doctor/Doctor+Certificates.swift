// Whether the certificates that the settings name can be used, and for how long. The codes are those
// with which a gateway refuses to start.

import Base
import HTTPServer

extension Doctor {
  func certificates(_ configuration: Configuration) -> [DoctorFinding] {
    var findings = [DoctorFinding]()
    var seen = [TLSFiles]()
    // One pair of files may serve all listeners.
    for files in [configuration.tls, configuration.objectStore.tls, configuration.opsTLS] {
      guard let files, !seen.contains(files) else { continue }
      seen.append(files)
      findings += certificate(files, host: files == configuration.tls, configuration)
    }
    return findings
  }

  private func certificate(
    _ files: TLSFiles, host isPublic: Bool, _ configuration: Configuration
  ) -> [DoctorFinding] {
    let certificate: TLSCertificate
    do throws(HTTPServerError) {
      certificate = try files.load(now: clock.now()).certificate
    } catch {
      return [
        DoctorFinding(
          .fault, DoctorFinding.Code(rawValue: error.code.rawValue) ?? .certificateUnusable,
          error.detail, advice: advice(error.code))
      ]
    }
    var findings = [DoctorFinding]()
    let left = certificate.validUntil.seconds - clock.now().seconds
    if left < CertificateKeeper.warningSeconds {
      findings.append(
        DoctorFinding(
          .warning, .certificateEndsSoon,
          "\(files.certificate) ends at \(certificate.validUntil)",
          advice: "renew it: a running gateway takes the new files by itself"))
    }
    if isPublic, let host = configuration.publicURL?.host, !certificate.names(host) {
      findings.append(
        DoctorFinding(
          .warning, .certificateNamesAnotherHost, "\(files.certificate) does not name \(host)",
          advice: "ask for one that does, or change public_url"))
    }
    return findings
  }

  private func advice(_ code: HTTPServerError.Code) -> String {
    switch code {
    case .certificateExpired: "renew it; nobody connects until then"
    case .certificateNotYetValid: "check the clock of this machine"
    case .certificateChainBroken: "the server's own certificate first, then each that signed it"
    case .keyMismatch: "the two files must be of one renewal"
    case .keyUnusable: "a private key in clear, chmod 640, readable for the user of the gateway"
    default: "a PEM file with the chain of an RSA or ECDSA certificate, readable for the gateway"
    }
  }
}
