public import Pipeline
import SQLite

extension SQLJournal {
  public func deliveries(of run: String) async throws -> [HookDelivery] {
    let bodies = try await read { connection in
      try connection.query(
        "SELECT body FROM deliveries WHERE run = $1 ORDER BY position", [.text(run)]
      ) { $0.text(0) }
    }
    return try decoding { try JSONText.decodeAll(HookDelivery.self, bodies) }
  }

  public func dueDeliveries(before time: Int) async throws -> [HookDelivery] {
    let bodies = try await read { connection in
      // Written as the index has it, so that it is used.
      try connection.query(
        "SELECT body FROM deliveries WHERE state = 'pending' AND due_at < $1 ORDER BY due_at, id",
        [.integer(time)]
      ) { $0.text(0) }
    }
    return try decoding { try JSONText.decodeAll(HookDelivery.self, bodies) }
  }

  /// Inserted, or replaced as a whole.
  static func put(
    _ delivery: HookDelivery, _ body: String, _ connection: borrowing Connection
  ) throws {
    try connection.run(
      """
      INSERT INTO deliveries (id, run, position, state, due_at, body)
      SELECT $1, $2, (SELECT coalesce(max(position), 0) + 1 FROM deliveries WHERE run = $2), $3, $4, $5
      WHERE true
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, due_at = excluded.due_at,
        body = excluded.body
      """,
      [
        .text(delivery.id), .text(delivery.run), .text(delivery.state.rawValue),
        .integer(delivery.dueAt), .text(body),
      ])
  }
}
