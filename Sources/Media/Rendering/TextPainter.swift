import ASS
import FFmpeg
import Pipeline

/// Draws a text into a frame of its own, with libass.
enum TextPainter {
  /// 4:2:0 with alpha, by which colours are multiplied.
  ///
  /// - Parameter size: of the frame; both sides even.
  static func frame(_ text: TextBlock, size: PixelSize, canvas: PixelSize) throws -> Frame {
    var bitmaps: [FlatBitmap] = []
    do throws(ASSError) {
      let renderer = try ASSRenderer.open(
        script: script(text, size: size, canvas: canvas), width: size.width, height: size.height)
      _ = renderer.render(atMilliseconds: 0) { bitmaps.append(FlatBitmap($0)) }
    } catch {
      throw MediaError(.failed, "the text cannot be drawn", cause: error.description)
    }
    let pool = try FramePool(width: size.width, height: size.height, format: .yuva420p)
    let overlay = CaptionOverlay(id: 0, bitmaps, canvas: size)
    return try pool.frame { (writer: borrowing PictureWriter) in
      try writer.withPlanes { planes in
        clear(planes, size)
        overlay?.copy(into: planes)
      }
    }
  }

  /// Nothing, in colours multiplied by alpha.
  private static func clear(
    _ planes: [(start: UnsafeMutablePointer<UInt8>, stride: Int)], _ size: PixelSize
  ) {
    let zeros: [UInt8] = [16, 128, 128, 0]
    for (index, plane) in planes.enumerated() {
      let rows = index == 1 || index == 2 ? size.height / 2 : size.height
      plane.start.update(repeating: zeros[index], count: plane.stride * rows)
    }
  }

  private static func script(_ text: TextBlock, size: PixelSize, canvas: PixelSize) -> String {
    var style = CaptionStyle()
    style.animation = .classic
    style.font = text.font
    style.bold = text.bold
    style.lineColour = text.colour
    style.outlineColour = text.outlineColour
    style.shadowColour = text.shadowColour
    style.position = text.position
    style.marginX = 0
    style.marginY = 0
    // The style's lengths count for the film's canvas; its own picture is only the frame.
    let scale =
      Double(min(canvas.width, canvas.height)) / Double(min(size.width, size.height))
    style.size = text.size * scale
    style.outlineWidth = text.outlineWidth * scale
    style.shadowOffset = text.shadowOffset * scale
    let tag = text.italic ? "{\\i1}" : ""
    let lines = text.text.split(separator: "\n", omittingEmptySubsequences: false)
    return ASSScript.text(
      tag + lines.map { ASSScript.escape(String($0)) }.joined(separator: "\\N"), style: style,
      canvas: size)
  }
}
