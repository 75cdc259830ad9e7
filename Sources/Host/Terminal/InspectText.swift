import Foundation
import Media
import Pipeline

/// What is known about a film, for people.
enum InspectText {
  static func text(_ facts: FileFacts) -> String {
    var rows: [(String, String)] = [
      ("container", facts.container), ("size", Amount.bytes(facts.byteCount)),
    ]
    if let duration = facts.duration { rows.append(("duration", FilmTime.text(duration))) }
    if let rate = facts.bitsPerSecond { rows.append(("bit rate", Self.rate(rate))) }
    if let picture = facts.picture { rows.append(("picture", text(picture))) }
    if let picture = facts.picture, !facts.isStillImage {
      rows.append(("colour", colour(picture)))
    }
    if let sound = facts.sound { rows.append(("sound", text(sound))) }
    if let loudness = facts.loudness { rows.append(("loudness", "\(loudness) LUFS")) }
    let others = facts.streamCount - (facts.picture == nil ? 0 : 1) - (facts.sound == nil ? 0 : 1)
    if others > 0 { rows.append(("more", Amount.things(others, "other stream"))) }
    for (name, value) in facts.tags.sorted(by: { $0.key < $1.key })
    where !brands.contains(name) && !(name == ProvenanceText.tag && facts.provenance != nil) {
      rows.append((name, ValueText.cut(oneLine(value), to: 100)))
    }
    return whole(facts.file, rows, facts.provenance, [], facts.problems)
  }

  /// What MP4 files say about their form, which matters to programs alone.
  private static let brands: Set = ["compatible_brands", "major_brand", "minor_version"]

  static func text(_ facts: PlaylistFacts) -> String {
    var rows: [(String, String)] = [
      ("kind", facts.isMaster ? "HLS master playlist" : "HLS media playlist")
    ]
    if let version = facts.version { rows.append(("version", "\(version)")) }
    var table = Table(
      "KIND", "PLAYLIST", "PICTURE", ">SEGMENTS", ">LENGTH", ">LONGEST", ">TARGET", ">BANDWIDTH",
      ">SIZE", "STATE")
    for rendition in facts.renditions {
      table.add(
        rendition.kind, rendition.uri, rendition.resolution ?? rendition.language ?? "",
        "\(rendition.segmentCount)", FilmTime.text(rendition.duration),
        String(format: "%.3f s", rendition.longestSegment),
        rendition.targetDuration.map { "\($0) s" } ?? "none",
        rendition.bandwidth.map(rate) ?? "", Amount.bytes(rendition.byteCount),
        [
          rendition.type ?? "live", rendition.isComplete ? "complete" : "growing",
          rendition.isIndependent ? "independent" : nil,
        ].compactMap(\.self).joined(separator: ", "))
    }
    let lines = table.isEmpty ? [] : ["", table.text(indent: 2).trimmingLineFeed]
    return whole(facts.file, rows, facts.provenance, lines, facts.problems)
  }

  private static func whole(
    _ name: String, _ rows: [(String, String)], _ made: ProvenanceText?, _ more: [String],
    _ problems: [String]
  ) -> String {
    let width = max(10, rows.map(\.0.count).max() ?? 0)
    func row(_ name: String, _ value: String) -> String {
      "  \(name.padded(to: width))  \(value)"
    }
    var lines = [oneLine(name)] + rows.map(row) + more + [""]
    if let made {
      lines += [
        "Made by VideoCraft \(oneLine(made.provenance.version))",
        row("pipeline", oneLine(made.provenance.pipeline)),
        row("digest", "sha256:\(made.provenance.digest)"),
        row("film", "sha256:\(made.filmDigest)"),
      ]
    } else {
      lines.append("No provenance: it does not say that VideoCraft made it.")
    }
    lines.append("")
    lines +=
      problems.isEmpty
      ? ["Nothing is wrong with it."]
      : ["\(Amount.things(problems.count, "problem"))"] + problems.map { "  \(oneLine($0))" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(_ picture: FileFacts.Picture) -> String {
    var parts = [picture.codec + (picture.profile.map { " (\($0))" } ?? ""), picture.size]
    if let coded = picture.codedSize { parts.append("stored as \(coded)") }
    if picture.rotation != 0 { parts.append("turned by \(picture.rotation)°") }
    if let rate = picture.frameRate {
      parts.append("\(fraction(rate)) frames/s" + (picture.isVariable ? " on average" : ""))
    }
    if let count = picture.frameCount, count > 1 { parts.append("\(count) frames") }
    parts.append(picture.pixelFormat)
    if let bits = picture.bitsPerSecond { parts.append(rate(bits)) }
    return parts.joined(separator: ", ")
  }

  private static func colour(_ picture: FileFacts.Picture) -> String {
    let tags = [picture.colourPrimaries, picture.colourTransfer, picture.colourMatrix]
    guard tags.contains(where: { $0 != nil }) || picture.colourRange != nil else {
      return "not tagged"
    }
    let known = tags.map { $0 ?? "unknown" }
    let names = Set(known).count == 1 ? known[0] : known.joined(separator: "/")
    return names + (picture.colourRange.map { ", \($0) range" } ?? "")
  }

  private static func text(_ sound: FileFacts.Sound) -> String {
    var parts = [
      sound.codec + (sound.profile.map { " (\($0))" } ?? ""), "\(sound.sampleRate) Hz",
      Amount.things(sound.channels, "channel"),
    ]
    if let duration = sound.duration { parts.append(FilmTime.text(duration)) }
    if let language = sound.language { parts.append(oneLine(language)) }
    if let bits = sound.bitsPerSecond { parts.append(rate(bits)) }
    return parts.joined(separator: ", ")
  }

  /// `30`, `29.97`.
  private static func fraction(_ text: String) -> String {
    let parts = text.split(separator: "/").compactMap { Double($0) }
    guard parts.count == 2, parts[1] > 0 else { return text }
    let value = parts[0] / parts[1]
    return value == value.rounded() ? "\(Int(value))" : String(format: "%.3f", value)
  }

  private static func rate(_ bitsPerSecond: Int) -> String {
    bitsPerSecond < 1_000_000
      ? "\((bitsPerSecond + 500) / 1000) kbit/s"
      : String(format: "%.1f Mbit/s", Double(bitsPerSecond) / 1e6)
  }

  /// What a file says about itself may hold anything; a terminal gets letters only.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

extension String {
  fileprivate var trimmingLineFeed: String { hasSuffix("\n") ? String(dropLast()) : self }
}
