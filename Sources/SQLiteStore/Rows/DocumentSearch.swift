// Finding documents: how a list is read so that its cost follows the page and not the tenant. A
// filter that few documents pass gives a set that is fetched and sorted; else the list is walked in
// its order along an index, and what the filters leave out is passed over, up to `walkMax` documents a
// page. Which of them it is comes from counting, and counting stops at `fewMax`.

import Base
import Delivery

/// How much one page of a list may cost.
struct SearchLimits: Sendable {
  /// The most documents that are fetched to be sorted.
  var fewMax: Int64 = 400
  /// The most documents that are looked at along an index; the next page goes on behind them.
  var walkMax: Int64 = 2_000
}

/// How one list is read.
struct SearchPlan: Hashable {
  /// Where candidates come from.
  enum Source: Hashable {
    /// All documents in the order of the list.
    case all
    /// Documents of the type, or with the driving label, the order being that of creation.
    case type, label
    /// A set that is small enough to be sorted.
    case few(Few)
  }

  /// What makes a set small.
  enum Few: Hashable, CaseIterable {
    case type, label, word, period, created, updated, reach
  }

  var sort: DocumentSort
  var source: Source
  /// Whether grants decide for each document.
  var isRestricted: Bool

  /// A range of texts or ids, or one of them, that the source needs.
  struct Driver {
    var low = SQLValue.null
    var high = SQLValue.null
  }
}

extension Connection {
  /// The documents of a page that `access` may read, and behind what the next one begins.
  func documents(
    _ query: DocumentQuery, _ access: Access, _ page: PageRequest<DocumentPosition>
  ) throws(StoreError) -> (documents: [Document], next: DocumentPosition?) {
    var holders: [String]?
    if case .holder(let holder) = access.authority {
      let texts = GrantKey.holders(holder)
      if try !reachesAll(texts, access) { holders = texts }
    }
    let (plan, driver) = try plan(query, holders, access)
    var values = SearchText.values(query, page, access.moment, driver)
    values[0] = .tenant(access.tenant)
    let walked = try endOfWalk(plan, &values)
    if let holders {
      values.append(.integer(Int64(Right.read.mask)))
      values += GrantKey.filled(holders, SearchText.holdersMax)
    }
    let found = try all(SearchText.query(plan), values) { (row) throws(StoreError) in
      try row.document(self)
    }
    guard found.count > page.limit else { return (found, walked) }
    let documents = Array(found.prefix(page.limit))
    return (documents, documents.last.map { DocumentPosition($0) })
  }

  /// Cuts a walk off after `walkMax` documents; the last of them, if there are more.
  private func endOfWalk(
    _ plan: SearchPlan, _ values: inout [SQLValue]
  ) throws(StoreError) -> DocumentPosition? {
    if case .few = plan.source { return nil }
    var bounds = values
    bounds[6] = .integer(search.walkMax - 1)
    let ends = try all(SearchText.endOfWalk(plan), bounds) { (row) throws(StoreError) in
      DocumentPosition(id: try row.id(), updatedAt: row.time(), words: row.text())
    }
    guard ends.count == 2, let last = ends.first, let behind = ends.last else { return nil }
    SearchText.stop(&values, before: behind, plan.sort)
    return last
  }

  private func plan(
    _ query: DocumentQuery, _ holders: [String]?, _ access: Access
  ) throws(StoreError) -> (SearchPlan, SearchPlan.Driver) {
    var plan = SearchPlan(sort: query.sort, source: .all, isRestricted: holders != nil)
    var least = search.fewMax + 1
    var driver = SearchPlan.Driver()
    for candidate in SearchText.candidates(query) {
      let count = try count(
        candidate.few, [.tenant(access.tenant), candidate.low, candidate.high], below: least)
      guard count < least else { continue }
      least = count
      plan.source = .few(candidate.few)
      driver = SearchPlan.Driver(low: candidate.low, high: candidate.high)
    }
    if let holders, try countReach(holders, access, below: least) < least {
      return (
        SearchPlan(sort: query.sort, source: .few(.reach), isRestricted: true),
        SearchPlan.Driver()
      )
    }
    guard plan.source == .all, query.sort.key == .created else { return (plan, driver) }
    // Types and labels are kept in the order of creation too.
    if let label = query.labels.first {
      plan.source = .label
      driver.low = .text(label.text)
    } else if query.type != nil {
      plan.source = .type
    }
    return (plan, driver)
  }

  private func count(
    _ few: SearchPlan.Few, _ values: [SQLValue], below least: Int64
  ) throws(StoreError) -> Int64 {
    guard let query = SearchCounts.queries[few] else { return least }
    return try first(query, values + [.integer(least)]) { (row) throws(StoreError) in
      row.integer()
    } ?? 0
  }

  private func reachesAll(_ holders: [String], _ access: Access) throws(StoreError) -> Bool {
    try exists(SearchCounts.reachesAll, SearchCounts.values(holders, access))
  }

  /// The documents that grants reach, counted twice where two of them do.
  private func countReach(
    _ holders: [String], _ access: Access, below least: Int64
  ) throws(StoreError) -> Int64 {
    let values = SearchCounts.values(holders, access)
    var total =
      try first(SearchCounts.namedDocuments, values + [.integer(least)]) {
        (row) throws(StoreError) in row.integer()
      } ?? 0
    guard total < least else { return least }
    let kinds = try all(SearchCounts.kinds, values + [.integer(least)]) {
      (row) throws(StoreError) in row.text()
    }
    for kind in kinds {
      guard total < least, let colon = kind.firstIndex(of: ":") else { break }
      let name = SQLValue.text(String(kind[kind.index(after: colon)...]))
      total += try count(
        kind.hasPrefix("type:") ? .type : .label, [.tenant(access.tenant), name, .null],
        below: least - total)
    }
    return total
  }
}

/// Counting, up to a number that is enough to know.
private enum SearchCounts {
  static let queries: [SearchPlan.Few: Query] = [
    .type: counting("documents indexed by documents_type where tenant = ?1 and type = ?2"),
    .label: counting("document_labels where tenant = ?1 and label = ?2"),
    .word: counting("document_words where tenant = ?1 and word >= ?2 and word < ?3"),
    .period: counting(
      """
      documents indexed by documents_period
      where tenant = ?1 and period >= ?2 and period < ?3
      """),
    .created: counting("documents not indexed where tenant = ?1 and id > ?2 and id < ?3"),
    .updated: counting(
      "documents indexed by documents_updated where tenant = ?1 and updated_at >= ?2"),
  ]
  static let reachesAll = Query("select 1 from \(mine) and reach = 'all'")
  static let namedDocuments = Query(
    """
    select count(*) from (
      select 1 from \(mine) and reach >= 'document:' and reach < 'document;'
      limit ?\(last + 1))
    """)
  static let kinds = Query(
    "select distinct reach from \(mine) and reach >= 'label:' limit ?\(last + 1)")

  private static let last = 3 + SearchText.holdersMax
  private static let mine = """
    grants where tenant = ?1 and rights & ?2 <> 0 and (valid_until is null or valid_until > ?3)
      and holder in (\(SQLText.parameters(4, SearchText.holdersMax)))
    """

  static func values(_ holders: [String], _ access: Access) -> [SQLValue] {
    [.tenant(access.tenant), .integer(Int64(Right.read.mask)), .time(access.moment)]
      + GrantKey.filled(holders, SearchText.holdersMax)
  }

  private static func counting(_ what: String) -> Query {
    Query("select count(*) from (select 1 from \(what) and ?3 is ?3 limit ?4)")
  }
}
