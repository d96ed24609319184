// Reads the text format of Prometheus 0.0.4 as strictly as `promtool check metrics` does, so that a
// test can ask for a value and be sure of the form.

import Testing

/// A scrape, checked.
struct MetricsDocument {
  struct Series: Hashable {
    let name: String
    let labels: [String: String]
  }

  /// What does not follow the format or the naming rules; empty for a good scrape.
  private(set) var faults: [String] = []
  private(set) var values: [Series: Double] = [:]
  private(set) var types: [String: String] = [:]
  private var helps = Set<String>()
  private var closed = Set<String>()
  private var current = ""

  init(_ text: String) {
    if !text.hasSuffix("\n") { faults.append("no line end at the end") }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      line.hasPrefix("#") ? readComment(String(line)) : readSample(String(line))
    }
    for (name, type) in types where type == "histogram" { checkHistogram(name) }
  }

  /// A sample's value; nothing if the scrape has no such series.
  subscript(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    values[Series(name: "postern_" + name, labels: labels)]
  }

  /// All series of a name added up.
  func sum(_ name: String) -> Double {
    values.filter { $0.key.name == "postern_" + name }.reduce(0) { $0 + $1.value }
  }

  /// Every label value of the scrape.
  var labelValues: Set<String> { Set(values.keys.flatMap { $0.labels.values }) }

  private mutating func readComment(_ line: String) {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.count == 4, words[1] == "HELP" || words[1] == "TYPE" else {
      return faults.append("neither HELP nor TYPE: \(line)")
    }
    let name = words[2]
    if words[1] == "HELP" {
      if !helps.insert(name).inserted { faults.append("two HELP lines: \(name)") }
      if !words[3].hasSuffix(".") { faults.append("HELP is no sentence: \(name)") }
      enter(name)
      return
    }
    if types.updateValue(words[3], forKey: name) != nil { faults.append("two types: \(name)") }
    if !["counter", "gauge", "histogram"].contains(words[3]) { faults.append("type: \(line)") }
    if (words[3] == "counter") != name.hasSuffix("_total") { faults.append("total: \(name)") }
    if name.wholeMatch(of: /[a-z][a-z0-9_]*/) == nil { faults.append("name: \(name)") }
    enter(name)
  }

  private mutating func enter(_ family: String) {
    guard family != current else { return }
    closed.insert(current)
    current = family
    if closed.contains(family) { faults.append("not in one place: \(family)") }
  }

  private mutating func readSample(_ line: String) {
    guard
      let match = line.wholeMatch(
        of: /([a-z_][a-z0-9_]*)(\{(.*)\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)/),
      let value = Double(match.4.replacing("Inf", with: "infinity"))
    else { return faults.append("no sample: \(line)") }
    let name = String(match.1)
    let labels = labels(of: match.3.map(String.init) ?? "", line)
    let isPart = ["_bucket", "_sum", "_count"].contains { name == current + $0 }
    let isHistogram = types[current] == "histogram"
    if isHistogram ? !isPart : name != current { faults.append("not of \(current): \(line)") }
    if values.updateValue(value, forKey: Series(name: name, labels: labels)) != nil {
      faults.append("twice: \(line)")
    }
    if types[current] == "counter", value < 0 { faults.append("negative counter: \(line)") }
  }

  private mutating func labels(of text: String, _ line: String) -> [String: String] {
    var labels: [String: String] = [:]
    var rest = text[...]
    while !rest.isEmpty {
      guard let match = rest.prefixMatch(of: /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/)
      else {
        faults.append("labels: \(line)")
        return labels
      }
      if labels.updateValue(String(match.2), forKey: String(match.1)) != nil {
        faults.append("label twice: \(line)")
      }
      rest = rest[match.range.upperBound...]
    }
    return labels
  }

  private mutating func checkHistogram(_ name: String) {
    var groups: [[String: String]: [(le: Double, count: Double)]] = [:]
    for (series, value) in values where series.name == name + "_bucket" {
      var labels = series.labels
      let bound = labels.removeValue(forKey: "le")?.replacing("Inf", with: "infinity") ?? ""
      groups[labels, default: []].append((Double(bound) ?? .nan, value))
    }
    if groups.isEmpty { faults.append("no buckets: \(name)") }
    for (labels, buckets) in groups {
      let sorted = buckets.sorted { $0.le < $1.le }
      let grows = zip(sorted, sorted.dropFirst()).allSatisfy { $0.count <= $1.count }
      let count = values[Series(name: name + "_count", labels: labels)]
      let sum = values[Series(name: name + "_sum", labels: labels)]
      if !grows || sorted.last?.le != .infinity || sorted.last?.count != count || sum == nil {
        faults.append("buckets: \(name) \(labels)")
      }
    }
  }
}
