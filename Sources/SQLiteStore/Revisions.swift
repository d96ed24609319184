// Which facts a decision was made on. The writer counts the commits that changed what links are
// decided on; a decision on the present count is still right when the writer records it, and a link
// target that was read on the present count can be lent again.

import Base
import Delivery
import Synchronization

/// Counts commits of decisive changes; only the writer's thread advances it.
final class Revisions: Sendable {
  private let count = Atomic<UInt64>(1)

  /// The present revision; read it before the facts, never after.
  var current: StoreRevision { StoreRevision(count.load(ordering: .acquiring)) }

  /// After the commit, and before anybody is told of it.
  func advance() {
    _ = count.add(1, ordering: .releasing)
  }
}

/// Link targets that were read lately, for readers.
final class LinkTargets: Sendable {
  /// The most that are kept; about 1 KiB each.
  static let targetsMax = 4_096

  /// The question, without its moment.
  struct Key: Hashable, Sendable {
    let tenant: TenantID
    let document: DocumentID
    let selector: VersionSelector
    let authority: Authority
  }

  /// The answer at every moment from `since` to just before `until`.
  struct Entry: Sendable {
    let target: LinkTarget
    let since: Timestamp
    let until: Timestamp?
  }

  private let entries = Lock<[Key: Entry]>([:])

  /// The target of a question at a moment on a revision, if it is known.
  func target(_ key: Key, at moment: Timestamp, on revision: StoreRevision) -> LinkTarget? {
    guard let entry = entries.withLock({ $0[key] }), entry.target.revision == revision,
      entry.since <= moment, entry.until.map({ moment < $0 }) ?? true
    else { return nil }
    return entry.target
  }

  /// Keeps an answer; when there are too many, all others go.
  func keep(_ entry: Entry, for key: Key) {
    entries.withLock { entries in
      if entries.count >= LinkTargets.targetsMax { entries = [:] }
      entries[key] = entry
    }
  }
}
