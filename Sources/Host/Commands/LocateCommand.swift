import Foundation
import Pipeline

/// `videocraft locate`: what is seen and heard at a moment of a film, and which lines made it.
struct LocateCommand: Command {
  static let name = "locate"
  static let summary =
    "Tells what a film shows at a time (1:23.4), and which line of which file made it."
  static let operands = "FILE|FOLDER TIME"
  static let operandCount = 2...2
  static let options = [ReportOptions.format]

  /// In JSON.
  private struct Answer: Encodable {
    var map: String
    /// Seconds.
    var time: Double
    var frame: Int
    var entries: [SourceMap.Entry]
  }

  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let text = arguments.operands[1]
    guard let time = FilmTime.seconds(text) else {
      throw UsageError("`\(text)` is no time in a film, such as 1:23.4, 83.4s or 2500ms")
    }
    let file = try SourceMapFile.find(arguments.operands[0])
    let map = try SourceMapFile.read(file)
    guard time <= map.duration else {
      throw LookupError(
        "the film is over at \(FilmTime.text(map.duration)); `\(text)` is behind its end")
    }
    // The end of the film is its last moment.
    let moment = min(time, map.duration.nextDown)
    let found = map.entries(at: moment)
    let frame = map.frame(at: moment)
    if arguments.wantsJSON {
      console.out(
        try JSONText.pretty(Answer(map: file.path, time: time, frame: frame, entries: found)))
    } else {
      console.out(
        LocateText(map: map, time: time, frame: frame, entries: found, colour: console.usesColour)
          .text)
    }
    return .done
  }
}

extension SourceMap {
  /// The frame that is showing.
  fileprivate func frame(at seconds: Double) -> Int {
    let parts = frameRate.split(separator: "/").compactMap { Int($0) }
    guard parts.count == 2, parts[0] > 0, parts[1] > 0, frameCount > 0 else { return 0 }
    // A microsecond of grace: times are rounded to it.
    let frame = FrameRate(parts[0], per: parts[1]).frame(at: MediaTime(seconds: seconds + 1e-6))
    return min(frame, frameCount - 1)
  }
}

/// Finds and reads the map of a film.
enum SourceMapFile {
  /// - Parameter path: of a film, of an HLS package or a playlist in it, of a map, or of a folder with outputs.
  static func find(_ path: String) throws -> URL {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw LookupError("there is no file or folder `\(path)`")
    }
    if path.hasSuffix(SourceMap.suffix) { return url }
    let owners =
      isFolder.boolValue ? [url] : [url.deletingPathExtension(), url.deletingLastPathComponent()]
    for owner in owners {
      let map = URL(fileURLWithPath: owner.path + SourceMap.suffix)
      if FileManager.default.fileExists(atPath: map.path) { return map }
    }
    guard isFolder.boolValue else { throw missing(path) }
    return try onlyMap(in: url, path)
  }

  private static func onlyMap(in folder: URL, _ path: String) throws -> URL {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let maps = names.filter { $0.hasSuffix(SourceMap.suffix) }.sorted()
      .map(folder.appendingPathComponent)
    guard let first = maps.first else { throw missing(path) }
    let films = Set(try maps.map { try read($0).filmDigest })
    guard films.count == 1 else {
      throw LookupError(
        "there are several films in `\(path)`; name one: "
          + maps.map { "`\(String($0.lastPathComponent.dropLast(SourceMap.suffix.count)))`" }
          .joined(separator: ", "))
    }
    return first
  }

  private static func missing(_ path: String) -> LookupError {
    LookupError(
      """
      there is no map (`*\(SourceMap.suffix)`) beside `\(path)`
      `videocraft run` writes one beside each film that it renders.
      """)
  }

  static func read(_ url: URL) throws -> SourceMap {
    struct Head: Decodable {
      var format: String?
      var version: Int?
    }
    let name = url.lastPathComponent
    guard let bytes = FileManager.default.contents(atPath: url.path) else {
      throw LookupError("`\(name)` cannot be read")
    }
    let head = try? JSONDecoder().decode(Head.self, from: bytes)
    guard head?.format == SourceMap.format else {
      throw LookupError("`\(name)` is no map of a film")
    }
    guard head?.version == SourceMap.version else {
      throw LookupError(
        "`\(name)` is a map in version \(head?.version ?? 0); this VideoCraft reads version "
          + "\(SourceMap.version). Run the pipeline again: nothing is rendered twice.")
    }
    do { return try JSONDecoder().decode(SourceMap.self, from: bytes) } catch {
      throw LookupError("`\(name)` is damaged; run the pipeline again to write it anew")
    }
  }
}
