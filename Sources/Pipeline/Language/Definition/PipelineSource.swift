/// The texts that a pipeline is made of: everything needed to read it again, wherever its files have gone.
public struct PipelineSource: Sendable, Hashable, Codable {
  public struct File: Sendable, Hashable, Codable {
    /// As the user named it; nil for a text from elsewhere.
    public var name: String?
    public var text: String

    public init(name: String?, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// `path=text` from the command line.
  public struct Override: Sendable, Hashable, Codable {
    public var path: String
    public var text: String

    public init(path: String, text: String) {
      self.path = path
      self.text = text
    }
  }

  public var file: File
  /// Merged over the file, in this order.
  public var overlays: [File]
  /// Set last of all.
  public var overrides: [Override]

  public init(_ file: File, overlays: [File] = [], overrides: [Override] = []) {
    self.file = file
    self.overlays = overlays
    self.overrides = overrides
  }
}
