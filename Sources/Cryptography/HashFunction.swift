// What the hash functions of this module share. Each is a plain value: copying it forks the state.

/// An incremental hash function over a state that is a plain value.
package protocol HashFunction: Sendable {
  associatedtype Output

  /// Starts an empty hash.
  init()

  /// Adds bytes.
  mutating func update(_ bytes: Span<UInt8>)

  /// The digest of all bytes so far; more may be added afterwards.
  func finalize() -> Output
}

extension HashFunction {
  /// Adds bytes; a collection without contiguous storage is copied first.
  package mutating func update(_ bytes: some Collection<UInt8>) {
    var copy = self
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { buffer in
      unsafe copy.update(buffer.span)
    }
    if isDone == nil { copy.update(Array(bytes).span) }
    self = copy
  }

  /// The digest of `bytes`.
  package static func hash(_ bytes: Span<UInt8>) -> Output {
    var state = Self()
    state.update(bytes)
    return state.finalize()
  }

  /// The digest of `bytes`.
  package static func hash(_ bytes: some Collection<UInt8>) -> Output {
    var state = Self()
    state.update(bytes)
    return state.finalize()
  }
}
