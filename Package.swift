// swift-tools-version: 6.2
// The house of Divisi. docs/ARCHITECTURE.md says what each target is for; imports point strictly
// downward in the order in which the targets stand here.
import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(
  _ name: String, imports dependencies: [Target.Dependency] = [], isAlwaysFast: Bool = false
) -> Target {
  // Tests play thousands of runs: what they play is optimised in every build.
  .target(
    name: name, dependencies: dependencies,
    swiftSettings: settings + (isAlwaysFast ? [.unsafeFlags(["-O"])] : []))
}

func tests(
  of name: String, imports more: [Target.Dependency] = [], samples: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.target(name: name), "TestSupport"] + more,
    exclude: samples,
    swiftSettings: settings)
}

let package = Package(
  name: "divisi",
  products: [
    .executable(name: "divisi", targets: ["divisi"]),
    .executable(name: "divisi-supervise", targets: ["divisi-supervise"]),
  ],
  targets: [
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CSupport"),

    library("Diagnostics"),
    library("JSONValues", isAlwaysFast: true),
    library("Files", imports: ["CSupport"]),
    library("Terminal", imports: ["CSupport"]),
    library("Arguments", imports: ["Diagnostics", "JSONValues", "Terminal"]),
    library("Plans", imports: ["Diagnostics"], isAlwaysFast: true),
    library("Documents", imports: ["Plans", "Diagnostics", "Files", "JSONValues", "CYAML"]),
    library("Supervision", imports: ["CSupport", "Files", "JSONValues"]),
    library("Processes", imports: ["CSupport", "Files", "JSONValues", "Supervision"]),
    .executableTarget(
      name: "divisi-supervise",
      dependencies: ["CSupport", "Files", "JSONValues", "Supervision"],
      swiftSettings: settings,
      // Nothing is loaded at its start, which halves its time and memory.
      linkerSettings: [
        .unsafeFlags(["-static-executable"], .when(configuration: .release))
      ]),
    library("Workspaces", imports: ["Files", "Supervision"]),
    library("Imports"),
    library("Conducting", imports: ["Plans", "JSONValues"], isAlwaysFast: true),
    library("Simulation", imports: ["Conducting", "Plans"], isAlwaysFast: true),
    library(
      "Mirrors",
      imports: ["Conducting", "Documents", "Plans", "Diagnostics", "Files", "JSONValues"]),
    library("Journal", imports: ["Files", "JSONValues", "CSQLite", "CSupport"]),
    library(
      "Configuration", imports: ["Documents", "Plans", "Diagnostics", "Files", "JSONValues"]),
    library("Evidence", imports: ["JSONValues", "Plans"]),
    library(
      "Agents",
      imports: [
        "Configuration", "Documents", "Evidence", "Plans", "Diagnostics", "Files", "JSONValues",
      ]),
    library(
      "Orders", imports: ["Configuration", "Conducting", "Documents", "Plans", "Diagnostics"]),
    library(
      "Runtime",
      imports: [
        "Conducting", "Journal", "Plans", "Agents", "Configuration", "CSupport", "Diagnostics",
        "Documents", "Evidence", "Files", "JSONValues", "Mirrors", "Orders", "Processes",
        "Supervision", "Workspaces",
      ]),
    library(
      "PlanLibrary",
      imports: ["Documents", "Plans", "Imports", "Workspaces", "Files", "Diagnostics"]),
    library(
      "Reports",
      imports: [
        "Agents", "Simulation", "Conducting", "Plans", "Documents", "Diagnostics", "JSONValues",
        "Terminal",
      ]),
    .executableTarget(
      name: "journal-bench", dependencies: ["Journal", "Files", "CSQLite"], path: "Bench/Journal",
      swiftSettings: settings),
    .executableTarget(
      name: "divisi",
      dependencies: [
        "Agents", "Arguments", "Conducting", "Configuration", "Diagnostics", "Documents", "Files",
        "JSONValues", "Journal", "Mirrors", "Orders", "PlanLibrary", "Plans", "Processes",
        "Reports", "Runtime", "Simulation", "Supervision", "Terminal", "Workspaces",
      ],
      swiftSettings: settings),

    .target(
      name: "FuzzInputs",
      dependencies: [
        "Diagnostics", "Documents", "Imports", "JSONValues", "Plans", "Reports", "Terminal",
      ], path: "Fuzz/Inputs", swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["Diagnostics", "JSONValues", "Plans"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .executableTarget(
      name: "divisi-soak", dependencies: ["Simulation"], path: "Tests/Soak",
      swiftSettings: settings),
    .executableTarget(
      name: "journal-writer", dependencies: ["Journal"], path: "Tests/JournalWriter",
      swiftSettings: settings),
    tests(of: "Diagnostics"),
    tests(of: "JSONValues"),
    tests(of: "Terminal"),
    tests(of: "Arguments", imports: ["Terminal", "JSONValues"]),
    tests(of: "Documents", imports: ["Diagnostics", "Files", "JSONValues", "Plans"]),
    tests(of: "Files"),
    tests(of: "Supervision", imports: ["JSONValues"]),
    tests(
      of: "Processes",
      imports: ["CSupport", "Files", "JSONValues", "Supervision", "divisi-supervise"]),
    tests(of: "Workspaces", imports: ["Files", "Supervision"]),
    tests(of: "Plans", imports: ["Diagnostics"]),
    tests(of: "Imports"),
    tests(of: "Conducting", imports: ["JSONValues", "Plans"], samples: ["Golden"]),
    tests(of: "Simulation", imports: ["Conducting", "Plans"]),
    tests(
      of: "Mirrors",
      imports: [
        "Conducting", "Diagnostics", "Documents", "Files", "JSONValues", "Plans", "Simulation",
      ]),
    tests(
      of: "Journal", imports: ["Files", "JSONValues", "journal-writer"], samples: ["Fixtures"]),
    tests(
      of: "Runtime",
      imports: [
        "Agents", "Conducting", "Configuration", "Diagnostics", "Documents", "Files", "JSONValues",
        "Journal", "Orders", "Plans", "Processes", "Simulation", "Workspaces", "divisi-supervise",
      ]),
    tests(of: "Configuration", imports: ["Diagnostics", "Documents", "JSONValues", "Plans"]),
    tests(
      of: "Orders", imports: ["Conducting", "Configuration", "Diagnostics", "Documents", "Plans"]),
    tests(
      of: "Agents",
      imports: [
        "Configuration", "Diagnostics", "Documents", "Evidence", "Files", "JSONValues", "Plans",
      ],
      samples: ["Prompts", "Streams"]),
    tests(of: "Evidence", imports: ["JSONValues", "Plans"], samples: ["Outputs"]),
    tests(
      of: "Reports",
      imports: [
        "Agents", "Conducting", "Diagnostics", "JSONValues", "Plans", "Simulation", "Terminal",
      ], samples: ["Golden"]),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzInputs", "TestSupport"], swiftSettings: settings),
    tests(
      of: "divisi",
      imports: [
        "Arguments", "Conducting", "JSONValues", "Journal", "Plans", "Runtime", "Simulation",
      ], samples: ["Golden"]),
    tests(
      of: "PlanLibrary",
      imports: [
        "Diagnostics", "Documents", "JSONValues", "Plans", "Reports", "Terminal", "Workspaces",
      ],
      samples: ["Broken"]),
  ],
  swiftLanguageModes: [.v6]
)

// The fuzzer needs libFuzzer at its linking, so it is built only by `Fuzz/run`.
if Context.environment["DIVISI_FUZZ"] != nil {
  package.products.append(.executable(name: "divisi-fuzz", targets: ["divisi-fuzz"]))
  package.targets.append(
    .executableTarget(name: "divisi-fuzz", dependencies: ["FuzzInputs"], path: "Fuzz/Driver"))
}

// What measures is built only by `make bench`.
if Context.environment["DIVISI_BENCH"] != nil {
  package.products.append(
    .executable(name: "bench-processes", targets: ["bench-processes"]))
  package.products.append(.executable(name: "bench-floor", targets: ["bench-floor"]))
  package.targets.append(.executableTarget(name: "bench-floor", path: "Bench/Floor"))
  package.products.append(
    .executable(name: "bench-workspaces", targets: ["bench-workspaces"]))
  package.targets.append(
    .executableTarget(
      name: "bench-workspaces", dependencies: ["Workspaces"], path: "Bench/Workspaces",
      swiftSettings: settings))
  package.targets.append(
    .executableTarget(
      name: "bench-processes", dependencies: ["Processes", "Supervision"],
      path: "Bench/Processes", swiftSettings: settings))
  package.products.append(
    .executable(name: "bench-resuming", targets: ["bench-resuming"]))
  package.targets.append(
    .executableTarget(
      name: "bench-resuming",
      dependencies: ["Conducting", "Journal", "Plans", "Runtime", "Simulation"],
      path: "Bench/Resuming", swiftSettings: settings))
  package.products.append(
    .executable(name: "bench-conducting", targets: ["bench-conducting"]))
  package.targets.append(
    .executableTarget(
      name: "bench-conducting", dependencies: ["Conducting", "Plans", "Simulation"],
      path: "Bench/Conducting", swiftSettings: settings))
  package.products.append(
    .executable(name: "bench-mirrors", targets: ["bench-mirrors"]))
  package.targets.append(
    .executableTarget(
      name: "bench-mirrors", dependencies: ["Conducting", "Files", "Mirrors", "Plans"],
      path: "Bench/Mirrors", swiftSettings: settings))
}
