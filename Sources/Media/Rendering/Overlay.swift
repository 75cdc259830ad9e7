public import Pipeline

/// The planes of a bt709 limited-range 4:2:0 picture that is being made; valid during a call.
public struct FramePlanes {
  public let y: UnsafeMutablePointer<UInt8>
  public let u: UnsafeMutablePointer<UInt8>
  public let v: UnsafeMutablePointer<UInt8>
  /// Bytes from one row to the next.
  public let strideY: Int
  public let strideU: Int
  public let strideV: Int
  /// In luma samples; both even.
  public let width: Int
  public let height: Int

  public init(
    y: UnsafeMutablePointer<UInt8>, u: UnsafeMutablePointer<UInt8>,
    v: UnsafeMutablePointer<UInt8>, strideY: Int, strideU: Int, strideV: Int, width: Int,
    height: Int
  ) {
    self.y = y
    self.u = u
    self.v = v
    self.strideY = strideY
    self.strideU = strideU
    self.strideV = strideV
    self.width = width
    self.height = height
  }
}

/// Draws above all layers. Used by one thread at a time.
public protocol OverlaySource {
  /// What is to be drawn at `time`; nil for nothing.
  func overlay(at time: MediaTime) throws -> (any Overlay)?
}

/// A picture with transparency.
public protocol Overlay {
  /// Changes whenever the picture does, and only then: frames with equal overlays are not made again.
  var id: Int { get }
  func blend(into planes: FramePlanes)
}

/// Makes what draws caption layers on a canvas of some size.
public typealias OverlayMaker =
  @Sendable (_ captions: [CaptionLayer], _ canvas: PixelSize) throws -> any OverlaySource
