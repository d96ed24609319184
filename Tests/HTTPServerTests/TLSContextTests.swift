// Certificates and keys that cannot be used, each with its code.

import Base
import HTTPServer
import TestSupport
import Testing

@Suite struct TLSContextTests {
  private let authority: TestAuthority
  private let good: TestAuthority.Identity

  init() throws {
    authority = try Wire.authority.get()
    good = try authority.issue()
  }

  private func code(
    chain: String? = nil, key: String? = nil, at now: Timestamp = Clock.system.now()
  ) -> HTTPServerError.Code? {
    do throws(HTTPServerError) {
      _ = try TLSContext(
        chain: Array((chain ?? good.chain).utf8), key: Secret(Array((key ?? good.key).utf8)),
        now: now)
      return nil
    } catch {
      // What is told must never be what the key file holds.
      #expect(!error.description.contains("PRIVATE"))
      return error.code
    }
  }

  @Test func `a certificate is used on its first and its last second and on no other`() throws {
    let context = try TLSContext(good)
    let (from, until) = (context.certificate.validFrom, context.certificate.validUntil)
    #expect(code(at: from) == nil && code(at: until) == nil)
    #expect(
      code(at: Timestamp(milliseconds: from.milliseconds - 1)) == .certificateNotYetValid)
    #expect(code(at: Timestamp(milliseconds: until.milliseconds + 1)) == .certificateExpired)
  }

  @Test func `a chain must hang together`() throws {
    let other = try authority.issue()
    #expect(code(chain: good.chain + authority.pem) == nil)
    #expect(code(chain: good.chain + other.chain) == .certificateChainBroken)
    #expect(code(chain: authority.pem + good.chain) == .certificateChainBroken)
    let stranger = try TestAuthority("Somebody else")
    #expect(code(chain: good.chain + stranger.pem) == .certificateChainBroken)
    #expect(
      code(chain: good.chain + String(repeating: authority.pem, count: 9)) == nil)
    #expect(
      code(chain: good.chain + String(repeating: authority.pem, count: 10))
        == .certificateUnusable)
  }

  @Test func `what is no certificate or too weak is refused`() throws {
    let weak = try authority.issue(key: .rsa(bits: 1024))
    let cut = String(good.chain.prefix(300)) + "\n-----END CERTIFICATE-----\n"
    for chain in ["", "x", good.key, cut, good.chain + cut, String(good.chain.dropLast(40))] {
      #expect(code(chain: chain) == .certificateUnusable, "\(chain.prefix(80))")
    }
    #expect(code(chain: weak.chain, key: weak.key) == .certificateUnusable)
    let strong = try authority.issue(key: .rsa(bits: 2048))
    #expect(code(chain: strong.chain, key: strong.key) == nil)
  }

  @Test func `a key must be in clear and that of the certificate`() throws {
    let encrypted = """
      -----BEGIN RSA PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF

      AAAA
      -----END RSA PRIVATE KEY-----
      """
    for key in ["", "x", good.chain, encrypted, String(good.key.prefix(100))] {
      #expect(code(key: key) == .keyUnusable, "\(key.prefix(40))")
    }
    #expect(code(key: try authority.issue().key) == .keyMismatch)
    #expect(code(key: try authority.issue(key: .rsa(bits: 2048)).key) == .keyMismatch)
  }

  @Test func `a certificate says whom it names`() throws {
    let certificate = try TLSContext(
      authority.issue(["DNS:files.example", "DNS:*.store.example", "IP:192.0.2.7"])
    ).certificate
    for host in ["files.example", "a.store.example", "192.0.2.7"] {
      #expect(certificate.names(host), "\(host)")
    }
    for host in ["example", "a.b.store.example", "192.0.2.8", "www.files.example", ""] {
      #expect(!certificate.names(host), "\(host)")
    }
  }
}
