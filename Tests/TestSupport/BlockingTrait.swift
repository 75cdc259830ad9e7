// The release build has Swift's libraries inside, among which is no Testing.
#if canImport(Testing)
  public import Testing

  /// For tests that wait for programs, renders or locks without awaiting: they run on `WaitingThreads`.
  public struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(
      for test: Test, testCase: Test.Case?,
      performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
      try await withTaskExecutorPreference(WaitingThreads.shared) { try await function() }
    }
  }

  extension Trait where Self == BlockingTrait {
    /// The tests block the threads they run on.
    public static var blocking: Self { Self() }
  }
#endif
