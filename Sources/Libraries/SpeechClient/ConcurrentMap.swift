/// Transforms all elements, at most `limit` of them at the same time. Results are in the order of the elements; the
/// first error cancels the rest.
public func concurrentMap<Element: Sendable, Result: Sendable>(
  _ elements: [Element], limit: Int,
  _ transform: @escaping @Sendable (Int, Element) async throws -> Result
) async throws -> [Result] {
  try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var results: [Result?] = elements.map { _ in nil }
    var next = 0
    func start() {
      guard next < elements.count else { return }
      let (index, element) = (next, elements[next])
      next += 1
      group.addTask { (index, try await transform(index, element)) }
    }
    for _ in 0..<max(1, limit) { start() }
    while let (index, result) = try await group.next() {
      results[index] = result
      start()
    }
    return results.compactMap { $0 }
  }
}
