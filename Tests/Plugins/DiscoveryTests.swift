import BuiltInStages
import Foundation
import Pipeline
import PluginHost
import TestSupport
import Testing

@Suite("plugins in folders", .timeLimit(.minutes(5)))
struct DiscoveryTests {
  @Test("are looked for in this order")
  func order() {
    let folders = PluginSearch.folders(
      given: ["/a"],
      environment: ["VIDEOCRAFT_PLUGIN_PATH": "/b:/c", "XDG_DATA_HOME": "/d", "HOME": "/e"])
    #expect(
      folders.map(\.path) == [
        "/a", "/b", "/c", "/d/videocraft/plugins", "/usr/lib/videocraft/plugins",
      ])
    let usual = PluginSearch.folders(environment: ["HOME": "/e"])
    #expect(usual.first?.path == "/e/.local/share/videocraft/plugins")
  }

  @Test("offer their stages with their settings, like any other stage")
  func offered() async throws {
    let bench = try PluginBench()
    let registry = bench.catalogue.registry
    let (_, diagnostics) = PipelineGraph.load(
      PipelineSource(
        PipelineSource.File(
          name: "p.yaml",
          text: """
            version: 1
            name: film
            stages:
              a: { uses: odd, with: { mood: echo, wait: soon } }
            """)), registry: registry)
    #expect(
      diagnostics.map(\.message).contains { $0.contains("`mood` is not a setting of `odd`") },
      "\(diagnostics)")
    #expect(diagnostics.map(\.message).contains { $0.contains("duration") }, "\(diagnostics)")
    #expect(try PipelineSchema.json(registry).contains("with-odd"))
    let spec = try bench.spec()
    #expect(StageDocumentation.markdown(spec).contains("How long."))
    #expect(spec.isForeign)
  }

  @Test("are noticed when they come, change and go")
  func changes() async throws {
    let folder = try TestFolder()
    let plugins = try folder.folder("plugins")
    let catalogue = PluginBench.catalogue([plugins], in: folder)
    let registry = catalogue.registry
    #expect(catalogue.refresh() == [])
    #expect(registry["odd"] == nil)
    _ = try OddPlugin.install(in: folder)
    #expect(catalogue.refresh() == ["found: odd"])
    #expect(registry["odd"]?.info.summary == "Does odd things.")
    #expect(catalogue.refresh() == [])
    let generation = registry.generation
    let script = OddPlugin.script.replacingOccurrences(
      of: "Does odd things.", with: "Does even things.")
    _ = try OddPlugin.install(in: folder, script: script)
    #expect(catalogue.refresh() == ["changed: odd"])
    #expect(registry["odd"]?.info.summary == "Does even things.")
    #expect(registry.generation != generation)
    try FileManager.default.removeItem(at: plugins.appendingPathComponent("odd"))
    #expect(catalogue.refresh() == ["gone: odd"])
    #expect(registry["odd"] == nil)
  }

  @Test("are asked once what they are, as long as nothing in their folder changes")
  func cached() async throws {
    let bench = try PluginBench()
    let file = try #require(
      FileManager.default.contentsOfDirectory(
        at: bench.folder.file("cache"), includingPropertiesForKeys: nil
      ).first)
    // What stands there is believed, so it was not asked again.
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacingOccurrences(of: "Does odd things.", with: "From the cache.")
      .write(to: file, atomically: true, encoding: .utf8)
    chmod(file.path, 0o600)
    let again = PluginBench.catalogue([bench.folder.file("plugins")], in: bench.folder)
    again.refresh()
    #expect(again.registry["odd"]?.info.summary == "From the cache.")
  }

  @Test("that others could change are refused")
  func unsafe() async throws {
    let folder = try TestFolder()
    let plugins = try OddPlugin.install(in: folder)
    let place = plugins.appendingPathComponent("odd").resolvingSymlinksInPath()
    let script = place.appendingPathComponent("plugin.py")
    let catalogue = PluginBench.catalogue([plugins], in: folder)
    func problem() -> String? {
      catalogue.refresh()
      return catalogue.listings.first?.problem
    }
    chmod(script.path, 0o666)
    #expect(problem() == "others may write to `\(script.path)`; `chmod go-w` ends that")
    chmod(script.path, 0o644)
    chmod(place.path, 0o777)
    #expect(problem() == "others may write to `\(place.path)`; `chmod go-w` ends that")
    chmod(place.path, 0o755)
    chmod(plugins.path, 0o777)
    #expect(problem()?.hasPrefix("others may write to `") == true)
    chmod(plugins.path, 0o755)
    let link = place.appendingPathComponent("data")
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "/etc")
    #expect(problem() == "the symbolic link `data` leads out of its folder")
    try FileManager.default.removeItem(at: link)
    #expect(problem() == nil)
    if geteuid() == 0 {
      chown(script.path, 12_345, 12_345)
      #expect(
        problem() == "`\(script.path)` belongs to another user (12345), who could change it")
    }
  }

  @Test(
    "whose plugin.json is wrong are refused with the place",
    arguments: [
      (
        #"{"id": "odd", "version": "1.2.0"}"#,
        "its `plugin.json` is wrong: line 1: `plugin.json` needs `command`"
      ),
      (
        #"{"id": "Odd One", "version": "1.2.0", "command": ["python3"]}"#,
        "its `plugin.json` is wrong: `Odd One` cannot be an `id`: lower-case letters, digits and `-`"
      ),
      (
        #"{"id": "odd", "version": "1.2.0", "command": ["python3"], "limits": {"memory": "lots"}}"#,
        "its `plugin.json` is wrong: `limits.memory` is an amount such as 500MB or 4GB, not `lots`"
      ),
      (
        #"{"id": "odd", "version": "1.2.0", "command": ["./nothing"]}"#,
        "there is no program `./nothing` in its folder"
      ),
      (
        #"{"id": "odd", "version": "1.2.0", "command": ["no-such-program"]}"#,
        "there is no program `no-such-program` in /usr/local/bin, /usr/bin, /bin"
      ),
      (
        #"{"id": "odd", "version": "1.2.0", "command": ["./../../x"]}"#,
        "there is no program `./../../x` in its folder"
      ),
      (
        #"{"id": "odd", "version": "1.2.0", "command": ["python3"], "environment": {"LD_PRELOAD": "x"}}"#,
        "its `plugin.json` is wrong: `environment` cannot set `LD_PRELOAD`"
      ),
    ])
  func manifests(_ manifest: String, _ message: String) async throws {
    let folder = try TestFolder()
    let plugins = try OddPlugin.install(in: folder, manifest: manifest)
    let catalogue = PluginBench.catalogue([plugins], in: folder)
    catalogue.refresh()
    #expect(catalogue.listings.first?.problem == message)
    #expect(catalogue.registry.names == [])
  }

  @Test("cannot take the name of a stage of the host, or of an earlier plugin")
  func names() async throws {
    let folder = try TestFolder()
    _ = try OddPlugin.install(in: folder)
    let plugins = try OddPlugin.install(in: folder, named: "zodd")
    let catalogue = PluginBench.catalogue([plugins], in: folder, builtIn: BuiltInStages.all)
    catalogue.refresh()
    let listings = catalogue.listings
    #expect(listings.map(\.stages) == [["odd"], []])
    #expect(
      listings.last?.problem?.hasPrefix("`odd` is already a stage of the plugin in `") == true)

    let other = try TestFolder()
    let script = OddPlugin.script.replacingOccurrences(
      of: #""name": "odd""#, with: #""name": "burn""#)
    let thief = PluginBench.catalogue(
      [try OddPlugin.install(in: other, script: script)], in: other, builtIn: BuiltInStages.all)
    thief.refresh()
    #expect(thief.listings.first?.problem == "`burn` is already a stage of this host")
    #expect(thief.registry["burn"]?.isForeign == false)
  }
}
