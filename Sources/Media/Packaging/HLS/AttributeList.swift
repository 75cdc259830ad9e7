import Foundation

/// The attributes of a playlist's tag (RFC 8216, 4.2). What is nil or empty is left out.
struct AttributeList {
  private var pairs: [String] = []

  var text: String { pairs.joined(separator: ",") }

  mutating func add(_ name: String, _ value: String?) {
    if let value { pairs.append("\(name)=\(value)") }
  }

  mutating func add(_ name: String, _ value: Int?) { add(name, value.map(String.init)) }

  mutating func add(_ name: String, _ values: [String]) {
    if !values.isEmpty { add(name, quoted: values.joined(separator: ",")) }
  }

  /// Quoted strings have no way to write a quotation mark or the end of a line.
  mutating func add(_ name: String, quoted value: String?) {
    guard let value else { return }
    let scalars = value.unicodeScalars.map { scalar -> Unicode.Scalar in
      if scalar == "\"" { return "'" }
      return CharacterSet.newlines.contains(scalar) || scalar.properties.generalCategory == .control
        ? " " : scalar
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    add(name, "\"\(text)\"")
  }
}

/// Numbers as playlists have them: with a point whatever the locale, and never with an exponent.
enum HLSDecimal {
  static func text(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { product, _ in product * 10 }
    let units = Int((value * Double(scale)).rounded())
    let fraction = String(units % scale)
    return "\(units / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
