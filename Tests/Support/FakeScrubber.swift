// A scrubber that reads nothing: it answers what a test tells it to.

import Base
package import Cryptography
package import Delivery
package import ScrubContract

/// Answers each scrub alike.
package final class FakeScrubber: Scrubber {
  /// What to answer.
  package enum Behaviour: Sendable {
    /// Clean bytes of this type, 100 bytes shorter than the source.
    case clean(MediaType)
    /// An outcome as it is.
    case outcome(ScrubOutcome)
    /// A failure.
    case failure(ScrubberError.Code)
    /// The bytes as they came, as a signed document of this type.
    case kept(MediaType)
    /// A receipt about other bytes than those that came in.
    case foreignReceipt(MediaType)
  }

  private let behaviour: Lock<Behaviour>
  private let hook = Lock<(@Sendable () async -> Void)?>(nil)

  /// Answers with `behaviour`.
  package init(_ behaviour: Behaviour) { self.behaviour = Lock(behaviour) }

  /// Answers with another behaviour from now on.
  package func behave(_ behaviour: Behaviour) { self.behaviour.withLock { $0 = behaviour } }

  /// Runs `body` once, while the next scrub is at work.
  package func duringNextScrub(_ body: @escaping @Sendable () async -> Void) {
    hook.withLock { $0 = body }
  }

  package func scrub(
    _ source: SpooledFile, declared: DeclaredContent, rules: ScrubRules,
    proving: @Sendable () -> Void
  ) async throws(ScrubberError) -> ScrubOutcome {
    let body = hook.withLock { hook in
      defer { hook = nil }
      return hook
    }
    await body?()
    proving()
    switch behaviour.withLock({ $0 }) {
    case .clean(let type):
      return FakeScrubber.clean(source, type, rules, before: source.sha256)
    case .foreignReceipt(let type):
      return FakeScrubber.clean(source, type, rules, before: SHA256Digest())
    case .kept(let type): return FakeScrubber.kept(source, type, rules)
    case .outcome(let outcome): return outcome
    case .failure(let code): throw ScrubberError(code, "The test wants it.")
    }
  }

  /// The digest of what a source becomes.
  package static func digestAfter(_ source: SpooledFile) -> SHA256Digest {
    SHA256.hash(source.sha256.bytes)
  }

  private static func kept(
    _ source: SpooledFile, _ type: MediaType, _ rules: ScrubRules
  ) -> ScrubOutcome {
    let receipt = ScrubReceipt(
      policy: rules.name, tool: "fake 1", mediaType: type, sha256Before: source.sha256,
      sha256After: source.sha256, sizeBefore: source.size, sizeAfter: source.size, removed: [],
      isUnscrubbed: true)
    return .clean(source, receipt)
  }

  private static func clean(
    _ source: SpooledFile, _ type: MediaType, _ rules: ScrubRules, before: SHA256Digest
  ) -> ScrubOutcome {
    let size = max(1, source.size - 100)
    let after = digestAfter(source)
    let receipt = ScrubReceipt(
      policy: rules.name, tool: "fake 1", mediaType: type, sha256Before: before,
      sha256After: after, sizeBefore: source.size, sizeAfter: size,
      removed: [.init(name: "exif-gps", count: 2)])
    return .clean(
      SpooledFile(descriptor: -1, size: size, sha256: after, owner: nil), receipt)
  }
}
