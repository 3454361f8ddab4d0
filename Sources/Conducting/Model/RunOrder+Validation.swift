import Plans

/// Why a run cannot begin, or be changed, as it was ordered.
package struct OrderFlaw: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  package var description: String { message }

  package init(message: String) { self.message = message }
}

extension RunOrder {
  /// A run begins only with a plan that can end.
  func validate() throws(OrderFlaw) {
    guard !steps.isEmpty else { throw OrderFlaw(message: "the plan has no steps") }
    var places: [StepID: Int] = [:]
    for (place, step) in steps.enumerated() {
      guard places.updateValue(place, forKey: step.id) == nil else {
        throw OrderFlaw(message: "there are two steps `\(step.id)`")
      }
    }
    for step in steps {
      for name in step.names where places[name] == nil {
        throw OrderFlaw(message: "step `\(step.id)` names `\(name)`, which is not in the plan")
      }
      if let group = step.group, let place = places[group], steps[place].kind != .group {
        throw OrderFlaw(message: "step `\(step.id)` is in `\(group)`, which is no group")
      }
      if let flaw = step.flaw { throw OrderFlaw(message: "step `\(step.id)`: \(flaw)") }
    }
    var state = RunState()
    for step in steps { state.add(step) }
    state.drawGraph()
    guard state.graph.value.isAcyclic else {
      throw OrderFlaw(message: "steps wait for each other in a circle")
    }
  }
}

extension RunStep {
  /// All other steps that it names.
  var names: [StepID] {
    var names = needs
    if let group { names.append(group) }
    if let standIn = terms.standIn { names.append(standIn) }
    return names
  }

  /// What is wrong with it alone, or nothing.
  var flaw: String? {
    if let flaw = Identifier.flaw(in: id.text) { return "its id \(flaw)" }
    if names.contains(id) { return "it names itself" }
    if kind == .agent, terms.seats.isEmpty { return "nobody is named to do it" }
    if kind == .agent, terms.cost ?? Money(microdollars: 1) <= .zero || terms.tokens ?? 1 <= 0 {
      return "its ceiling leaves nothing to spend"
    }
    if let count = terms.resources.lazy.compactMap(\.count).first(where: { $0 < 1 }) {
      return "it asks for \(count) of a resource"
    }
    if let gate = terms.gates.first(where: { $0.kind == .review && $0.seats ?? [] == [] }) {
      return "nobody is named to review for gate `\(gate.name)`"
    }
    return nil
  }
}
