// How long a tenant's documents must be kept. It is counted from the newest version, because that is
// when the document was last made; a document without versions holds nothing and is not retained.

package import Base

/// Days of retention, for all types and for some.
package struct RetentionPolicy: Sendable, Hashable {
  /// The longest retention: a hundred years.
  package static let daysMax: Int64 = 36_525
  /// The most types with days of their own.
  package static let typesMax = 64

  /// For types that `typeDays` does not name; 0 keeps nothing.
  package var days: Int64 = 0
  /// For these types.
  package var typeDays: [DocumentType: Int64] = [:]

  /// Takes the values as they are; `TenantPolicy.check` checks them.
  package init(days: Int64 = 0, typeDays: [DocumentType: Int64] = [:]) {
    self.days = days
    self.typeDays = typeDays
  }

  /// Until when a document of `type` is kept whose newest version was published at `moment`; nothing
  /// if it is not.
  package func end(_ type: DocumentType, newestVersionAt moment: Timestamp?) -> Timestamp? {
    let days = typeDays[type] ?? days
    guard days > 0, let moment else { return nil }
    return moment.adding(seconds: days * 86_400)
  }

  var isInRange: Bool {
    typeDays.count <= RetentionPolicy.typesMax
      && ([days] + typeDays.values).allSatisfy { (0...RetentionPolicy.daysMax).contains($0) }
  }
}
