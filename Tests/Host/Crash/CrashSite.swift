import Foundation
import Pipeline
import TestSupport
import Testing

@testable import videocraft

/// A data folder and an output folder in which one pipeline is run until it is done, however often it is killed.
struct CrashSite: Sendable {
  let pipeline: CrashPipeline
  let arguments: [String]
  let folder: TestFolder
  /// Where all sites of one pipeline have their speech program, so that its processes can be told from others.
  let speech: String
  private let work: TestFolder

  var data: URL { work.file("data") }
  var outputs: URL { work.file("out") }

  init(_ pipeline: CrashPipeline, arguments: [String], folder: TestFolder, speech: String) throws {
    self.pipeline = pipeline
    self.arguments = arguments
    self.folder = folder
    self.speech = speech
    work = try TestFolder()
  }

  func start() async throws -> TestProcess {
    try await TestProcess.videocraft(
      [
        "run", folder.file("\(pipeline.name).yaml").path, "-o", outputs.path, "--data-dir",
        data.path, "--format", "json",
      ] + arguments, in: work, environment: ["VIDEOCRAFT_SPEECH": speech])
  }

  /// What lies in the output folder, by path; hidden files are not looked at unless asked for.
  func outputFiles(hidden: Bool = false) throws -> [String: Data] {
    guard FileManager.default.fileExists(atPath: outputs.path) else { return [:] }
    let paths = try FileManager.default.subpathsOfDirectory(atPath: outputs.path)
    return try paths.reduce(into: [:]) { files, path in
      if !hidden, path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { return }
      let url = outputs.appendingPathComponent(path)
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
        !isFolder.boolValue
      {
        files[path] = try Data(contentsOf: url)
      }
    }
  }

  /// Paths of files in folders of the data folder that hold something only while somebody works.
  func remains() -> [String] {
    ["scratch", "control", "artifacts/incoming"].flatMap { name in
      let paths =
        (try? FileManager.default.subpathsOfDirectory(
          atPath: data.appendingPathComponent(name).path)) ?? []
      return paths.map { "\(name)/\($0)" }
    }
  }

  /// Artifacts whose bytes are not those that their name stands for.
  func damagedArtifacts() throws -> [String] {
    let objects = data.appendingPathComponent("artifacts/objects")
    guard FileManager.default.fileExists(atPath: objects.path) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: objects.path).filter { path in
      let name = (path as NSString).lastPathComponent
      guard name.count == 64 else { return false }
      let bytes = try Data(contentsOf: objects.appendingPathComponent(path))
      return Digest(of: bytes).hex != name
    }
  }

  /// Processes of the speech program that this site uses.
  func speechProcesses() -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(Int32.init).filter { id in
      guard let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else {
        return false
      }
      return String(decoding: line, as: UTF8.self).split(separator: "\0").first == speech[...]
    }
  }
}
