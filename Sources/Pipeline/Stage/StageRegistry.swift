/// The stages that a host offers, by name.
public struct StageRegistry: Sendable {
  /// What a host offers at one moment.
  public struct Offer: Sendable {
    public var stages: [String: StageSpec]
    /// Another one whenever the stages are others.
    public var generation: Int

    /// Of two stages with one name, the first one counts.
    public init(_ specs: [StageSpec], generation: Int = 0) {
      stages = Dictionary(specs.map { ($0.info.name, $0) }) { first, _ in first }
      self.generation = generation
    }
  }

  private let read: @Sendable () -> Offer
  private let isolate: (@Sendable (StageSpec) -> StageSpec)?

  /// Two stages of one name are a mistake in the list.
  public init(_ specs: [StageSpec], isolate: (@Sendable (StageSpec) -> StageSpec)? = nil) {
    let offer = Offer(specs)
    precondition(offer.stages.count == specs.count, "two stages have one name")
    self.init(isolate: isolate) { offer }
  }

  /// Stages that may come and go.
  ///
  /// - Parameters:
  ///   - isolate: the same stage with its tasks in processes of their own; nil where there are none.
  ///   - read: called for each look-up; must not wait.
  public init(
    isolate: (@Sendable (StageSpec) -> StageSpec)? = nil,
    reading read: @escaping @Sendable () -> Offer
  ) {
    self.read = read
    self.isolate = isolate
  }

  public subscript(name: String) -> StageSpec? { read().stages[name] }
  public var names: [String] { read().stages.keys.sorted() }
  public var all: [StageSpec] { read().stages.values.sorted { $0.info.name < $1.info.name } }
  public var generation: Int { read().generation }

  /// Whether `isolation: process` can be done.
  var canIsolate: Bool { isolate != nil }

  /// Nil where there are no processes of their own.
  func isolated(_ spec: StageSpec) -> StageSpec? { spec.isForeign ? spec : isolate?(spec) }
}
