// Counts what is removed while a file is walked.

import ScrubContract

/// Counts per class while a file is walked.
struct CarrierTally {
  private var counts: [CarrierClass: Int] = [:]

  mutating func add(_ carrier: CarrierClass, count: Int = 1) {
    if count > 0 { counts[carrier, default: 0] += count }
  }

  mutating func add(_ other: CarrierTally) {
    for (carrier, count) in other.counts { add(carrier, count: count) }
  }

  /// How many of a class were counted.
  func count(_ carrier: CarrierClass) -> Int { counts[carrier] ?? 0 }

  /// The classes seen, in the order of their declaration.
  var removed: [RemovedCarrier] {
    CarrierClass.allCases.compactMap { carrier in
      counts[carrier].map { RemovedCarrier(carrier, count: $0) }
    }
  }
}
