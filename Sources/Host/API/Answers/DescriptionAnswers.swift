import Pipeline

/// A declared field. This is also its form in JSON.
struct FieldAnswer: Sendable, Encodable {
  var name: String
  var type: String
  var description: String
  var isRequired: Bool
  var `default`: Value?
  var minimum: Double?
  var maximum: Double?
  var unit: String?

  init(_ field: FieldDescription) {
    name = field.name
    type = "\(field.type.unwrapped)"
    description = field.summary
    isRequired = field.isRequired
    `default` = field.defaultValue
    minimum = field.range?.lowerBound
    maximum = field.range?.upperBound
    unit = field.unit
  }
}

/// A stage that pipelines can use. This is also its form in JSON.
struct StageAnswer: Sendable, Encodable {
  var name: String
  var version: String
  var description: String
  var settings: [FieldAnswer]
  var inputs: [FieldAnswer]
  var outputs: [FieldAnswer]
  var example: String?

  init(_ spec: StageSpec) {
    name = spec.info.name
    version = spec.info.version
    description = spec.info.summary
    settings = spec.options.map(FieldAnswer.init)
    inputs = spec.inputs.map(FieldAnswer.init)
    outputs = spec.outputs.map(FieldAnswer.init)
    example = spec.info.example.isEmpty ? nil : spec.info.example
  }
}

/// A pipeline of the host's. This is also its form in JSON.
struct PipelineAnswer: Sendable, Encodable {
  struct Stage: Sendable, Encodable {
    var id: String
    var uses: String
    var needs: [String]
    var isForeach: Bool
    var description: String?
  }

  struct Output: Sendable, Encodable {
    var name: String
    var type: String
  }

  var file: String
  var isStale: Bool
  var diagnostics: [DiagnosticReport]
  var name: String?
  var description: String?
  var inputs: [FieldAnswer]?
  var stages: [Stage]?
  var outputs: [Output]?
  var labels: [String: String]?
  var secrets: [String]?
  /// Only in full.
  var graph: String?

  init(_ entry: PipelineFolder.Entry, withGraph: Bool) {
    file = entry.file
    isStale = entry.isStale
    diagnostics = entry.diagnostics.map { DiagnosticReport($0.withoutFolders) }
    guard let graph = entry.pipeline?.graph else { return }
    name = graph.name
    description = graph.summary
    inputs = graph.inputs.map { FieldAnswer($0.field) }
    stages = graph.stages.map {
      Stage(
        id: $0.id, uses: $0.spec.info.name, needs: $0.dependencies, isForeach: $0.isForeach,
        description: $0.summary)
    }
    outputs = graph.outputs.map { Output(name: $0.name, type: "\($0.type)") }
    labels = graph.labels
    secrets = graph.secrets
    self.graph = withGraph ? graph.mermaid() : nil
  }
}

/// What is wrong with a pipeline. This is also its form in JSON.
struct LintAnswer: Sendable, Encodable {
  var isValid: Bool
  var pipeline: String?
  var diagnostics: [DiagnosticReport]
}
