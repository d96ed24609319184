// The query of `GET /v1/documents`.

import Base
import Delivery
import Wire

enum DocumentSearch {
  static let parameters = [
    "limit", "cursor", "type", "label", "q", "period", "updated_since", "created_from",
    "created_before", "current", "sort",
  ]

  /// What is asked for; labels are joined by commas, `sort` begins with a hyphen to turn it round.
  static func query(_ query: QueryReader) throws(Problem) -> DocumentQuery {
    let text = try query.value("q") { text in
      text.utf8.count <= DocumentQuery.textBytesMax && !TitleWords(text).list.isEmpty ? text : nil
    }
    return DocumentQuery(
      type: try query.value("type") { DocumentType($0) },
      labels: try query.value("label", labels) ?? [], text: text,
      period: try query.value("period") { DocumentPeriod($0) },
      updatedSince: try query.value("updated_since") { Timestamp($0) },
      createdFrom: try query.value("created_from") { Timestamp($0) },
      createdBefore: try query.value("created_before") { Timestamp($0) },
      hasCurrentVersion: try query.value("current") { ["true": true, "false": false][$0] },
      sort: try query.value("sort", sort) ?? DocumentSort())
  }

  private static func labels(_ text: String) -> [Label]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let labels = parts.compactMap { Label(String($0)) }
    guard labels.count == parts.count, labels.count <= DocumentQuery.labelsMax else { return nil }
    return labels
  }

  private static func sort(_ text: String) -> DocumentSort? {
    let isDescending = text.hasPrefix("-")
    return DocumentSort.Key(rawValue: String(text.dropFirst(isDescending ? 1 : 0)))
      .map { DocumentSort($0, isDescending: isDescending) }
  }
}
