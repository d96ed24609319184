// Reading a row from left to right. What cannot be a value of its type is a damaged database, never
// a default.

import Base
import Cryptography
import Delivery

/// The current row of a statement, read column by column.
struct Row {
  private let statement: Statement
  private var column: Int32 = 0

  init(_ statement: Statement) {
    self.statement = statement
  }

  mutating func integer() -> Int64 {
    defer { column += 1 }
    return statement.integer(column)
  }

  mutating func text() -> String {
    defer { column += 1 }
    return statement.text(column)
  }

  mutating func blob() -> [UInt8] {
    defer { column += 1 }
    return statement.blob(column)
  }

  /// Goes over columns that are not needed.
  mutating func skip(_ count: Int32) { column += count }

  mutating func time() -> Timestamp { Timestamp(milliseconds: integer()) }

  /// Reads a column with `body`, or skips it and returns nothing for null.
  mutating func optional<Value>(
    _ body: (inout Row) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    guard !statement.isNull(column) else {
      column += 1
      return nil
    }
    return try body(&self)
  }

  mutating func id<Kind>(_: TypedID<Kind>.Type = TypedID<Kind>.self) throws(StoreError)
    -> TypedID<Kind>
  {
    defer { column += 1 }
    guard let words = statement.words(column) else { return try Row.require(nil) }
    return TypedID(high: words.high, low: words.low)
  }

  mutating func digest() throws(StoreError) -> SHA256Digest {
    defer { column += 1 }
    return try Row.require(statement.withBlob(column) { SHA256Digest($0) })
  }

  mutating func tenant() throws(StoreError) -> TenantID { try Row.require(TenantID(text())) }

  /// A text that `parse` takes.
  mutating func parsed<Value>(_ parse: (String) -> Value?) throws(StoreError) -> Value {
    try Row.require(parse(text()))
  }

  /// A person in two columns, issuer and subject.
  mutating func person() throws(StoreError) -> PersonReference {
    let issuer = text()
    return PersonReference(issuer: issuer, subject: try parsed(SubjectID.init))
  }

  static func require<Value>(_ value: Value?) throws(StoreError) -> Value {
    guard let value else {
      throw StoreError(.corrupt, "A stored value is not of its type.")
    }
    return value
  }
}

extension SQLValue {
  static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
  static func optional(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
  static func time(_ value: Timestamp) -> SQLValue { .integer(value.milliseconds) }
  static func time(_ value: Timestamp?) -> SQLValue { optional(value?.milliseconds) }
  static func id<Kind>(_ value: TypedID<Kind>) -> SQLValue {
    .words(high: value.high, low: value.low)
  }
  static func id<Kind>(_ value: TypedID<Kind>?) -> SQLValue {
    value.map { .id($0) } ?? .null
  }
  static func tenant(_ value: TenantID) -> SQLValue { .text(value.text) }
}
