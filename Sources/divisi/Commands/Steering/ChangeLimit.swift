import Arguments
import Conducting
import Documents
import Plans

struct ChangeLimit: Arguments.Command {
  var name = ""
  var value = ""
  var step: String?
  var run: String?

  static let spec = CommandSpec<Self>("limit", "change a limit of a run under way") {
    Example("divisi limit agents 8", "so many attempts at once")
    Example("divisi limit cost 20", "at most so many dollars in all")
    Example("divisi limit model:opus 2", "so many at once of a model, agent, account or resource")
    Example("divisi limit --step api cost 5", "at most so much for one step, over all its attempts")
    Discussion(
      """
      The limits are agents, builds, spacing (a time such as 5s), calls_per_hour, cost, tokens, \
      and the pools agent:NAME, model:NAME, account:NAME and resource:NAME, ports, worktrees. \
      `none` takes away the limit of cost, tokens or calls_per_hour. The plan and divisi.yaml stay \
      as they are.
      """)
    Option(
      \.step, "--step", help: "what this step may spend: cost or tokens", placeholder: "STEP",
      completion: .dynamic("step"))
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.name, "NAME", "which limit")
    Argument(\.value, "VALUE", "what it is from now on")
    Exit(0, "it is done, or kept for the next `divisi resume` where nobody runs the run")
    Exit(1, "it cannot be done; the reason is told")
  }

  func objection() -> String? {
    if step != nil, name != "cost", name != "tokens" {
      return "a step has no limit `\(name)`: name cost or tokens"
    }
    do throws(LimitFlaw) {
      _ = try limit()
      return nil
    } catch { return error.message }
  }

  func run(in session: Session) throws -> ExitStatus {
    let limit: Limit
    do throws(LimitFlaw) { limit = try self.limit() } catch { throw Failure(error.message) }
    guard let step else {
      return try session.order(.setLimit(limit: limit), of: try session.run(run))
    }
    let chosen = try session.run(run, having: step)
    let index = try session.step(step, of: chosen)
    return try session.order(
      .setLimit(limit: limit.narrowed(to: index, of: chosen.state)), of: chosen)
  }

  private struct LimitFlaw: Error { let message: String }

  private func limit() throws(LimitFlaw) -> Limit {
    let isNone = value == "none"
    switch name {
    case "agents": return .agents(count: try count())
    case "builds": return .builds(count: try count())
    case "calls_per_hour": return .callsPerHour(count: isNone ? nil : try count())
    case "tokens": return .tokens(count: isNone ? nil : try count())
    case "cost":
      if isNone { return .cost(cost: nil) }
      return .cost(cost: try read { text throws(QuantityFlaw) in try Quantities.money(text) })
    case "spacing":
      return .spacing(
        span: Span(try read { text throws(QuantityFlaw) in try Quantities.duration(text) }))
    case Pool.ports, Pool.worktrees: return .quota(name: name, count: try count())
    default:
      let pools = ["agent:", "model:", "account:", "resource:"]
      guard pools.contains(where: { name.hasPrefix($0) && name != $0 }) else {
        throw LimitFlaw(
          message: "there is no limit `\(name)`: name agents, builds, spacing, calls_per_hour, "
            + "cost, tokens, ports, worktrees, or a pool such as model:opus")
      }
      return .quota(name: name, count: try count())
    }
  }

  private func count() throws(LimitFlaw) -> Int {
    try read { text throws(QuantityFlaw) in try Quantities.integer(text) }
  }

  private func read<Value>(
    _ parse: (String) throws(QuantityFlaw) -> Value
  ) throws(LimitFlaw) -> Value {
    do throws(QuantityFlaw) { return try parse(value) } catch {
      throw LimitFlaw(message: "`\(value)` \(error.message)")
    }
  }
}

extension Limit {
  /// The same of what one step may spend; what is not named stays as it is.
  fileprivate func narrowed(to index: Int, of state: RunState) -> Limit {
    let (step, terms) = (state.id(index), state.terms(index))
    switch self {
    case .cost(let cost): return .step(step: step, cost: cost, tokens: terms.tokens)
    case .tokens(let tokens): return .step(step: step, cost: terms.cost, tokens: tokens)
    default: return self
    }
  }
}
