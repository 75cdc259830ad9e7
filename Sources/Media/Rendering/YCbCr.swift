import FFmpeg
public import Pipeline

/// An opaque colour as video stores it: bt709, limited range (ITU-R BT.709-6, item 3 and 4).
public struct YCbCr: Sendable, Hashable {
  public let y: UInt8
  public let cb: UInt8
  public let cr: UInt8

  public init(_ colour: Colour) {
    let red = Double(colour.red) / 255
    let green = Double(colour.green) / 255
    let blue = Double(colour.blue) / 255
    let luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    y = UInt8((16 + 219 * luma).rounded())
    cb = UInt8((128 + 224 * (blue - luma) / 1.8556).rounded())
    cr = UInt8((128 + 224 * (red - luma) / 1.5748).rounded())
  }
}

extension FramePool {
  /// A picture whose planes `body` fills.
  func frame(painting body: (FramePlanes) throws -> Void) throws -> Frame {
    try frame { (writer: borrowing PictureWriter) in
      try writer.withPlanes { planes in
        try body(
          FramePlanes(
            y: planes[0].start, u: planes[1].start, v: planes[2].start,
            strideY: planes[0].stride, strideU: planes[1].stride, strideV: planes[2].stride,
            width: width, height: height))
      }
    }
  }

  func frame(filledWith colour: Colour) throws -> Frame {
    try frame { planes in Blending.fill(planes, with: YCbCr(colour)) }
  }
}
