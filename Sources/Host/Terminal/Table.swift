/// Rows of text in columns as wide as they need to be.
struct Table {
  enum Alignment { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// - Parameter headings: shown above the columns; a column whose heading begins with `>` is aligned right.
  init(_ headings: String...) {
    alignments = headings.map { $0.hasPrefix(">") ? .right : .left }
    rows = [headings.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }]
  }

  mutating func add(_ cells: String...) { rows.append(cells) }

  var isEmpty: Bool { rows.count == 1 }

  /// One line per row, each with a line feed; the last column is not filled up.
  func text(indent: Int = 0) -> String {
    let widths = alignments.indices.map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        if alignments[column] == .right { return cell.leftPadded(to: widths[column]) }
        return column == row.count - 1 ? cell : cell.padded(to: widths[column])
      }
      let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
      return line.trimmingTrailingSpaces + "\n"
    }.joined()
  }
}

extension String {
  var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
