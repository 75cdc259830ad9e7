import Pipeline

/// Where on the canvas something goes, in pixels, as far as its author said.
struct Placement: Hashable {
  var x: Int?
  var y: Int?
  var width: Int?
  var height: Int?

  var isEmpty: Bool { x == nil && y == nil && width == nil && height == nil }

  /// The rectangle on `canvas`. What is missing follows from `natural`, the size of the picture as it is shown:
  /// one side from the other by its proportions, both from itself, reduced to the canvas. An axis without a
  /// position is centred.
  func frame(of natural: PixelSize, on canvas: PixelSize) -> PixelRect {
    let size = size(of: natural, on: canvas)
    return PixelRect(
      x: x ?? (canvas.width - size.width) / 2, y: y ?? (canvas.height - size.height) / 2,
      width: size.width, height: size.height)
  }

  private func size(of natural: PixelSize, on canvas: PixelSize) -> PixelSize {
    switch (width, height) {
    case (let width?, let height?): return PixelSize(width: width, height: height)
    case (let width?, nil):
      return PixelSize(width: width, height: Self.scaled(natural.height, width, natural.width))
    case (nil, let height?):
      return PixelSize(width: Self.scaled(natural.width, height, natural.height), height: height)
    case (nil, nil):
      let share = min(
        1, Double(canvas.width) / Double(max(1, natural.width)),
        Double(canvas.height) / Double(max(1, natural.height)))
      return PixelSize(
        width: max(1, Int((Double(natural.width) * share).rounded())),
        height: max(1, Int((Double(natural.height) * share).rounded())))
    }
  }

  /// `side` times `new` over `old`, within what a picture can be.
  private static func scaled(_ side: Int, _ new: Int, _ old: Int) -> Int {
    min(16_384, max(1, Int((Double(side) * Double(new) / Double(max(1, old))).rounded())))
  }
}

extension PixelRect {
  func touches(_ canvas: PixelSize) -> Bool {
    x < canvas.width && y < canvas.height && x + width > 0 && y + height > 0
  }

  func covers(_ canvas: PixelSize) -> Bool {
    x <= 0 && y <= 0 && x + width >= canvas.width && y + height >= canvas.height
  }
}
