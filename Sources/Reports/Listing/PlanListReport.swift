import Diagnostics
package import Documents
package import JSONValues
package import Plans
package import Terminal

/// One plan file in a list.
package struct PlanListing: Sendable {
  let path: String
  let plan: Plan?
  let errors: Int
  let lastRun: String?

  /// - Parameters:
  ///   - reading: nothing where the file could not be read at all.
  ///   - lastRun: what the journal knows of the last run; what the file says where that is nothing.
  package init(path: String, reading: Reading<Plan>?, lastRun: String? = nil) {
    self.path = path
    plan = reading?.value
    errors = reading?.diagnostics.count { $0.severity == .error } ?? 1
    self.lastRun = lastRun ?? reading?.value?.lastRun
  }

  /// The share of its steps that are finished, by count.
  var progress: (finished: Int, of: Int) {
    let steps = plan?.steps.filter { !$0.isGroup } ?? []
    return (steps.count(where: \.isFinished), steps.count)
  }

  var id: String { plan.map(\.id.value.text) ?? "" }
}

/// The plans of a repository as a table, or as JSON.
package struct PlanListReport: Sendable {
  private let plans: [PlanListing]

  package init(_ plans: [PlanListing]) { self.plans = plans }

  package func text(on screen: Screen) -> String {
    var table = Table([
      .init("plan"), .init("kind"), .init("status"), .init("progress", .right), .init("last run"),
      .init("title", mayShrink: true),
    ])
    for listing in plans {
      guard let plan = listing.plan, listing.errors == 0 else {
        table.append([
          .init(listing.id.isEmpty ? listing.path : listing.id), "",
          .init(counted(listing.errors, "error"), .error), "", "",
          .init("divisi check \(listing.path)", .dim),
        ])
        continue
      }
      let (finished, all) = listing.progress
      table.append([
        .init(listing.id), .init(plan.kind.rawValue),
        .init(plan.status.value.rawValue, plan.status.value.role),
        .init(all == 0 ? "-" : "\(finished)/\(all)"), .init(listing.lastRun ?? "never"),
        .init(plan.title),
      ])
    }
    return table.text(on: screen)
  }

  package var json: JSON {
    .array(
      plans.map { listing in
        let (finished, all) = listing.progress
        return [
          "id": .string(listing.id), "path": .string(listing.path),
          "kind": listing.plan.map { .string($0.kind.rawValue) } ?? .null,
          "title": listing.plan.map { .string($0.title) } ?? .null,
          "status": listing.plan.map { .string($0.status.value.rawValue) } ?? .null,
          "steps": .int(all), "finished": .int(finished), "errors": .int(listing.errors),
          "last_run": listing.lastRun.map { .string($0) } ?? .null,
        ]
      })
  }
}

extension PlanStatus {
  fileprivate var role: TextRole {
    switch self {
    case .planned: .pending
    case .coordinating, .inProgress: .running
    case .paused: .waiting
    case .blocked: .blocked
    case .completed: .completed
    case .failed, .cancelled: .failed
    }
  }
}
