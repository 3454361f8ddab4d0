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

func library(_ name: String, imports dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
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
  products: [.executable(name: "divisi", targets: ["divisi"])],
  targets: [
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "CSupport"),

    library("Diagnostics"),
    library("JSONValues"),
    library("Files", imports: ["CSupport"]),
    library("Terminal", imports: ["CSupport"]),
    library("Arguments", imports: ["Diagnostics", "JSONValues", "Terminal"]),
    library("Plans", imports: ["Diagnostics"]),
    library("Documents", imports: ["Plans", "Diagnostics", "Files", "JSONValues", "CYAML"]),
    library("Workspaces", imports: ["Files"]),
    library("Imports"),
    library(
      "Configuration", imports: ["Documents", "Plans", "Diagnostics", "Files", "JSONValues"]),
    library("Evidence", imports: ["JSONValues", "Plans"]),
    library(
      "Agents",
      imports: [
        "Configuration", "Documents", "Evidence", "Plans", "Diagnostics", "Files", "JSONValues",
      ]),
    library(
      "PlanLibrary",
      imports: ["Documents", "Plans", "Imports", "Workspaces", "Files", "Diagnostics"]),
    library(
      "Reports", imports: ["Plans", "Documents", "Diagnostics", "JSONValues", "Terminal"]),
    .executableTarget(
      name: "divisi",
      dependencies: [
        "Arguments", "Configuration", "Diagnostics", "Documents", "Files", "JSONValues",
        "PlanLibrary",
        "Plans", "Reports", "Terminal", "Workspaces",
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
    tests(of: "Diagnostics"),
    tests(of: "JSONValues"),
    tests(of: "Terminal"),
    tests(of: "Arguments", imports: ["Terminal", "JSONValues"]),
    tests(of: "Documents", imports: ["Diagnostics", "Files", "JSONValues", "Plans"]),
    tests(of: "Files"),
    tests(of: "Workspaces", imports: ["Files"]),
    tests(of: "Plans", imports: ["Diagnostics"]),
    tests(of: "Imports"),
    tests(of: "Configuration", imports: ["Diagnostics", "Documents", "JSONValues", "Plans"]),
    tests(
      of: "Agents",
      imports: [
        "Configuration", "Diagnostics", "Documents", "Evidence", "Files", "JSONValues", "Plans",
      ],
      samples: ["Prompts", "Streams"]),
    tests(of: "Evidence", imports: ["JSONValues", "Plans"], samples: ["Outputs"]),
    tests(of: "Reports", imports: ["Diagnostics", "Plans", "Terminal"]),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzInputs", "TestSupport"], swiftSettings: settings),
    tests(of: "divisi", imports: ["Arguments", "JSONValues"]),
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
