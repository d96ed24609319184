// The migrations of the SQLite store, in order. A new one gets the next number and its own file; a
// file that has been released never changes (its checksum is recorded in each database).

/// One step from a schema to the next.
package struct SQLiteMigration: Sendable {
  /// Its number, 1 for the first.
  package let number: Int64
  /// The name of its file without the number.
  package let name: String
  /// The statements.
  package let sql: [UInt8]
  /// The oldest release of the program that can work with the schema afterwards.
  package let minCompatibleRelease: Int64

  /// Describes a step; tests make their own.
  package init(number: Int64, name: String, sql: [UInt8], minCompatibleRelease: Int64) {
    self.number = number
    self.name = name
    self.sql = sql
    self.minCompatibleRelease = minCompatibleRelease
  }
}

/// What this build knows about the schema.
package enum SQLiteSchema {
  /// The release of this program, as `minCompatibleRelease` counts it.
  package static let release: Int64 = 8

  /// All steps in order.
  package static let migrations = [
    SQLiteMigration(
      number: 1, name: "initial", sql: PackageResources.v0001_initial_sql,
      minCompatibleRelease: 1),
    SQLiteMigration(
      number: 2, name: "link_lookup", sql: PackageResources.v0002_link_lookup_sql,
      minCompatibleRelease: 2),
    // A program that does not know cutoffs would let ended tokens in.
    SQLiteMigration(
      number: 3, name: "tokens", sql: PackageResources.v0003_tokens_sql, minCompatibleRelease: 3),
    SQLiteMigration(
      number: 4, name: "policy_history", sql: PackageResources.v0004_policy_history_sql,
      minCompatibleRelease: 3),
    // A program that does not know deletion would show what is deleted.
    SQLiteMigration(
      number: 5, name: "library", sql: PackageResources.v0005_library_sql, minCompatibleRelease: 5),
    // A program that makes no claims deletes as it did before.
    SQLiteMigration(
      number: 6, name: "object_claims", sql: PackageResources.v0006_object_claims_sql,
      minCompatibleRelease: 5),
    // A program that does not know these downloads does not begin any.
    SQLiteMigration(
      number: 7, name: "downloads", sql: PackageResources.v0007_downloads_sql,
      minCompatibleRelease: 5),
    // A program that does not know cutoffs would deliver revoked links.
    SQLiteMigration(
      number: 8, name: "link_cutoffs", sql: PackageResources.v0008_link_cutoffs_sql,
      minCompatibleRelease: 8),
  ]
}
