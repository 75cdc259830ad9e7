/// A stage without its Swift type: what the language, the planner and the scheduler work with.
public struct StageSpec: Sendable {
  public let info: StageInfo
  public let options: [FieldDescription]
  public let inputs: [FieldDescription]
  public let outputs: [FieldDescription]
  /// Its tasks run in processes of their own, whatever a pipeline says.
  public let isForeign: Bool

  /// Rules that span fields; `values` are converted, files may still be paths. Empty when all is well.
  public let validate: @Sendable (_ values: [String: Value]) -> [(field: String, message: String)]

  /// One attempt. Values are converted; outputs that are nil are left out.
  public let run:
    @Sendable (
      _ options: [String: Value], _ inputs: [String: Value], _ context: StageContext
    ) async throws -> [String: Value]

  /// See `Stage.parts`. Values are converted.
  public let parts:
    @Sendable (
      _ options: [String: Value], _ inputs: [String: Value], _ context: StageContext
    ) async throws -> [PlannedPart]

  public init<S: Stage>(_ stage: S.Type) {
    info = S.info
    isForeign = false
    let declared = S.Options.descriptions
    options = declared
    let ports = S.Inputs.descriptions
    inputs = ports
    outputs = S.Outputs.descriptions
    validate = { values in
      var problems = OptionProblems()
      do throws(ValueError) {
        let decodable = declared.replacingPaths(in: values)
        try S.Options(values: decodable, declared: declared).validate(&problems)
      } catch {
        problems.add(error.path.first ?? "", error.description)
      }
      return problems.found
    }
    @Sendable func ready(
      _ options: [String: Value], _ inputs: [String: Value]
    ) throws -> (settings: S.Options, given: S.Inputs) {
      let settings = try Self.configured { () throws(ValueError) in
        try S.Options(values: options, declared: declared)
      }
      let given = try Self.configured { () throws(ValueError) in
        try S.Inputs(values: inputs, declared: ports)
      }
      return (settings, given)
    }
    parts = { options, inputs, context in
      let (settings, given) = try ready(options, inputs)
      return try await S(settings).parts(given, context)
    }
    run = Self.keepingSecrets { options, inputs, context in
      let (settings, given) = try ready(options, inputs)
      return try await S(settings).run(given, context).values
    }
  }

  /// A stage that is no Swift type here, such as one in another process.
  ///
  /// - Parameters:
  ///   - isForeign: whether it can run nowhere but in processes of its own.
  ///   - run: gives outputs of the declared types.
  public init(
    info: StageInfo, options: [FieldDescription], inputs: [FieldDescription],
    outputs: [FieldDescription], isForeign: Bool,
    validate: @escaping @Sendable ([String: Value]) -> [(field: String, message: String)],
    parts:
      @escaping @Sendable ([String: Value], [String: Value], StageContext) async throws
      -> [PlannedPart] = { _, _, _ in [] },
    run:
      @escaping @Sendable ([String: Value], [String: Value], StageContext) async throws
      -> [String: Value]
  ) {
    self.info = info
    self.options = options
    self.inputs = inputs
    self.outputs = outputs
    self.isForeign = isForeign
    self.validate = validate
    self.parts = parts
    self.run = Self.keepingSecrets(run)
  }

  /// What was revealed to a stage is neither in its outputs nor in its errors.
  private static func keepingSecrets(
    _ run:
      @escaping @Sendable ([String: Value], [String: Value], StageContext) async throws
      -> [String: Value]
  ) -> @Sendable ([String: Value], [String: Value], StageContext) async throws -> [String: Value] {
    { options, inputs, context in
      do {
        let outputs = try await run(options, inputs, context)
        try Self.check(outputs, context.redactor)
        return outputs
      } catch {
        let redactor = context.redactor
        if redactor.isEmpty || error is CancellationError { throw error }
        throw redactor.redact(StageError(wrapping: error))
      }
    }
  }

  /// Outputs are kept and given back: what was revealed to a stage must not be in them.
  private static func check(_ outputs: [String: Value], _ redactor: Redactor) throws(StageError) {
    guard !redactor.isEmpty else { return }
    for (name, value) in outputs.sorted(by: { $0.key < $1.key }) where redactor.found(in: value) {
      throw StageError(
        .internal,
        "the stage put the text of a secret into its output `\(name)`, which would be kept")
    }
  }

  /// What was converted against the description must also decode; if not, say so as an error of the stage.
  private static func configured<Made>(_ make: () throws(ValueError) -> Made) throws(StageError)
    -> Made
  {
    do { return try make() } catch { throw StageError(.configuration, error.description) }
  }
}
