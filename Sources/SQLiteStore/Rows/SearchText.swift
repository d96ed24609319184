// The SQL of lists. Each filter is there in every text and switched off by a null, so that a few dozen
// texts serve all lists; the index to walk is named, because the planner cannot know what the
// parameters will be.

import Base
import Delivery

/// The texts of lists and their parameters, by number: 1 tenant, 2 and 3 the bounds of ids, 4 to 6
/// where the page begins (last change, words, id), 7 the limit, 8 type, 9 and 10 the bounds of
/// creation, 11 the least change, 12 and 13 the bounds of the period, 14 whether there is a current
/// version, 15 now, 16 and 17 what the source needs, from 18 labels, from 26 words, 34 to 36 before
/// what the walk ends (last change, words, id), 37 the right, from 38 holders.
enum SearchText {
  static let holdersMax = 2 + GrantKey.rolesMax

  private static let texts = Lock([SearchPlan: Query]())

  /// The text of a plan, made once.
  static func query(_ plan: SearchPlan) -> Query {
    texts.withLock { texts in
      if let known = texts[plan] { return known }
      let query = Query(sql(plan))
      texts[plan] = query
      return query
    }
  }

  // MARK: Parameters

  /// What could make a set small, with its range.
  static func candidates(
    _ query: DocumentQuery
  ) -> [(few: SearchPlan.Few, low: SQLValue, high: SQLValue)] {
    var found = [(few: SearchPlan.Few, low: SQLValue, high: SQLValue)]()
    for label in query.labels { found.append((.label, .text(label.text), .null)) }
    for word in query.words { found.append((.word, .text(word), .text(word + "\u{10FFFF}"))) }
    if let type = query.type { found.append((.type, .text(type.text), .null)) }
    if let period = query.period {
      found.append((.period, .text(period.text), .text(period.textAfter)))
    }
    // Where a list is in the order of one of these, it is walked between the bounds.
    if query.sort.key != .created, query.createdFrom != nil || query.createdBefore != nil {
      found.append((.created, lowest(query.createdFrom), highest(query.createdBefore)))
    }
    if query.sort.key != .updated, let since = query.updatedSince {
      found.append((.updated, .time(since), .null))
    }
    return found
  }

  /// The parameters from the tenant, which the caller fills in, to the words.
  static func values(
    _ query: DocumentQuery, _ page: PageRequest<DocumentPosition>, _ moment: Timestamp,
    _ driver: SearchPlan.Driver
  ) -> [SQLValue] {
    let isDescending = query.sort.isDescending
    var (low, high) = (lowest(query.createdFrom), highest(query.createdBefore))
    if query.sort.key == .created, let after = page.after {
      if isDescending { high = .id(after.id) } else { low = .id(after.id) }
    }
    // Before everything, and behind it: a blob is more than each text.
    let since = query.updatedSince.map { SQLValue.time($0) } ?? .integer(.min)
    let least = (since, SQLValue.text(""), lowest(nil))
    let most = (SQLValue.integer(.max), SQLValue.blob([0xff]), highest(nil))
    let start = page.after.map { position($0) } ?? (isDescending ? most : least)
    let stop = isDescending ? least : most
    var values: [SQLValue] = [
      .null, low, high, start.0, start.1, start.2, .integer(Int64(page.limit + 1)),
      .optional(query.type?.text), .time(query.createdFrom), .time(query.createdBefore),
      .integer(query.updatedSince?.milliseconds ?? .min), .optional(query.period?.text),
      .optional(query.period?.textAfter), .optional(query.hasCurrentVersion.map { $0 ? 1 : 0 }),
      .time(moment), driver.low, driver.high,
    ]
    values += filled(query.labels.map { " \($0) " }, DocumentQuery.labelsMax)
    values += filled(query.words.map { " " + $0 }, DocumentQuery.wordsMax)
    values += [stop.0, stop.1, stop.2]
    return values
  }

  /// Ends the walk before this document.
  static func stop(
    _ values: inout [SQLValue], before position: DocumentPosition, _ sort: DocumentSort
  ) {
    if sort.key == .created {
      values[sort.isDescending ? 1 : 2] = .id(position.id)
    } else {
      (values[33], values[34], values[35]) = self.position(position)
    }
  }

  private static func position(
    _ position: DocumentPosition
  ) -> (SQLValue, SQLValue, SQLValue) {
    (.time(position.updatedAt), .text(position.words), .id(position.id))
  }

  private static func filled(_ texts: [String], _ count: Int) -> [SQLValue] {
    GrantKey.filled(Array(texts.prefix(count)), count)
  }

  /// What is less than each id of a document that was created at `moment` or later.
  private static func lowest(_ moment: Timestamp?) -> SQLValue {
    guard let moment, moment.milliseconds > 0 else { return .blob([]) }
    return .words(high: UInt64(moment.milliseconds) << 16, low: 0)
  }

  /// What is more than each id of a document that was created before `moment`.
  private static func highest(_ moment: Timestamp?) -> SQLValue {
    guard let moment else { return .blob([UInt8](repeating: 0xff, count: 17)) }
    return .words(high: UInt64(max(0, moment.milliseconds)) << 16, low: 0)
  }

  // MARK: Texts

  /// The last row of a walk and the first one behind it, ?7 being how many rows lie before both.
  ///
  /// Along the index alone, whatever filters say: what is walked counts, not what is found.
  static func endOfWalk(_ plan: SearchPlan) -> Query {
    let key = SearchPlan(sort: plan.sort, source: plan.source, isRestricted: false)
    return ends.withLock { ends in
      if let known = ends[key] { return known }
      let query = Query(endSQL(key))
      ends[key] = query
      return query
    }
  }

  private static let ends = Lock([SearchPlan: Query]())

  private static func endSQL(_ plan: SearchPlan) -> String {
    let sort = order(plan)
    let from =
      switch plan.source {
      case .all, .few: "documents d\(walked(plan.sort.key)) where d.tenant = ?1"
      case .type: "documents d indexed by documents_type where d.tenant = ?1 and d.type = ?8"
      case .label: "document_labels l where l.tenant = ?1 and l.label = ?16"
      }
    let position =
      switch plan.sort.key {
      case .created: plan.source == .label ? "l.document, 0, ''" : "d.id, 0, ''"
      case .updated: "d.id, d.updated_at, ''"
      case .title: "d.id, 0, d.words"
      }
    return """
      select \(position) from \(from) and \(sort.walk) and ?36 is ?36
      order by \(sort.columns) limit 2 offset ?7
      """
  }

  private static func sql(_ plan: SearchPlan) -> String {
    var tables = [String]()
    if plan.isRestricted { tables.append("mine as materialized (\(mine))") }
    var from = "documents d"
    switch plan.source {
    case .all: from += walked(plan.sort.key)
    case .type: from += " indexed by documents_type"
    case .label:
      from = """
        document_labels l cross join documents d not indexed
          on l.tenant = ?1 and l.label = ?16 and l.document > ?2 and l.document < ?3
          and d.id = l.document
        """
    case .few(let few):
      tables.append("candidates as materialized (\(candidates(few)))")
      from = "candidates c cross join documents d not indexed on d.id = c.id"
    }
    let sort = order(plan)
    return """
      \(tables.isEmpty ? "" : "with " + tables.joined(separator: ", "))
      select \(Row.documentColumns.split(separator: ",").map { "d." + $0.drop { $0 == " " } }
        .joined(separator: ", "))
      from \(from)
      where d.tenant = ?1 and \(sort.walk) and d.id > ?2 and d.id < ?3
        and d.deleted_at is null and d.updated_at >= ?11
        \(plan.source == .type ? "and d.type = ?8" : "and (?8 is null or d.type = ?8)")
        \(filters)
        \(plan.isRestricted ? "and " + reached : "and ?36 is ?36")
      order by \(sort.columns) limit ?7
      """
  }

  private static func walked(_ key: DocumentSort.Key) -> String {
    switch key {
    case .created: " not indexed"
    case .updated: " indexed by documents_updated"
    case .title: " indexed by documents_title"
    }
  }

  private static func order(_ plan: SearchPlan) -> (walk: String, columns: String) {
    let direction = plan.sort.isDescending ? "desc" : "asc"
    let (from, to) = plan.sort.isDescending ? ("<", ">") : (">", "<")
    let id = plan.source == .label ? "l.document" : "d.id"
    switch plan.sort.key {
    case .created: return ("\(id) > ?2 and \(id) < ?3", "\(id) \(direction)")
    case .updated:
      return (
        "(d.updated_at, d.id) \(from) (?4, ?6) and (d.updated_at, d.id) \(to) (?34, ?36)",
        "d.updated_at \(direction), d.id \(direction)"
      )
    case .title:
      return (
        "(d.words, d.id) \(from) (?5, ?6) and (d.words, d.id) \(to) (?35, ?36)",
        "d.words \(direction), d.id \(direction)"
      )
    }
  }

  private static let filters: String = {
    let labels = (18..<(18 + DocumentQuery.labelsMax)).map {
      "and (?\($0) is null or instr(' ' || d.labels || ' ', ?\($0)) > 0)"
    }
    let words = (26..<(26 + DocumentQuery.wordsMax)).map {
      "and (?\($0) is null or instr(d.words, ?\($0)) > 0)"
    }
    return """
      \(words.joined(separator: "\n  "))
      \(labels.joined(separator: "\n  "))
      and (?9 is null or d.created_at >= ?9) and (?10 is null or d.created_at < ?10)
      and (?12 is null or (d.period >= ?12 and d.period < ?13))
      and (?14 is null or ?14 = exists (
        select 1 from versions v
        where v.tenant = ?1 and v.document = d.id and v.withdrawn_at is null
          and v.valid_from <= ?15 and (v.valid_until is null or v.valid_until > ?15)))
      """
  }()

  private static let holding = """
    tenant = ?1 and rights & ?37 <> 0 and (valid_until is null or valid_until > ?15)
      and holder in (\(SQLText.parameters(38, holdersMax)))
    """
  /// What the grants of the holders reach beyond single documents.
  private static let mine = """
    select distinct reach from grants indexed by grants_lookup
    where \(holding) and reach >= 'label:'
    """
  private static let reached = """
    (exists (
      select 1 from mine where reach = 'type:' || d.type or (reach glob 'label:*'
        and instr(' ' || d.labels || ' ', ' ' || substr(reach, 7) || ' ') > 0))
    or exists (
      select 1 from grants g indexed by grants_document
      where g.document = d.id and \(holding)))
    """

  private static func candidates(_ few: SearchPlan.Few) -> String {
    switch few {
    case .type:
      "select id from documents indexed by documents_type where tenant = ?1 and type = ?16"
    case .label: "select document as id from document_labels where tenant = ?1 and label = ?16"
    case .word:
      """
      select distinct document as id from document_words
      where tenant = ?1 and word >= ?16 and word < ?17
      """
    case .period:
      """
      select id from documents indexed by documents_period
      where tenant = ?1 and period >= ?16 and period < ?17
      """
    case .created:
      "select id from documents not indexed where tenant = ?1 and id > ?16 and id < ?17"
    case .updated:
      """
      select id from documents indexed by documents_updated
      where tenant = ?1 and updated_at >= ?16
      """
    case .reach:
      """
      select document as id from grants indexed by grants_lookup
      where \(holding) and reach >= 'document:' and reach < 'document;'
      union select t.id from mine join documents t indexed by documents_type
        on t.tenant = ?1 and t.type = substr(mine.reach, 6) where mine.reach glob 'type:*'
      union select l.document from mine join document_labels l
        on l.tenant = ?1 and l.label = substr(mine.reach, 7) where mine.reach glob 'label:*'
      """
    }
  }
}
