import Files
import Foundation
import Media
import Pipeline

/// A folder with the files that a film uses, under names that people and editors know.
///
/// The artifact store's own files have no names to speak of, and may be collected; what an editor opens must stay.
struct MediaFolder: Sendable {
  let folder: URL
  let artifacts: any ArtifactStore
  /// What URLs are relative to; nil for absolute ones.
  let relativeTo: URL?

  /// Copies what is not there yet, and looks at each file.
  func collect(
    _ files: [FileReference]
  ) async throws -> [Pipeline.Digest: TimelineExport.Media] {
    guard !files.isEmpty else { return [:] }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw LookupError("`\(folder.path)` cannot be made: \(error.localizedDescription)")
    }
    var taken: Set<String> = []
    var media: [Pipeline.Digest: TimelineExport.Media] = [:]
    for file in files {
      let name = name(of: file, &taken)
      let source = try await artifacts.open(file)
      let target = folder.appendingPathComponent(name)
      try copy(source, to: target, file)
      media[file.digest] = TimelineExport.Media(
        url: url(of: target), info: try await MediaProbe.probe(source, as: file.name))
    }
    return media
  }

  /// The file's own, with something of its digest where another one has the same.
  private func name(of file: FileReference, _ taken: inout Set<String>) -> String {
    let own = file.name.replacing("/", with: "-")
    if taken.insert(own.lowercased()).inserted { return own }
    let stem = file.fileExtension.isEmpty ? own : String(own.dropLast(file.fileExtension.count + 1))
    let suffix = file.fileExtension.isEmpty ? "" : ".\(file.fileExtension)"
    let name = "\(stem)-\(file.digest.short)\(suffix)"
    taken.insert(name.lowercased())
    return name
  }

  /// Complete or not at all; a file of the same size was copied here before.
  private func copy(_ source: URL, to target: URL, _ file: FileReference) throws {
    let there = try? FileManager.default.attributesOfItem(atPath: target.path)[.size] as? Int
    if there == file.byteCount,
      FileManager.default.contentsEqual(atPath: source.path, andPath: target.path)
    {
      return
    }
    let temporary = folder.appendingPathComponent(".videocraft-\(UUID().uuidString)")
    do {
      try FileCopy.copy(source.path, to: temporary.path)
      guard rename(temporary.path, target.path) == 0 else {
        throw CocoaError(.fileWriteUnknown)
      }
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw LookupError(
        "`\(file.name)` cannot be copied to `\(folder.path)`: "
          + ((error as? FileError)?.reason ?? error.localizedDescription))
    }
  }

  private func url(of target: URL) -> String {
    guard let base = relativeTo?.standardizedFileURL.path else {
      return target.standardizedFileURL.absoluteString
    }
    let path = target.standardizedFileURL.path
    guard path.hasPrefix(base + "/") else { return target.standardizedFileURL.absoluteString }
    let rest = String(path.dropFirst(base.count + 1))
    return rest.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? rest
  }
}
