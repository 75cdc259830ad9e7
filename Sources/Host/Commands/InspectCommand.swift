import Foundation
import Media
import Pipeline

/// `videocraft inspect`: what a film or a package is, what made it, and whether it is whole.
struct InspectCommand: Command {
  static let name = "inspect"
  static let summary = "Tells what a media file or HLS package is, what made it, and what is wrong."
  static let operands = "FILE|FOLDER|PLAYLIST"
  static let operandCount = 1...1
  static let options = [
    OptionSpec(name: "loudness", summary: "measures how loud it is, which decodes all its sound"),
    ReportOptions.format,
  ]

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let word = arguments.operands[0]
    let target = try InspectionTarget(word)
    let problems: [String]
    switch target.kind {
    case .file:
      let facts = try await FileInspector.inspect(
        target.url, as: target.name, measuresLoudness: arguments.has("loudness"))
      problems = facts.problems
      console.out(
        arguments.wantsJSON ? try JSONText.pretty(facts) : InspectText.text(facts))
    case .playlist:
      if arguments.has("loudness") {
        throw UsageError("`--loudness` measures a file; name the film, or one of the segments")
      }
      let facts = try await PlaylistInspector.inspect(target.url, as: target.name)
      problems = facts.problems
      console.out(
        arguments.wantsJSON ? try JSONText.pretty(facts) : InspectText.text(facts))
    }
    return problems.isEmpty ? .done : .wrong
  }
}

/// What somebody wants to know about.
struct InspectionTarget {
  enum Kind { case file, playlist }

  let url: URL
  let name: String
  let kind: Kind

  init(_ path: String) throws {
    guard !path.contains("://") else {
      throw UsageError(
        "`\(path)` is an address; `inspect` looks at files only, so download it first")
    }
    var url = URL(fileURLWithPath: path).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw LookupError("there is no file or folder `\(path)`")
    }
    if isFolder.boolValue { url = try Self.entry(of: url, path) }
    self.url = url
    name = url.lastPathComponent
    kind = ["m3u8", "m3u"].contains(url.pathExtension.lowercased()) ? .playlist : .file
  }

  /// The playlist or the only film in a folder.
  private static func entry(of folder: URL, _ path: String) throws -> URL {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    let playlists = names.filter { $0.hasSuffix(".m3u8") }
    if playlists.contains("master.m3u8") { return folder.appendingPathComponent("master.m3u8") }
    if playlists.count == 1 { return folder.appendingPathComponent(playlists[0]) }
    let media = names.filter {
      let type = MediaTypes.type(forExtension: ($0 as NSString).pathExtension)
      return ["video/", "audio/"].contains { type.hasPrefix($0) }
    }
    let packages = names.filter { name in
      FileManager.default.fileExists(
        atPath: folder.appendingPathComponent("\(name)/master.m3u8").path)
    }
    if media.count == 1, packages.isEmpty { return folder.appendingPathComponent(media[0]) }
    if media.isEmpty, packages.count == 1 {
      return folder.appendingPathComponent("\(packages[0])/master.m3u8")
    }
    let found = (playlists.isEmpty ? media + packages : playlists).prefix(5)
    throw LookupError(
      found.isEmpty
        ? "there is neither a film nor a playlist in `\(path)`"
        : "there are several in `\(path)`; name one: "
          + found.map { "`\($0)`" }.joined(separator: ", "))
  }
}
