import Foundation
import HTTPTypes

/// A file that comes in pieces, over as many connections as it takes. This is also what is kept of it on disk, beside
/// its bytes, whose number is how far it is.
struct TusUpload: Sendable, Hashable, Codable {
  /// Cannot be guessed.
  var id: String
  /// Bytes of the whole; nil until the client knows.
  var length: Int?
  /// As it was sent.
  var metadata: String?
  var fileName: String
  /// Milliseconds since 1970.
  var createdAt: Int
  /// The video that it becomes; nil for a file that is said to be none.
  var video: String?
  /// While a piece comes in that has a checksum: where it began. What is behind counts for nothing.
  var unverifiedFrom: Int?
  /// The input that it is, once its bytes are in the artifact store.
  var input: String?
  /// Its video has begun, if it becomes one. Nothing more will happen.
  var isFinished = false

  init(_ metadata: TusMetadata, length: Int?, now: Int) {
    id = RandomText.hex(byteCount: 16)
    self.length = length
    self.metadata = metadata.text
    fileName = metadata.fileName
    createdAt = now
    video = metadata.mayBeVideo ? VideoID().description : nil
  }

  static func isID(_ text: String) -> Bool {
    text.utf8.count == 32
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

/// An upload and how far it is.
struct TusProgress: Sendable, Hashable {
  var upload: TusUpload
  /// Bytes that are safe.
  var offset: Int
  /// Milliseconds since 1970 when it last came further.
  var changedAt: Int

  /// How long an upload is kept that does not go on, and one that is finished.
  static let lifetime = 24 * 3600 * 1000

  var isWhole: Bool { offset == upload.length }
  var expiresAt: Int { changedAt + Self.lifetime }
}
