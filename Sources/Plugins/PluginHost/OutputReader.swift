import Foundation
import Pipeline
import StageProtocol

/// Turns what a plugin gives into values that the host can rely on: of the declared types, with numbers that can be,
/// and with files that are in the store.
struct OutputReader: Sendable {
  let ports: [FieldDescription]
  let call: PluginCall
  /// The plugin, for messages.
  let title: String

  func read(_ outputs: [String: PassedValue]) async throws -> [String: Value] {
    let names = ports.map(\.name)
    if let unknown = outputs.keys.sorted().first(where: { !names.contains($0) }) {
      let list = names.isEmpty ? "it has none" : "its outputs are \(names.joined(separator: ", "))"
      throw StageError(
        .internal,
        "\(title) gave the output `\(unknown.prefix(80))`, which it does not have; \(list)")
    }
    var values: [String: Value] = [:]
    for port in ports {
      guard let given = outputs[port.name] else { continue }
      let place = "the output `\(port.name)` of \(title)"
      let value = try await resolved(given, place)
      guard value != .null else { continue }
      do throws(ValueError) {
        values[port.name] = try checked(try port.type.convert(value), place)
      } catch {
        throw StageError(.internal, "\(place) is wrong: \(error)")
      }
    }
    return values
  }

  /// A film for the renderer.
  func film(_ given: PassedValue) async throws -> Timeline {
    let place = "the film that \(title) wants rendered"
    guard case .video(.timeline(let film)) = try await resolved(given, place) else {
      throw StageError(.internal, "\(place) is no timeline")
    }
    return try checked(film, place)
  }

  private func resolved(_ given: PassedValue, _ place: String) async throws -> Value {
    switch given {
    case .value(let value): return value
    case .spilled(let path): return try call.files.spilled(path)
    case .made(let made): return .file(try await stored(made, place))
    case .list(let items):
      var values: [Value] = []
      for item in items { values.append(try await resolved(item, place)) }
      return .list(values)
    case .map(let members):
      var values: [String: Value] = [:]
      for (name, member) in members { values[name] = try await resolved(member, place) }
      return .map(values)
    }
  }

  private func stored(_ made: PassedValue.Made, _ place: String) async throws -> FileReference {
    let name = made.name ?? String(made.path.split(separator: "/").last ?? "")
    let file = try await call.files.store(made.path, as: name, call.context)
    if let digest = made.digest, digest != file.digest.hex {
      throw StageError(
        .internal,
        "\(place): its file `\(name)` is said to have the digest \(digest.prefix(12)), but has \(file.digest.short)"
      )
    }
    return file
  }
}

// MARK: - What can be

extension OutputReader {
  private func checked(_ value: Value, _ place: String) throws(ValueError) -> Value {
    do throws(StageError) {
      return try check(value, place)
    } catch {
      throw ValueError(error.message)
    }
  }

  private func checked(_ film: Timeline, _ place: String) throws(StageError) -> Timeline {
    if let flaw = film.flaw { throw StageError(.internal, "\(place): \(flaw)") }
    var film = film
    for layer in film.layers.indices {
      for clip in film.layers[layer].clips.indices {
        guard case .file(let file) = film.layers[layer].clips[clip].source else { continue }
        film.layers[layer].clips[clip].source = .file(try call.files.file(file, in: place))
      }
    }
    for track in film.tracks.indices {
      for clip in film.tracks[track].clips.indices {
        let file = film.tracks[track].clips[clip].source
        film.tracks[track].clips[clip].source = try call.files.file(file, in: place)
      }
    }
    return film
  }

  private func check(_ value: Value, _ place: String) throws(StageError) -> Value {
    switch value {
    case .file(let file): return .file(try call.files.file(file, in: place))
    case .video(.file(let file)): return .video(.file(try call.files.file(file, in: place)))
    case .video(.timeline(let film)): return .video(.timeline(try checked(film, place)))
    case .captions(let captions): try refuse(captions.flaw, place)
    case .transcript(let transcript): try refuse(transcript.flaw, place)
    case .bundle(let bundle): return .bundle(try checked(bundle, place))
    case .list(let items):
      var values: [Value] = []
      for item in items { values.append(try check(item, place)) }
      return .list(values)
    case .map(let members):
      var values: [String: Value] = [:]
      for (name, member) in members { values[name] = try check(member, place) }
      return .map(values)
    case .secret: throw StageError(.internal, "\(place) is the name of a secret")
    case .text(let text):
      // A path here would be read by the host as its own.
      if text.utf8.count > 64 << 10 {
        throw StageError(.internal, "\(place): a text has at most 64 KiB; more goes into a file")
      }
    default: break
    }
    return value
  }

  private func refuse(_ flaw: String?, _ place: String) throws(StageError) {
    if let flaw { throw StageError(.internal, "\(place): \(flaw)") }
  }

  private func checked(_ bundle: FileBundle, _ place: String) throws(StageError) -> FileBundle {
    var bundle = bundle
    guard bundle.files[bundle.entry] != nil else {
      throw StageError(
        .internal, "\(place): there is no `\(bundle.entry.prefix(80))` in the bundle")
    }
    for (path, file) in bundle.files {
      guard FileBundle.isPath(path) else {
        throw StageError(.internal, "\(place): `\(path.prefix(80))` cannot be a path in a bundle")
      }
      bundle.files[path] = try call.files.file(file, in: place)
    }
    return bundle
  }
}
