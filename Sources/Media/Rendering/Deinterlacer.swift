import FFmpeg

/// Makes whole pictures of those whose rows were taken at two times. One thread at a time.
///
/// It needs the pictures before and after each, and so gives them late. Pictures that are whole already stay as they are.
final class Deinterlacer {
  private var graph: FilterGraph?
  private var ready: [Frame] = []
  /// Something was sent since the beginning or the last end.
  private(set) var isWaiting = false

  /// Forgets what was sent, as after a seek.
  func reset() {
    graph = nil
    ready = []
    isWaiting = false
  }

  /// Nil when there are no more.
  func send(_ frame: Frame?) throws(FFmpegError) {
    if let frame {
      if graph?.accepts(frame) == false { try finish() }
      if graph == nil {
        graph = try FilterGraph.pictures(
          like: frame, through: "bwdif=mode=send_frame:parity=auto:deint=interlaced")
      }
      try graph?.send(frame)
      isWaiting = true
      try take()
    } else {
      try finish()
    }
  }

  /// What is ready; nil when more must be sent first, and after the last picture.
  func receive() -> Frame? {
    ready.isEmpty ? nil : ready.removeFirst()
  }

  private func finish() throws(FFmpegError) {
    try graph?.send(nil)
    try take()
    graph = nil
    isWaiting = false
  }

  private func take() throws(FFmpegError) {
    while let frame = try graph?.receive() { ready.append(frame) }
  }
}
