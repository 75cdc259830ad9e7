import Foundation
import Pipeline

/// What is remembered of sources between runs and processes, in a folder of its own: what came from an address last,
/// and the beginnings of files that did not come to their end.
///
/// Everything has the digest of its address for a name, since an address may hold a signature or a key. Nothing here
/// must not be lost: without it a source is fetched again, from its first byte.
struct SourceShelf: Sendable {
  /// What came from an address last.
  struct Entry: Sendable, Codable {
    /// As it may be shown.
    var address: String
    var file: FileReference
    var version: SourceVersion
    /// Milliseconds since 1970 when the server last said that it is so.
    var checkedAt: Int
  }

  /// Which version a beginning belongs to, and until when it can be relied on.
  private struct Beginning: Codable {
    var version: SourceVersion
    /// What is written but not flushed is lost when the machine stops, and nobody could tell; so a beginning counts only
    /// until then.
    var boot: String
  }

  /// Beginnings are removed after a day, and what came from an address last is forgotten after so many.
  private static let memory = 90 * 86_400_000
  private static let patience = 86_400_000

  private let folder: URL
  private let boot: String

  init(dataFolder: URL) {
    folder = dataFolder.appendingPathComponent("sources", isDirectory: true)
    boot =
      (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""
  }

  static func key(_ address: SourceAddress) -> Digest {
    // A fragment is never sent.
    Digest(of: Array(address.text.prefix { $0 != "#" }.utf8))
  }

  func entry(_ key: Digest) -> Entry? { read(Entry.self, place(key, "json")) }

  /// Not being able to remember costs time later and nothing else.
  func remember(_ entry: Entry, as key: Digest) { write(entry, to: place(key, "json")) }

  func forget(_ key: Digest) { remove(place(key, "json")) }

  // MARK: Beginnings

  /// Where a file is put together.
  func partialFile(_ key: Digest) -> URL { place(key, "part") }

  /// A file of this version comes into the partial file from its first byte on.
  func begin(_ key: Digest, _ version: SourceVersion) {
    if version.rangeValidator == nil || boot.isEmpty {
      remove(place(key, "begun"))
    } else {
      write(Beginning(version: version, boot: boot), to: place(key, "begun"))
    }
  }

  /// What is there of a file and can be gone on with; nil when it is to be begun anew.
  func beginning(_ key: Digest) -> (version: SourceVersion, byteCount: Int)? {
    guard let beginning = read(Beginning.self, place(key, "begun")), beginning.boot == boot,
      !boot.isEmpty, beginning.version.rangeValidator != nil
    else { return nil }
    let count = byteCount(key)
    return count > 0 ? (beginning.version, count) : nil
  }

  /// Of the partial file; 0 without one.
  func byteCount(_ key: Digest) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: partialFile(key).path)
    return attributes?[.size] as? Int ?? 0
  }

  func dropPartial(_ key: Digest) {
    remove(place(key, "begun"))
    remove(partialFile(key))
  }

  /// Makes the folder, which only its owner may look into.
  func prepare() throws {
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StageError(
        .configuration, "the folder `\(folder.path)` for sources cannot be made; is the disk full?",
        cause: error.localizedDescription)
    }
  }

  /// Removes what is old.
  ///
  /// - Parameter now: milliseconds since 1970.
  func sweep(now: Int) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      let file = folder.appendingPathComponent(name)
      guard
        let changed = try? FileManager.default.attributesOfItem(atPath: file.path)[
          .modificationDate] as? Date
      else { continue }
      let limit = name.hasSuffix(".json") ? Self.memory : Self.patience
      if now - Int(changed.timeIntervalSince1970 * 1000) > limit { remove(file) }
    }
  }

  // MARK: Files

  private func place(_ key: Digest, _ kind: String) -> URL {
    folder.appendingPathComponent("\(key.hex).\(kind)")
  }

  private func read<Content: Decodable>(_ type: Content.Type, _ file: URL) -> Content? {
    (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(type, from: $0) }
  }

  private func write(_ content: some Encodable, to file: URL) {
    try? JSONEncoder().encode(content).write(to: file, options: .atomic)
  }

  private func remove(_ file: URL) { try? FileManager.default.removeItem(at: file) }
}
