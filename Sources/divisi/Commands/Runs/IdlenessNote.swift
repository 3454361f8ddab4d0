import Conducting
import Runtime

/// Tells those who follow a run that nobody runs it: otherwise they wait, and see no reason.
struct IdlenessNote {
  private var isTold = false

  /// To be called before each wait; says it once for each time that the run is left alone.
  mutating func tell(of run: ChosenRun, in session: Session) {
    let isIdle = run.reading.holder == nil && run.state.result == nil
    if isIdle, !isTold {
      session.say("nobody runs \(run.session) now; divisi resume \(run.session) goes on with it")
    }
    isTold = isIdle
  }
}
