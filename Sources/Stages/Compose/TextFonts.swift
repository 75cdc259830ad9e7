import Fonts
import Pipeline
import Threads

/// Tells the author when texts will not look as wished: another font, or characters that no font has.
struct TextFonts {
  private struct Look: Hashable {
    let family: String
    let isBold: Bool
  }

  private struct Finding {
    let used: String
    let missing: [Unicode.Scalar]
  }

  private let texts: [Look: String]

  /// - Parameter film: its texts are looked at.
  init(in film: Timeline) {
    var texts: [Look: String] = [:]
    for clip in film.layers.flatMap(\.clips) {
      guard case .text(let text) = clip.source else { continue }
      texts[Look(family: text.font, isBold: text.bold), default: ""] += text.text
    }
    self.texts = texts
  }

  func warn(_ context: StageContext) async throws {
    for (look, text) in texts.sorted(by: { $0.key.family < $1.key.family }) {
      do throws(FontError) {
        let finding = try await BlockingThread.run("fonts") { () throws(FontError) in
          Finding(
            used: try Font.nearest(to: look.family, bold: look.isBold).family,
            missing: try Font.missing(in: text, family: look.family, bold: look.isBold).everywhere)
        }
        warn(finding, look, context)
      } catch {
        throw StageError(
          .configuration, "no font can be found; install one, such as Debian's fonts-dejavu-core",
          cause: error.description, field: "scenes")
      }
    }
  }

  private func warn(_ finding: Finding, _ look: Look, _ context: StageContext) {
    let generic: Set = ["sans", "sans-serif", "serif", "mono", "monospace"]
    let wanted = look.family.lowercased()
    if finding.used.lowercased() != wanted, !generic.contains(wanted) {
      context.warn(
        "the font `\(look.family)` is not installed; `\(finding.used)` is used instead",
        field: "scenes")
    }
    if !finding.missing.isEmpty {
      let shown = finding.missing.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
      context.warn("no installed font has \(shown); empty boxes will be drawn", field: "scenes")
    }
  }
}
