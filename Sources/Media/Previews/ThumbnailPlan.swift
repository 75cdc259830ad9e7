import Pipeline

/// Which pictures of a film are taken as thumbnails, and where each of them stands.
struct ThumbnailPlan: Sendable {
  struct Thumbnail: Sendable {
    let frame: Int
    /// What of the film it stands for.
    let start: MediaTime
    let end: MediaTime
  }

  /// No side of a sheet is longer, since some devices cannot draw larger pictures.
  private static let longestSide = 2048
  /// Pictures of a row and of a column: a change in the film should not make very much again.
  private static let longestRow = 10

  let tile: PixelSize
  let columns: Int
  /// Of a full sheet.
  let rows: Int
  /// In playing order.
  let sheets: [[Thumbnail]]

  init(_ film: Timeline, _ settings: ThumbnailSettings) {
    let tile = film.canvas.size.scaled(toWidth: settings.width)
    self.tile = tile
    let columns = max(1, min(Self.longestRow, Self.longestSide / tile.width))
    let rows = max(1, min(Self.longestRow, Self.longestSide / tile.height))
    let rate = film.canvas.frameRate
    var sheets: [[Thumbnail]] = []
    var start = MediaTime.zero
    while start < film.duration {
      let end = min(start + settings.interval, film.duration)
      // What is seen in the middle says more than what just begins.
      let middle = MediaTime(ticks: (start.ticks + end.ticks) / 2)
      let frame = min(max(0, rate.frame(at: middle)), max(0, film.frameCount - 1))
      if sheets.last.map({ $0.count == columns * rows }) ?? true { sheets.append([]) }
      sheets[sheets.count - 1].append(Thumbnail(frame: frame, start: start, end: end))
      start = end
    }
    self.columns = columns
    self.rows = rows
    self.sheets = sheets
  }

  /// The empty places of a last sheet are left out where they make whole rows or the only row.
  func emptySheet(for count: Int) -> PictureSheet {
    PictureSheet(
      tile: tile, columns: min(columns, count), rows: (count + columns - 1) / columns)
  }

  /// Which part of which picture stands for which part of the film: a WebVTT file whose cues are addresses of pictures
  /// with media fragments (https://www.w3.org/TR/media-frags/), as players read it.
  ///
  /// - Parameter name: of a sheet, by its number from 0, relative to the index.
  func index(name: (Int) -> String) -> String {
    var lines = ["WEBVTT"]
    for (number, thumbnails) in sheets.enumerated() {
      let sheet = emptySheet(for: thumbnails.count)
      for (index, thumbnail) in thumbnails.enumerated() {
        let place = sheet.place(of: index)
        let times = [thumbnail.start, thumbnail.end].map { CueClock.text($0.milliseconds, ".") }
        lines.append(
          """

          \(times[0]) --> \(times[1])
          \(name(number))#xywh=\(place.x),\(place.y),\(place.width),\(place.height)
          """)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
