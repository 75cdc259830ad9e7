/// The pieces of an OpenTimelineIO document, as its own serialiser writes them.
///
/// https://opentimelineio.readthedocs.io/en/latest/tutorials/otio-serialized-schema.html; `Clip.2`, `Marker.2` and the
/// others are what version 0.15 and later write and read.
enum OpenTimeline {
  /// - Parameters:
  ///   - value: how many units of 1/`rate` s.
  static func time(_ value: Int, rate: Double) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("RationalTime.1"), "rate": .number(rate),
      "value": .number(Double(value)),
    ])
  }

  static func range(_ units: Range<Int>, rate: Double) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("TimeRange.1"), "start_time": time(units.lowerBound, rate: rate),
      "duration": time(units.count, rate: rate),
    ])
  }

  /// A member of a track.
  private static func item(
    _ schema: String, _ name: String, _ range: JSONTree, effects: [JSONTree] = [],
    metadata: [String: JSONTree] = [:], _ more: [String: JSONTree] = [:]
  ) -> JSONTree {
    .map(
      [
        "OTIO_SCHEMA": .text(schema), "name": .text(name), "source_range": range,
        "effects": .list(effects), "markers": .list([]), "enabled": .boolean(true),
        "metadata": own(metadata),
      ].merging(more) { $1 })
  }

  /// What other programs leave alone.
  static func own(_ members: [String: JSONTree]) -> JSONTree {
    .map(members.isEmpty ? [:] : ["videocraft": .map(members)])
  }

  static func gap(_ length: Int, rate: Double) -> JSONTree {
    item("Gap.1", "", range(0..<length, rate: rate))
  }

  static func clip(
    _ name: String, _ units: Range<Int>, rate: Double, media: JSONTree, effects: [JSONTree],
    metadata: [String: JSONTree]
  ) -> JSONTree {
    item(
      "Clip.2", name, range(units, rate: rate), effects: effects, metadata: metadata,
      [
        "media_references": .map(["DEFAULT_MEDIA": media]),
        "active_media_reference_key": .text("DEFAULT_MEDIA"),
      ])
  }

  /// - Parameters:
  ///   - before: how long before the cut it begins.
  ///   - after: how long behind the cut it ends.
  static func transition(
    _ kind: String, before: Int, after: Int, rate: Double, metadata: [String: JSONTree]
  ) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("Transition.1"), "name": .text(kind),
      "in_offset": time(before, rate: rate), "out_offset": time(after, rate: rate),
      "transition_type": .text(kind == "fade" ? "SMPTE_Dissolve" : "Custom_Transition"),
      "metadata": own(metadata),
    ])
  }

  /// - Parameter available: nil where nobody knows how long it is.
  static func file(
    _ url: String, named name: String, available: JSONTree?, metadata: [String: JSONTree]
  ) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("ExternalReference.1"), "name": .text(name), "target_url": .text(url),
      "available_range": available ?? .null, "available_image_bounds": .null,
      "metadata": own(metadata),
    ])
  }

  static func generator(
    _ kind: String, named name: String, available: JSONTree, parameters: JSONTree
  ) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("GeneratorReference.1"), "name": .text(name),
      "generator_kind": .text(kind), "parameters": parameters, "available_range": available,
      "available_image_bounds": .null, "metadata": .map([:]),
    ])
  }

  /// - Parameter speed: how many seconds of media pass in a second.
  static func timeWarp(_ speed: Double) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text(speed == 0 ? "FreezeFrame.1" : "LinearTimeWarp.1"),
      "name": .text(""), "effect_name": .text(speed == 0 ? "FreezeFrame" : "LinearTimeWarp"),
      "time_scalar": .number(speed), "metadata": .map([:]), "enabled": .boolean(true),
    ])
  }

  static func marker(
    _ name: String, _ units: Range<Int>, rate: Double, colour: String,
    metadata: [String: JSONTree]
  ) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("Marker.2"), "name": .text(name), "color": .text(colour),
      "marked_range": range(units, rate: rate), "comment": .text(""), "metadata": own(metadata),
    ])
  }

  static func track(_ kind: String, _ name: String, _ children: [JSONTree]) -> JSONTree {
    item("Track.1", name, .null, [:], children, ["kind": .text(kind)])
  }

  static func stack(_ children: [JSONTree], markers: [JSONTree]) -> JSONTree {
    item("Stack.1", "tracks", .null, [:], children, ["markers": .list(markers)])
  }

  private static func item(
    _ schema: String, _ name: String, _ range: JSONTree, _ metadata: [String: JSONTree],
    _ children: [JSONTree], _ more: [String: JSONTree]
  ) -> JSONTree {
    item(
      schema, name, range, metadata: metadata,
      more.merging(["children": .list(children)]) { $1 })
  }

  static func timeline(
    _ name: String, _ stack: JSONTree, metadata: [String: JSONTree]
  ) -> JSONTree {
    .map([
      "OTIO_SCHEMA": .text("Timeline.1"), "name": .text(name), "global_start_time": .null,
      "tracks": stack, "metadata": own(metadata),
    ])
  }
}
