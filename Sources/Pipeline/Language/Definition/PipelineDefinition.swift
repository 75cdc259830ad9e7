/// A pipeline file as written: its structure is known to be right, but not yet whether its stages
/// exist and fit.
///
/// `PipelineGraph.check` does the rest. Parts that were wrong are missing here; a definition that
/// was read with errors never becomes a graph.
public struct PipelineDefinition: Sendable {
  /// The texts that it was read from.
  public let source: PipelineSource
  public let name: String
  public let summary: String?
  public let labels: [String: String]
  /// The constants of the file, by name.
  public let vars: [String: Value]

  /// The names in `vars`, also of those that were wrong.
  let varNames: [String]
  let inputs: [InputDefinition]
  let defaults: DefaultsDefinition
  let stages: [StageDefinition]
  let outputs: [OutputDefinition]
  var secrets: [StageDefinition.Named] = []
  /// Where a secret that is missing in `secrets` can be put; nil where no edit is sure.
  var secretsFix: SecretsFix?
  var priority = 0
  var concurrency: ConcurrencyDefinition?
  var hooks: [HookDefinition] = []
  /// What paths are relative to, by the file they stand in.
  let folders: SourceFolders
  /// False when something in it is wrong.
  var isComplete = false

  /// As the user named it; nil for a text from elsewhere.
  public var file: String? { source.file.name }

  /// The stage ids in the order of the file.
  public var stageIDs: [String] { stages.map(\.id) }
}

/// One entry of `inputs`.
struct InputDefinition: Sendable {
  var name: String
  var range: SourceRange
  /// Nil when the declaration is wrong.
  var declaration: InputDeclaration?
}

/// One entry of `outputs`.
struct OutputDefinition: Sendable {
  var name: String
  var range: SourceRange
  /// Nil when it could not be read.
  var expression: Expression?
}

/// One entry of `stages`.
struct StageDefinition: Sendable {
  /// A port and what is connected to it.
  struct Connection: Sendable {
    var port: String
    var portRange: SourceRange
    /// Nil when it could not be read.
    var expression: Expression?
    var range: SourceRange
  }

  struct Named: Sendable {
    var name: String
    var range: SourceRange
  }

  var id: String
  /// The id in the file.
  var range: SourceRange
  /// What stands after `uses`; nil when it is missing or wrong.
  var uses: Named?
  var connections: [Connection] = []
  /// False when `in` could not be read.
  var hasConnections = true
  /// Where a port that needs a connection is reported: the key `in` or `uses`, or the id.
  var connectionsRange: SourceRange
  var settings: [Node.Entry] = []
  /// Where a missing setting is reported: the key `with` or `uses`, or the id.
  var settingsRange: SourceRange
  var needs: [Named] = []
  var condition: Expression?
  var foreach: Expression?
  /// False when `foreach` is there but could not be read.
  var isForeach = false
  var rules = StageRules()
  /// Nil where it does not say.
  var isolation: IsolationRule?
  var continuesOnError = false
  var summary: String?

  /// Where the tasks of a stage run.
  enum Isolation: String, FieldChoice {
    case host, process
  }

  struct IsolationRule: Sendable {
    var isolation: Isolation
    var range: SourceRange
  }
}

/// What holds for every stage unless it says otherwise.
struct DefaultsDefinition: Sendable {
  struct StageSettings: Sendable {
    var name: String
    var range: SourceRange
    var settings: [Node.Entry]
    var rules: StageRules
  }

  var rules = StageRules()
  /// By the name of the stage they are for, as written after `uses`.
  var uses: [StageSettings] = []
}
