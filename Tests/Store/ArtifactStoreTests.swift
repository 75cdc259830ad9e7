import Foundation
import Pipeline
import Store
import TestSupport
import Testing

@Suite("Artifact stores", .timeLimit(.minutes(5)))
struct ArtifactStoreTests {
  enum Kind: CaseIterable { case memory, files }

  private struct Subject {
    let folder: TestFolder
    let store: any ArtifactStore

    init(_ kind: Kind) throws {
      folder = try TestFolder()
      store =
        switch kind {
        case .memory: MemoryArtifactStore(folder: folder.file("a"))
        case .files: try FileArtifactStore(folder: folder.file("a"))
        }
    }
  }

  @Test("a copied file keeps its bytes and its source", arguments: Kind.allCases)
  func copy(kind: Kind) async throws {
    let subject = try Subject(kind)
    let source = try subject.folder.write("abc", to: "it's a 100% [clip], ünï:code.MP4")
    let reference = try await subject.store.copy(source, as: source.lastPathComponent)
    #expect(
      reference.digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(reference.byteCount == 3)
    #expect(reference.mediaType == "video/mp4")
    #expect(try Data(contentsOf: try await subject.store.open(reference)) == Data("abc".utf8))
    #expect(try Data(contentsOf: source) == Data("abc".utf8))
    #expect(await subject.store.contains(reference))
  }

  @Test("a copy has the bytes of its source, whatever its size", arguments: [0, 1, 4097, 3 << 20])
  func sizes(count: Int) async throws {
    let subject = try Subject(.files)
    let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    let source = try subject.folder.write(bytes, to: "source")
    let reference = try await subject.store.copy(source, as: "x")
    #expect(reference.byteCount == count)
    #expect(reference.digest == Digest(of: bytes))
    #expect(try Data(contentsOf: try await subject.store.open(reference)) == bytes)
  }

  @Test("a file that pretends to be empty is copied with all its bytes")
  func pseudoFile() async throws {
    let subject = try Subject(.files)
    let reference = try await subject.store.copy(
      URL(fileURLWithPath: "/proc/self/status"), as: "status")
    #expect(reference.byteCount > 100)
    let bytes = try Data(contentsOf: try await subject.store.open(reference))
    #expect(bytes.count == reference.byteCount)
  }

  @Test("an adopted file is moved, and the same bytes are kept once", arguments: Kind.allCases)
  func adopt(kind: Kind) async throws {
    let subject = try Subject(kind)
    var references: [FileReference] = []
    for name in ["one", "two"] {
      let source = try subject.folder.write("same", to: name)
      references.append(try await subject.store.adopt(source, as: name))
      #expect(!FileManager.default.fileExists(atPath: source.path))
    }
    #expect(references[0] == references[1])
    #expect(references[1].name == "two")
  }

  @Test("a file adopted from another disk is moved too")
  func otherDisk() async throws {
    let subject = try Subject(.files)
    let source = URL(fileURLWithPath: "/dev/shm/videocraft \(UUID().uuidString)")
    try Data("from afar".utf8).write(to: source)
    defer { try? FileManager.default.removeItem(at: source) }
    let reference = try await subject.store.adopt(source, as: "x")
    #expect(!FileManager.default.fileExists(atPath: source.path))
    let bytes = try Data(contentsOf: try await subject.store.open(reference))
    #expect(bytes == Data("from afar".utf8))
    #expect(try subject.folder.contents().filter { $0.hasPrefix("a/incoming/") }.isEmpty)
  }

  @Test("identifying a file keeps nothing", arguments: Kind.allCases)
  func identify(kind: Kind) async throws {
    let subject = try Subject(kind)
    let source = try subject.folder.write("abc", to: "clip.mp4")
    let reference = try await subject.store.identify(source, as: "clip.mp4")
    #expect(reference.digest == Digest(of: "abc".utf8))
    #expect(reference.byteCount == 3)
    #expect(await subject.store.contains(reference) == false)
    #expect(try Data(contentsOf: source) == Data("abc".utf8))
  }

  @Test("a missing artifact is an error of class lost that names it", arguments: Kind.allCases)
  func missing(kind: Kind) async throws {
    let store = try Subject(kind).store
    let reference = FileReference(digest: Digest(of: [1]), byteCount: 1, name: "clip.mp4")
    let error = await #expect(throws: ArtifactDamaged.self) { try await store.open(reference) }
    #expect(error?.damage == .gone)
    #expect(error?.stageError.errorClass == .lost)
    #expect(error?.stageError.message.contains("`clip.mp4`") == true)
    #expect(await store.contains(reference) == false)
  }

  @Test(
    "a damaged file is found when it is first opened, moved away and can be made again",
    arguments: ["abd", "ab", "abcd", ""], [true, false])
  func damaged(bytes: String, isAdopted: Bool) async throws {
    let subject = try Subject(.files)
    let source = try subject.folder.write("abc", to: "source")
    let reference = try await subject.store.copy(source, as: "clip.mp4")
    let place = try await subject.store.open(reference)
    try FileManager.default.removeItem(at: place)
    try Data(bytes.utf8).write(to: place)

    // The next process.
    let store = try FileArtifactStore(folder: subject.folder.file("a"))
    let error = await #expect(throws: ArtifactDamaged.self) { try await store.open(reference) }
    #expect(error == ArtifactDamaged(reference, .altered))
    #expect(error?.description.contains("`clip.mp4`") == true)
    #expect(await store.contains(reference) == false)
    #expect(try subject.folder.contents().contains("a/damaged/\(reference.digest.hex)"))
    let again = await #expect(throws: ArtifactDamaged.self) { try await store.open(reference) }
    #expect(again?.damage == .gone)

    let made =
      isAdopted
      ? try await store.adopt(source, as: "x") : try await store.copy(source, as: "x")
    #expect(made == reference)
    #expect(try Data(contentsOf: try await store.open(reference)) == Data("abc".utf8))
  }

  @Test("damage that comes while the process runs is found too")
  func damagedLater() async throws {
    let subject = try Subject(.files)
    let reference = try await subject.store.adopt(
      try subject.folder.write("abc", to: "source"), as: "x")
    let place = try await subject.store.open(reference)
    try FileManager.default.removeItem(at: place)
    try Data("xyz".utf8).write(to: place)
    await #expect(throws: ArtifactDamaged(reference, .altered)) {
      try await subject.store.open(reference)
    }
  }

  @Test("good bytes that come in replace damaged ones that nobody has looked at")
  func replaced() async throws {
    let subject = try Subject(.files)
    let source = try subject.folder.write("abc", to: "source")
    let reference = try await subject.store.copy(source, as: "x")
    let place = try await subject.store.open(reference)
    try FileManager.default.removeItem(at: place)
    try Data("xyz".utf8).write(to: place)
    let store = try FileArtifactStore(folder: subject.folder.file("a"))
    _ = try await store.adopt(source, as: "x")
    #expect(try Data(contentsOf: try await store.open(reference)) == Data("abc".utf8))
  }

  @Test("what a dead process left half written is removed at the next start")
  func leftovers() async throws {
    let subject = try Subject(.files)
    try subject.folder.write("half", to: "a/incoming/half")
    _ = try FileArtifactStore(folder: subject.folder.file("a"))
    #expect(try subject.folder.contents().contains("a/incoming/half") == false)
  }

  @Test("a source that is not there is the input's fault")
  func noSource() async throws {
    let subject = try Subject(.files)
    let error = await #expect(throws: StageError.self) {
      try await subject.store.copy(subject.folder.file("none"), as: "none.mp4")
    }
    #expect(error?.errorClass == .invalidInput)
    #expect(error?.message.contains("`none.mp4`") == true)
    #expect(try subject.folder.contents().filter { $0.hasPrefix("a/incoming/") }.isEmpty)
  }

  @Test("a store whose folder cannot be made says so")
  func noFolder() throws {
    let folder = try TestFolder()
    try folder.write("a file", to: "taken")
    let error = #expect(throws: StageError.self) {
      try FileArtifactStore(folder: folder.file("taken/a"))
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("taken/a") == true)
  }
}
