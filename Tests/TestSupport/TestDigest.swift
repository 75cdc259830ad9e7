public import Foundation
public import Pipeline

extension Digest {
  /// A digest to tell things apart where no bytes are needed.
  public static func of(_ text: String) -> Digest { Digest(of: Array(text.utf8)) }
}

extension FileReference {
  /// A reference to bytes that nobody will read: its digest is made of the name.
  public static func named(_ name: String, byteCount: Int = 1) -> FileReference {
    let fileExtension = name.split(separator: ".").last.map(String.init) ?? ""
    return FileReference(
      digest: .of(name), byteCount: byteCount,
      mediaType: MediaTypes.type(forExtension: fileExtension), name: name)
  }

  /// A reference to the bytes at `url`.
  public init(hashing url: URL, named name: String? = nil) throws {
    let bytes = try Data(contentsOf: url)
    self.init(
      digest: Digest(of: bytes), byteCount: bytes.count,
      mediaType: MediaTypes.type(forExtension: url.pathExtension),
      name: name ?? url.lastPathComponent)
  }
}
