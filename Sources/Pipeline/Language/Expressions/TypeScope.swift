/// The types of everything that an expression can name. Where a type is nil its declaration was
/// wrong, which has been reported: whatever uses it is taken to be right.
struct TypeScope: Sendable {
  struct StageOutputs: Sendable {
    /// In order of declaration.
    var fields: [FieldDescription]
    /// Of a `foreach` stage: lists; after `on-error: continue`: optional.
    var types: [String: ValueType]
  }

  enum Item: Sendable {
    case unavailable
    case available(ValueType?)
  }

  var inputs: [String: ValueType?] = [:]
  var vars: [String: ValueType?] = [:]
  var stages: [String: StageOutputs?] = [:]
  /// Only inside a `foreach` task.
  var item = Item.unavailable
  /// The stage whose settings these are; it cannot name itself.
  var stage: String?
  /// The names of the secrets that the pipeline declares.
  var secrets: [String] = []
  var secretsFix: SecretsFix?
  /// What is worked out for the run as a whole, when no stage has made anything, such as `` `webhook` ``; nil inside
  /// the run.
  var wholeRun: String?

  static let contexts = ["inputs", "vars", "secrets", "item", "index", "run"]
  /// Words that no stage can be called.
  static let reserved =
    contexts + ["stages", "outputs", "else", "true", "false", "null"]
}

/// Something that an expression names.
struct Reference: Sendable, Hashable {
  enum Target: Sendable, Hashable {
    case input(String)
    case output(stage: String, name: String)
  }

  var target: Target
  var range: SourceRange
}
