import Testing

@testable import videocraft

@Suite("Amounts on the command line", .timeLimit(.minutes(5)))
struct AmountReaderTests {
  @Test(
    "sizes have decimal or binary units",
    arguments: [
      ("20GB", 20_000_000_000), ("500 mb", 500_000_000), ("1.5TiB", 1_649_267_441_664),
      ("4096", 4096), ("0", 0), ("1k", 1000),
    ])
  func sizes(text: String, bytes: Int) { #expect(AmountReader.bytes(text) == bytes) }

  @Test(
    "ages need a unit",
    arguments: [
      ("30d", 2_592_000_000), ("12h", 43_200_000), ("90m", 5_400_000), ("45s", 45_000),
      ("2w", 1_209_600_000),
    ])
  func ages(text: String, milliseconds: Int) {
    #expect(AmountReader.milliseconds(text) == milliseconds)
  }

  @Test(
    "anything else is nothing",
    arguments: ["", "GB", "-5GB", "20 apples", "1e9", "99999999999TB", "1.2.3MB"])
  func wrong(text: String) {
    #expect(AmountReader.bytes(text) == nil)
    #expect(AmountReader.milliseconds(text) == nil)
  }
}
