import Foundation

/// The texts that a pipeline is made of: everything needed to read it again, wherever its files have gone.
///
/// What stands in more than one of them is taken, from weakest to strongest, from the file, its overlays in their
/// order, and the overrides. Maps are merged key by key and everything else is replaced; an overlay removes a key by
/// giving it `~`.
public struct PipelineSource: Sendable, Hashable, Codable {
  public struct File: Sendable, Hashable, Codable {
    /// As the user named it; nil for a text from elsewhere.
    public var name: String?
    public var text: String
    /// The absolute path that relative paths in it are relative to; nil to leave them.
    public var folder: String?

    /// - Parameter folder: nil for that of the file `name`, seen from the current folder.
    public init(name: String?, text: String, folder: String? = nil) {
      self.name = name
      self.text = text
      self.folder =
        folder ?? name.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    }

    /// A file's bytes; nil, with the reason, when they are not UTF-8.
    public static func decode(
      _ bytes: [UInt8], name: String?
    ) -> (file: File?, diagnostics: [Diagnostic]) {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        let (_, diagnostics) = NodeReader.read(SourceText(bytes, file: name))
        return (nil, diagnostics)
      }
      return (File(name: name, text: text), [])
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

extension PipelineSource {
  /// What diagnostics about overrides name as their file.
  public static let overridesFile = "--set"

  /// The texts that lines and columns of diagnostics refer to, by the file that they name.
  public var texts: [String?: String] {
    var texts: [String?: String] = [:]
    if !overrides.isEmpty {
      texts[Self.overridesFile] = AssignmentText.text(
        overrides.map { (name: $0.path, text: $0.text) })
    }
    for overlay in overlays.reversed() { texts[overlay.name] = overlay.text }
    texts[file.name] = file.text
    return texts
  }

  /// Diagnostics in the order of the texts, then of their places; what has no place comes last.
  func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    let files = [file.name] + overlays.map(\.name) + [Self.overridesFile]
    func order(_ diagnostic: Diagnostic, _ index: Int) -> (Int, Int, Int) {
      guard let range = diagnostic.range else { return (.max, 0, index) }
      return (files.firstIndex(of: range.file) ?? files.count, range.start.offset, index)
    }
    return diagnostics.enumerated()
      .map { (order: order($0.element, $0.offset), diagnostic: $0.element) }
      .sorted { $0.order < $1.order }.map(\.diagnostic)
  }
}

/// What relative paths are relative to, by the file they stand in.
struct SourceFolders: Sendable {
  /// Of the pipeline file, and of what stands in no file.
  private let base: String?
  private let folders: [String: String]

  static let none = SourceFolders(base: nil, folders: [:])

  private init(base: String?, folders: [String: String]) {
    self.base = base
    self.folders = folders
  }

  init(_ source: PipelineSource) {
    var folders: [String: String] = [:]
    for overlay in source.overlays.reversed() {
      if let name = overlay.name { folders[name] = overlay.folder }
    }
    if let name = source.file.name { folders[name] = source.file.folder }
    self.init(base: source.file.folder, folders: folders)
  }

  /// Nil to leave paths as they are.
  func folder(at range: SourceRange) -> String? {
    range.file.flatMap { folders[$0] } ?? base
  }
}
