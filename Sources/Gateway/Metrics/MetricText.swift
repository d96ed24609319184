// The text format of Prometheus 0.0.4: names, escaped labels, cumulative buckets.

import Base

/// Writes families of samples.
struct MetricText {
  private(set) var bytes: [UInt8] = []

  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, first != UInt8(ascii: "_") else { return false }
    return name.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
  }

  mutating func append(_ family: MetricFamily, _ samples: ArraySlice<MetricSample>) {
    guard !samples.isEmpty else { return }
    let name = "postern_" + family.name
    append("# HELP \(name) \(Self.escaped(family.help, quotes: false))\n")
    append("# TYPE \(name) \(family.kind.rawValue)\n")
    for sample in samples {
      switch sample.value {
      case .number(let number): line(name, sample.labels, Self.text(number))
      case .histogram(let snapshot, let unit):
        append(name, sample.labels, snapshot, unit)
      }
    }
  }

  private mutating func append(
    _ name: String, _ labels: [(name: String, value: String)], _ snapshot: HistogramSnapshot,
    _ unit: Double
  ) {
    var count = 0
    for (index, bound) in snapshot.bounds.enumerated() {
      count += snapshot.counts[index]
      line(
        name + "_bucket", labels + [("le", Self.text(Double(bound) * unit))], String(count))
    }
    line(name + "_bucket", labels + [("le", "+Inf")], String(snapshot.count))
    line(name + "_sum", labels, Self.text(Double(snapshot.sum) * unit))
    line(name + "_count", labels, String(snapshot.count))
  }

  private mutating func line(
    _ name: String, _ labels: [(name: String, value: String)], _ value: String
  ) {
    append(name)
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
      append("{" + pairs.joined(separator: ",") + "}")
    }
    append(" \(value)\n")
  }

  /// A number without the `.0` that integers need not have; bounds such as 0.00025 stay decimal.
  static func text(_ number: Double) -> String {
    if let whole = Int64(exactly: number) { return String(whole) }
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    // A product such as 2500 * 1e-9 has noise in its last digits.
    let rounded = (number * 1e9).rounded() / 1e9
    return String(rounded == 0 ? number : rounded)
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  private mutating func append(_ text: String) { bytes += text.utf8 }
}
