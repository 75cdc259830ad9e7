import Threads

/// A write on its way to the disk, whatever it returns.
protocol PendingWrite: Sendable {
  var durability: Database.Durability { get }
  /// Can be called again after the transaction was rolled back.
  func perform(on connection: borrowing Connection) throws
  /// It is committed.
  func succeed()
  /// It will not happen.
  func fail(_ error: any Error)
  /// It is committed, or it will never be.
  var isOver: Bool { get }
}

final class Write<Success: Sendable>: PendingWrite {
  private enum State: Sendable {
    case waiting
    case performed(Success)
    case committed(Success)
    case failed(any Error)
  }

  let durability: Database.Durability
  private let body: @Sendable (borrowing Connection) throws -> Success
  private let state = Locked(State.waiting)

  init(
    _ durability: Database.Durability,
    _ body: @escaping @Sendable (borrowing Connection) throws -> Success
  ) {
    self.durability = durability
    self.body = body
  }

  func perform(on connection: borrowing Connection) throws {
    let success = try body(connection)
    state.withLock { $0 = .performed(success) }
  }

  func succeed() {
    state.withLock { state in
      if case .performed(let success) = state { state = .committed(success) }
    }
  }

  func fail(_ error: any Error) { state.withLock { $0 = .failed(error) } }

  var isOver: Bool {
    state.withLock { state in
      switch state {
      case .waiting, .performed: false
      case .committed, .failed: true
      }
    }
  }

  func outcome() throws -> Success {
    switch state.withLock({ $0 }) {
    case .committed(let success): return success
    case .failed(let error): throw error
    case .waiting, .performed:
      throw SQLiteError(code: 2, function: "commit", message: "the write was left out")
    }
  }
}
