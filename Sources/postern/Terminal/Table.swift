// Rows for people: aligned columns, and text from elsewhere without the power to steer a terminal.

/// Lays out rows below a heading.
enum Table {
  /// The least that is left of the last column where a table is too wide.
  private static let lastWidthMin = 12

  /// The lines of the table, each with a line end; nothing for no rows.
  ///
  /// Where they would be longer than `width`, the last column is cut, which holds what is longest.
  static func text(
    _ headings: [String], _ rows: [[String]], style: Style, width: Int? = nil
  ) -> String {
    guard !rows.isEmpty else { return "" }
    var cells = rows.map { $0.map(Plain.text) }
    if let width { cells = cut(cells, headings, to: width) }
    let widths = headings.indices.map { column in
      max(headings[column].count, cells.map { $0[column].count }.max() ?? 0)
    }
    let lines = [line(headings, widths).map(style.dim)] + cells.map { line($0, widths) }
    return lines.map { $0.joined() + "\n" }.joined()
  }

  /// The lines `name  value`, each with a line end; a value that is nothing is left out.
  static func facts(_ facts: [(String, String?)], style: Style) -> String {
    let present = facts.compactMap { name, value in value.map { (Plain.text(name), $0) } }
    let width = present.map { $0.0.count }.max() ?? 0
    return present.map { name, value in
      style.dim(padded(name, to: width + 2)) + Plain.text(value) + "\n"
    }.joined()
  }

  private static func cut(
    _ rows: [[String]], _ headings: [String], to width: Int
  ) -> [[String]] {
    let last = headings.count - 1
    let before = (0..<last).reduce(0) { sum, column in
      sum + 2 + max(headings[column].count, rows.map { $0[column].count }.max() ?? 0)
    }
    let left = max(lastWidthMin, width - before)
    return rows.map { row in
      guard row[last].count > left else { return row }
      return row.dropLast() + [row[last].prefix(left - 1) + "…"]
    }
  }

  private static func line(_ cells: [String], _ widths: [Int]) -> [String] {
    cells.indices.map { column in
      column == cells.count - 1 ? cells[column] : padded(cells[column], to: widths[column] + 2)
    }
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

/// Text that somebody else chose, such as a title or a file name.
enum Plain {
  /// The text with each control and format character shown as `?`: a file name must not move the
  /// cursor, set a colour or turn the direction of what follows.
  static func text(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
        result.append("?")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
