import FFmpeg
import Pipeline
import Threads

/// Puts single frames of a film together, as the renderer does, without encoding them.
struct FrameMaker: Sendable {
  let film: Timeline
  let resources: RenderResources
  let cancellation: CancellationFlag

  /// What is seen in a frame, and nothing else.
  func slice(_ frame: Int) throws(MediaError) -> Timeline {
    try film.seen(in: frame..<frame + 1, resources.inventory)
  }

  /// Blocks until the frame is there.
  func frame(of slice: Timeline) throws(MediaError) -> Frame {
    let workers = RenderWorkers(cancellation: cancellation)
    let frames = BoundedLink<Frame>(capacity: 1)
    workers.adopt(frames)
    workers.start("frame") {
      let compositor = try resources.compositor(of: slice, threads: 1, in: workers)
      frames.send(try compositor.frame(0))
      frames.close()
    }
    do { try workers.join() } catch { throw MediaError(rendering: error) }
    guard let frame = frames.receive() else { throw .cancelled }
    return frame
  }
}
