/// What made a file: the pipeline, and the program.
///
/// Nothing in it depends on when, where or by whom, so that equal work gives equal bytes.
public struct Provenance: Sendable, Hashable, Codable {
  /// Of VideoCraft.
  public static let productVersion = "0.1.0"

  /// The pipeline's name.
  public var pipeline: String
  /// `PipelineSource.digest`.
  public var digest: Digest
  /// Of the VideoCraft that made it.
  public var version: String

  public init(pipeline: String, digest: Digest, version: String = Provenance.productVersion) {
    self.pipeline = pipeline
    self.digest = digest
    self.version = version
  }
}

extension PipelineSource {
  /// Of a file alone the SHA-256 digest of its bytes, as `sha256sum` prints it; with overlays and overrides the digest
  /// of all their texts.
  public var digest: Digest {
    let texts = [file.text] + overlays.map(\.text) + overrides.map { "\($0.path)=\($0.text)" }
    guard texts.count > 1 else { return Digest(of: Array(file.text.utf8)) }
    let lines = texts.map { Digest(of: Array($0.utf8)).hex }
    return Digest(of: Array(lines.joined(separator: "\n").utf8))
  }
}
