import Confinement
public import Foundation
public import Pipeline
import StageProtocol
import Threads

/// The plugins of a machine: found in folders, described by themselves, offered as stages.
public final class PluginCatalogue: Sendable {
  /// A plugin as an operator sees it.
  public struct Listing: Sendable, Hashable {
    public var id: String
    public var version: String
    public var folder: URL
    /// The names of the stages that it offers; empty when it cannot be used.
    public var stages: [String] = []
    /// What holds its processes.
    public var protection = ""
    /// What it asks for and was not granted; empty for nothing.
    public var missing: [String] = []
    /// Why it is not started any more; nil when it is.
    public var breaker: String?
    /// Why it cannot be used; nil when it can.
    public var problem: String?
    /// Nil when its manifest cannot be read.
    public var program: PluginProgram?
  }

  private struct Entry: Sendable {
    /// Nil for a folder that cannot be trusted.
    var stamp: Digest?
    var listing: Listing
    /// Why it is no plugin; nil when it is one.
    var refusal: String?
    var stages: [StageSpec] = []
    var pool: PluginPool?
  }

  private struct State: Sendable {
    var entries: [String: Entry] = [:]
    var offer: StageRegistry.Offer
  }

  private let folders: [URL]
  private let builtIn: [StageSpec]
  private let cache: DescriptionCache?
  private let ownProgram: String?
  private let own = Locked<[String: StageSpec]>([:])
  private let state: Locked<State>
  private let refreshing = NSLock()
  public let places = PluginPlaces()
  public let breakers: BreakerBook

  /// Nothing is looked for before `refresh`.
  ///
  /// - Parameters:
  ///   - folders: where plugins lie, each in a folder of its own; of two stages with one name, the first counts.
  ///   - ownProgram: the path of `videocraft`, for stages of this host in processes of their own; nil for none.
  ///   - cache: where descriptions are kept; nil for nowhere.
  public init(
    folders: [URL], builtIn: [StageSpec], ownProgram: String?, cache: URL?, breakers: BreakerBook
  ) {
    self.folders = folders
    self.builtIn = builtIn
    self.ownProgram = ownProgram
    self.cache = cache.map(DescriptionCache.init)
    self.breakers = breakers
    state = Locked(State(offer: StageRegistry.Offer(builtIn)))
  }

  /// The stages of the host and of its plugins, as they are at each moment.
  public var registry: StageRegistry {
    let isolate: (@Sendable (StageSpec) -> StageSpec)? =
      ownProgram == nil ? nil : { @Sendable spec in self.isolated(spec) }
    return StageRegistry(isolate: isolate) { self.state.withLock { $0.offer } }
  }

  /// Every plugin that was found, usable or not, in the order of the folders.
  public var listings: [Listing] {
    let entries = state.withLock { $0.entries }
    return entries.keys.sorted().compactMap { entries[$0]?.listing }.map { listing in
      var listing = listing
      guard let program = listing.program else { return listing }
      listing.breaker = breakers.opened(program)?.reason
      let granted = breakers.granted(to: program)
      listing.missing =
        (program.permissions.network && !granted.network ? ["network"] : [])
        + program.permissions.read.filter { !granted.read.contains($0) }
      listing.protection =
        Protection(of: program, granted: granted, work: nil, readable: []).description
      return listing
    }
  }

  /// The plugin of that id, or one that offers a stage of that name.
  public func listing(named name: String) -> Listing? {
    let all = listings
    return all.first { $0.id == name } ?? all.first { $0.stages.contains(name) }
  }

  /// Lets every process go.
  public func close() {
    for entry in state.withLock({ Array($0.entries.values) }) { entry.pool?.retire() }
  }
}

// MARK: - Looking

extension PluginCatalogue {
  /// Looks at the folders: plugins that came or changed are asked what they are, those that went are forgotten. Blocks,
  /// for a new plugin until it has answered. Returns what changed, for a log.
  @discardableResult
  public func refresh() -> [String] {
    refreshing.lock()
    defer { refreshing.unlock() }
    let before = state.withLock { $0.entries }
    var entries: [String: Entry] = [:]
    var changes: [String] = []
    for place in found() {
      let known = before[place.path]
      let entry = entry(for: place, known)
      entries[place.path] = entry
      guard known?.stamp != entry.stamp || known == nil || known?.refusal != entry.refusal else {
        continue
      }
      changes.append("\(known == nil ? "found" : "changed"): \(entry.listing.id)")
    }
    for (key, entry) in before where entries[key]?.pool !== entry.pool {
      entry.pool?.retire()
      if entries[key] == nil { changes.append("gone: \(entry.listing.id)") }
    }
    publish(entries, isChanged: !changes.isEmpty)
    return changes
  }

  /// Folders with a `plugin.json`, in order.
  private func found() -> [URL] {
    var seen: Set<String> = []
    return folders.flatMap { folder -> [URL] in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      // A folder of plugins, or a plugin itself.
      let places =
        names.contains(PluginManifest.fileName)
        ? [folder]
        : names.sorted().filter { !$0.hasPrefix(".") }.map { folder.appendingPathComponent($0) }
      return places.map(\.standardizedFileURL).filter { place in
        let manifest = place.appendingPathComponent(PluginManifest.fileName).path
        return FileManager.default.fileExists(atPath: manifest) && seen.insert(place.path).inserted
      }
    }
  }

  /// - Parameter known: what it was; it stays that unless something in the folder changed.
  private func entry(for url: URL, _ known: Entry?) -> Entry {
    let folder: PluginFolder
    do throws(PluginProblem) {
      folder = try PluginFolder(url)
    } catch {
      var listing = Listing(id: url.lastPathComponent, version: "", folder: url)
      listing.problem = error.description
      return Entry(listing: listing, refusal: error.description)
    }
    if let known, known.stamp == folder.stamp { return known }
    var listing = Listing(
      id: folder.program.id, version: folder.program.version, folder: url, program: folder.program)
    let pool = PluginPool(folder.program, places: places, breakers: breakers)
    do {
      let stages = try stages(of: folder, pool)
      return Entry(stamp: folder.stamp, listing: listing, stages: stages, pool: pool)
    } catch let problem as PluginProblem {
      listing.problem = problem.description
    } catch {
      let failure = StageError(wrapping: error)
      listing.problem = failure.message + (failure.cause.map { "\n\($0)" } ?? "")
    }
    return Entry(stamp: folder.stamp, listing: listing, refusal: listing.problem)
  }

  private func stages(of folder: PluginFolder, _ pool: PluginPool) throws -> [StageSpec] {
    let program = folder.program
    let introduction: Introduction
    if let known = cache?.introduction(for: folder.stamp) {
      introduction = known
    } else {
      try breakers.check(program)
      introduction = try describe(program)
    }
    guard !introduction.stages.isEmpty else { throw PluginProblem("it offers no stages") }
    let specs = try introduction.stages.map { form in
      let checked: DescriptionChecker.Checked
      do {
        checked = try DescriptionChecker.check(form)
      } catch {
        throw PluginProblem("its description is wrong: \(error)")
      }
      return ProcessStage(
        info: checked.info, options: checked.options, inputs: checked.inputs,
        outputs: checked.outputs, pool: pool, asksForFiles: introduction.has(.open),
        validates: introduction.has(.validate)
      ).spec
    }
    if let twice = Dictionary(grouping: specs, by: \.info.name).first(where: { $0.value.count > 1 })
    {
      throw PluginProblem("it offers two stages called `\(twice.key)`")
    }
    cache?.keep(introduction, for: folder.stamp)
    return specs
  }

  /// Starts the plugin for a moment, to be asked.
  private func describe(_ program: PluginProgram) throws(StageError) -> Introduction {
    let folder = PluginPlaces.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let (process, introduction) = try PluginProcess.launch(
      program, in: folder, granted: PluginPermissions(), readable: [])
    process.shutdown()
    process.waitForEnd()
    return introduction
  }

  /// Names are given once: to the host's own stages, then in the order of the folders.
  private func publish(_ entries: [String: Entry], isChanged: Bool) {
    var entries = entries
    var owners: [String: String] = [:]
    for spec in builtIn { owners[spec.info.name] = "a stage of this host" }
    var specs = builtIn
    for key in order(of: entries) {
      guard var entry = entries[key], !entry.stages.isEmpty else { continue }
      let taken = entry.stages.compactMap { spec in
        owners[spec.info.name].map { "`\(spec.info.name)` is already \($0)" }
      }
      entry.listing.problem = taken.isEmpty ? nil : taken.joined(separator: "; ")
      entry.listing.stages = taken.isEmpty ? entry.stages.map(\.info.name) : []
      if taken.isEmpty {
        specs += entry.stages
        for spec in entry.stages {
          owners[spec.info.name] = "a stage of the plugin in `\(entry.listing.folder.path)`"
        }
      }
      entries[key] = entry
    }
    let (all, offered) = (entries, specs)
    state.withLock { state in
      state.entries = all
      if isChanged {
        state.offer = StageRegistry.Offer(offered, generation: state.offer.generation + 1)
      }
    }
  }

  private func order(of entries: [String: Entry]) -> [String] {
    let order = found().map(\.path)
    return order.filter { entries[$0] != nil }
  }
}

// MARK: - Stages of this host in processes of their own

extension PluginCatalogue {
  private func isolated(_ spec: StageSpec) -> StageSpec {
    guard let ownProgram else { return spec }
    return own.withLock { own in
      if let known = own[spec.info.name] { return known }
      let made = Self.isolated(spec, program: ownProgram, places: places, breakers: breakers)
      own[spec.info.name] = made
      return made
    }
  }

  /// A stage of this host whose tasks run in processes of `program stage-serve NAME`. Plans and checks stay here, since
  /// they are the same code.
  static func isolated(
    _ spec: StageSpec, program path: String, places: PluginPlaces, breakers: BreakerBook
  ) -> StageSpec {
    var program = PluginProgram(
      id: spec.info.name, version: spec.info.version, executable: path,
      arguments: ["stage-serve", spec.info.name])
    program.isOwn = true
    let stage = ProcessStage(
      info: spec.info, options: spec.options, inputs: spec.inputs, outputs: spec.outputs,
      pool: PluginPool(program, places: places, breakers: breakers), asksForFiles: true,
      validates: false)
    return StageSpec(
      info: spec.info, options: spec.options, inputs: spec.inputs, outputs: spec.outputs,
      isForeign: false, validate: spec.validate, parts: spec.parts,
      run: { try await stage.run($0, $1, $2) })
  }
}

/// What plugins said they are, by the digest of their folders.
struct DescriptionCache: Sendable {
  let folder: URL

  init(_ folder: URL) { self.folder = folder }

  private func file(_ stamp: Digest) -> URL {
    folder.appendingPathComponent("\(Wire.version)-\(stamp.hex).json")
  }

  /// Nil when it is not known, or what is known cannot be trusted.
  func introduction(for stamp: Digest) -> Introduction? {
    let file = file(stamp)
    var status = stat()
    guard lstat(file.path, &status) == 0, status.st_uid == geteuid(),
      status.st_mode & S_IFMT == S_IFREG, status.st_mode & (S_IWGRP | S_IWOTH) == 0,
      let bytes = try? Data(contentsOf: file)
    else { return nil }
    return try? JSONDecoder().decode(Introduction.self, from: bytes)
  }

  /// What cannot be kept is asked for again.
  func keep(_ introduction: Introduction, for stamp: Digest) {
    guard let bytes = try? WireCoder.encode(introduction) else { return }
    try? FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try? Data(bytes).write(to: file(stamp), options: .atomic)
    chmod(file(stamp).path, 0o600)
  }
}
