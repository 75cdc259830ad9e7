import Fonts
import Pipeline
import Threads

/// Tells the author when text will not look as wished: another font, or characters that no font has.
struct FontCheck {
  let options: Burn.Options

  func warn(about captions: Captions, _ context: StageContext) async throws {
    let text = captions.cues.flatMap(\.lines).flatMap { $0 }.map(\.text).joined()
    let (family, bold) = (options.font, options.bold)
    do throws(FontError) {
      let findings = try await BlockingThread.run("fonts") { () throws(FontError) in
        (
          font: try Font.nearest(to: family, bold: bold),
          missing: try Font.missing(in: text, family: family, bold: bold)
        )
      }
      if !Self.isSame(findings.font.family, family) {
        context.warn(
          "the font `\(family)` is not installed; `\(findings.font.family)` is used instead",
          field: "font")
      }
      warn(findings.missing, usedFamily: findings.font.family, context)
    } catch {
      throw StageError(
        .configuration, "no font can be found; install one, such as Debian's fonts-dejavu-core",
        cause: error.description, field: "font")
    }
  }

  private func warn(
    _ missing: (inFamily: [Unicode.Scalar], everywhere: [Unicode.Scalar]), usedFamily: String,
    _ context: StageContext
  ) {
    if !missing.everywhere.isEmpty {
      context.warn(
        "no installed font has \(Self.list(missing.everywhere)), which `\(usedFamily)` lacks; "
          + "empty boxes will be drawn", field: "font")
    }
    let borrowed = missing.inFamily.filter { !missing.everywhere.contains($0) }
    if !borrowed.isEmpty {
      context.warn(
        "the font `\(usedFamily)` lacks \(Self.list(borrowed)); another font draws them",
        field: "font")
    }
  }

  /// A generic name asks for whatever there is of its kind.
  private static func isSame(_ found: String, _ wanted: String) -> Bool {
    let wanted = wanted.lowercased()
    return found.lowercased() == wanted
      || ["sans", "sans-serif", "serif", "mono", "monospace"].contains(wanted)
  }

  /// At most eight characters with their code points.
  private static func list(_ scalars: [Unicode.Scalar]) -> String {
    let shown = scalars.prefix(8).map { scalar in
      "`\(scalar)` (U+\(String(scalar.value, radix: 16, uppercase: true)))"
    }
    let rest = scalars.count - shown.count
    return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
