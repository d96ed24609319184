// The texts of documents between the contract and the domain.

import Base
import Delivery
import Wire

enum DocumentText {
  static func type(_ text: String) throws(Problem) -> DocumentType {
    guard let type = DocumentType(text) else {
      throw Problem(.memberInvalid, "type is a word of a-z, 0-9 and hyphens.")
    }
    return type
  }

  static func labels(_ texts: [String], _ name: String) throws(Problem) -> [Label] {
    let labels = texts.compactMap { Label($0) }
    guard labels.count == texts.count else {
      throw Problem(.memberInvalid, "\(name) are words of a-z, 0-9 and hyphens.")
    }
    return labels
  }

  static func period(_ text: String) throws(Problem) -> DocumentPeriod {
    guard let period = DocumentPeriod(text) else {
      throw Problem(
        .memberInvalid, "period is a year, a month or a day such as 2026, 2026-11 or 2026-11-21.")
    }
    return period
  }

  static func moment(_ text: String, _ name: String) throws(Problem) -> Timestamp {
    guard let moment = Timestamp(text) else {
      throw Problem(.memberInvalid, "\(name) is a moment such as 2026-11-21T09:00:00Z.")
    }
    return moment
  }

  static func order(
    _ body: DocumentChangeBody, _ document: DocumentID
  ) throws(Problem) -> EditDocument.Order {
    var order = EditDocument.Order(document)
    order.title = body.title
    order.type = try body.type.map { text throws(Problem) in try type(text) }
    order.labels = try body.labels.map { list throws(Problem) in try labels(list, "labels") }
    order.addedLabels = try labels(body.addLabels ?? [], "add_labels")
    order.removedLabels = try labels(body.removeLabels ?? [], "remove_labels")
    if let text = body.period {
      order.period = .some(try text.map { text throws(Problem) in try period(text) })
    }
    order.revision = body.revision
    return order
  }
}
