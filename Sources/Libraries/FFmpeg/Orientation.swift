import CFFmpeg
import Foundation

/// How a coded picture must be turned and mirrored to be seen as it was meant.
public struct Orientation: Sendable, Hashable {
  public enum Step: String, Sendable, Hashable {
    case clockwise = "transpose=clock"
    case counterclockwise = "transpose=cclock"
    case clockwiseMirrored = "transpose=clock_flip"
    case counterclockwiseMirrored = "transpose=cclock_flip"
    case mirror = "hflip"
    case upsideDown = "vflip"
  }

  /// In the order in which they are to be done, as libavfilter writes them.
  public let steps: [Step]
  /// Degrees clockwise: 0, 90, 180 or 270.
  public let rotation: Int

  public static let upright = Orientation(steps: [], rotation: 0)

  private init(steps: [Step], rotation: Int) {
    self.steps = steps
    self.rotation = rotation
  }

  /// From a 3x3 display matrix (ISO/IEC 14496-12, 6.2.2). Turns by other angles are taken as the nearest quarter.
  init(matrix: UnsafePointer<Int32>) {
    let counterclockwise = av_display_rotation_get(matrix)
    guard counterclockwise.isFinite else {
      self = .upright
      return
    }
    let quarter = Int((-counterclockwise / 90).rounded())
    let rotation = (quarter % 4 + 4) % 4 * 90
    let steps: [Step] =
      switch rotation {
      case 90: [matrix[3] > 0 ? .counterclockwiseMirrored : .clockwise]
      case 180: (matrix[0] < 0 ? [.mirror] : []) + (matrix[4] < 0 ? [.upsideDown] : [])
      case 270: [matrix[3] < 0 ? .clockwiseMirrored : .counterclockwise]
      default: matrix[4] < 0 ? [.upsideDown] : []
      }
    self.init(steps: steps, rotation: rotation)
  }

  public var swapsSides: Bool { rotation % 180 == 90 }
}
