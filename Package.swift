// swift-tools-version: 6.1
import PackageDescription

/// The language features that every Weir target is written in.
let features: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  // What the compiler cannot prove is checked in debug builds, and so by the tests.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// The packet loop crosses module borders; these targets are optimised as one.
let hotPath: [SwiftSetting] =
  features + [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
  ]

/// The Swift libraries within the program: it then starts in half the time, and runs where no Swift is installed. The last
/// two are parts of Foundation.
let oneFile = ["-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections"]

let package = Package(
  name: "weir",
  products: [
    .executable(name: "weir", targets: ["weir"]),
    .library(
      name: "Weir",
      targets: [
        "Addresses", "Manifest", "Cluster", "Policy", "Rules", "Tables", "Compiler", "Explanation", "Capture", "Packet",
        "Layer7", "Latency", "Dataplane", "Proxy", "Names", "Flow",
      ]),
    // Apart, as its build needs a tool of its own.
    .library(name: "WeirKernel", targets: ["Kernel"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
  ],
  targets: [
    // C interoperation, nothing else.
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CCycleCounter"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CBPF", linkerSettings: [.linkedLibrary("bpf")]),

    // Shared vocabulary.
    .target(name: "Addresses", swiftSettings: hotPath),
    .target(name: "Rules", swiftSettings: features),

    // YAML → model → tables.
    .target(name: "Manifest", dependencies: ["CYAML"], swiftSettings: features),
    .target(name: "Cluster", dependencies: ["Addresses", "Manifest", "Rules"], swiftSettings: features),
    .target(
      name: "Policy", dependencies: ["Addresses", "Manifest", "Cluster", "Rules", "CRE2"],
      swiftSettings: features),
    .target(name: "Tables", dependencies: ["Addresses", "Rules"], swiftSettings: hotPath),
    .target(
      name: "Compiler", dependencies: ["Addresses", "Manifest", "Cluster", "Policy", "Rules", "Tables"],
      swiftSettings: features),

    // Why the tables say what they say.
    .target(
      name: "Explanation",
      dependencies: ["Addresses", "Manifest", "Cluster", "Policy", "Rules", "Tables", "Compiler", "Layer7", "Proxy"],
      swiftSettings: features),

    // Capture → packet → dataplane → flow.
    .target(name: "Capture", dependencies: ["CPcap", "CPrefetch", "CZlib", "Packet"], swiftSettings: hotPath),
    .target(name: "Packet", dependencies: ["Addresses"], swiftSettings: hotPath),
    .target(
      name: "Layer7",
      dependencies: [
        "Addresses", "CPrefetch", "Packet", "Rules", "CRE2", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ], swiftSettings: hotPath + [.enableExperimentalFeature("Lifetimes")]),
    .target(
      name: "Latency",
      dependencies: ["CCycleCounter", .product(name: "Histogram", package: "hdrhistogram-swift")],
      swiftSettings: hotPath),
    .target(
      name: "Dataplane",
      dependencies: ["Addresses", "CCycleCounter", "CPrefetch", "Latency", "Packet", "Rules", "Tables"],
      swiftSettings: hotPath),
    // Where policies send connections through a proxy: what it would make of their bytes.
    .target(
      name: "Proxy", dependencies: ["Addresses", "Dataplane", "Layer7", "Packet", "Rules", "Tables"],
      swiftSettings: hotPath),
    // What DNS answers teach, and the tables that follow them.
    .target(
      name: "Names",
      dependencies: ["Addresses", "Cluster", "Policy", "Rules", "Tables", "Compiler", "Layer7", "Dataplane"],
      swiftSettings: features),
    .target(name: "Flow", dependencies: ["Addresses", "CRE2"], swiftSettings: features),

    // The same tables in the kernel. The BPF program in bpf/ is compiled on the way.
    .executableTarget(name: "EmbedBPF", swiftSettings: features),
    .plugin(name: "CompileBPF", capability: .buildTool(), dependencies: ["EmbedBPF"]),
    .target(
      name: "Kernel", dependencies: ["Addresses", "CBPF", "Dataplane", "Rules", "Tables"], swiftSettings: features,
      plugins: ["CompileBPF"]),

    .executableTarget(
      name: "weir",
      dependencies: [
        "Addresses", "CPrefetch", "Manifest", "Cluster", "Policy", "Rules", "Tables", "Compiler", "Explanation",
        "Capture", "Packet", "Latency", "Dataplane", "Proxy", "Names", "Flow", "Layer7", "Kernel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: hotPath,
      linkerSettings: [.unsafeFlags(oneFile, .when(platforms: [.linux], configuration: .release))]),

    .testTarget(name: "AddressesTests", dependencies: ["Addresses"], swiftSettings: features),
    .testTarget(name: "RulesTests", dependencies: ["Rules"], swiftSettings: features),
    .testTarget(
      name: "ManifestTests", dependencies: ["Manifest"], resources: [.copy("Fixtures")], swiftSettings: features),
    .testTarget(
      name: "ClusterTests", dependencies: ["Cluster", "Manifest", "Addresses"], resources: [.copy("Fixtures")],
      swiftSettings: features),
    .testTarget(
      name: "PolicyTests", dependencies: ["Policy", "Cluster", "Manifest", "Rules", "Addresses"],
      resources: [.copy("Fixtures")], swiftSettings: features),
    // Random clusters with policies, for the tests that compare one implementation with another.
    .target(
      name: "Scenarios",
      dependencies: ["Compiler", "Policy", "Cluster", "Manifest", "Rules", "Tables", "Addresses", "Dataplane"],
      path: "Tests/Scenarios", swiftSettings: features),
    .testTarget(
      name: "CompilerTests",
      dependencies: [
        "Scenarios", "Compiler", "Policy", "Cluster", "Manifest", "Rules", "Tables", "Addresses", "Dataplane",
      ],
      swiftSettings: features),
    .testTarget(
      name: "ExplanationTests",
      dependencies: [
        "Explanation", "Compiler", "Policy", "Cluster", "Manifest", "Rules", "Tables", "Dataplane", "Addresses",
      ], swiftSettings: features),
    .testTarget(
      name: "FindingsTests",
      dependencies: ["Compiler", "Policy", "Cluster", "Manifest", "Rules", "Tables", "Dataplane", "Addresses"],
      swiftSettings: features),
    .testTarget(
      name: "CaptureTests", dependencies: ["Capture", "CPcap", "Packet"], resources: [.copy("Fixtures")],
      swiftSettings: features),
    .testTarget(name: "PacketTests", dependencies: ["Packet", "Addresses"], swiftSettings: features),
    .testTarget(
      name: "Layer7Tests",
      dependencies: [
        "Layer7", "Capture", "Packet", "Rules", "Addresses", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ], resources: [.copy("Fixtures")], swiftSettings: features),
    .testTarget(name: "LatencyTests", dependencies: ["Latency"], swiftSettings: features),
    .testTarget(
      name: "DataplaneTests", dependencies: ["Dataplane", "Latency", "Packet", "Rules", "Tables", "Addresses"],
      swiftSettings: features),
    .testTarget(
      name: "ProxyTests", dependencies: ["Proxy", "Addresses", "Dataplane", "Packet", "Rules", "Tables"],
      swiftSettings: features),
    .testTarget(
      name: "NamesTests",
      dependencies: [
        "Names", "Scenarios", "Compiler", "Policy", "Cluster", "Manifest", "Rules", "Tables", "Dataplane", "Addresses",
        "Layer7", "Packet",
      ], swiftSettings: features),
    .testTarget(
      name: "KernelTests",
      dependencies: [
        "Kernel", "CBPF", "Scenarios", "Dataplane", "Packet", "Capture", "Compiler", "Cluster", "Rules", "Tables",
        "Addresses",
      ],
      swiftSettings: features),
    .testTarget(
      name: "FlowTests", dependencies: ["Flow", "Addresses"], resources: [.copy("Fixtures")], swiftSettings: features),
    .testTarget(
      name: "WeirTests", dependencies: ["weir", "Flow", "Addresses"], resources: [.copy("Fixtures")],
      swiftSettings: features),
  ],
  cxxLanguageStandard: .cxx17
)
