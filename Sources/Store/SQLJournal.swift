import Foundation
public import Pipeline
import SQLite

/// The journal in one SQLite file.
///
/// Writes of all runs share transactions (see `Database`); what they need is encoded before they get there. No write
/// costs more the longer a run is or the more runs there are.
public struct SQLJournal: RunJournal {
  let database: Database
  let artifacts: any ArtifactStore
  /// Milliseconds since 1970.
  let now: @Sendable () -> Int
  private let path: String

  /// - Parameters:
  ///   - path: of the database file; made if it is not there. The caller sees to it that no other process uses it
  ///     (see `DataFolder`).
  ///   - artifacts: where the files that results name are kept.
  public init(path: String, artifacts: any ArtifactStore) throws {
    try self.init(path: path, artifacts: artifacts) { Int(Date().timeIntervalSince1970 * 1000) }
  }

  package init(
    path: String, artifacts: any ArtifactStore, now: @escaping @Sendable () -> Int
  ) throws {
    self.path = path
    self.artifacts = artifacts
    self.now = now
    do {
      database = try Database(path: path, migrations: SQLSchema.migrations)
    } catch {
      throw JournalError(error, path: path)
    }
  }

  func read<Success: Sendable>(
    _ body: @Sendable (borrowing Connection) throws -> Success
  ) async throws -> Success {
    try await inOwnWords { try await database.read(body) }
  }

  func write<Success: Sendable>(
    _ durability: Database.Durability = .full,
    _ body: @escaping @Sendable (borrowing Connection) throws -> Success
  ) async throws -> Success {
    try await inOwnWords { try await database.write(durability, body) }
  }

  /// Decodes rows and says which file holds what cannot be read.
  func decoding<Success>(_ body: () throws -> Success) throws -> Success {
    do { return try body() } catch let error as DecodingError {
      throw JournalError(
        "the journal `\(path)` holds a record that cannot be read; it was damaged or written by another version",
        errorClass: .configuration, cause: String(describing: error))
    }
  }

  private func inOwnWords<Success>(_ body: () async throws -> Success) async throws -> Success {
    do { return try await body() } catch let error as SQLiteError {
      throw JournalError(error, path: path)
    }
  }
}

extension JournalError {
  init(_ error: SQLiteError, path: String) {
    let journal = "the journal `\(path)`"
    let (message, errorClass): (String, StageError.Class) =
      switch error.kind {
      case .diskFull:
        ("\(DiskSpace.fullDisk(at: path)); \(journal) cannot be written", .configuration)
      case .damaged:
        (
          "\(journal) is damaged or no journal; move it away to begin a new one, the files are kept",
          .configuration
        )
      case .newerFormat:
        (
          "\(journal) was written by a newer version of VideoCraft; use that, or another data folder",
          .configuration
        )
      case .notAccessible:
        (
          "\(journal) cannot be opened or written; this user needs to own its folder",
          .configuration
        )
      case .busy: ("\(journal) is held by another program; close that program", .configuration)
      case .unreadable: ("the disk of \(journal) reports errors", .configuration)
      case .other: ("\(journal) cannot be used", .internal)
      }
    self.init(message, errorClass: errorClass, cause: error.description)
  }
}

/// Values as they are kept in text columns.
enum JSONText {
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func decode<Decoded: Decodable>(_ type: Decoded.Type, _ text: String) throws -> Decoded {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// Many at once, which is quicker than one by one.
  static func decodeAll<Decoded: Decodable>(_ type: Decoded.Type, _ texts: [String]) throws
    -> [Decoded]
  {
    try decode([Decoded].self, "[" + texts.joined(separator: ",") + "]")
  }
}
