/// Bytes in the artifact store, known by what they are rather than where.
///
/// Two references are equal when their bytes are: the name is for people and does not count.
public struct FileReference: Sendable, Codable {
  public var digest: Digest
  public var byteCount: Int
  /// The media type, such as `image/png`; `application/octet-stream` when nothing better is known.
  public var mediaType: String
  /// What the file was called, for messages and for naming outputs. Never a path.
  public var name: String

  public init(digest: Digest, byteCount: Int, mediaType: String, name: String) {
    self.digest = digest
    self.byteCount = byteCount
    self.mediaType = mediaType
    self.name = name
  }

  /// The part of the name after the last dot, in lower case; empty without one.
  public var fileExtension: String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }
}

extension FileReference: Hashable {
  public static func == (left: FileReference, right: FileReference) -> Bool {
    left.digest == right.digest
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

extension FileReference {
  private enum CodingKeys: String, CodingKey { case digest, byteCount, mediaType, name }

  /// For digests only the bytes count.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(digest, forKey: .digest)
    if encoder.userInfo[CanonicalJSON.isCanonical] != nil { return }
    try container.encode(byteCount, forKey: .byteCount)
    try container.encode(mediaType, forKey: .mediaType)
    try container.encode(name, forKey: .name)
  }
}

/// Media types by file name extension, for the files that pipelines handle.
public enum MediaTypes {
  public static func type(forExtension fileExtension: String) -> String {
    byExtension[fileExtension.lowercased()] ?? "application/octet-stream"
  }

  private static let byExtension = [
    "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "mkv": "video/x-matroska",
    "webm": "video/webm", "ts": "video/mp2t", "avi": "video/x-msvideo", "m4s": "video/iso.segment",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "wav": "audio/wav",
    "flac": "audio/flac", "ogg": "audio/ogg", "opus": "audio/ogg",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp",
    "gif": "image/gif", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff",
    "m3u8": "application/vnd.apple.mpegurl", "srt": "application/x-subrip", "vtt": "text/vtt",
    "ass": "text/x-ssa", "json": "application/json", "txt": "text/plain",
    "yaml": "application/yaml",
    "yml": "application/yaml",
  ]
}

/// A file of any kind, as a type for fields and ports.
public struct PlainFile: FileValue {
  public static let valueType = ValueType.file
  public let reference: FileReference
  public init(_ reference: FileReference) { self.reference = reference }
}

/// A picture file.
public struct ImageFile: FileValue {
  public static let valueType = ValueType.image
  public let reference: FileReference
  public init(_ reference: FileReference) { self.reference = reference }
}

/// A file with sound in it; a video file is one too.
public struct AudioFile: FileValue {
  public static let valueType = ValueType.audio
  public let reference: FileReference
  public init(_ reference: FileReference) { self.reference = reference }
}

/// A picture, sound or video file.
public struct MediaFile: FileValue {
  public static let valueType = ValueType.media
  public let reference: FileReference
  public init(_ reference: FileReference) { self.reference = reference }
}

/// A type of field or port whose value is a reference to bytes.
public protocol FileValue: ValueRepresentable {
  var reference: FileReference { get }
  init(_ reference: FileReference)
}

extension FileValue {
  public init(value: Value) throws(ValueError) {
    switch value {
    case .file(let reference), .video(.file(let reference)): self.init(reference)
    default: throw .mismatch(expected: Self.valueType, found: value)
    }
  }

  public var value: Value { .file(reference) }
}
