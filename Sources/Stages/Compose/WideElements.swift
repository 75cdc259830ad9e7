import Pipeline

/// What is there for the whole film, joined with what was found out about it.
struct WideElements {
  /// Behind all scenes, as written; each has a picture.
  var backdrop: [Shot.Element] = []
  var elements: [Shot.Element] = []

  var hasPictures: Bool { (backdrop + elements).contains { $0.picture != nil } }
}
