import Foundation
import SQLite
import TestSupport
import Testing

@Suite("Databases", .timeLimit(.minutes(5)))
struct DatabaseTests {
  private struct Refusal: Error {}

  private func database(_ folder: TestFolder) throws -> Database {
    try Database(
      path: folder.file("it's a file.sqlite").path,
      migrations: ["CREATE TABLE t (x BIGINT PRIMARY KEY, y TEXT)"])
  }

  private func count(_ database: Database) async throws -> Int {
    try await database.read { connection in
      try connection.query("SELECT count(*) FROM t") { $0.integer(0) }.first ?? -1
    }
  }

  @Test("values are bound by their number, wherever it stands and however often")
  func numbers() async throws {
    let folder = try TestFolder()
    let found = try await database(folder).write { connection in
      try connection.query("SELECT $3, $1, $2, $3, $1", [.integer(1), .text("zwei"), .null]) {
        [$0.optionalText(0), $0.text(1), $0.text(2), $0.optionalText(3), $0.text(4)]
      }
    }
    #expect(found == [[nil, "1", "zwei", nil, "1"]])
  }

  @Test("a missing value is an error, not NULL")
  func missingValue() async throws {
    let folder = try TestFolder()
    let database = try database(folder)
    await #expect(throws: SQLiteError.self) {
      try await database.write { try $0.run("SELECT $2", [.integer(1)]) }
    }
  }

  @Test("texts with any character come back")
  func texts() async throws {
    let folder = try TestFolder()
    let text = "it's \"ä\" \u{1F3AC} \u{0} end"
    let found = try await database(folder).write { connection in
      try connection.query("SELECT $1", [.text(text)]) { $0.text(0) }
    }
    #expect(found == [text])
  }

  @Test("a query within a query of the same text sees its own rows")
  func nested() async throws {
    let folder = try TestFolder()
    let found = try await database(folder).write { connection in
      for number in 1...3 {
        try connection.run("INSERT INTO t VALUES ($1, NULL)", [.integer(number)])
      }
      return try connection.query("SELECT x FROM t WHERE x >= $1 ORDER BY x", [.integer(2)]) {
        (row: borrowing Statement) throws(SQLiteError) in
        let own = row.integer(0)
        let inner = try connection.query(
          "SELECT x FROM t WHERE x >= $1 ORDER BY x", [.integer(1)]
        ) { $0.integer(0) }
        return [own] + inner
      }
    }
    #expect(found == [[2, 1, 2, 3], [3, 1, 2, 3]])
  }

  @Test("a statement that failed can be used again")
  func afterFailure() async throws {
    let folder = try TestFolder()
    let database = try database(folder)
    let insert = "INSERT INTO t VALUES ($1, NULL)"
    try await database.write { try $0.run(insert, [.integer(1)]) }
    let error = await #expect(throws: SQLiteError.self) {
      try await database.write { try $0.run(insert, [.integer(1)]) }
    }
    #expect(error?.isConstraint == true)
    try await database.write { try $0.run(insert, [.integer(2)]) }
    #expect(try await count(database) == 2)
  }

  @Test("a write that throws leaves nothing, alone and among others")
  func refused() async throws {
    let folder = try TestFolder()
    let database = try database(folder)
    let succeeded = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<300 {
        group.addTask {
          do {
            try await database.write(number.isMultiple(of: 2) ? .full : .relaxed) { connection in
              try connection.run("INSERT INTO t VALUES ($1, NULL)", [.integer(number)])
              if number.isMultiple(of: 5) { throw Refusal() }
            }
            return true
          } catch is Refusal { return false }
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(succeeded == 240)
    #expect(try await count(database) == 240)
  }

  @Test("more writes than fit into one transaction all arrive")
  func manyGroups() async throws {
    let folder = try TestFolder()
    let database = try database(folder)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<2000 {
        group.addTask {
          try await database.write(.relaxed) {
            _ = try $0.run("INSERT INTO t VALUES ($1, NULL)", [.integer(number)])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await count(database) == 2000)
  }

  @Test("when the shared transaction ends early, each write gets one of its own")
  func brokenGroup() async throws {
    let folder = try TestFolder()
    let database = try database(folder)
    // What SQLite does by itself after some errors: the transaction is gone in the middle of a write.
    let succeeded = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<60 {
        group.addTask {
          do {
            try await database.write { connection in
              try connection.run("INSERT INTO t VALUES ($1, NULL)", [.integer(number)])
              if number.isMultiple(of: 10) {
                try connection.execute("ROLLBACK")
                throw Refusal()
              }
            }
            return true
          } catch is Refusal { return false }
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(succeeded == 54)
    #expect(try await count(database) == 54)
  }

  @Test("a read sees one state and cannot change anything")
  func reads() async throws {
    let folder = try TestFolder()
    let database = try database(folder)
    await #expect(throws: SQLiteError.self) {
      try await database.read { try $0.run("INSERT INTO t VALUES (1, NULL)") }
    }
    try await database.write { try $0.run("INSERT INTO t VALUES (1, NULL)") }
    #expect(try await count(database) == 1)
  }
}
