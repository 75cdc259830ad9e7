import Foundation
import Pipeline

/// Where a video is in its life. This is also the message that followers get.
struct VideoStatus: Sendable, Hashable, Encodable {
  enum State: String, Sendable, Hashable, Encodable {
    case uploaded = "UPLOADED"
    case processing = "PROCESSING"
    case ready = "READY"
    case failed = "FAILED"
  }

  var videoId: String
  var state: State
  /// RFC 3339; of the change.
  var timestamp: String
  /// Why it failed; nil in other states.
  var error: String?

  var isTerminal: Bool { state == .ready || state == .failed }

  init(_ id: VideoID, _ state: State, at milliseconds: Int, error: String? = nil) {
    videoId = id.description
    self.state = state
    timestamp = Timestamp.text(milliseconds)
    self.error = error
  }

  var text: String {
    get throws { String(decoding: try APIEncoder.make().encode(self), as: UTF8.self) }
  }
}

extension RunStatus {
  /// What can be played; nil while there is nothing.
  var stream: FileBundle? {
    guard case .bundle(let bundle)? = outputs?[Videos.output], bundle.files[bundle.entry] != nil
    else { return nil }
    return bundle
  }

  var videoState: VideoStatus.State {
    switch state {
    case .queued: .uploaded
    case .running, .interrupted: .processing
    case .completed: stream == nil ? .failed : .ready
    case .failed, .cancelled: .failed
    }
  }
}
