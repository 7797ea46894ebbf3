// swift-tools-version: 6.1
import PackageDescription

let features: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// As Weir's own packet loop is built (see ../Package.swift): it crosses module borders.
let hotPath: [SwiftSetting] =
  features + [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
  ]

let package = Package(
  name: "weir-benchmarks",
  dependencies: [
    .package(name: "weir", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CHint"),
    .target(name: "Rows", swiftSettings: features),
    .executableTarget(
      name: "WeirBenchmarks",
      dependencies: [
        "CHint", "Rows",
        .product(name: "Weir", package: "weir"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/WeirBenchmarks",
      swiftSettings: hotPath,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
    ),
    .executableTarget(name: "report", dependencies: ["Rows"], swiftSettings: features),
  ]
)
