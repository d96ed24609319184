// The order of conditions is fixed by RFC 9110 section 13.2.2. A malformed list in If-Match fails
// the request; a malformed date is ignored (section 13.1.3).

package import Base

/// The state of the selected representation, for conditions.
package struct Validators: Sendable, Hashable {
  /// The entity tag, if there is one.
  package let tag: EntityTag?
  /// The time of the last change, if known; compared in whole seconds.
  package let lastModified: Timestamp?
  /// Whether a representation exists at all.
  package let exists: Bool

  /// Creates the validators of an existing representation.
  package init(tag: EntityTag?, lastModified: Timestamp? = nil) {
    self.tag = tag
    self.lastModified = lastModified
    exists = true
  }

  /// The validators of what does not exist.
  package static let absent = Validators(exists: false)

  private init(exists: Bool) {
    tag = nil
    lastModified = nil
    self.exists = exists
  }
}

/// What the conditions of a request decide.
package enum PreconditionOutcome: Sendable, Hashable {
  /// Go on.
  case proceed
  /// Answer 304 (GET and HEAD).
  case notModified
  /// Answer 412.
  case failed
}

/// Evaluates the conditions of a request.
package enum Preconditions {
  /// Applies If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in this order.
  package static func evaluate(
    _ method: HTTPMethod, _ fields: HTTPFields, _ current: Validators
  ) -> PreconditionOutcome {
    let reads = method == .get || method == .head
    if fields.contains(.ifMatch) {
      guard matches(fields.all(.ifMatch), current) else { return .failed }
    } else if let limit = fields[.ifUnmodifiedSince].flatMap(HTTPDate.parse),
      let changed = current.lastModified, changed.seconds > limit.seconds
    {
      return .failed
    }
    if fields.contains(.ifNoneMatch) {
      if isListed(fields.all(.ifNoneMatch), current) { return reads ? .notModified : .failed }
    } else if reads, let limit = fields[.ifModifiedSince].flatMap(HTTPDate.parse),
      let changed = current.lastModified, changed.seconds <= limit.seconds
    {
      return .notModified
    }
    return .proceed
  }

  /// Whether a Range field counts: If-Range is absent, or names the current state exactly
  /// (section 13.1.5: strong comparison, or the same date).
  package static func rangeApplies(_ fields: HTTPFields, _ current: Validators) -> Bool {
    guard let value = fields[.ifRange] else { return true }
    if let tag = EntityTag(parsing: value) {
      return current.tag.map { tag.matchesStrongly($0) } ?? false
    }
    guard let date = HTTPDate.parse(value), let changed = current.lastModified else {
      return false
    }
    return changed.seconds == date.seconds
  }

  private static func matches(_ lines: [String], _ current: Validators) -> Bool {
    guard current.exists, let list = EntityTagList(lines) else { return false }
    if case .any = list { return true }
    return list.contains(current.tag) { $0.matchesStrongly($1) }
  }

  private static func isListed(_ lines: [String], _ current: Validators) -> Bool {
    guard current.exists, let list = EntityTagList(lines) else { return false }
    if case .any = list { return true }
    return list.contains(current.tag) { $0.matchesWeakly($1) }
  }
}
