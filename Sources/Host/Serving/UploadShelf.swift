import Foundation
import Glibc
import HTTPServer
import Pipeline

/// Files that clients sent, to be used as inputs: each under a name that cannot be guessed.
struct UploadShelf: Sendable {
  /// What is told about a file when it is there. This is also its form in JSON.
  struct Upload: Sendable, Hashable, Codable {
    /// What to give as an input.
    var upload: String
    var file: FileReference
    /// Milliseconds since 1970.
    var at: Int
  }

  /// What inputs begin with that name an upload.
  static let prefix = "upload:"

  private let folder: URL
  private let scratch: URL
  private let artifacts: any ArtifactStore
  private let pool: FilePool
  private let now: @Sendable () -> Int

  /// - Parameter scratch: where files are put together while they come in; emptied at start.
  init(
    dataFolder: URL, scratch: URL, artifacts: any ArtifactStore, pool: FilePool,
    now: @escaping @Sendable () -> Int = { .now }
  ) {
    folder = dataFolder.appendingPathComponent("uploads")
    self.scratch = scratch.appendingPathComponent("uploads")
    self.artifacts = artifacts
    self.pool = pool
    self.now = now
  }

  /// Puts bytes in the artifact store as they come in; a file of which not everything came is not kept.
  ///
  /// - Parameter next: the next bytes; nil at the end.
  func take(
    as name: String, _ next: () async throws -> [UInt8]?
  ) async throws -> Upload {
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    let url = scratch.appendingPathComponent(UUID().uuidString)
    do {
      try await write(to: url, next)
      let reference = try await artifacts.adopt(url, as: Self.safe(name))
      return try await keep(reference)
    } catch {
      try? FileManager.default.removeItem(at: url)
      throw error
    }
  }

  private func write(to url: URL, _ next: () async throws -> [UInt8]?) async throws {
    let file = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure(errno) }
    defer { close(file) }
    while let bytes = try await next() {
      try await pool.run { try Self.write(bytes, to: file) }
    }
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(errno) }
      rest = rest.dropFirst(count)
    }
  }

  private static func failure(_ code: Int32) -> StageError {
    StageError(
      .configuration,
      code == ENOSPC
        ? "the host's disk is full; nothing was kept" : "the host cannot keep the file",
      cause: String(cString: strerror(code)))
  }

  private func keep(_ reference: FileReference) async throws -> Upload {
    let id = RandomText.hex(byteCount: 16)
    let upload = Upload(upload: Self.prefix + id, file: reference, at: now())
    let bytes = [UInt8](try JSONEncoder().encode(upload))
    try await pool.run { try DurableFile.write(bytes, to: place(of: id)) }
    return upload
  }

  /// The file that an input names; nil when there is none, or when it was collected meanwhile.
  func file(for input: String) async -> FileReference? {
    guard input.hasPrefix(Self.prefix) else { return nil }
    let id = String(input.dropFirst(Self.prefix.count))
    guard id.utf8.count == 32, id.allSatisfy(\.isHexDigit),
      let bytes = try? Data(contentsOf: place(of: id)),
      let upload = try? JSONDecoder().decode(Upload.self, from: bytes),
      await artifacts.contains(upload.file)
    else { return nil }
    return upload.file
  }

  /// Forgets uploads that are older, and those whose bytes are gone. Their bytes are the collector's business.
  ///
  /// - Parameter age: milliseconds; nil for any.
  /// - Returns: how many.
  func sweep(olderThan age: Int?) async -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    var count = 0
    for name in names where name.hasSuffix(".json") {
      let url = folder.appendingPathComponent(name)
      guard let bytes = try? Data(contentsOf: url),
        let upload = try? JSONDecoder().decode(Upload.self, from: bytes)
      else { continue }
      let isOld = age.map { now() - upload.at >= $0 } ?? false
      let isGone = await !artifacts.contains(upload.file)
      guard isOld || isGone else { continue }
      try? FileManager.default.removeItem(at: url)
      count += 1
    }
    return count
  }

  private func place(of id: String) -> URL { folder.appendingPathComponent("\(id).json") }

  /// The last part of what a client calls its file, without what could be taken for more than a name.
  static func safe(_ name: String) -> String {
    let last = name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    let kept = last.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
    let text = String(String.UnicodeScalarView(kept)).prefix(100)
    return text.isEmpty || text == "." || text == ".." ? "upload" : String(text)
  }
}
