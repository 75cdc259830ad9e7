// swift-tools-version: 6.2
import PackageDescription

// MARK: - One line per target, by kind

/// A C library from Debian: `module.modulemap` and `shim.h`, nothing else.
/// `pkgConfig` names the package whose headers are not on the compiler's own path.
func cLibrary(_ name: String, pkgConfig: String? = nil) -> Target {
  .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig)
}

/// C code of our own, for what Swift cannot express.
func cCode(_ name: String) -> Target {
  .target(name: name, path: "Sources/CLibraries/\(name)")
}

/// The Swift door to one C library, or a library of our own that knows nothing of pipelines.
func library(_ name: String, over dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, path: "Sources/Libraries/\(name)")
}

/// One built-in stage: a folder, a module, a stage. Never depends on another stage.
func stage(_ name: String, uses dependencies: Target.Dependency...) -> Target {
  .target(
    name: "\(name)Stage", dependencies: ["Pipeline"] + dependencies,
    path: "Sources/Stages/\(name)")
}

func tests(
  _ name: String, excluding: [String] = [], of dependencies: Target.Dependency...
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", exclude: excluding)
}

let builtInStages = ["Validate", "TTS", "Transcribe", "Compose", "Burn", "Segment", "Render"]

let package = Package(
  name: "VideoCraft",
  products: [
    .executable(name: "videocraft", targets: ["videocraft"]),
    .executable(name: "videocraft-speech", targets: ["videocraft-speech"]),
    .library(name: "Pipeline", targets: ["Pipeline", "StageServing"]),
    .library(name: "Store", targets: ["Store"]),
  ],
  targets: [
    cLibrary("CFFmpeg"),
    cLibrary("CASS"),
    cLibrary("CZimg"),
    cLibrary("CFonts", pkgConfig: "freetype2"),
    cLibrary("CYAML"),
    cLibrary("CCrypto"),
    cLibrary("CTLS"),
    cLibrary("CSQLite"),
    cLibrary("CCurl"),
    cLibrary("CFlite"),
    cLibrary("CESpeak"),
    cLibrary("CPocketSphinx", pkgConfig: "pocketsphinx"),
    cCode("CProcess"),
    cCode("CConfinement"),
    cCode("CFiles"),
    cCode("CSockets"),

    library("Threads"),
    library("Crypto", over: "CCrypto"),
    library("YAML", over: "CYAML"),
    library("SQLite", over: "CSQLite", "Threads"),
    library("HTTPClient", over: "CCurl", "Threads"),
    library("Files", over: "CFiles"),
    library("FFmpeg", over: "CFFmpeg", "Threads"),
    library("ASS", over: "CASS"),
    library("Zimg", over: "CZimg"),
    library("Fonts", over: "CFonts"),
    library("Flite", over: "CFlite"),
    library("ESpeak", over: "CESpeak"),
    library("PocketSphinx", over: "CPocketSphinx"),
    library("ChildProcess", over: "CProcess", "Threads"),
    library("HTTPTypes", over: "Crypto", "Threads"),
    library("HTTPServer", over: "HTTPTypes", "CSockets", "CTLS", "Threads"),
    library("Confinement", over: "CConfinement", "CProcess", "ChildProcess", "Threads"),
    library("Speech"),
    library("SpeechClient", over: "Speech", "ChildProcess", "Threads"),
    library("SpeechProviders", over: "Speech", "HTTPClient", "Threads"),

    .target(
      name: "Pipeline", dependencies: ["YAML", "Crypto", "Threads"], path: "Sources/Pipeline"),
    .target(
      name: "Media", dependencies: ["Pipeline", "FFmpeg", "ASS", "Fonts", "Zimg", "Threads"],
      path: "Sources/Media"),

    stage("Validate", uses: "Media", "Threads"),
    stage("TTS", uses: "Media", "Speech", "SpeechClient", "SpeechProviders", "Threads"),
    stage("Transcribe", uses: "Media", "Speech", "SpeechClient", "SpeechProviders", "Threads"),
    stage("Compose", uses: "Fonts", "Media", "Threads"),
    stage("Burn", uses: "Fonts", "Media", "Threads"),
    stage("Segment", uses: "Media", "Threads"),
    stage("Render", uses: "Media", "Threads"),
    .target(
      name: "BuiltInStages",
      dependencies: ["Pipeline"] + builtInStages.map { .target(name: "\($0)Stage") },
      path: "Sources/Stages/BuiltIn"),

    .target(
      name: "Store", dependencies: ["Pipeline", "SQLite", "Files", "Crypto", "Threads"],
      path: "Sources/Store"),

    .target(
      name: "StageProtocol", dependencies: ["Pipeline"], path: "Sources/Plugins/StageProtocol"),
    .target(
      name: "StageServing", dependencies: ["Pipeline", "StageProtocol", "Threads"],
      path: "Sources/Plugins/StageServing"),
    .target(
      name: "PluginHost",
      dependencies: [
        "Pipeline", "StageProtocol", "Confinement", "ChildProcess", "Threads",
      ],
      path: "Sources/Plugins/PluginHost"),

    .executableTarget(
      name: "videocraft-speech", dependencies: ["Flite", "ESpeak", "PocketSphinx", "Speech"],
      path: "Sources/SpeechHelper", exclude: ["LICENSE"]),
    .executableTarget(
      name: "videocraft",
      dependencies: [
        "Pipeline", "Media", "Store", "HTTPClient", "BuiltInStages", "Files", "Threads",
        "HTTPServer", "HTTPTypes", "Crypto", "FFmpeg", "Speech", "SpeechClient", "SpeechProviders",
        "PluginHost", "StageServing",
      ],
      path: "Sources/Host"),

    .executableTarget(
      name: "http-benchmark-server", dependencies: ["HTTPServer", "HTTPTypes", "Threads"],
      path: "Benchmarks/http-server/Server"),

    .target(
      name: "TestSupport", dependencies: ["Pipeline", "ChildProcess", "Threads"],
      path: "Tests/TestSupport"),
    tests("Threads", of: "Threads"),
    tests("YAML", of: "YAML"),
    tests("Pipeline", of: "Pipeline", "Threads", "TestSupport"),
    tests("HTTPClient", of: "HTTPClient", "Threads", "TestSupport"),
    tests("FFmpeg", of: "FFmpeg", "Threads", "TestSupport"),
    tests("Media", of: "Media", "Pipeline", "FFmpeg", "Threads", "TestSupport"),
    tests("ChildProcess", of: "ChildProcess", "Threads"),
    tests(
      "HTTPServer", of: "HTTPServer", "HTTPTypes", "ChildProcess", "Threads", "TestSupport"),
    tests(
      "Speech", of: "TTSStage", "TranscribeStage", "Pipeline", "Media", "Speech", "SpeechClient",
      "SpeechProviders", "HTTPClient", "ChildProcess", "Threads", "TestSupport",
      "videocraft-speech"),
    tests(
      "Stages", of: "BuiltInStages", "ValidateStage", "ComposeStage", "BurnStage", "SegmentStage",
      "RenderStage", "Pipeline", "Media", "FFmpeg", "Threads", "TestSupport"),
    tests(
      "Plugins", of: "PluginHost", "StageProtocol", "StageServing", "Confinement", "BuiltInStages",
      "Pipeline", "Media", "ChildProcess", "Threads", "TestSupport", "videocraft",
      "videocraft-speech"),
    tests("Store", of: "Store", "SQLite", "Files", "Pipeline", "Threads", "TestSupport"),
    tests(
      "Host", excluding: ["Contracts/Clients"], of: "videocraft", "videocraft-speech", "Pipeline",
      "Media", "ChildProcess", "Threads", "TestSupport", "HTTPServer", "HTTPTypes", "HTTPClient",
      "SpeechProviders"),
    tests(
      "Golden", of: "videocraft", "videocraft-speech", "Pipeline", "Media", "ChildProcess",
      "TestSupport"),
  ]
)

for target in package.targets where target.path?.hasPrefix("Sources/CLibraries") != true {
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
}
