import ASS
public import Pipeline

/// Draws caption layers with libass, anew only when something changes. For one thread at a time.
public final class CaptionPainter: OverlaySource {
  /// One layer's script and what it drew last.
  private final class Layer {
    let renderer: ASSRenderer
    let clock: MediaTime
    var bitmaps: [FlatBitmap] = []
    /// The milliseconds for which `bitmaps` are known to be right.
    private var steady: Range<Int>?

    init(_ layer: CaptionLayer, canvas: PixelSize) throws(ASSError) {
      clock = layer.clock ?? .zero
      renderer = try ASSRenderer.open(
        script: ASSScript.text(for: layer, canvas: canvas), width: canvas.width,
        height: canvas.height)
    }

    /// Returns whether the picture is another one than before.
    func update(to time: MediaTime) -> Bool {
      let milliseconds = (time + clock).milliseconds
      if steady?.contains(milliseconds) == true { return false }
      var drawn: [FlatBitmap] = []
      let change = renderer.render(atMilliseconds: milliseconds) { bitmap in
        drawn.append(FlatBitmap(bitmap))
      }
      steady = renderer.steadyRange(around: milliseconds)
      if case .none = change { return false }
      bitmaps = drawn
      return true
    }
  }

  private let canvas: PixelSize
  private let layers: [Layer]
  private var current: CaptionOverlay?
  private var lastID = 0

  /// - Parameter canvas: both sides even.
  public init(_ captions: [CaptionLayer], canvas: PixelSize) throws {
    self.canvas = canvas
    layers = try captions.map { layer in
      do throws(ASSError) { return try Layer(layer, canvas: canvas) } catch {
        throw StageError(.internal, "captions cannot be drawn", cause: error.description)
      }
    }
  }

  /// Nil while there is nothing to draw.
  public func overlay(at time: MediaTime) -> (any Overlay)? {
    // Every layer must be asked: each compares with what it drew last.
    let changed = layers.map { $0.update(to: time) }.contains(true)
    if changed {
      lastID += 1
      current = CaptionOverlay(id: lastID, layers.flatMap(\.bitmaps), canvas: canvas)
    }
    return current
  }
}
