/// Numbers of one kind, by labels, as Prometheus collects them.
struct MetricFamily: Sendable {
  enum Kind: String, Sendable { case counter, gauge, histogram }

  struct Histogram: Sendable {
    var counts: [Int]
    var sum = 0.0
    var count = 0
  }

  let name: String
  let help: String
  let kind: Kind
  let labels: [String]
  /// Upper bounds of a histogram.
  let bounds: [Double]
  private var values: [[String]: Double] = [:]
  private var histograms: [[String]: Histogram] = [:]

  init(
    _ name: String, _ kind: Kind, _ help: String, labels: [String] = [], bounds: [Double] = []
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
    self.bounds = bounds
  }

  mutating func add(_ amount: Double = 1, _ labels: String...) {
    values[labels, default: 0] += amount
  }

  mutating func set(_ value: Double, _ labels: String...) { values[labels] = value }

  mutating func observe(_ value: Double, _ labels: String...) {
    var histogram = histograms[labels] ?? Histogram(counts: bounds.map { _ in 0 })
    for (index, bound) in bounds.enumerated() where value <= bound { histogram.counts[index] += 1 }
    histogram.sum += value
    histogram.count += 1
    histograms[labels] = histogram
  }

  /// In the text format, version 0.0.4.
  var text: String {
    // A family without any value is left out: `promtool` takes its head for an empty metric.
    if values.isEmpty, histograms.isEmpty { return "" }
    var lines = ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"]
    for (labels, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      lines.append("\(name)\(written(labels)) \(Self.number(value))")
    }
    for (labels, histogram) in histograms.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      for (bound, count) in zip(bounds, histogram.counts) {
        lines.append("\(name)_bucket\(written(labels, le: Self.number(bound))) \(count)")
      }
      lines.append("\(name)_bucket\(written(labels, le: "+Inf")) \(histogram.count)")
      lines.append("\(name)_sum\(written(labels)) \(Self.number(histogram.sum))")
      lines.append("\(name)_count\(written(labels)) \(histogram.count)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func written(_ values: [String], le bound: String? = nil) -> String {
    var pairs = zip(labels, values).map { "\($0)=\"\(Self.escaped($1))\"" }
    if let bound { pairs.append("le=\"\(bound)\"") }
    return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}
