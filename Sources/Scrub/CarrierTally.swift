// Counts what is removed while a file is walked, and collects pieces of it if a job asks for them.

import ScrubContract

/// Counts per class while a file is walked.
struct CarrierTally {
  /// A few classes at most, found by looking at each: texts have carriers by the ten thousand.
  private var counts: [(carrier: CarrierClass, count: Int)] = []
  private var contents: [ContentClass: Int] = [:]

  /// Pieces of what was removed, in the order of the file; at most `CarrierExcerpt.countMax`.
  private(set) var excerpts: [CarrierExcerpt] = []
  /// Whether pieces are wanted; what is expensive to make is made only then.
  let collectsExcerpts: Bool

  init(collectsExcerpts: Bool = false) { self.collectsExcerpts = collectsExcerpts }

  mutating func add(_ carrier: CarrierClass, count: Int = 1) {
    guard count > 0 else { return }
    if let place = counts.firstIndex(where: { $0.carrier == carrier }) {
      counts[place].count += count
    } else {
      counts.append((carrier, count))
    }
  }

  /// Counts one carrier and, if pieces are wanted, keeps the readable part of its bytes.
  ///
  /// - Parameters:
  ///   - bytes: The carrier, or as much of it as is worth a look; text of any coding or none.
  ///   - kind: How the text is to be looked for.
  ///   - name: What the file calls it, such as the key of an entry.
  mutating func add(
    _ carrier: CarrierClass, showing bytes: @autoclosure () -> some Collection<UInt8>,
    as kind: ExcerptText.Kind = .plain, named name: String? = nil
  ) {
    add(carrier)
    show(carrier, bytes(), as: kind, named: name)
  }

  /// Keeps the readable part of some bytes of a carrier that is counted elsewhere.
  mutating func show(
    _ carrier: CarrierClass, _ bytes: @autoclosure () -> some Collection<UInt8>,
    as kind: ExcerptText.Kind = .plain, named name: String? = nil
  ) {
    guard collectsExcerpts, excerpts.count < CarrierExcerpt.countMax else { return }
    let label = name.map { $0 + ": " } ?? ""
    let text = ExcerptText.read(bytes(), kind)
    guard !text.isEmpty else { return }
    let whole = ExcerptText.cut(ExcerptText.printable(label) + text)
    guard let excerpt = CarrierExcerpt(carrier, whole), !excerpts.contains(excerpt) else { return }
    excerpts.append(excerpt)
  }

  /// Counts content that stays although a reader may not expect it.
  mutating func note(_ content: ContentClass, count: Int = 1) {
    if count > 0 { contents[content, default: 0] += count }
  }

  /// Leaves the pieces and forgets what was counted.
  mutating func forget() { (counts, contents) = ([], [:]) }

  mutating func add(_ other: CarrierTally) {
    for (carrier, count) in other.counts { add(carrier, count: count) }
    for (content, count) in other.contents { note(content, count: count) }
    guard collectsExcerpts else { return }
    excerpts += other.excerpts.prefix(CarrierExcerpt.countMax - excerpts.count)
  }

  /// How many of a class were counted.
  func count(_ carrier: CarrierClass) -> Int {
    counts.first { $0.carrier == carrier }?.count ?? 0
  }

  /// The content that stays, in the order of the declaration of its classes.
  var staying: [StayingContent] {
    ContentClass.allCases.compactMap { content in
      contents[content].map { StayingContent(content, count: $0) }
    }
  }

  /// The classes seen, in the order of their declaration.
  var removed: [RemovedCarrier] {
    CarrierClass.allCases.compactMap { carrier in
      counts.first { $0.carrier == carrier }.map { RemovedCarrier(carrier, count: $0.count) }
    }
  }
}
