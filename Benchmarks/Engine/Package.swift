// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "EngineBenchmarks",
  dependencies: [.package(name: "VideoCraft", path: "../..")],
  targets: [
    .executableTarget(
      name: "engine-benchmarks",
      dependencies: [
        .product(name: "Pipeline", package: "VideoCraft"),
        .product(name: "Store", package: "VideoCraft"),
      ],
      path: "Sources",
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
  ]
)
