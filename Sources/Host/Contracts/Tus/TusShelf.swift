import Foundation
import Glibc
import HTTPServer
import Pipeline

/// Uploads that are not there as a whole yet, in a folder of their own: for each a file with its bytes and one with
/// what is known about it. Whatever ends the process, the first file's size says how far the upload is.
struct TusShelf: Sendable {
  private let folder: URL
  private let pool: FilePool
  private let now: @Sendable () -> Int

  init(dataFolder: URL, pool: FilePool, now: @escaping @Sendable () -> Int = { .now }) {
    folder = dataFolder.appendingPathComponent("tus")
    self.pool = pool
    self.now = now
  }

  var time: Int { now() }

  func bytes(of id: String) -> URL { folder.appendingPathComponent("\(id).part") }
  private func record(of id: String) -> URL { folder.appendingPathComponent("\(id).json") }

  // MARK: Keeping

  /// On disk when it returns.
  func create(_ upload: TusUpload) async throws {
    try await pool.run {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      _ = try TusFile.create(bytes(of: upload.id))
    }
    try await save(upload)
  }

  func save(_ upload: TusUpload) async throws {
    let bytes = [UInt8](try JSONEncoder().encode(upload))
    let place = record(of: upload.id)
    try await pool.run {
      do { try DurableFile.write(bytes, to: place) } catch {
        throw StageError(
          .configuration, "the host cannot write down how far an upload is",
          cause: String(describing: error))
      }
    }
  }

  /// Forgets an upload; what was made of it stays.
  func remove(_ id: String) async {
    await pool.run {
      // Without its record nobody asks for it any more; the bytes are swept if they stay.
      try? FileManager.default.removeItem(at: record(of: id))
      try? FileManager.default.removeItem(at: bytes(of: id))
    }
  }

  func removeBytes(of id: String) async {
    await pool.run { try? FileManager.default.removeItem(at: bytes(of: id)) }
  }

  // MARK: Looking

  /// Nil for an id that there is no upload of. What it says of bytes is on disk when it returns.
  func progress(of id: String) async throws -> TusProgress? {
    guard TusUpload.isID(id) else { return nil }
    return try await pool.run { try read(id) }
  }

  private func read(_ id: String) throws -> TusProgress? {
    guard let bytes = try? Data(contentsOf: record(of: id)),
      let upload = try? JSONDecoder().decode(TusUpload.self, from: bytes), upload.id == id
    else { return nil }
    if upload.input != nil, let length = upload.length {
      return TusProgress(
        upload: upload, offset: length, changedAt: Self.changeTime(of: record(of: id)))
    }
    guard let file = try TusFile.open(self.bytes(of: id), O_RDONLY) else { return nil }
    let size = try file.synchronisedByteCount()
    return TusProgress(
      upload: upload, offset: min(size, upload.unverifiedFrom ?? size),
      changedAt: max(upload.createdAt, Self.changeTime(of: self.bytes(of: id))))
  }

  private static func changeTime(of url: URL) -> Int {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return 0 }
    return status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1_000_000
  }

  func hasExpired(_ progress: TusProgress) -> Bool { now() >= progress.expiresAt }

  /// All that there is something of.
  func ids() async -> [String] {
    await pool.run {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
        .filter(TusUpload.isID)
    }
  }

  /// Removes what a process left that died while it created or removed an upload.
  func sweepRemains() async {
    await pool.run {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for name in names where !name.hasSuffix(".json") {
        let url = folder.appendingPathComponent(name)
        let owner = record(of: String(name.prefix { $0 != "." }))
        let isOwned = name.hasSuffix(".part") && FileManager.default.fileExists(atPath: owner.path)
        if !isOwned, now() - Self.changeTime(of: url) >= Self.remainsTime {
          try? FileManager.default.removeItem(at: url)
        }
      }
    }
  }

  /// Nobody takes that long between two files of one upload.
  private static let remainsTime = 3600 * 1000
}
