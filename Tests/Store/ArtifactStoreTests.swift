import Foundation
import Pipeline
import Store
import Testing

@Suite("Artifact stores")
struct ArtifactStoreTests {
  enum Kind: CaseIterable { case memory, files }

  private func with(
    _ kind: Kind, _ body: (any ArtifactStore, URL) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    switch kind {
    case .memory:
      try await body(MemoryArtifactStore(folder: folder.appendingPathComponent("a")), folder)
    case .files:
      try await body(FileArtifactStore(folder: folder.appendingPathComponent("a")), folder)
    }
  }

  @Test("a copied file keeps its bytes and its source", arguments: Kind.allCases)
  func copy(kind: Kind) async throws {
    try await with(kind) { store, folder in
      let source = folder.appendingPathComponent("it's a 100% [clip], ünï:code.MP4")
      try Data("abc".utf8).write(to: source)
      let reference = try await store.copy(source, as: source.lastPathComponent)
      #expect(
        reference.digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(reference.byteCount == 3)
      #expect(reference.mediaType == "video/mp4")
      #expect(try Data(contentsOf: try await store.open(reference)) == Data("abc".utf8))
      #expect(FileManager.default.fileExists(atPath: source.path))
      #expect(await store.contains(reference.digest))
    }
  }

  @Test("an adopted file is moved, and the same bytes are kept once", arguments: Kind.allCases)
  func adopt(kind: Kind) async throws {
    try await with(kind) { store, folder in
      var references: [FileReference] = []
      for name in ["one", "two"] {
        let source = folder.appendingPathComponent(name)
        try Data("same".utf8).write(to: source)
        references.append(try await store.adopt(source, as: name))
        #expect(!FileManager.default.fileExists(atPath: source.path))
      }
      #expect(references[0] == references[1])
      #expect(references[1].name == "two")
    }
  }

  @Test("a missing artifact is an error of class lost that names it", arguments: Kind.allCases)
  func missing(kind: Kind) async throws {
    try await with(kind) { store, _ in
      let reference = FileReference(digest: Digest(of: [1]), byteCount: 1, name: "clip.mp4")
      let error = await #expect(throws: StageError.self) { try await store.open(reference) }
      #expect(error?.errorClass == .lost)
      #expect(error?.message.contains("`clip.mp4`") == true)
      #expect(await store.contains(reference.digest) == false)
    }
  }

  @Test("a data folder has one owner at a time")
  func lock() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    var first: DataFolder? = try DataFolder(url)
    let error = #expect(throws: DataFolderError.self) { try DataFolder(url) }
    #expect(error?.description.contains("in use") == true)
    #expect(first?.url == url)
    first = nil
    _ = try DataFolder(url)
  }
}
