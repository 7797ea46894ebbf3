// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "weir-fuzz",
  dependencies: [
    .package(name: "weir", path: "..")
  ],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [.product(name: "Weir", package: "weir")],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        // libFuzzer brings its own main.
        .unsafeFlags(["-parse-as-library"]),
      ])
  ]
)
