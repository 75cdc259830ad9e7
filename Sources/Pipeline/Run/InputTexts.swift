/// The texts that a run's inputs were written in, to tell where a value came from.
public struct InputTexts: Sendable, Hashable, Codable {
  /// `name=text` from the command line, in order; they win over the file.
  public var arguments: [PipelineSource.Override]
  public var file: PipelineSource.File?

  public init(arguments: [PipelineSource.Override] = [], file: PipelineSource.File? = nil) {
    self.arguments = arguments
    self.file = file
  }
}
